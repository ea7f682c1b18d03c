import Permits

/// The queue that an order stands in.
enum Place: UInt8, Sendable {
    case free, bids, asks, buyStops, sellStops, parked
}

/// What matching reads and writes of an order, and its neighbours in its queue: one cache line.
///
/// Quantities and prices fit 32 bits: `Limits.quantityMax` and `Limits.priceMax` are 10^9.
struct Node: Sendable {
    var id: UInt64
    /// When it took its place: of a waiting stop its number in the book's count, of others the book's `clock`.
    var stamp: UInt64
    var open: UInt32
    var shown: UInt32
    var quantity: UInt32
    var display: UInt32
    var price: UInt32
    /// The slot behind in the queue, or the next free slot; 0 if none.
    var next: UInt32 = 0
    /// The slot ahead in the queue; 0 if none.
    var previous: UInt32 = 0
    /// The price of its level in ticks, if it stands in a ladder.
    var level: UInt32 = 0
    var owner: UInt32
    var user: UInt32
    var place: Place
    var side: Side
    var kind: OrderKind
    var timeInForce: TimeInForce
    var selfTrade: SelfTradePrevention
    var flags: UInt8

    /// Shows a fresh slice: all of it, or at most `display` of an iceberg.
    @inline(__always)
    mutating func showSlice() { shown = display == 0 ? open : min(display, open) }
}

/// What matching does not read of an order.
struct Tail: Sendable {
    var reference: PackedCode
    var stop: UInt32
    var minimum: UInt32
    var expiry: Timestamp
}

/// All live orders, in slots that never move, and the index of their ids: at most 128 bytes an order.
///
/// Slot 0 is the sentinel: it holds no order and ends every list.
struct Slab: Sendable {
    private var nodes = Buffer<Node>(capacity: 64)
    private var tails = Buffer<Tail>(capacity: 64)
    private var freeHead: UInt32 = 0
    private var index = SlotTable()

    init() {
        nodes.append(Slab.blank)
        tails.append(Tail(reference: PackedCode(.none), stop: 0, minimum: 0, expiry: .zero))
    }

    var count: Int { index.count }

    mutating func makeOwn() {
        nodes.makeOwn()
        tails.makeOwn()
        index.makeOwn()
    }

    /// One more than the highest slot in use or free.
    var slotCount: Int { nodes.count }

    subscript(slot: UInt32) -> Node {
        @inline(__always) get { nodes[Int(slot)] }
        @inline(__always) _modify { yield &nodes[Int(slot)] }
    }

    /// The slot of a live order, or 0.
    @inline(__always)
    func slot(of id: OrderID) -> UInt32 {
        index.slot(Slab.hash(id.number)) { nodes[Int($0)].id == id.number }
    }

    /// Fibonacci hashing: ids are an arithmetic progression, which the golden ratio spreads evenly.
    @inline(__always)
    private static func hash(_ id: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (id &* 0x9E37_79B9_7F4A_7C15) &>> 32)
    }

    /// Stores an order; it stands in no queue yet.
    @inline(__always)
    mutating func insert(_ order: borrowing Order, place: Place, stamp: UInt64) -> UInt32 {
        let slot: UInt32
        let node = order.node(place: place, stamp: stamp)
        let tail = order.tail
        if freeHead == 0 {
            slot = UInt32(truncatingIfNeeded: nodes.count)
            nodes.append(node)
            tails.append(tail)
        } else {
            slot = freeHead
            freeHead = nodes[Int(slot)].next
            nodes[Int(slot)] = node
            tails[Int(slot)] = tail
        }
        let id = order.id
        precondition(self.slot(of: id) == 0, "the order is in the book already")
        index.insert(slot, Slab.hash(id.number))
        return slot
    }

    /// Frees the slot of an order that has left its queue.
    @inline(__always)
    mutating func free(_ slot: UInt32) {
        index.remove(slot, Slab.hash(nodes[Int(slot)].id))
        nodes[Int(slot)].place = .free
        nodes[Int(slot)].next = freeHead
        freeHead = slot
    }

    /// The whole order in a slot.
    @inline(__always)
    func order(at slot: UInt32) -> Order { Order(nodes[Int(slot)], tails[Int(slot)]) }

    /// The client's own id for the order in a slot.
    @inline(__always)
    func reference(at slot: UInt32) -> PackedCode { tails[Int(slot)].reference }

    private static let blank = Node(
        id: 0,
        stamp: 0,
        open: 0,
        shown: 0,
        quantity: 0,
        display: 0,
        price: 0,
        owner: 0,
        user: 0,
        place: .free,
        side: .buy,
        kind: .limit,
        timeInForce: .gtc,
        selfTrade: .newest,
        flags: 0
    )
}

extension Node {
    static let postOnly: UInt8 = 1
    static let isQuote: UInt8 = 2
    static let sessionBound: UInt8 = 4

    /// Whether it waits for its stop price.
    var isWaitingStop: Bool { place == .buyStops || place == .sellStops }
}
