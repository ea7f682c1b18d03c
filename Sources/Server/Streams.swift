import Permits
import Storage

/// A part of a stream that a client wants again.
struct StreamRequest: Sendable {
    let id: Code
    let name: Code
    let stream: UInt64
    let from: UInt64
    let through: UInt64
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
