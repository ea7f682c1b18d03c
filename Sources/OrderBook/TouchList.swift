import Permits

/// A level that the running command touched, and what it showed before.
struct Touch: Sendable {
    var side: Side
    var index: Int
    var before: Int64
}

/// The touched levels of the running command, in order; forgetting them frees nothing.
struct TouchList: Sendable {
    private var touches: ContiguousArray<Touch> = []
    private(set) var count = 0

    subscript(position: Int) -> Touch { touches[position] }

    @inline(__always)
    mutating func append(_ touch: Touch) {
        if count < touches.count { touches[count] = touch } else { touches.append(touch) }
        count += 1
    }

    mutating func removeAll() { count = 0 }
}
