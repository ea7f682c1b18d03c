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
            The first start creates the operator's login and prints its password once. Later starts recover the venue
            from the journal. SIGTERM or SIGINT stop it cleanly.
            """
    )

    @Option(help: "The data directory: journal.db, settlement.db, snapshots.db.")
    var data: String

    @Option(help: "The address to listen on; plaintext is for loopback only.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 for any that is free.")
    var port = 7070

    @Option(
        help: "The port on which the sealed log is served over HTTP; 0 for any that is free. Not served without it."
    )
    var http: Int?

    @Option(help: "The name of a sealed log that begins, such as weir.example/log; else one is made of its key.")
    var logOrigin: String?

    @Option(help: "Requests a second that one session may send, and twice as many at once; 0 for no limit.")
    var sessionRate: Int64 = 100

    @Option(
        help:
            "Requests a second that a member may send over all its sessions, and twice as many at once; 0 for no limit."
    )
    var memberRate: Int64 = 400

    func validate() throws {
        guard [sessionRate, memberRate].allSatisfy({ (0...1_000_000).contains($0) }) else {
            throw ValidationError("a rate is 0 to 1000000 requests a second")
        }
    }

    private static func quota(_ rate: Int64) -> RequestQuota? {
        rate == 0 ? nil : RequestQuota(perSecond: rate, burst: 2 * rate)
    }

    func run() async throws {
        let logger = Serve.logger
        let logKey = try LogKeyFile.open(directory: data)
        var configuration = ServerConfiguration(directory: data, logKey: logKey.key, logger: logger)
        configuration.logOrigin = logOrigin
        configuration.host = host
        configuration.port = port
        configuration.sessionQuota = Serve.quota(sessionRate)
        configuration.memberQuota = Serve.quota(memberRate)
        configuration.connectionsMax = try OpenFiles.makeRoom(
            for: configuration.connectionsMax,
            configuration.logger
        )
        let server = try ExchangeServer(configuration: configuration)
        let bound = try await server.start()
        let signals = await StopSignals.install { server.closeListener() }
        Console.line("weir: listening on \(host):\(bound), data in \(data)")
        let site = try await startSite(logger)
        if logKey.isNew {
            Console.line(
                "weir: made \(data)/log-key.pem, which signs the sealed log. Keep a copy apart: no backup holds it."
            )
        }
        if let password = server.operatorPassword {
            Console.line("weir: this is a new venue. Log on as its operator, and note the password: it is shown once.")
            Console.line("")
            Console.line("  weir connect \(host):\(bound)")
            Console.line("  LOGON member=operator user=admin password=\(password) version=1")
            Console.line("")
        }
        try await Serve.untilStopped(server, by: signals)
        try await site?.stop()
    }

    /// Serves the sealed log, if that was asked for.
    private func startSite(_ logger: Logger) async throws -> PublicSite? {
        guard let http else { return nil }
        let site = PublicSite(log: PublicLog(try SealedLog.reading(directory: data)), logger: logger)
        let port = try await site.start(host: host, port: http)
        Console.line("weir: the sealed log is at http://\(host):\(port)/log/checkpoint")
        return site
    }

    static var logger: Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        return Logger(label: "weir")
    }

    /// Runs until a signal closes the listener or a fault; then stops cleanly.
    static func untilStopped(_ server: ExchangeServer, by signals: StopSignals) async throws {
        defer { signals.cancel() }
        do {
            try await server.run()
        } catch {
            try await server.stop()
            throw error
        }
        Console.line("weir: stopping")
        try await server.stop()
        Console.line("weir: stopped; everything answered is on disk")
    }
}

/// SIGTERM and SIGINT as a wish to stop.
///
/// Until `install` returns they end the process at once, as they do by default; from then on none is lost, so a server
/// may say that it listens only after that.
struct StopSignals {
    private let sources: [any DispatchSourceSignal]

    static func install(_ handler: @escaping @Sendable () -> Void) async -> StopSignals {
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGTERM, SIGINT] {
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
