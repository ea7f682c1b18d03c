import Permits

/// A page of a stream that a client wants again.
struct StreamRequest: Sendable {
    let id: Code
    let name: Code
    let stream: UInt64
    let from: UInt64
    /// The last number wanted, and the last one that there was at the request.
    let through: UInt64
    let last: UInt64
    /// The most lines.
    let limit: Int

    /// The most bytes of a page, or one line: what a connection may have in memory for it.
    static let pageBytesMax = 256 << 10
}
