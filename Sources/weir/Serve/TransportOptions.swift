import ArgumentParser
import Foundation
import Seals
import WeirClient

/// How a client reaches a venue, and what it shows of itself.
struct TransportOptions: ParsableArguments {
    @Flag(help: "Speak TLS.")
    var tls = false

    @Option(help: "The authorities that the venue's certificate must come from, in PEM; the system's unless given.")
    var ca: String?

    @Option(help: "One's own certificate, in PEM.")
    var certificate: String?

    @Option(help: "That certificate's private key, in PEM.")
    var certificateKey: String?

    @Option(
        help:
            "The name that the venue's certificate must have, if it is not the host's; the address that is connected to will do as well."
    )
    var serverName: String?

    @Option(help: "Log on by this Ed25519 key instead of a password (`weir keys make`).")
    var loginKey: String?

    @Flag(help: "Log on by the certificate alone, without a password.")
    var noPassword = false

    func validate() throws {
        guard (certificate == nil) == (certificateKey == nil) else {
            throw ValidationError("--certificate and --certificate-key go together")
        }
        guard tls || (ca == nil && certificate == nil && serverName == nil) else {
            throw ValidationError("--ca, --certificate and --server-name are for --tls")
        }
    }

    /// Connects to `HOST:PORT`.
    /// - Throws: `ValidationError` that says why not.
    func connect(to address: String) async throws -> WeirClient {
        guard let colon = address.lastIndex(of: ":"), let port = Int(address[address.index(after: colon)...]) else {
            throw ValidationError("the address must be HOST:PORT")
        }
        var security: ClientSecurity?
        if tls {
            let own = certificate.flatMap { certificate in certificateKey.map { (certificate, $0) } }
            security = ClientSecurity(authorities: ca, certificate: own, serverName: serverName)
        }
        do {
            let host = address[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            return try await WeirClient.connect(host: host, port: port, security: security)
        } catch {
            throw ValidationError(reason(error, address))
        }
    }

    private func reason(_ error: any Error, _ address: String) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the venue's certificate at \(address) is expired, or from no authority that --ca names"
        }
        if text.contains("unableToValidateCertificate") {
            return "the venue's certificate at \(address) has another name; --server-name gives the one it must have"
        }
        if tls, text.contains("handshakeFailed") || text.contains("uncleanShutdown") {
            return "TLS with \(address) failed: it speaks plaintext, or refuses one's own certificate"
        }
        return "no venue answers at \(address); is `weir serve` or `weir demo` running?"
    }

    /// Logs on by key, by certificate, or by the password that `password` gives.
    func logOn(
        _ client: WeirClient,
        member: String,
        user: String,
        password: () throws -> String
    ) async throws -> ClientReply {
        if let loginKey {
            return try await client.logOn(member: member, user: user, key: try KeyFile.read(loginKey))
        }
        if noPassword { return try await client.logOn(member: member, user: user, key: nil) }
        return try await client.logOn(member: member, user: user, password: try password())
    }
}
