package import Permits

/// When permits must have been surrendered for a period; the engine settles it by itself at that time.
package struct Deadline: Sendable, Equatable {
    package var program: ProgramID
    /// The last year of the period, by which it is named.
    package var period: Int64
    /// Its first year.
    package var since: Int64
    package var due: Timestamp
    /// How much of the use must be covered by then; all of it at the final deadline.
    package var share: Percent
    package var isDone = false
    /// Whether another date has taken its place.
    package var isReplaced = false

    package var isFinal: Bool { share == .whole }

    package init(program: ProgramID, period: Int64, since: Int64, due: Timestamp, share: Percent) {
        self.program = program
        self.period = period
        self.since = since
        self.due = due
        self.share = share
    }
}

/// Where a facility stands in one compliance period.
package struct Obligation: Sendable, Equatable {
    /// The last year of the period.
    package var period: Int64
    /// Its first year.
    package var since: Int64
    /// What was surrendered for it.
    package var tally = SurrenderTally()
    /// What an interim shortfall's penalty has replaced: it is not asked for again.
    package var replaced = Quantity.zero
    /// Permits owed from before, less credit, that deadlines of this period have taken up; may be negative.
    package var carried = Quantity.zero
    /// The part of what was owed that is penalty.
    package var carriedPenalty = Quantity.zero
    /// What the last deadline found; nil before the first.
    package var outcome: Outcome?
    /// Whether the final deadline has passed.
    package var isSettled = false

    /// What a deadline found.
    package struct Outcome: Sendable, Equatable {
        /// Verified use since the period began.
        package var use: Quantity
        /// What had to be surrendered by then, carried debts and credits included.
        package var due: Quantity
        package var shortfall: Quantity
        /// Whether every year's use was verified.
        package var isVerified: Bool

        package init(use: Quantity, due: Quantity, shortfall: Quantity, isVerified: Bool) {
            self.use = use
            self.due = due
            self.shortfall = shortfall
            self.isVerified = isVerified
        }
    }

    package init(period: Int64, since: Int64) {
        self.period = period
        self.since = since
    }
}

/// What was surrendered for an obligation, by what it counts as.
package struct SurrenderTally: Sendable, Equatable {
    /// Allowances, of whatever vintage.
    package var allowances = Quantity.zero
    /// Those of them that are of a vintage before the period.
    package var banked = Quantity.zero
    /// Those of them that are of a vintage after the period.
    package var borrowed = Quantity.zero
    package var offsets = Quantity.zero

    package init() {}

    package var total: Quantity { allowances + offsets }

    /// Counts permits as surrendered.
    package mutating func add(_ quantity: Quantity, as kind: SurrenderKind) {
        if kind == .offset {
            offsets += quantity
            return
        }
        allowances += quantity
        if kind == .banked { banked += quantity }
        if kind == .borrowed { borrowed += quantity }
    }
}

/// What a permit counts as in a compliance period.
package enum SurrenderKind: UInt8, Word {
    case current, banked, borrowed, offset

    package var word: StaticString {
        switch self {
        case .current: "current"
        case .banked: "banked"
        case .borrowed: "borrowed"
        case .offset: "offset"
        }
    }

    /// What a permit of `vintage` is to the period from `since` to `period`.
    package init(vintage: Int64, isOffset: Bool, since: Int64, period: Int64) {
        self = isOffset ? .offset : vintage < since ? .banked : vintage > period ? .borrowed : .current
    }
}

/// How much of each kind an obligation may still be covered with.
package struct SurrenderRoom: Sendable, Equatable {
    /// nil: no limit.
    private var left: (banked: Quantity?, borrowed: Quantity, offsets: Quantity)

    /// The room under `rules` for `use` and `owedAsPenalty`, after what was surrendered.
    package init(_ rules: ComplianceRules, use: Quantity, owedAsPenalty: Quantity, after tally: SurrenderTally) {
        func rest(_ limit: Quantity, _ used: Quantity) -> Quantity { max(.zero, limit - used) }
        left.banked = rules.banking.map { rest($0.shareRoundedDown(of: use), tally.banked) }
        left.borrowed = rest(rules.borrowing.shareRoundedDown(of: use), tally.borrowed)
        let offsets =
            rules.offsets.shareRoundedDown(of: use) + rules.penaltyOffsets.shareRoundedDown(of: owedAsPenalty)
        left.offsets = rest(offsets, tally.offsets)
    }

    /// How many permits of a kind still count; nil for any number.
    package func room(_ kind: SurrenderKind) -> Quantity? {
        switch kind {
        case .current: nil
        case .banked: left.banked
        case .borrowed: left.borrowed
        case .offset: left.offsets
        }
    }

    /// Uses room up.
    package mutating func use(_ quantity: Quantity, as kind: SurrenderKind) {
        switch kind {
        case .current: break
        case .banked: left.banked = left.banked.map { $0 - quantity }
        case .borrowed: left.borrowed -= quantity
        case .offset: left.offsets -= quantity
        }
    }

    package static func == (a: SurrenderRoom, b: SurrenderRoom) -> Bool { a.left == b.left }
}

/// Permits of one class in a compliance account.
package struct ComplianceLot: Sendable, Equatable {
    package var permitClass: ClassID
    package var kind: SurrenderKind
    package var vintage: Int64
    package var quantity: Quantity

    package init(permitClass: ClassID, kind: SurrenderKind, vintage: Int64, quantity: Quantity) {
        self.permitClass = permitClass
        self.kind = kind
        self.vintage = vintage
        self.quantity = quantity
    }
}

/// Takes what is due out of compliance accounts.
package enum TrueUp {
    /// Which permits cover `due`: offsets as far as they count, then allowances in the program's order of vintages.
    ///
    /// Uses up `room`; gives less than `due` if the lots do not cover it.
    package static func draw(
        _ due: Quantity,
        from lots: [ComplianceLot],
        newestFirst: Bool,
        room: inout SurrenderRoom
    ) -> [ComplianceLot] {
        let sorted = lots.sorted { a, b in
            if (a.kind == .offset) != (b.kind == .offset) { return a.kind == .offset }
            if a.vintage != b.vintage { return (a.vintage < b.vintage) != newestFirst }
            return a.permitClass < b.permitClass
        }
        var left = due
        var drawn: [ComplianceLot] = []
        for lot in sorted {
            var part = min(left, lot.quantity)
            if let limit = room.room(lot.kind) { part = min(part, limit) }
            guard part > .zero else { continue }
            room.use(part, as: lot.kind)
            left -= part
            var taken = lot
            taken.quantity = part
            drawn.append(taken)
        }
        return drawn
    }
}
