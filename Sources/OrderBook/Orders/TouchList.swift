import Permits

/// A level that the running command touched, and what it showed before.
struct Touch: Sendable, BitwiseCopyable {
    var side: Side
    var index: UInt32
    var before: Int64
}

/// The touched levels of the running command, in order.
typealias TouchList = Buffer<Touch>
