import Permits

/// The queue of one price, first in, first out, linked through the slab; quantities in units.
struct Level: Sendable {
    var head: UInt32 = 0
    var tail: UInt32 = 0
    var count: UInt32 = 0
    /// Whether the running command has noted what the level showed before.
    var isTouched = false
    /// The sum of what the orders show.
    var visible: Int64 = 0
    /// The sum of what is open, hidden parts included.
    var total: Int64 = 0

    /// Puts an order last.
    @inline(__always)
    mutating func append(_ slot: UInt32, _ slab: inout Slab) {
        slab[slot].next = 0
        slab[slot].previous = tail
        if tail == 0 { head = slot } else { slab[tail].next = slot }
        tail = slot
        count += 1
        visible += Int64(slab[slot].shown)
        total += Int64(slab[slot].open)
    }

    /// Takes an order out of the queue; its slot stays in use.
    @inline(__always)
    mutating func remove(_ slot: UInt32, _ slab: inout Slab) {
        let node = slab[slot]
        if node.previous == 0 { head = node.next } else { slab[node.previous].next = node.next }
        if node.next == 0 { tail = node.previous } else { slab[node.next].previous = node.previous }
        count -= 1
        visible -= Int64(node.shown)
        total -= Int64(node.open)
    }

    /// Takes a quantity off an order of the queue; `shown` may be negative, when a fresh slice shows more.
    @inline(__always)
    mutating func reduce(_ slot: UInt32, by quantity: Int64, shown: Int64, _ slab: inout Slab) {
        slab[slot].open = UInt32(Int64(slab[slot].open) - quantity)
        slab[slot].shown = UInt32(Int64(slab[slot].shown) - shown)
        total -= quantity
        visible -= shown
    }
}
