import OrderBook
import Permits
import Registry

// What goes over a whole program, market or venue: begun at once, done in slices, and what must stand still meanwhile.

extension Exchange {
    /// Begins a sweep; its first slice is done at once, unless another goes on, behind which it waits.
    mutating func begin(_ sweep: Sweep) {
        sweeps.append(sweep)
        if let market = sweep.market { markets[market.slot].isSwept = true }
        endSlice(after: sweep.parts.count)
        if sweeps.count == 1 { sweepOn() }
    }

    /// Does a slice; what is left waits for a `CLOCK`.
    mutating func sweepOn() {
        sliceEnd = events.count + Limits.sliceEventsMax
        while !isSliceOver, !sweeps.isEmpty {
            var sweep = sweeps.removeFirst()
            if !advance(&sweep) { sweeps.insert(sweep, at: 0) }
        }
        guard let first = sweeps.first else { return }
        stepsLeft = 0
        timers.add(.sweep, at: first.began)
    }

    /// Ends the slice at hand if what was done before is work enough: a list of so many.
    mutating func endSlice(after count: Int) {
        if count > Limits.sliceStepsMax { stepsLeft = 0 }
    }

    /// Takes a step of the slice at hand; false if it is over.
    mutating func takeStep() -> Bool {
        guard !isSliceOver else { return false }
        stepsLeft -= 1
        return true
    }

    /// Whether what can wait should leave the rest for the next `CLOCK`.
    var isSliceOver: Bool { stepsLeft <= 0 || events.count >= sliceEnd }

    /// Goes on with a sweep until its stage or the slice ends.
    /// - Returns: whether it is done.
    private mutating func advance(_ sweep: inout Sweep) -> Bool {
        switch sweep.kind {
        case .limits(let id): sweepLimits(of: id, &sweep)
        case .expiry(let id): sweepClasses(&sweep) && expired(id, sweep)
        case .seasonEnd(let index):
            sweepClasses(&sweep) && sweepRights(of: index, &sweep)
                && seasonEnded(index, sweep)
        case .announcement(let index, let entitlements, let percent):
            goOn(&sweep, to: sweep.parts.count) { exchange, sweep, place in
                exchange.credit(sweep.parts[place], &sweep, percent)
            } && announced(index, of: entitlements, percent, sweep)
        case .spill(let program, let vintage, let share):
            goOn(&sweep, to: sweep.parts.count) { exchange, sweep, place in
                exchange.spill(sweep.parts[place])
            } && spilled(program, vintage: vintage, share, sweep)
        case .release(let program, let vintage):
            goOn(&sweep, to: sweep.parts.count) { exchange, sweep, place in
                exchange.release(sweep.parts[place])
            } && released(program, vintage: vintage, sweep)
        case .deadline(let index): sweepDeadline(index, &sweep)
        case .phase(let market, let next, let text): sweepPhase(market, to: next, text, &sweep)
        case .dayEnd: sweepDayEnd(&sweep)
        case .relisting(let market, let tick, let band): sweepRelisting(market, tick, basisPoints: band, &sweep)
        case .moves(let link): sweepMoves(through: link, &sweep)
        case .batches(let program): sweepBatches(of: program, &sweep)
        case .opening(let opening): sweepOpening(opening, &sweep)
        }
    }

    /// Does a stage's steps from where it is up to a number of them, as far as the slice goes.
    /// - Returns: whether the stage is over.
    mutating func goOn(
        _ sweep: inout Sweep,
        to count: Int,
        _ step: (inout Exchange, inout Sweep, Int) -> Void
    ) -> Bool {
        while sweep.next < count {
            guard takeStep() else { return false }
            let place = Int(sweep.next)
            sweep.next += 1
            step(&self, &sweep, place)
        }
        return true
    }

