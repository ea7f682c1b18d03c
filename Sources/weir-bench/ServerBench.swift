import ArgumentParser
import Foundation
import Permits
import Server

/// Durable orders over TCP, the load generator on the same machine.
struct ServerBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Durable orders and cancels a second over TCP; each is answered after its commit."
    )

    @Option(
        help: "Connections, each a login of its own member, and orders that each has under way: CONNECTIONSxPIPELINE."
    )
    var loads = ["50x64", "1x64", "50x1", "1x1"]

    @Option(help: "Seconds that a load should take, roughly.")
    var time = 5.0

    @Option(help: "Rounds of each load, in turn with Redis; that of the median counts.")
    var rounds = 3

    @Option(help: "The port of a Redis server with appendfsync always, to run redis-benchmark against in turn.")
    var redisPort: Int?

    @Option(help: "Where the data directory is made; it is removed afterwards.")
    var directory = FileManager.default.temporaryDirectory.path

    func run() async throws {
        var report = Report(
            "server",
            ["seconds": time, "rounds": rounds],
            columns: [
                "load", "orders", "refused", "orders_per_second", "least", "most", "burst_p50_us", "burst_p99_us",
                "fdatasync_4k_p50_us",
                "settlement_behind_s", "resume_max_ms", "settlement_lag_s", "redis_sets_per_second", "ratio_to_redis",
                "least_ratio", "most_ratio",
            ]
        )
        for load in loads {
            let parts = load.split(separator: "x").compactMap { Int($0) }
            guard parts.count == 2, parts[0] > 0, parts[1] > 0 else {
                throw ValidationError("\(load) is no load; write 50x64")
            }
            var results: [(rate: Int, redis: Int?, row: [String: Any])] = []
            for _ in 0..<max(1, rounds) {
                let redis = try redisPort.map { try redisRate($0, connections: parts[0], pipeline: parts[1]) }
                let row = try await measure(connections: parts[0], pipeline: parts[1])
                results.append((row["orders_per_second"] as? Int ?? 0, redis, row))
            }
            report.add(ServerBench.row(load, results))
        }
        try report.write()
    }

    /// The round of the median, by the ratio to Redis if there is one, with the least and the most of all.
    private static func row(_ load: String, _ results: [(rate: Int, redis: Int?, row: [String: Any])]) -> [String: Any]
    {
        func measure(_ result: (rate: Int, redis: Int?, row: [String: Any])) -> Double {
            result.redis.map { Double(result.rate) / Double($0) } ?? Double(result.rate)
        }
        let results = results.sorted { measure($0) < measure($1) }
        let (least, middle, most) = (results[0], results[results.count / 2], results[results.count - 1])
        var row = middle.row
        row["load"] = load
        row["least"] = results.map(\.rate).min()
        row["most"] = results.map(\.rate).max()
        if let redis = middle.redis {
            row["redis_sets_per_second"] = redis
            row["ratio_to_redis"] = measure(middle)
            row["least_ratio"] = measure(least)
            row["most_ratio"] = measure(most)
        }
        return row
    }

    /// How many orders to send: from a guess of the rate, since texts are made beforehand.
    private func orderCount(connections: Int, pipeline: Int) -> Int {
        let underWay = Double(connections * pipeline)
        return Int(time * min(500_000, underWay * 5_000))
    }

    /// Runs one load.
    /// - Returns: a row of the report.
    func measure(
        connections: Int,
        pipeline: Int,
        seals: Bool = true,
        awaitsSettlement: Bool = true
    ) async throws -> [String: Any] {
        let venue = try await BenchVenue.start(in: directory, members: connections + 1, seals: seals)
        let generator = try venue.connect(connections)
        let bursts = max(1, orderCount(connections: connections, pipeline: pipeline) / connections / pipeline)
        let loads = (0..<connections).map { Load($0, bursts: bursts, pipeline: pipeline) }
        let yardstick = try venue.syncLatencies()
        var latencies = Histogram()
        let watch = try SettlementWatch(venue)
        let elapsed = try seconds { latencies = try drive(generator, loads, bursts, pipeline) }
        let (behind, resumes) = try watch.end()
        let sent = bursts * pipeline * connections
        let settled = seconds { while awaitsSettlement, venue.server.settledSequence < UInt64(sent) { usleep(1000) } }
        try await venue.end()
        return [
            "orders": sent, "refused": generator.links.reduce(0) { $0 + $1.refused },
            "orders_per_second": Int(Double(sent) / elapsed), "burst_p50_us": latencies.microseconds(0.5),
            "burst_p99_us": latencies.microseconds(0.99), "fdatasync_4k_p50_us": yardstick.microseconds(0.5),
            "settlement_behind_s": behind.microseconds(1) / 1e6, "resume_max_ms": resumes.microseconds(1) / 1e3,
            "settlement_lag_s": settled,
        ]
    }

    /// A connection's bursts, made beforehand.
    private struct Load {
        var text: [UInt8] = []
        /// Where each burst begins, and the end.
        var starts: [Int] = [0]

        init(_ index: Int, bursts: Int, pipeline: Int) {
            var random = SplitMix64(seed: UInt64(index + 1))
            for burst in 0..<bursts {
                for step in 0..<pipeline { text += BenchVenue.line(burst * pipeline + step, &random).utf8 }
                starts.append(text.count)
            }
        }
    }

    /// Sends every connection's bursts, the next when the last one's replies are there.
    /// - Returns: the latency of each burst.
    private func drive(
        _ generator: LoadGenerator,
        _ loads: [Load],
        _ bursts: Int,
        _ pipeline: Int
    ) throws -> Histogram {
        var latencies = Histogram()
        var done = [Int](repeating: 0, count: loads.count)
        var began = [UInt64](repeating: 0, count: loads.count)
        func send(_ index: Int) throws {
            let burst = done[index]
            began[index] = LoadGenerator.now
            let load = loads[index]
            try generator.send(load.text[load.starts[burst]..<load.starts[burst + 1]], replies: pipeline, on: index)
        }
        for index in loads.indices { try send(index) }
        var unfinished = loads.count
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

    /// What `redis-benchmark -t set` says with the same connections and pipeline, in requests a second.
    private func redisRate(_ port: Int, connections: Int, pipeline: Int) throws -> Int {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let count = orderCount(connections: connections, pipeline: pipeline)
        process.arguments = [
            "redis-benchmark", "-p", "\(port)", "-t", "set", "-c", "\(connections)", "-P", "\(pipeline)", "-n",
            "\(count)",
            "--csv",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // "SET","581395.31",…
        let line = text.split(separator: "\n").first { $0.hasPrefix("\"SET\"") }
        let rate = line?.split(separator: ",").dropFirst().first.flatMap { Double($0.filter { $0 != "\"" }) }
        guard let rate else { throw LoadError(message: "redis-benchmark said: \(text)") }
        return Int(rate)
    }
}
