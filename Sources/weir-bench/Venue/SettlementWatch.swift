import Foundation
import Server
import Synchronization

/// Looks ten times a second, while something else runs, at how far settlement is behind, and how long a page of a stream takes.
final class SettlementWatch: @unchecked Sendable {
    private let venue: BenchVenue
    private let link: LoadGenerator
    private let isOver = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    // Of the thread, until it has ended.
    private var samples: [(time: UInt64, committed: UInt64, settled: UInt64)] = []
    private var resumes = Histogram()
    private var failure: (any Error)?

    /// Begins to look; the venue's last member asks.
    init(_ venue: BenchVenue) throws {
        self.venue = venue
        link = try venue.connectLast()
        Thread { [self] in
            do {
                while !isOver.load(ordering: .relaxed) { try look() }
            } catch {
                failure = error
            }
            ended.signal()
        }.start()
    }

    private func look() throws {
        let start = LoadGenerator.now
        samples.append((start, venue.server.lastCommand, venue.server.settledSequence))
        try link.exchange(Array("RESUME stream=M from=1 limit=100\n".utf8), replies: 1, on: 0)
        let elapsed = LoadGenerator.now - start
        resumes.add(elapsed)
        if elapsed < 100_000_000 { usleep(UInt32(100_000 - elapsed / 1000)) }
    }

    /// Stops looking.
    /// - Returns: for each look, how long before it the first command was committed that was not booked; and how long pages took.
    /// - Throws: what a look threw.
    func end() throws -> (behind: Histogram, resumes: Histogram) {
        isOver.store(true, ordering: .relaxed)
        ended.wait()
        if let failure { throw failure }
        var behind = Histogram()
        var first = 0
        for sample in samples {
            while samples[first].committed <= sample.settled, samples[first].time < sample.time { first += 1 }
            behind.add(sample.time - samples[first].time)
        }
        return (behind, resumes)
    }
}
