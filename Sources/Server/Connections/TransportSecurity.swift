import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import NIOTLS
import Seals

/// The files of a venue that speaks TLS.
package struct TLSFiles: Sendable {
    /// The server's certificate and those between it and its authority, in PEM.
    package var certificate: String
    /// Its private key, in PEM.
    package var key: String
    /// The authorities of clients' certificates, in PEM; nil if clients show none.
    package var clientAuthorities: String?
    /// What these have revoked, in PEM; nil for nothing.
    package var revocations: String?

    package init(certificate: String, key: String, clientAuthorities: String? = nil, revocations: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
        self.revocations = revocations
    }
}

/// TLS for connections: 1.3, or 1.2 with forward secrecy and authenticated encryption; no renegotiation, no early data.
///
/// Source: RFC 9325, sections 3.1 and 4.2.
package final class TransportSecurity: Sendable {
    private let files: TLSFiles
    private let material: NIOLockedValueBox<Material>
    /// The chains that certificates were shown with, by the certificate's digest.
    private let chains = NIOLockedValueBox<[Digest: [[UInt8]]]>([:])
    private static let chainsMax = 10_000
    private let clients = NIOLockedValueBox<[ObjectIdentifier: Client]>([:])

    private struct Material: Sendable {
        var context: NIOSSLContext
        var authorities: ClientAuthorities?
        /// SHA-256 of the server's certificate.
        var digest: Digest
    }

    /// A connection that has shown a certificate.
    private struct Client: Sendable {
        let channel: any Channel
        let chain: [[UInt8]]
    }

    /// Reads the files.
    /// - Throws: `ServerError` that names the file.
    package init(_ files: TLSFiles) throws {
        self.files = files
        material = NIOLockedValueBox(try TransportSecurity.read(files))
    }

    /// Reads the files again: new connections get what is in them now, and those whose certificate is no longer good are closed.
    /// - Returns: how many were closed.
    /// - Throws: `ServerError`; what was in use stays in use.
    package func reload() throws -> Int {
        let new = try TransportSecurity.read(files)
        material.withLockedValue { $0 = new }
        var closed = 0
        for client in clients.withLockedValue({ Array($0.values) }) {
            do throws(CryptoError) { _ = try new.authorities?.verify(client.chain) } catch {
                client.channel.close(promise: nil)
                closed += 1
            }
        }
        return closed
    }

    private static func read(_ files: TLSFiles) throws -> Material {
        func text(_ file: String) throws -> String {
            do { return try String(contentsOfFile: file, encoding: .utf8) } catch {
                throw ServerError("cannot read \(file): \(error.localizedDescription)")
            }
        }
        func wrapping<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
            do { return try body() } catch { throw ServerError("\(file): \(error)") }
        }
        let chain = try wrapping(files.certificate) {
            try NIOSSLCertificate.fromPEMBytes(Array(try text(files.certificate).utf8))
        }
        guard let own = chain.first else { throw ServerError("\(files.certificate) holds no certificate in PEM") }
        let key = try wrapping(files.key) { try NIOSSLPrivateKey(bytes: Array(try text(files.key).utf8), format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ]
        configuration.renegotiationSupport = .none
        var authorities: ClientAuthorities?
        if let file = files.clientAuthorities {
            let revocations = try files.revocations.map(text)
            authorities = try wrapping(files.revocations ?? file) {
                try ClientAuthorities(certificates: try text(file), revocations: revocations)
            }
            configuration.certificateVerification = .optionalVerification
            configuration.trustRoots = .certificates(try wrapping(file) { try NIOSSLCertificate.fromPEMFile(file) })
            configuration.sendCANameList = true
        }
        let context = try wrapping(files.key) { try NIOSSLContext(configuration: configuration) }
        return Material(context: context, authorities: authorities, digest: SHA256.digest(of: try own.toDERBytes()))
    }

    /// SHA-256 of the server's certificate in DER: what a machine's signature is bound to.
    ///
    /// Source: RFC 5929, section 4.1, `tls-server-end-point`.
    var certificateDigest: Digest { material.withLockedValue { $0.digest } }

    /// Puts TLS in front of a connection; on its event loop.
    func secure(_ channel: any Channel, _ connection: Connection, handshakeSecondsMax: Int64) throws {
        let material = material.withLockedValue { $0 }
        let pipeline = channel.pipeline.syncOperations
        let handler: NIOSSLServerHandler
        let guardian = HandshakeGuard(
            connection: connection,
            secondsMax: handshakeSecondsMax,
            security: self,
            authorities: material.authorities
        )
        if let authorities = material.authorities {
            handler = NIOSSLServerHandler(context: material.context) { certificates, promise in
                do {
                    let chain = try certificates.map { try $0.toDERBytes() }
                    let names = try authorities.verify(chain)
                    guardian.verified(chain, names: names)
                    promise.succeed(.certificateVerified)
                } catch {
                    guardian.refuse("\(error)")
                    promise.succeed(.failed)
                }
            }
        } else {
            handler = NIOSSLServerHandler(context: material.context)
        }
        try pipeline.addHandlers([handler, guardian])
    }

    /// Follows a connection by its certificate from now on.
    /// - Returns: false if it is no longer good: the files may have been read again during the handshake.
    fileprivate func follow(_ channel: any Channel, chain: [[UInt8]]) -> Bool {
        let client = Client(channel: channel, chain: chain)
        clients.withLockedValue { $0[ObjectIdentifier(channel)] = client }
        channel.closeFuture.whenComplete { [self] _ in
            clients.withLockedValue { $0[ObjectIdentifier(channel)] = nil }
        }
        chains.withLockedValue { chains in
            if chains.count >= TransportSecurity.chainsMax { chains.removeAll() }
            if let own = chain.first { chains[SHA256.digest(of: own)] = chain }
        }
        do throws(CryptoError) {
            _ = try material.withLockedValue { $0.authorities }?.verify(chain)
            return true
        } catch {
            return false
        }
    }

    /// The chain that a certificate was shown with before: a resumed session shows none.
    fileprivate func chain(of certificate: [UInt8]) -> [[UInt8]] {
        chains.withLockedValue { $0[SHA256.digest(of: certificate)] } ?? [certificate]
    }
}

