package import Permits

/// What was allocated to each member of each class, outside auctions, and not taken back.
package struct AllocatedPermits: Sendable {
    private var quantities: [MemberID: [ClassID: Quantity]] = [:]

    package init() {}

    /// What a member was allocated of a class.
    package subscript(member: MemberID, permitClass: ClassID) -> Quantity {
        quantities[member]?[permitClass] ?? .zero
    }

    /// Counts permits as allocated; below zero as taken back.
    package mutating func count(_ quantity: Quantity, to member: MemberID, of permitClass: ClassID) {
        quantities[member, default: [:]][permitClass, default: .zero] += quantity
    }
}

extension AllocatedPermits: Layout {
    /// By member and class.
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: AllocatedPermits?
    ) throws(SnapshotError) -> AllocatedPermits {
        var new = AllocatedPermits()
        let sorted = old?.quantities.sorted { $0.key < $1.key }.flatMap { member, classes in
            classes.sorted { $0.key.index < $1.key.index }.map {
                (member: member, permitClass: $0.key, quantity: $0.value)
            }
        }
        let all = try coder.list("quantities", sorted) { coder, old throws(SnapshotError) in
            (
                member: try coder.value("member", old?.member),
                permitClass: try coder.value("permitClass", old?.permitClass),
                quantity: try coder.value("quantity", old?.quantity)
            )
        }
        for entry in all { new.count(entry.quantity, to: entry.member, of: entry.permitClass) }
        return new
    }
}
