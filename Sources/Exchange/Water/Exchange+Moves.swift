import Ledger
import Permits
import Registry

// Moves that gather before a link with the orders: a queue of their own, which is served when the link opens.
//
// Nobody has to trade with himself to take his own permits through, and neither queue can crowd the other out.

extension Exchange {
    /// Keeps a checked move until its link opens.
    mutating func gather(
        _ move: ZoneMove,
        _ ratio: Ratio,
        _ classes: (from: ClassID, to: ClassID),
        arriving arrives: Quantity,
        until opens: Timestamp,
        _ member: MemberID
    ) throws(Refusal) -> Outcome {
        let ratio = ratio.reduced
        guard move.quantity.units >= ratio.denominator else {
            throw Refusal(
                .outOfRange,
                "\(move.link) opens \(opens) for whole multiples of \(ratio.denominator), of which \(ratio.numerator) arrive"
            )
        }
        try checkTransferCount(of: member)
        // Nothing below may fail.
        let number = wait(
            PendingTransfer(
                number: 0,
                permitClass: classes.from,
                from: member,
                to: member,
                quantity: move.quantity,
                first: move.first,
                proposed: now,
                executes: opens,
                passage: .init(link: move.link, target: classes.to, arrives: arrives)
            )
        )
        return .registry(.transfer(number, executes: opens))
    }

    /// Gives the moves that have gathered before a link their share of what has opened.
    mutating func serveMoves(through link: Int) {
        guard registry.move(through: registry.links[link].code, after: 0) != nil else { return }
        begin(Sweep(.moves(link), began: now))
    }

    /// Finds what trades want of a link, then what moves do, then serves each move.
    ///
    /// Of an opportunity that is too small for both, moves and trades get parts in proportion to what they want, where neither
    /// counts for more than all of it. Each move gets of the moves' part what its own bears to all of them, in whole multiples
    /// of the link's ratio, by cumulative rounding in the order in which they came. The trades' part, and what is left, is for
    /// the batches that follow.
    /// - Returns: whether all are served.
    mutating func sweepMoves(through link: Int, _ sweep: inout Sweep) -> Bool {
        if sweep.stage == 0 {
            let ways = ways(of: registry.links[link].program).filter { $0.arriving(by: link) != nil }
            let isOver = goOn(&sweep, to: ways.count) { exchange, sweep, place in
                exchange.preventSelfTrades(by: ways[place])
                sweep.sum = max(sweep.sum, exchange.wanted(of: link, by: ways[place]))
            }
            guard isOver else { return false }
            sweep.enter(1)
        }
        let ratio = registry.links[link].ratio.reduced
        func multiples(_ move: PendingTransfer) -> Quantity { Quantity(move.quantity.units / ratio.denominator) }
        if sweep.stage == 1 {
            while let move = registry.move(through: registry.links[link].code, after: sweep.next) {
                guard takeStep() else { return false }
                sweep.next = move.number
                sweep.carried += multiples(move)
            }
            sweep.sum = movesPart(of: link, wanted: sweep.carried, byTrades: sweep.sum)
            sweep.enter(2)
        }
        while let move = registry.move(through: registry.links[link].code, after: sweep.next) {
            guard takeStep() else { return false }
            sweep.next = move.number
            func part(_ looked: Quantity) -> Int64 {
                Int64(Int128(sweep.sum.units) * Int128(looked.units) / Int128(max(sweep.carried.units, 1)))
            }
            let before = sweep.spillable
            sweep.spillable += multiples(move)
            pass(move, part(sweep.spillable) - part(before), through: link, ratio)
        }
        return true
    }

    /// How much trades by a way would bring through a link if nobody moved.
    private func wanted(of link: Int, by coupling: Coupling) -> Quantity {
        guard let (sells, buys) = meeting(coupling),
            let margin = margin(sells, buys, capacity(of: coupling), by: coupling)
        else { return .zero }
        return Quantity(margin.volume * (coupling.arriving(by: link) ?? 0))
    }

    /// How many multiples all moves together get of a link.
    private func movesPart(of link: Int, wanted multiples: Quantity, byTrades trades: Quantity) -> Quantity {
        guard let opportunity = registry.links[link].opportunity else { return multiples }
        let arrives = registry.links[link].ratio.reduced.numerator
        let room = Int128(opportunity.units)
        let (moves, trades) = (min(Int128(multiples.units) * Int128(arrives), room), min(Int128(trades.units), room))
        let part = moves + trades <= room ? moves : room * moves / (moves + trades)
        return min(multiples, Quantity(Int64(part / Int128(arrives))))
    }

    /// Ends a move that waited with what it gets; the rest of it stays where it is.
    private mutating func pass(_ move: PendingTransfer, _ multiples: Int64, through link: Int, _ ratio: Ratio) {
        guard multiples > 0, mayExecute(move), let passage = move.passage else { return end(move, .failed) }
        end(move, .executed)
        let arrives = Quantity(multiples * ratio.numerator)
        carry(
            Quantity(multiples * ratio.denominator),
            of: move.from,
            by: Route.Step(link: link, isBack: false),
            (from: move.permitClass, to: passage.target),
            arriving: arrives,
            first: move.first
        )
        alertHolding(of: move.from, passage.target, adding: arrives)
    }
}

extension Coupling {
    /// What arrives by a link, on its way out, of one multiple; nil if the way does not lead there.
    fileprivate func arriving(by link: Int) -> Int64? {
        route.steps.firstIndex { $0.link == link && !$0.isBack }.map { route.amounts[$0 + 1] }
    }
}
