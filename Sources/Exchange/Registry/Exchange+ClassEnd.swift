import Audit
import Ledger
import OrderBook
import Permits
import Registry

// The end of classes, at their date or their season's end: orders and what waits for them end, then what anybody holds.

extension Exchange {
    /// Ends a class: orders for it end, and what anybody holds of it is cancelled.
    mutating func expire(_ id: ClassID, at time: Timestamp) {
        guard registry[id].expiry == time, !registry[id].isExpired else { return }
        registry[id].isExpired = true
        begin(Sweep(.expiry(id), began: time, classes: [id]))
    }

    /// Ends a season: what is left is carried over as far as the entitlement allows, then spills or is forfeited.
    mutating func endSeason(_ index: Int, at time: Timestamp) {
        let season = registry.seasons[index]
        guard season.ends == time, !season.isEnded else { return }
        registry.endSeason(index)
        let ended = registry.classes(of: season.program, vintage: season.vintage).filter { !registry[$0].isExpired }
        for id in ended { registry[id].isExpired = true }
        begin(Sweep(.seasonEnd(index), began: time, classes: ended))
    }

    /// Goes over classes that end: orders, auctions, transfers, offers, then balances.
    /// - Returns: whether all are done.
    mutating func sweepClasses(_ sweep: inout Sweep) -> Bool {
        while let id = sweep.classes.first {
            guard sweepTrading(of: id, &sweep) else { return false }
            if sweep.parts.isEmpty {
                list(&sweep, id)
                endSlice(after: sweep.parts.count)
            }
            let isDone = goOn(&sweep, to: sweep.parts.count) { exchange, sweep, place in
                exchange.end(sweep.parts[place], &sweep)
            }
            guard isDone else { return false }
            sweep.parts = []
            sweep.classes.removeFirst()
            sweep.enter(0)
        }
        return true
    }

    /// Ends the orders, auctions, waiting transfers and offers of a class.
    private mutating func sweepTrading(of id: ClassID, _ sweep: inout Sweep) -> Bool {
        while sweep.stage < 5 {
            let isDone: Bool
            switch sweep.stage {
            case 0:
                let ended = Set(markets.lazy.filter { $0.terms.permitClass == id }.map(\.terms.market))
                isDone = sweepOrders(&sweep, in: ended, .expired)
            case 1:
                let text = sweep.kind == .expiry(id) ? "its permits have ended" : "its season has ended"
                for auction in auctions.indices
                where auctions[auction].terms.permitClass == id && auctions[auction].phase.isBeforeResult {
                    endBeforeResult(auctions[auction].terms.id, text: text)
                }
                isDone = true
            case 2:
                isDone = goOn(&sweep, through: { $0.registry.transfers.first(after: $1) }, number: { $0.number }) {
                    if $1.concerns(id) { $0.end($1, .failed) }
                }
            case 3:
                isDone = goOn(&sweep, through: { $0.registry.swaps.first(after: $1) }, number: { $0.number }) {
                    if $1.concerns(id) { $0.end($1, .ended) }
                }
            case 4:
                isDone = goOn(&sweep, through: { $0.registry.offers.first(after: $1) }, number: { $0.number }) {
                    if $1.concerns(id) { $0.end($1, .ended) }
                }
                if isDone {
                    endRights(of: id)
                    registry.passageFractions.forget(id)
                }
            default: preconditionFailure("a class that ends has no stage \(sweep.stage)")
            }
            guard isDone else { return false }
            sweep.enter(sweep.stage + 1)
        }
        return true
    }

    /// Lists what is held of a class, and how much of it its holder may carry over.
    private func list(_ sweep: inout Sweep, _ id: ClassID) {
        var rooms: [Int64] = []
        if case .seasonEnd(let index) = sweep.kind, hasNextSeason(after: id) {
            rooms = carryRooms(id, registry.seasons[index])
        }
        let holders = ledger.holders(of: .permits(id)) { !$0.isBacking && !$0.isFinal }
        sweep.parts = holders.lazy.filter { $0.balance.total > 0 }.map { account, _ in
            let room = account.member.map { Int($0.index) < rooms.count ? rooms[Int($0.index)] : 0 } ?? 0
            return Sweep.Part(account: account, permitClass: id, amount: room)
        }
    }

