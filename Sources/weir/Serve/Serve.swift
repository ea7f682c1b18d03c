import ArgumentParser
import Foundation
import Logging
import Disclosure
import Server
import Storage

/// Runs the exchange.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the exchange on a data directory.",
        discussion: """
            The first start creates the operator's login and shows its password once. Later starts recover the venue
            from the journal. SIGTERM or SIGINT stop it cleanly; SIGHUP reads certificates, keys and revocations again;
            SIGUSR1 takes the machine's clock as it is, if that is ahead of the venue's time.
            """
    )

    @Option(help: "The data directory: journal.db and what follows it.")
    var data: String

    @Option(help: "The address to listen on; plaintext is for loopback only.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 for any that is free.")
    var port = 7070

    @Option(
        help:
            "The port of the public's pages, open data and sealed log over HTTP; 0 for any that is free. Not served without it."
    )
    var http: Int?

    @Option(
        help:
            "NAME=VALUE: a limit of readers over HTTP: connections, connections-of-source, seconds, live-seconds, idle-seconds; may be repeated."
    )
    var httpLimit: [String] = []

    @Option(help: "The name of a sealed log that begins, such as weir.example/log; else one is made of its key.")
    var logOrigin: String?

    @Flag(help: "Speak plaintext, for trying things out: on loopback alone.")
    var plaintext = false

    @Option(help: "The server's certificate in PEM, and those between it and its authority.")
    var tlsCertificate: String?

    @Option(help: "The certificate's private key in PEM.")
    var tlsKey: String?

    @Option(help: "The authorities of clients' certificates in PEM; the operator and regulators need one.")
    var tlsClients: String?

    @Option(help: "What these have revoked, in PEM.")
    var tlsRevoked: String?

    @Option(help: "NAME=VALUE: a limit of what clients may do, by its name in STATUS; may be repeated.")
    var limit: [String] = []

    @Flag(help: "Go on from a journal that ends later than the machine's clock says it is, ahead of the world.")
    var acceptFutureJournal = false

    func validate() throws {
        guard plaintext != (tlsCertificate != nil), (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError(
                "give --tls-certificate and --tls-key (ops/certificates makes some for trying out), or --plaintext"
            )
        }
        guard tlsCertificate != nil || (tlsClients == nil && tlsRevoked == nil), tlsRevoked == nil || tlsClients != nil
        else { throw ValidationError("--tls-clients needs --tls-certificate, --tls-revoked needs --tls-clients") }
        guard (0...65_535).contains(port), (0...65_535).contains(http ?? 0) else {
            throw ValidationError("a port is 0 to 65535")
        }
        _ = try limits()
        _ = try siteLimits()
    }

    private func siteLimits() throws -> SiteLimits {
        var limits = SiteLimits()
        for setting in httpLimit {
            let parts = setting.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Int64(parts[1]), limits.set(String(parts[0]), to: value) else {
                throw ValidationError(
                    "--http-limit \(setting): it must be NAME=VALUE, with a name that --help lists, and 1 to 1000000"
                )
            }
        }
        return limits
    }

    private func limits() throws -> ServerLimits {
        var limits = ServerLimits()
        for setting in limit {
            let parts = setting.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Int64(parts[1]), limits.set(String(parts[0]), to: value) else {
                throw ValidationError(
                    "--limit \(setting): it must be NAME=VALUE, with a name that STATUS shows and can be set"
                )
            }
        }
        return limits
    }

    private func security() throws -> TransportSecurity? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return try TransportSecurity(
            TLSFiles(certificate: tlsCertificate, key: tlsKey, clientAuthorities: tlsClients, revocations: tlsRevoked)
        )
    }

    func run() async throws {
        let logger = Serve.logger
        // What is in the files is for their owner.
        umask(0o077)
        let (limits, security) = (try limits(), try security())
        if security != nil, tlsClients == nil {
            logger.warning("without --tls-clients the operator and regulators cannot log on")
        }
        let logKey = try LogKeyFile.open(directory: data)
        var configuration = ServerConfiguration(directory: data, logKey: logKey.key, logger: logger)
        configuration.logOrigin = logOrigin
        configuration.host = host
        configuration.port = port
        configuration.limits = limits
        configuration.security = security
        configuration.acceptsFutureJournal = acceptFutureJournal
        configuration.limits.connectionsMax = try OpenFiles.makeRoom(
            for: configuration.limits.connectionsMax,
            configuration.logger
        )
        let server = try ExchangeServer(configuration: configuration)
        // Before the venue's first command: who is killed in between starts again with another password.
        let passwordFile = "\(data)/operator-password"
        if let password = server.operatorPassword { try PrivateFile.put(passwordFile, Array("\(password)\n".utf8)) }
        let bound = try await server.start()
        let signals = await StopSignals.install { server.closeListener() }
        let reload = await StopSignals.install([SIGHUP]) { Serve.reload(server, logger) }
        let word = await StopSignals.install([SIGUSR1]) { server.acceptWallClock() }
        defer {
            reload.cancel()
            word.cancel()
        }
        Console.line("weir: listening on \(host):\(bound), data in \(data)")
        if logKey.isNew, server.operatorPassword == nil {
            logger.warning(
                "the sealed log begins with a new key; if this venue had one before, stop, put its log-key.pem back and remove log.db"
            )
        }
        if logKey.isNew {
            Console.line(
                "weir: made \(data)/log-key.pem, which signs the sealed log. Keep a copy apart: no backup holds it."
            )
        }
        if let password = server.operatorPassword { try greet(password, in: passwordFile, port: bound) }
        let site = try await startSite(of: server, logger)
        let manager = ServiceManager()
        manager?.notify("READY=1\nSTATUS=listening on \(host):\(bound)")
        let watch = manager?.watch(server)
        defer { watch?.cancel() }
        try await Serve.untilStopped(server, by: signals) { manager?.notify("STOPPING=1") }
        try await site?.stop()
    }

    /// Tells a person the operator's first password; where output goes to a log, it goes into a file instead.
    private func greet(_ password: String, in file: String, port: Int) throws {
        Console.line("weir: this is a new venue. Log on as its operator, and give it a password of your own by ROTATE.")
        Console.line("")
        Console.line("  weir connect \(host):\(port)\(plaintext ? "" : " --tls") --member operator --user admin")
        Console.line(
            "weir: as soon as the operator, or a regulator, has logins of two persons, what matters needs both of them (four eyes):"
        )
        Console.line(
            "weir: one sends PROPOSE, another APPROVE; PROPOSE act=\"FOUREYES on=0\" turns it off. STATUS says foureyes=."
        )
        guard isatty(STDOUT_FILENO) == 0 else {
            Console.line("weir: its password is \(password). It is shown once.")
            return try FileManager.default.removeItem(atPath: file)
        }
        Console.line("weir: its password is in \(file); remove that file.")
    }

    /// Reads the certificates again.
    private static func reload(_ server: ExchangeServer, _ logger: Logger) {
        do {
            let closed = try server.reloadCertificates()
            logger.notice("certificates read again", metadata: ["closed": "\(closed)"])
        } catch {
            logger.error("the certificates in use stay in use: \(error)")
        }
    }

    /// Serves the public's pages, if that was asked for.
    private func startSite(of server: ExchangeServer, _ logger: Logger) async throws -> PublicSite? {
        guard let http else { return nil }
        let (site, address) = try await Serve.startSite(of: server, data, host, http, try siteLimits(), logger)
        Console.line("weir: the public's pages are at \(address)/")
        Console.line("weir: the sealed log is at \(address)/log/checkpoint")
        return site
    }

    /// Serves a venue's pages.
    /// - Returns: the site and its address.
    static func startSite(
        of server: ExchangeServer,
        _ directory: String,
        _ host: String,
        _ port: Int,
        _ limits: SiteLimits,
        _ logger: Logger
    ) async throws -> (PublicSite, String) {
        let log = server.logReader.map { reader in PublicLog { server.logReader ?? reader } }
        let site = try PublicSite(directory: directory, log: log, limits: limits, logger: logger) { server.now }
        let bound = try await site.start(host: host, port: port)
        return (site, "http://\(host.contains(":") ? "[\(host)]" : host):\(bound)")
    }

    static var logger: Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        return Logger(label: "weir")
    }

    /// Runs until a signal closes the listener or a fault; then stops cleanly.
    static func untilStopped(
        _ server: ExchangeServer,
        by signals: StopSignals,
        stopping: () -> Void = {}
    ) async throws {
        defer { signals.cancel() }
        do {
            try await server.run()
        } catch {
            try await server.stop()
            throw error
        }
        Console.line("weir: stopping")
        stopping()
        try await server.stop()
        Console.line("weir: stopped; everything answered is on disk")
    }
}

/// SIGTERM and SIGINT as a wish to stop, or other signals as other wishes.
///
/// Until `install` returns they end the process at once, as they do by default; from then on none is lost, so a server
/// may say that it listens only after that.
struct StopSignals {
    private let sources: [any DispatchSourceSignal]

    static func install(_ signals: [Int32] = [SIGTERM, SIGINT], _ handler: @escaping @Sendable () -> Void) async
        -> StopSignals
    {
        var sources: [any DispatchSourceSignal] = []
        for number in signals {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            await withCheckedContinuation { registered in
                source.setRegistrationHandler { registered.resume() }
                source.resume()
            }
            sources.append(source)
        }
        return StopSignals(sources: sources)
    }

    func cancel() {
        for source in sources { source.cancel() }
    }
}
