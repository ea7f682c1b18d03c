package import Permits

/// What members' moves through links have left below a whole permit, carried to each one's next move of that class by that link.
///
/// So a quantity that is moved in pieces arrives as it would in one: rounded down once.
package struct PassageFractions: Sendable {
    private struct Way: Hashable {
        var member: MemberID
        var link: Int
    }

    /// Of a permit, exact.
    private struct Fraction {
        var numerator: Int64
        var denominator: Int64
    }

    /// By the class that leaves; none is zero.
    private var fractions: [ClassID: [Way: Fraction]] = [:]

    package init() {}

    /// What arrives of `quantity` by a ratio, with what was carried.
    package func arrives(
        of quantity: Quantity,
        _ permitClass: ClassID,
        of member: MemberID,
        by link: Int,
        _ ratio: Ratio
    ) -> Quantity {
        let carried = carried(permitClass, of: member, by: link, ratio)
        let parts = Int128(quantity.units) * Int128(ratio.numerator) + Int128(carried)
        return Quantity(Int64(parts / Int128(ratio.denominator)))
    }

    /// Carries what a move of `quantity` leaves.
    package mutating func carry(
        _ quantity: Quantity,
        _ permitClass: ClassID,
        of member: MemberID,
        by link: Int,
        _ ratio: Ratio
    ) {
        let carried = carried(permitClass, of: member, by: link, ratio)
        let parts = Int128(quantity.units) * Int128(ratio.numerator) + Int128(carried)
        set(
            Fraction(numerator: Int64(parts % Int128(ratio.denominator)), denominator: ratio.denominator),
            permitClass,
            Way(member: member, link: link)
        )
    }

    /// Drops what is carried of a class that has ended.
    package mutating func forget(_ permitClass: ClassID) { fractions[permitClass] = nil }

    /// What was carried, in parts of `ratio`, which may have changed since: rounded down.
    private func carried(_ permitClass: ClassID, of member: MemberID, by link: Int, _ ratio: Ratio) -> Int64 {
        guard let fraction = fractions[permitClass]?[Way(member: member, link: link)] else { return 0 }
        return fraction.numerator * ratio.denominator / fraction.denominator
    }

    private mutating func set(_ fraction: Fraction, _ permitClass: ClassID, _ way: Way) {
        fractions[permitClass, default: [:]][way] = fraction.numerator == 0 ? nil : fraction
    }
}

extension PassageFractions: Layout {
    /// By class, member and link.
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: PassageFractions?
    ) throws(SnapshotError) -> PassageFractions {
        var new = PassageFractions()
        let sorted = old?.fractions.sorted { $0.key.index < $1.key.index }.flatMap { permitClass, ways in
            ways.sorted { ($0.key.member, $0.key.link) < ($1.key.member, $1.key.link) }.map {
                (permitClass: permitClass, way: $0.key, fraction: $0.value)
            }
        }
        let all = try coder.list("fractions", sorted) { coder, old throws(SnapshotError) in
            let permitClass = try coder.value("permitClass", old?.permitClass)
            let way = Way(
                member: try coder.value("member", old?.way.member),
                link: try coder.value("link", old?.way.link)
            )
            let fraction = Fraction(
                numerator: try coder.value("numerator", old?.fraction.numerator),
                denominator: try coder.value("denominator", old?.fraction.denominator)
            )
            return (permitClass: permitClass, way: way, fraction: fraction)
        }
        for entry in all {
            guard (1...Ratio.partMax).contains(entry.fraction.denominator) else {
                throw SnapshotError("a fraction of \(entry.fraction.denominator) parts")
            }
            new.set(entry.fraction, entry.permitClass, entry.way)
        }
        return new
    }
}