    /// Cancels what an account holds of a class that has ended, but for what is carried over.
    private mutating func end(_ part: Sweep.Part, _ sweep: inout Sweep) {
        let (account, old) = (part.account, part.permitClass)
        let total = Quantity(ledger.balance(account, .permits(old)).total)
        guard case .seasonEnd(let index) = sweep.kind, let member = account.member ?? account.spiller,
            hasNextSeason(after: old)
        else {
            sweep.sum += cancel(total.units, of: old, in: account, .expiry)
            return
        }
        let kept = min(total, Quantity(part.amount))
        let spilling = registry.seasons[index].spills ? total - kept : .zero
        sweep.sum += cancel((total - kept - spilling).units, of: old, in: account, .expiry)
        guard kept + spilling > .zero else { return }
        _ = cancel((kept + spilling).units, of: old, in: account, .carryover)
        let next = nextSeason(after: old)
        carry(kept, of: next, to: member, spillable: false)
        carry(spilling, of: next, to: member, spillable: true)
        sweep.carried += kept
        sweep.spillable += spilling
    }

    /// Publishes that a class has ended.
    /// - Returns: true.
    mutating func expired(_ id: ClassID, _ sweep: Sweep) -> Bool {
        publish(.expiry(id, cancelled: sweep.sum))
        return true
    }

    /// Settles what hangs on a season that has ended, right by right.
    /// - Returns: whether all are settled.
    mutating func sweepRights(of index: Int, _ sweep: inout Sweep) -> Bool {
        goOn(&sweep, to: registry.rights.count) { exchange, _, place in
            exchange.settleRight(place, of: exchange.registry.seasons[index])
        }
    }

    /// Publishes that a season has ended.
    /// - Returns: true.
    mutating func seasonEnded(_ index: Int, _ sweep: Sweep) -> Bool {
        registry.forgetRightsThatAreOver()
        let season = registry.seasons[index]
        publish(.seasonEnd(season, carried: sweep.carried, spillable: sweep.spillable, forfeited: sweep.sum))
        couple(season.program)
        return true
    }

    // MARK: Carrying over

    /// How much each member's allocation may be carried over, by `MemberID.index`: a share of its entitlements, rounded down;
    /// what is leased counts for the lessee.
    private func carryRooms(_ permitClass: ClassID, _ season: Season) -> [Int64] {
        var rooms = [Int64](repeating: 0, count: members.members.count)
        let entitlements = registry.entitlements(yielding: permitClass)
        for entitlement in entitlements {
            ledger.forEachHolder(of: .permits(entitlement)) { account, balance in
                if let member = account.member { rooms[Int(member.index)] += balance.total }
            }
        }
        for right in registry.rights where entitlements.contains(right.entitlement) && registry.isFor(right, season) {
            rooms[Int(right.buyer.index)] += right.quantity.units
            rooms[Int(right.seller.index)] -= right.quantity.units
        }
        for index in rooms.indices where rooms[index] != 0 {
            rooms[index] = season.carry.shareRoundedDown(of: Quantity(rooms[index])).units
        }
        return rooms
    }

    /// Whether water can be carried over: not into a class that has ended already.
    private func hasNextSeason(after id: ClassID) -> Bool {
        let next = registry.permitClass(
            registry[id].program,
            vintage: registry[id].vintage + 1,
            zone: registry[id].zone
        )
        return next.map { !registry[$0].isExpired } ?? true
    }

    /// The class of the season after, which is made with a cap of nothing if it is not there: what is carried over is old water.
    private mutating func nextSeason(after id: ClassID) -> ClassID {
        let (program, vintage, zone) = (registry[id].program, registry[id].vintage + 1, registry[id].zone)
        if let next = registry.permitClass(program, vintage: vintage, zone: zone) { return next }
        let next = registry.add(PermitClass(program: program, vintage: vintage, zone: zone, cap: .zero))
        findCouplings()
        publish(.cap(next, registry[next]))
        return next
    }

    /// Cancels permits of an account.
    /// - Returns: how many.
    mutating func cancel(_ amount: Int64, of id: ClassID, in account: AccountID, _ kind: Transfer.Kind) -> Quantity {
        guard amount > 0 else { return .zero }
        let owner = account.member ?? account.spiller ?? account.facility.map { registry[$0].member } ?? .venue
        var transfer = Transfer(kind: kind, from: owner, to: .venue, asset: .permits(id), amount: amount)
        transfer.fromFacility = account.facility
        transfer.isFromSpillable = account.spiller != nil
        move(&transfer)
        return Quantity(amount)
    }

    private mutating func carry(_ quantity: Quantity, of id: ClassID, to member: MemberID, spillable: Bool) {
        guard quantity > .zero else { return }
        registry.countCarried(quantity, of: id)
        var transfer = Transfer(kind: .carryover, from: .venue, to: member, asset: .permits(id), amount: quantity.units)
        transfer.isToSpillable = spillable
        move(&transfer)
    }
}
