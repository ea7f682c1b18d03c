package import OrderBook
package import Permits

/// The live orders of each member, so that what asks for a member's orders looks at no others.
///
/// An order is added when it comes to rest. When it ends it is only counted; a list of which more than half has ended is gone
/// through again by whoever adds to it. It follows from the books and is no part of the state.
struct MemberOrders: Sendable {
    private struct List: Sendable {
        var numbers: ContiguousArray<OrderID> = []
        var live = 0
    }

    /// By `MemberID.index`.
    private var lists: ContiguousArray<List> = []

    /// Adds an order that rests.
    /// - Returns: whether so many have ended that `set` should say which are live.
    @inline(__always)
    mutating func add(_ order: OrderID, of member: MemberID) -> Bool {
        while lists.count <= Int(member.index) { lists.append(List()) }
        lists[Int(member.index)].numbers.append(order)
        lists[Int(member.index)].live += 1
        return lists[Int(member.index)].numbers.count > 2 * lists[Int(member.index)].live + 64
    }

    /// Counts an order that rested and has ended.
    @inline(__always)
    mutating func end(of member: MemberID) { lists[Int(member.index)].live -= 1 }

    /// How many orders of a member are live.
    func count(of member: MemberID) -> Int { Int(member.index) < lists.count ? lists[Int(member.index)].live : 0 }

    /// The orders of a member, some of which may have ended.
    func numbers(of member: MemberID) -> ContiguousArray<OrderID> {
        Int(member.index) < lists.count ? lists[Int(member.index)].numbers : []
    }

    /// Says which orders of a member are live.
    mutating func set(_ live: ContiguousArray<OrderID>, of member: MemberID) {
        precondition(live.count == lists[Int(member.index)].live, "live orders are miscounted")
        lists[Int(member.index)].numbers = live
    }
}

extension Exchange {
    /// The live orders of a member, market by market, oldest first.
    /// - Complexity: at most twice as many as it has, and the sort.
    package func orders(of member: MemberID) -> [Order] {
        ordersOfMembers.numbers(of: member).compactMap { markets[$0.market.slot].book.order($0) }
            .sorted { ($0.id.market.index, $0.id) < ($1.id.market.index, $1.id) }
    }

    /// Refuses a member one more order if it has as many as it may.
    @inline(__always)
    func checkOrderCount(_ member: MemberID) throws(Refusal) {
        guard ordersOfMembers.count(of: member) >= Limits.ordersMax else { return }
        throw Refusal(.limitReached, "\(Limits.ordersMax) orders are live, the most of a member; cancel some")
    }

    /// Notes an order that has come to rest.
    @inline(__always)
    mutating func rests(_ order: OrderID, of member: MemberID) {
        if ordersOfMembers.add(order, of: member) { sortOut(member) }
    }

    @inline(never)
    private mutating func sortOut(_ member: MemberID) {
        var live: ContiguousArray<OrderID> = []
        for order in ordersOfMembers.numbers(of: member) where markets[order.market.slot].book.open(order) > .zero {
            live.append(order)
        }
        ordersOfMembers.set(live, of: member)
    }

    /// Notes that an order has ended; not the one that is being entered, which has not rested.
    @inline(__always)
    mutating func ended(_ order: OrderID, of member: MemberID) {
        if order != entering { ordersOfMembers.end(of: member) }
    }

    /// Stops the program unless the members' orders are those of the books.
    func checkMemberOrders() {
        var counts: [MemberID: Int] = [:]
        for market in markets { for order in market.book.allOrders { counts[order.owner, default: 0] += 1 } }
        for index in members.members.indices {
            let member = MemberID(UInt32(index))
            let count = counts[member] ?? 0
            precondition(
                count == ordersOfMembers.count(of: member) && count == orders(of: member).count,
                "the orders of \(members[member].code) are not those of the books"
            )
        }
    }
}
