import ArgumentParser
import Foundation
import Logging
import Server
import Storage

/// Durable orders over TCP, the load generator on the same machine.
struct ServerBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Durable orders a second over TCP, and latencies; each order is answered after its commit."
    )

    @Option(help: "Connections, each with a login of its own member.")
    var connections = 50

    @Option(help: "Orders that a connection sends before it waits for their replies.")
    var pipeline = 64

    @Option(help: "Orders in all.")
    var orders = 500_000

    @Option(help: "Where the data directory is made; it is removed afterwards.")
    var directory = FileManager.default.temporaryDirectory.path

    func run() async throws {
        let data = "\(directory)/weir-bench-\(ProcessInfo.processInfo.processIdentifier)"
        defer {
            do { try FileManager.default.removeItem(atPath: data) } catch {
                FileHandle.standardError.write(Data("left behind: \(data)\n".utf8))
            }
        }
        let password = "bench-password"
        let hash = try PasswordHash.make(password: password, cost: .trivial)
        let logger = Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        var configuration = ServerConfiguration(directory: data, logger: logger)
        configuration.port = 0
        configuration.bootstrap = bootstrap(hash)
        let server = try ExchangeServer(configuration: configuration)
        let port = try await server.start()
        let links = try (0..<connections).map { index in
            let link = try LoadConnection(port: port)
            let logon = "LOGON member=m\(index) user=u password=\(password) version=1\n"
            try link.exchange(Array(logon.utf8), replies: 1)
            return link
        }
        let perConnection = max(1, orders / connections / pipeline)
        let yardstick = try syncLatencies(data)
        let results = Results()
        let elapsed = seconds {
            let finished = DispatchGroup()
            for index in 0..<connections {
                finished.enter()
                Thread.detachNewThread {
                    results.add(load(links[index], index, bursts: perConnection))
                    finished.leave()
                }
            }
            finished.wait()
        }
        let sent = perConnection * pipeline * connections
        let settled = seconds { while server.settledSequence < UInt64(sent) { usleep(1000) } }
        let latencies = results.latencies
        try printJSON([
            "benchmark": "server", "connections": connections, "pipeline": pipeline, "orders": sent,
            "refused": links.reduce(0) { $0 + $1.refused }, "orders_per_second": Int(Double(sent) / elapsed),
            "burst_latency_us": ["p50": Int(latencies.percentile(0.5)), "p99": Int(latencies.percentile(0.99))],
            "fdatasync_4k_us": ["p50": Int(yardstick.percentile(0.5)), "p99": Int(yardstick.percentile(0.99))],
            "settlement_lag_seconds": settled,
        ])
        try await server.stop()
    }

    private func bootstrap(_ hash: String) -> [String] {
        var entries = [
            "venue MEMBER member=op role=operator name=op", "op MEMBER member=reg role=regulator name=reg",
            "reg PROGRAM program=P unit=t currency=EUR", "reg CAP program=P vintage=2027 cap=1000000000000",
        ]
        for index in 0..<connections {
            entries += [
                "op MEMBER member=m\(index) role=participant name=m", "op LOGIN member=m\(index) user=u hash=\(hash)",
                "op DEPOSIT member=m\(index) currency=EUR amount=1000000000000",
                "reg ALLOCATE program=P vintage=2027 member=m\(index) qty=1000000000",
            ]
        }
        return entries + [
            "op MARKET market=M program=P vintage=2027 tick=0.01 lot=1 maxqty=1000000 band=20 ref=70 maker=0.01 taker=0.02",
            "op PHASE market=M phase=preopen", "op PHASE market=M phase=open",
        ]
    }

    /// Sends bursts of orders around the middle, about a third of which trade; gives the latency of each burst in µs.
    private func load(_ link: LoadConnection, _ index: Int, bursts: Int) -> [Double] {
        var random = SplitMix64(seed: UInt64(index + 1))
        var latencies: [Double] = []
        latencies.reserveCapacity(bursts)
        for burst in 0..<bursts {
            var text = ""
            for step in 0..<pipeline {
                let side = random.below(2) == 0 ? "buy" : "sell"
                let cents = 7000 + random.below(200) - 100 + (side == "buy" ? -40 : 40)
                text += "ORDER id=\(burst)-\(step) market=M side=\(side) qty=\(1 + random.below(100)) "
                text += "price=\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100) tif=gtc\n"
            }
            let bytes = Array(text.utf8)
            let taken = seconds {
                do { try link.exchange(bytes, replies: pipeline) } catch { preconditionFailure("\(error)") }
            }
            latencies.append(taken * 1e6)
        }
        return latencies
    }

    /// What one 4 KiB write and `fdatasync` takes on the same disk, in µs.
    private func syncLatencies(_ data: String) throws -> [Double] {
        let file = open("\(data)/yardstick", O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        guard file >= 0 else { throw LoadError(message: "cannot write to \(data)") }
        defer { close(file) }
        let page = [UInt8](repeating: 7, count: 4096)
        return (0..<200).map { _ in
            seconds {
                _ = page.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                fdatasync(file)
            } * 1e6
        }
    }
}

/// Latencies of all connections.
private final class Results: @unchecked Sendable {
    // Every access is under `lock`.
    private let lock = NSLock()
    private var collected: [Double] = []

    func add(_ latencies: [Double]) { lock.withLock { collected += latencies } }
    var latencies: [Double] { lock.withLock { collected } }
}
