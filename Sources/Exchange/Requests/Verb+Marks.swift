package import Permits

/// What is asked of verbs at every request, in plain data.
private struct Marks: Sendable {
    let roles: Roles
    let traits: RequestRule.Traits

    /// Indexed by `Verb.place`: no memory to count references of.
    static let all = InlineArray<256, Marks> { index in
        let rule = index < RequestRule.all.count ? RequestRule.all[index] : RequestRule.clock
        return Marks(roles: rule.roles, traits: rule.traits)
    }
}

extension Verb {
    /// What it takes and who may send it.
    package var rule: RequestRule { RequestRule.all[Int(place)] }

    /// Who may send it.
    package var roles: Roles { Marks.all[Int(place)].roles }

    private func has(_ trait: RequestRule.Traits) -> Bool {
        Marks.all[Int(place)].traits.rawValue & trait.rawValue != 0
    }

    /// Whether it takes an order, a bid or an offer back, or makes the venue do so.
    package var takesBack: Bool { has(.takesBack) }

    /// Whether it is a query that lists what there may be any number of, a page at a time.
    package var listsInPages: Bool { has(.inPages) }

    /// Whether only the sequencer writes it: it stands in journals, and no client can send it.
    package var isInternal: Bool { has(.fromVenueAlone) }

    /// Whether it is about the sender's session, so that a repeat must act again instead of getting the first reply.
    package var isOfSession: Bool { has(.ofSession) }

    /// Whether it needs two persons of a member that has four eyes on.
    ///
    /// A halt needs one only: it is the safe direction.
    package var needsTwoPersons: Bool { has(.twoPersons) }

    /// Whether it needs two persons of every member.
    package var alwaysNeedsTwoPersons: Bool { has(.alwaysTwoPersons) }
}
