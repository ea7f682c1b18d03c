package import Permits

/// An offer to give permits of one class for permits of another, whole or not at all.
///
/// Source: the water certificates of the Heihe at Zhangye, where households barter turns rather than sell them.
package struct Swap: Sendable, Equatable {
    /// From 1.
    package var number: UInt64
    package var member: MemberID
    package var give: ClassID
    package var giveQuantity: Quantity
    package var want: ClassID
    package var wantQuantity: Quantity
    /// With whom alone; nil for anyone.
    package var partner: MemberID?
    package var expires: Timestamp

    package init(
        number: UInt64,
        member: MemberID,
        give: ClassID,
        giveQuantity: Quantity,
        want: ClassID,
        wantQuantity: Quantity,
        partner: MemberID?,
        expires: Timestamp
    ) {
        self.number = number
        self.member = member
        self.give = give
        self.giveQuantity = giveQuantity
        self.want = want
        self.wantQuantity = wantQuantity
        self.partner = partner
        self.expires = expires
    }

    /// Whether two offers meet: each gives at least what the other wants, and neither is meant for somebody else.
    package func meets(_ other: Swap) -> Bool {
        gives(to: other) && other.gives(to: self) && allows(other.member) && other.allows(member)
    }

    /// Whether this offer gives what the other wants, and as much of it.
    package func gives(to other: Swap) -> Bool {
        member != other.member && give == other.want && giveQuantity >= other.wantQuantity
    }

    private func allows(_ member: MemberID) -> Bool { partner == nil || partner == member }
}

extension Swap: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Swap?) throws(SnapshotError) -> Swap {
        Swap(
            number: try coder.value("number", old?.number),
            member: try coder.value("member", old?.member),
            give: try coder.value("give", old?.give),
            giveQuantity: try coder.value("giveQuantity", old?.giveQuantity),
            want: try coder.value("want", old?.want),
            wantQuantity: try coder.value("wantQuantity", old?.wantQuantity),
            partner: try coder.value("partner", old?.partner, none: MemberID(.max)),
            expires: try coder.value("expires", old?.expires)
        )
    }
}

/// How an offer to swap ended, or that it is open.
package enum SwapState: Spelling, Word {
    case open, executed, withdrawn, expired
    /// A class ended, a member was suspended, or a limit was lowered.
    case ended
}