    /// Does a stage's steps for things with ascending numbers, from the one behind that which was last, as far as the slice goes.
    /// - Returns: whether the stage is over.
    mutating func goOn<Element>(
        _ sweep: inout Sweep,
        through next: (Exchange, UInt64) -> Element?,
        number: (Element) -> UInt64,
        _ step: (inout Exchange, Element) -> Void
    ) -> Bool {
        while let element = next(self, sweep.next) {
            guard takeStep() else { return false }
            sweep.next = number(element)
            step(&self, element)
        }
        return true
    }

    /// Cancels the orders of each member that `matches`, as far as the slice goes.
    /// - Returns: whether all members are through.
    mutating func sweepOrders(
        _ sweep: inout Sweep,
        in swept: Set<MarketID>,
        _ reason: DoneReason,
        where matches: (Order) -> Bool = { _ in true }
    ) -> Bool {
        guard swept.contains(where: { markets[$0.slot].book.count > 0 }) else { return true }
        return goOn(&sweep, to: members.members.count) { exchange, _, place in
            let member = MemberID(UInt32(place))
            // To look at an order costs a part of what to cancel it does.
            exchange.stepsLeft -= exchange.ordersOfMembers.count(of: member) / 4
            exchange.cancelAll(of: member, reason) {
                swept.contains($0.id.market) && matches($0)
            }
        }
    }
}

// MARK: What stands still

extension Exchange {
    /// Whether nothing is gone over.
    @inline(__always)
    package var isAtRest: Bool { sweeps.isEmpty }

    /// Refuses what would move permits or orders of a program that is gone over.
    /// - Throws: `busy`.
    @inline(__always)
    func checkAtRest(_ program: ProgramID) throws(Refusal) {
        if !isAtRest { try checkNoSweep(of: program, movesOnly: true) }
    }

    /// Refuses what a regulator would begin in a program before what was begun is done.
    /// - Throws: `busy`.
    func checkNoSweep(of program: ProgramID) throws(Refusal) { try checkNoSweep(of: program, movesOnly: false) }

    @inline(never)
    private func checkNoSweep(of program: ProgramID, movesOnly: Bool) throws(Refusal) {
        let isSwept = sweeps.contains { sweep in
            switch sweep.kind {
            case .limits(let id), .expiry(let id): registry[id].program == program
            case .seasonEnd(let index): registry.seasons[index].program == program
            case .deadline(let index): registry.deadlines[index].program == program
            case .announcement(let index, _, _): !movesOnly && registry.seasons[index].program == program
            case .spill(let swept, vintage: _, _), .release(let swept, vintage: _): !movesOnly && swept == program
            case .opening(let opening): !movesOnly && sweep.stage < 3 && self.program(of: opening.auction) == program
            case .batches(let swept): swept == program
            case .moves(let link): registry.links[link].program == program
            case .phase, .dayEnd, .relisting: false
            }
        }
        guard isSwept else { return }
        throw Refusal(
            .busy,
            "\(registry[program].code) is gone over for what was begun before; send it again in a moment"
        )
    }

    /// Refuses what would change the orders of a market that goes from one phase to another.
    /// - Throws: `busy`.
    @inline(__always)
    mutating func checkAtRest(_ market: MarketID) throws(Refusal) {
        if !isAtRest { try checkNoSweep(of: market) }
    }

    @inline(never)
    private mutating func checkNoSweep(of market: MarketID) throws(Refusal) {
        try checkAtRest(registry[markets[market.slot].terms.permitClass].program)
        try checkNotCleared(market)
        guard sweeps.contains(where: { $0.kind == .dayEnd }) else { return }
        throw Refusal(.busy, "the day is being ended; send it again in a moment")
    }

    /// Refuses what would take orders out of a call that is being cleared: at one price for all, nobody leaves halfway.
    /// - Throws: `busy`.
    @inline(__always)
    mutating func checkNotCleared(_ market: MarketID) throws(Refusal) {
        guard markets[market.slot].isSwept else { return }
        throw Refusal(.busy, "\(markets[market.slot].terms.code) is being cleared; send it again in a moment")
    }
}
