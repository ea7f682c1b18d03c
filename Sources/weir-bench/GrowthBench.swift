import ArgumentParser
import Foundation
import OrderBook
import Permits

/// What a command costs in a small venue and in a large one.
struct GrowthBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "Nanoseconds a command with more resting orders, members and markets; bytes a resting order."
    )

    @Option(help: "Commands a run.")
    var commands = 200_000

    @Option(help: "Runs a size; the quickest counts.")
    var runs = 3

    func run() throws {
        var report = Report(
            "growth",
            ["commands": commands, "runs": runs],
            columns: ["what", "size", "nanoseconds_per_command", "ratio_to_smallest"]
        )
        let flow = Flow.make(.narrow, count: commands, seed: 1)
        let dimensions: [(what: String, sizes: [Int], make: (Int) -> EngineRun)] = [
            (
                "resting orders", [1000, 10_000, 100_000, 1_000_000],
                { size in
                    var run = EngineRun(members: 1000)
                    run.rest(size)
                    return run
                }
            ),
            // The operator and the regulator are members, too.
            ("members", [10, 100, 1000, 10_000, Limits.membersMax - 2], { EngineRun(members: $0) }),
            ("markets", [1, 10, 100, 1000], { EngineRun(members: 1000, markets: $0, isSpread: true) }),
        ]
        for dimension in dimensions {
            var smallest = 0.0
            var worst = 0.0
            for size in dimension.sizes {
                var best = Double.infinity
                for _ in 0..<runs {
                    var run = dimension.make(size)
                    best = min(best, run.run(flow))
                }
                let cost = best / Double(commands) * 1e9
                if smallest == 0 { smallest = cost }
                worst = max(worst, cost / smallest)
                report.add([
                    "what": dimension.what, "size": size, "nanoseconds_per_command": cost,
                    "ratio_to_smallest": cost / smallest,
                ])
            }
            report.summary["worst_ratio_of_\(dimension.what.replacingOccurrences(of: " ", with: "_"))"] = worst
        }
        report.summary["bytes_per_resting_order"] = bytesPerOrder(1_000_000)
        try report.write()
    }

    /// What a million resting orders add to the process's memory, an order.
    private func bytesPerOrder(_ count: Int) -> Double {
        let before = residentBytes
        var run = BookRun()
        run.run((1...count).map { Message.resting(UInt64($0)) })
        return Double(residentBytes - before - count * MemoryLayout<Message>.stride) / Double(run.book.count)
    }

    private var residentBytes: Int {
        let text =
            FileManager.default.contents(atPath: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }
}

extension Message {
    /// An order far from the middle, so that no flow reaches it.
    static func resting(_ number: UInt64) -> Message {
        let side: Side = number.isMultiple(of: 2) ? .buy : .sell
        let offset = Int32(number / 2 % 2000)
        return Message(
            kind: .new,
            side: side,
            isIOC: false,
            order: number,
            level: side == .buy ? 10 + offset : Int32(Flow.levelCount) - 10 - offset,
            quantity: 1
        )
    }
}
