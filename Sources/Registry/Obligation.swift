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
    /// Permits short for which money was asked in this period already.
    package var charged = Quantity.zero
    /// What was missing at the final deadline; negative: what was too much.
    package var gap = Quantity.zero
    /// Permits that the final deadline imposed for what was missing.
    package var imposed = Quantity.zero
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

    /// That of a period that was settled before the facility was there.
    package static func settled(period: Int64, since: Int64) -> Obligation {
        var obligation = Obligation(period: period, since: since)
        obligation.isSettled = true
        return obligation
    }
}

extension Facility {
    /// Makes one obligation of those for single years of a period, which were surrendered for before it was announced.
    package mutating func gatherObligations(since: Int64, period: Int64) {
        let parts = obligations.filter { !$0.isSettled && (since...period).contains($0.period) }
        guard !parts.isEmpty else { return }
        var whole = Obligation(period: period, since: since)
        for part in parts {
            whole.tally.add(part.tally)
            whole.replaced += part.replaced
            whole.carried += part.carried
            whole.carriedPenalty += part.carriedPenalty
            whole.charged += part.charged
            whole.outcome = part.outcome ?? whole.outcome
        }
        obligations.removeAll { !$0.isSettled && (since...period).contains($0.period) }
        obligations.append(whole)
        obligations.sort { $0.period < $1.period }
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

    /// Adds another tally.
    package mutating func add(_ other: SurrenderTally) {
        allowances += other.allowances
        banked += other.banked
        borrowed += other.borrowed
        offsets += other.offsets
    }

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
package enum SurrenderKind: Spelling, Word {
    case current, banked, borrowed, offset

    /// What a permit of `vintage` is to the period from `since` to `period`.
    package init(vintage: Int64, isOffset: Bool, since: Int64, period: Int64) {
        self = isOffset ? .offset : vintage < since ? .banked : vintage > period ? .borrowed : .current
    }
}

/// How much of each kind an obligation may be covered with.
package struct SurrenderLimits: Sendable {
    /// nil: no limit.
    private let banked: Quantity?
    private let borrowed: Quantity
    private let offsets: Quantity

    /// The limits under `rules` for `use` and `owedAsPenalty`.
    package init(_ rules: ComplianceRules, use: Quantity, owedAsPenalty: Quantity) {
        banked = rules.banking.map { $0.shareRoundedDown(of: use) }
        borrowed = rules.borrowing.shareRoundedDown(of: use)
        offsets = rules.offsets.shareRoundedDown(of: use) + rules.penaltyOffsets.shareRoundedDown(of: owedAsPenalty)
    }

    private func limit(_ kind: SurrenderKind) -> Quantity? {
        switch kind {
        case .current: nil
        case .banked: banked
        case .borrowed: borrowed
        case .offset: offsets
        }
    }

    /// How many more permits of a kind count; nil for any number.
    package func room(_ kind: SurrenderKind, after tally: SurrenderTally) -> Quantity? {
        let used: Quantity =
            switch kind {
            case .current: .zero
            case .banked: tally.banked
            case .borrowed: tally.borrowed
            case .offset: tally.offsets
            }
        return limit(kind).map { max(.zero, $0 - used) }
    }

    /// What of a tally is above the limits, now that the use is known better: it counts for the next period.
    package func excess(of tally: SurrenderTally) -> SurrenderTally {
        var excess = SurrenderTally()
        excess.banked = banked.map { max(.zero, tally.banked - $0) } ?? .zero
        // A later vintage is no longer borrowed in the period after.
        let later = max(.zero, tally.borrowed - borrowed)
        excess.allowances = excess.banked + later
        excess.offsets = max(.zero, tally.offsets - offsets)
        return excess
    }

    /// How many of the permits of a tally count.
    package func counted(_ tally: SurrenderTally) -> Quantity { tally.total - excess(of: tally).total }
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
    /// `tally` is what was surrendered before; gives less than `due` if the lots do not cover it.
    package static func draw(
        _ due: Quantity,
        from lots: [ComplianceLot],
        newestFirst: Bool,
        limits: SurrenderLimits,
        tally: SurrenderTally
    ) -> [ComplianceLot] {
        let sorted = lots.sorted { a, b in
            if (a.kind == .offset) != (b.kind == .offset) { return a.kind == .offset }
            if a.vintage != b.vintage { return (a.vintage < b.vintage) != newestFirst }
            return a.permitClass < b.permitClass
        }
        var left = due
        var tally = tally
        var drawn: [ComplianceLot] = []
        for lot in sorted {
            var part = min(left, lot.quantity)
            if let room = limits.room(lot.kind, after: tally) { part = min(part, room) }
            guard part > .zero else { continue }
            tally.add(part, as: lot.kind)
            left -= part
            var taken = lot
            taken.quantity = part
            drawn.append(taken)
        }
        return drawn
    }
}
