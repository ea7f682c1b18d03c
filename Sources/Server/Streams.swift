import DequeModule
import Permits
import Storage

/// A part of a stream that a client wants again.
struct StreamRequest: Sendable {
    let id: Code
    let name: Code
    let stream: UInt64
    let from: UInt64
    /// The last line that must come from settlement.
    let through: UInt64
}

/// The recent lines of every stream; older ones are in settlement.
struct RecentLines {
    /// How many lines of a stream are kept once settlement has them.
    private static let kept = 4096

    private struct Stream {
        /// The number of the first line in `lines`.
        var first: UInt64
        var lines: Deque<FeedLine> = []
    }

    private var streams: [UInt64: Stream] = [:]

    /// Adds a line; drops old ones that settlement has booked.
    mutating func append(_ line: FeedLine, booked: UInt64) {
        var stream = streams.removeValue(forKey: line.stream) ?? Stream(first: line.count)
        stream.lines.append(line)
        while stream.lines.count > RecentLines.kept, let oldest = stream.lines.first, oldest.sequence <= booked {
            stream.lines.removeFirst()
            stream.first += 1
        }
        streams[line.stream] = stream
    }

    /// The first line in memory of a stream whose last line has number `last`.
    func first(of stream: UInt64, last: UInt64) -> UInt64 { streams[stream]?.first ?? last + 1 }

    /// The lines from a number on, as one run of bytes.
    func bytes(of stream: UInt64, from: UInt64) -> [UInt8] {
        guard let recent = streams[stream] else { return [] }
        return recent.lines.dropFirst(Int(max(from, recent.first) - recent.first)).bytes
    }
}

extension Sequence<FeedLine> {
    /// The lines as they were sent, with their line ends.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for line in self {
            bytes.append(contentsOf: line.line)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
