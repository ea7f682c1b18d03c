package import Permits

/// What is open between members and has permits set apart: a swap, an offer, a transfer that waits, a lease.
///
/// Whoever makes one holds what it gives, and what it would bring counts against the holding limit of who gets it, until it ends.
/// What it meets by and how it is told is each one's own.
package protocol Promise {
    /// Whose permits are held.
    var giver: MemberID { get }
    var held: [(ClassID, Quantity)] { get }
    /// Who would get permits.
    var taker: MemberID { get }
    var awaited: [(ClassID, Quantity)] { get }
}

extension Promise {
    /// Whether it gives or brings permits of a class.
    package func concerns(_ id: ClassID) -> Bool { held.contains { $0.0 == id } || awaited.contains { $0.0 == id } }
}

extension Swap: Promise {
    package var giver: MemberID { member }
    package var held: [(ClassID, Quantity)] { [(give, giveQuantity)] }
    package var taker: MemberID { member }
    package var awaited: [(ClassID, Quantity)] { [(want, wantQuantity)] }
}

extension Offer: Promise {
    package var giver: MemberID { seller }
    package var held: [(ClassID, Quantity)] { items.map { ($0.permitClass, $0.quantity) } }
    package var taker: MemberID { seller }
    /// Money alone.
    package var awaited: [(ClassID, Quantity)] { [] }
}

extension PendingTransfer: Promise {
    package var giver: MemberID { from }
    package var held: [(ClassID, Quantity)] { [(permitClass, quantity)] }
    package var taker: MemberID { to }
    package var awaited: [(ClassID, Quantity)] { passage.map { [($0.target, $0.arrives)] } ?? held }
}

extension Right: Promise {
    package var giver: MemberID { seller }
    /// What is leased stays the seller's, and with it.
    package var held: [(ClassID, Quantity)] { isLease ? [(entitlement, quantity)] : [] }
    package var taker: MemberID { buyer }
    package var awaited: [(ClassID, Quantity)] { [] }
}
