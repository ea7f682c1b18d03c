import ArgumentParser
import Foundation
import Permits

/// Acknowledgement latency at a fixed rate of orders.
struct LatencyBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract:
            "Latency of durable orders at a fixed rate: each from the moment at which it was due, sent late or not.",
        discussion: """
            The loop is open: an order that is due is sent whether or not the replies before it have come, and its latency \
            counts from when it was due, so a stall shows in every order that it delays (no coordinated omission). Ten times \
            a second another member asks for a page of the market's stream, and it is noted how far settlement is behind.
            """
    )

    @Option(help: "Orders a second.")
    var rate = 20_000

    @Option(help: "Seconds.")
    var time = 10

    @Option(help: "Connections, in turn.")
    var connections = 50

    @Option(help: "Where the data directory is made; it is removed afterwards.")
    var directory = FileManager.default.temporaryDirectory.path

    func run() async throws {
        let venue = try await BenchVenue.start(in: directory, members: connections + 1)
        let generator = try venue.connect(connections)
        let yardstick = try venue.syncLatencies(count: 2000)
        let count = rate * time
        var random = SplitMix64(seed: 1)
        var text: [UInt8] = []
        var starts = [0]
        for order in 0..<count {
            text += BenchVenue.line(order / connections, &random).utf8
            starts.append(text.count)
        }
        var latencies = Histogram()
        // When the orders under way were due, oldest first, for each connection; replies come in order.
        var due = [[UInt64]](repeating: [], count: connections)
        var answered = [Int](repeating: 0, count: connections)
        let watch = try SettlementWatch(venue)
        let step = 1_000_000_000 / UInt64(rate)
        let start = LoadGenerator.now + 1_000_000
        var sent = 0
        var missing = count
        while missing > 0 {
            let now = LoadGenerator.now
            while sent < count, start + UInt64(sent) * step <= now {
                let link = sent % connections
                due[link].append(start + UInt64(sent) * step)
                try generator.send(text[starts[sent]..<starts[sent + 1]], replies: 1, on: link)
                sent += 1
            }
            try generator.receive(until: sent < count ? start + UInt64(sent) * step : nil) { link, replies in
                let now = LoadGenerator.now
                for _ in 0..<replies {
                    latencies.add(now - due[link][answered[link]])
                    answered[link] += 1
                }
                missing -= replies
            }
        }
        let (behind, resumes) = try watch.end()
        try await venue.end()
        var report = Report(
            "latency",
            ["orders_per_second": rate, "seconds": time, "connections": connections],
            columns: ["what", "p50", "p90", "p99", "p99.9", "max"]
        )
        for (what, histogram) in [
            ("acknowledgement_us", latencies), ("fdatasync_4k_us", yardstick), ("resume_us", resumes),
            ("settlement_behind_us", behind),
        ] {
            var row: [String: Any] = histogram.summary
            row["what"] = what
            report.add(row)
        }
        report.summary = [
            "p50_to_fdatasync": latencies.microseconds(0.5) / yardstick.microseconds(0.5),
            "p99_to_fdatasync": latencies.microseconds(0.99) / yardstick.microseconds(0.5),
            "settlement_behind_seconds": behind.microseconds(1) / 1e6,
            "resume_milliseconds": resumes.microseconds(1) / 1e3,
        ]
        try report.write()
    }
}
