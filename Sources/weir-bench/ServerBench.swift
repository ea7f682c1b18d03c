import ArgumentParser
import Foundation
import Server

/// Durable orders over TCP, the load generator on the same machine.
struct ServerBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Durable orders a second over TCP; each order is answered after its commit."
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
        let venue = try await BenchVenue.start(in: directory, members: connections)
        let generator = try venue.connect(connections)
        let bursts = max(1, orders / connections / pipeline)
        let loads = (0..<connections).map { Load($0, bursts: bursts, pipeline: pipeline) }
        let yardstick = try venue.syncLatencies()
        var latencies = Histogram()
        let elapsed = try seconds { latencies = try drive(generator, loads, bursts) }
        let sent = bursts * pipeline * connections
        let settled = seconds { while venue.server.settledSequence < UInt64(sent) { usleep(1000) } }
        try printJSON([
            "benchmark": "server", "connections": connections, "pipeline": pipeline, "orders": sent,
            "refused": generator.links.reduce(0) { $0 + $1.refused },
            "orders_per_second": Int(Double(sent) / elapsed), "burst_latency_us": latencies.summary,
            "fdatasync_4k_us": yardstick.summary, "settlement_lag_seconds": settled,
        ])
        try await venue.end()
    }

    /// A connection's bursts, made beforehand.
    private struct Load {
        var text: [UInt8] = []
        /// Where each burst begins, and the end.
        var starts: [Int] = [0]

        init(_ index: Int, bursts: Int, pipeline: Int) {
            var random = SplitMix64(seed: UInt64(index + 1))
            for burst in 0..<bursts {
                for step in 0..<pipeline { text += BenchVenue.order("\(burst)-\(step)", &random).utf8 }
                starts.append(text.count)
            }
        }
    }

    /// Sends every connection's bursts, the next when the last one's replies are there.
    /// - Returns: the latency of each burst.
    private func drive(_ generator: LoadGenerator, _ loads: [Load], _ bursts: Int) throws -> Histogram {
        var latencies = Histogram()
        var done = [Int](repeating: 0, count: connections)
        var began = [UInt64](repeating: 0, count: connections)
        func send(_ index: Int) throws {
            let burst = done[index]
            began[index] = LoadGenerator.now
            let load = loads[index]
            try generator.send(load.text[load.starts[burst]..<load.starts[burst + 1]], replies: pipeline, on: index)
        }
        for index in 0..<connections { try send(index) }
        var unfinished = connections
        while unfinished > 0 {
            try generator.receive { index, _ in
                guard generator.links[index].missing == 0 else { return }
                latencies.add(LoadGenerator.now - began[index])
                done[index] += 1
                if done[index] < bursts { try send(index) } else { unfinished -= 1 }
            }
        }
        return latencies
    }
}
