import NIOCore
import NIOSSL
import NIOTLS
import Seals

/// How a client speaks TLS, and which venue it trusts.
package struct ClientSecurity: Sendable {
    /// The authorities that the venue's certificate must come from, a file in PEM; nil for those of the system.
    package var authorities: String?
    /// The client's own certificate and its key, files in PEM; nil for none.
    package var certificate: (certificate: String, key: String)?
    /// The name that the venue's certificate must have, if it is not the host that is connected to.
    package var serverName: String?

    package init(
        authorities: String? = nil,
        certificate: (certificate: String, key: String)? = nil,
        serverName: String? = nil
    ) {
        self.authorities = authorities
        self.certificate = certificate
        self.serverName = serverName
    }

    /// TLS for one connection.
    /// - Throws: what NIOSSL says of a file that does not read.
    func handler(host: String) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities)) }
        if let certificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate.certificate)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
        }
        let context = try NIOSSLContext(configuration: configuration)
        let name = serverName ?? host
        // An address is no server name for SNI; it is still checked against the certificate.
        let isAddress = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
    }
}

/// Tells when TLS has begun, and with which certificate of the venue.
final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let ready: EventLoopPromise<Digest?>
    private var isDone = false

    init(_ ready: EventLoopPromise<Digest?>) { self.ready = ready }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent {
            isDone = true
            do {
                let handler = try context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
                ready.succeed(try handler.peerCertificate.map { SHA256.digest(of: try $0.toDERBytes()) })
            } catch {
                ready.fail(error)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ClientError.disconnected)
        context.fireChannelInactive()
    }

    private func fail(_ error: any Error) {
        guard !isDone else { return }
        isDone = true
        ready.fail(error)
    }
}
