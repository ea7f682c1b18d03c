import Exchange
import Foundation
import Testing
import Wire

/// The project's folder.
let projectFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Runs lines behind a setting, once whole and once with a snapshot after each so many of them, to the same state.
/// - Returns: the replies, without what the setting printed, and all lines.
func runWithSnapshots(
    behind seed: String,
    _ lines: [String],
    every: Int
) throws -> (replies: [String], all: [String], exchange: Exchange) {
    var replay = StreamReplay()
    try replay.run(Array(seed.utf8)) { _, _ in }
    var replies: [String] = []
    var all: [String] = []
    var restored = StreamReplay(on: replay.venue)
    var count = 0
    for line in lines {
        let text = Array((line + "\n").utf8)
        try replay.run(text) { step, _ in
            for line in step.output.lines {
                let text = String(decoding: step.output.text(of: line), as: UTF8.self)
                all.append(text)
                if line.destination == .reply, !text.hasPrefix("ROW"),
                    !step.entry.line.elementsEqual(Array("CLOCK".utf8))
                {
                    replies.append(text)
                }
            }
        }
        try restored.run(text) { _, _ in }
        count += 1
        if count.isMultiple(of: every) {
            let time = restored.time
            restored = StreamReplay(on: try Venue(snapshot: restored.venue.snapshot()))
            restored.time = time
        }
    }
    #expect(restored.venue.snapshot() == replay.venue.snapshot())
    replay.venue.exchange.checkInvariants()
    return (replies, all, replay.venue.exchange)
}
