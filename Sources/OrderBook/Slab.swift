import Permits

/// The queue that an order stands in.
enum Place: UInt8, Sendable {
    case free, bids, asks, buyStops, sellStops, parked
}

/// One slot of the slab: an order and its neighbours in its queue.
struct Node: Sendable {
    var order: Order
    /// The slot behind in the queue, or the next free slot; 0 if none.
    var next: UInt32 = 0
    /// The slot ahead in the queue; 0 if none.
    var previous: UInt32 = 0
    var place: Place
    /// The index of its level, if it stands in a ladder.
    var level: UInt32 = 0
    /// When it took its place: of a waiting stop its number in the book's count, of others the book's `clock`.
    var stamp: UInt64 = 0
}

/// All live orders, in slots that never move, and the index of their ids.
///
/// Slot 0 is the sentinel: it holds no order and ends every list.
struct Slab: Sendable {
    private var nodes: ContiguousArray<Node>
    private var freeHead: UInt32 = 0
    private(set) var index = OrderIndex()

    init() { nodes = [Node(order: Slab.blank, place: .free)] }

    var count: Int { index.count }
    /// One more than the highest slot in use or free.
    var slotCount: Int { nodes.count }

    subscript(slot: UInt32) -> Node {
        @inline(__always) get { nodes[Int(slot)] }
        @inline(__always) _modify { yield &nodes[Int(slot)] }
    }

    /// Stores an order; it stands in no queue yet.
    mutating func insert(_ order: Order, place: Place) -> UInt32 {
        let slot: UInt32
        if freeHead == 0 {
            slot = UInt32(nodes.count)
            nodes.append(Node(order: order, place: place))
        } else {
            slot = freeHead
            freeHead = nodes[Int(slot)].next
            // Joining its queue sets the rest.
            nodes[Int(slot)].order = order
            nodes[Int(slot)].place = place
        }
        index.insert(order.id, slot: slot)
        return slot
    }

    /// Frees the slot of an order that has left its queue.
    mutating func free(_ slot: UInt32) {
        index.remove(nodes[Int(slot)].order.id)
        nodes[Int(slot)].place = .free
        nodes[Int(slot)].next = freeHead
        freeHead = slot
    }

    private static let blank = Order(
        id: OrderID(number: 0),
        owner: .venue,
        user: .venue,
        reference: .none,
        side: .buy,
        kind: .limit,
        timeInForce: .gtc,
        selfTrade: .newest,
        postOnly: false,
        isQuote: false,
        sessionBound: false,
        price: .zero,
        stop: .zero,
        quantity: .zero,
        open: .zero,
        display: .zero,
        shown: .zero,
        minimum: .zero,
        expiry: .never
    )
}