/// Gives a handshake its time, and tells the connection who its certificate names.
private final class HandshakeGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: Connection
    private let secondsMax: Int64
    private let security: TransportSecurity
    private let authorities: ClientAuthorities?
    private var timeout: Scheduled<Void>?
    private var chain: [[UInt8]] = []
    private var names: [String] = []
    private var refusal: String?

    init(connection: Connection, secondsMax: Int64, security: TransportSecurity, authorities: ClientAuthorities?) {
        self.connection = connection
        self.secondsMax = secondsMax
        self.security = security
        self.authorities = authorities
    }

    func verified(_ chain: [[UInt8]], names: [String]) {
        self.chain = chain
        self.names = names
    }

    func refuse(_ reason: String) { refusal = reason }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .seconds(secondsMax)) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent {
            timeout?.cancel()
            recallCertificate(context)
            connection.certify(names: names.filter { $0.hasPrefix("weir:") }.map { String($0.dropFirst(5)) })
            if !chain.isEmpty, !security.follow(context.channel, chain: chain) {
                connection.certify(names: [])
                context.close(promise: nil)
            }
            if connection.isReserved, names.isEmpty { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// A resumed session shows no chain again: the one that its certificate came with is checked anew.
    private func recallCertificate(_ context: ChannelHandlerContext) {
        guard chain.isEmpty, let authorities else { return }
        do {
            let handler = try context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
            guard let certificate = handler.peerCertificate else { return }
            let shown = security.chain(of: try certificate.toDERBytes())
            names = try authorities.verify(shown)
            chain = shown
        } catch {
            refuse("\(error)")
            errorCaught(context: context, error: error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What strangers send is no news; a certificate of our own authorities that is no longer good is.
        if let refusal { connection.noteBadCertificate(refusal) }
        context.close(promise: nil)
    }
}
