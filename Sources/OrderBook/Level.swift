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
        visible += slab[slot].order.shown.units
        total += slab[slot].order.open.units
    }

    /// Takes an order out of the queue; its slot stays in use.
    @inline(__always)
    mutating func remove(_ slot: UInt32, _ slab: inout Slab) {
        let next = slab[slot].next
        let previous = slab[slot].previous
        if previous == 0 { head = next } else { slab[previous].next = next }
        if next == 0 { tail = previous } else { slab[next].previous = previous }
        count -= 1
        visible -= slab[slot].order.shown.units
        total -= slab[slot].order.open.units
    }

    /// Takes a traded quantity off an order of the queue.
    @inline(__always)
    mutating func reduce(_ slot: UInt32, by quantity: Int64, shown: Int64, _ slab: inout Slab) {
        slab[slot].order.open.units -= quantity
        slab[slot].order.shown.units -= shown
        total -= quantity
        visible -= shown
    }
}
