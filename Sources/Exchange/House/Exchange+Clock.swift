import Audit
import Compacts
import OrderBook
import Permits
import Registry

// Time passing: orders that expire, dead man's switches that run out, auctions' windows, the registry's dates.

extension Exchange {
    /// Fires the timers that are due at `now`, in order of time: `Limits.timersMax` of them, or fewer that make as many events.
    ///
    /// Those that are left wait for the next `CLOCK`, so that no number of them keeps other commands waiting for long.
    mutating func fireTimers() {
        let last = events.count + Limits.timersMax
        var left = Limits.timersMax
        while left > 0, matchesLeft > 0, stepsLeft > 0, events.count < last, let (kind, time) = timers.popDue(at: now) {
            left -= 1
            switch kind {
            case .expire(let id):
                guard let order = markets[id.market.slot].book.find(id), order.expiry == time else { continue }
                cancel(id, .expired)
            case .deadman(let user):
                guard members[user].deadman == time else { continue }
                members[user].deadman = .never
                cancelAll(of: members[user].member, .deadman) { $0.user == user }
            case .resumes(let market):
                guard markets[market.slot].phase == .open else { continue }
                resume(market)
            case .auctionOpens(let auction): passWindow(auction, to: .open)
            case .auctionCloses(let auction): passWindow(auction, to: .closed)
            case .transfer(let number): execute(transfer: number)
            case .proposalExpires(let number): expire(proposal: number)
            case .deadline(let index): settle(deadline: index, at: time)
            case .classExpires(let permitClass): expire(permitClass, at: time)
            case .swapExpires(let number): expire(swap: number)
            case .offerExpires(let number): expire(offer: number)
            case .linkOpens(let index): open(link: index, at: time)
            case .linkChanges(let index): change(link: index, at: time)
            case .agreement(let id):
                if compacts.contains(id) { advance(id) }
            case .complaint(let number): expire(complaint: number)
            case .labelEnds(let facility): unlabelled.append(facility)
            // What waits for it is reviewed after every command.
            case .review: continue
            case .sweep: sweepOn()
            case .seasonEnds(let index): endSeason(index, at: time)
            case .suspensionEnds(let program, let member):
                guard registry.suspension(of: member, in: program)?.until == time else { continue }
                readmit(member, in: program, text: "its time is over")
            }
        }
        hasDueTimers = timers.next <= now
    }

    /// Looks at some timers for each that the command has added, and takes out those of what has ended.
    mutating func lookAtTimers() {
        while let (kind, time) = timers.look() { timers.endLook(isOver: isOver(kind, time)) }
    }

    /// Whether a timer would do nothing.
    private mutating func isOver(_ kind: TimerKind, _ time: Timestamp) -> Bool {
        switch kind {
        case .expire(let id): markets[id.market.slot].book.find(id)?.expiry != time
        case .deadman(let user): members[user].deadman != time
        case .auctionOpens(let id), .auctionCloses(let id): !isBeforeResult(id)
        case .transfer(let number): registry.transfer(number) == nil
        case .proposalExpires(let number): fourEyes.proposal(number) == nil
        case .deadline(let index): registry.deadlines[index].isDone || registry.deadlines[index].isReplaced
        case .classExpires(let id): registry[id].isExpired || registry[id].expiry != time
        case .swapExpires(let number): registry.swaps[number] == nil
        case .offerExpires(let number): registry.offers[number] == nil
        case .linkOpens(let index): registry.links[index].opens != time
        case .linkChanges(let index): registry.links[index].next?.starts != time
        case .agreement(let id): !compacts.contains(id) || compacts[id].wakes != time
        case .complaint(let number): compacts.complaint(number).map { compacts.complaints[$0].state != .open } ?? true
        case .resumes(let market): markets[market.slot].phase != .open
        case .review: unlabelled.isEmpty
        case .sweep: sweeps.isEmpty
        case .labelEnds(let facility): !compacts.awards(of: facility).contains { $0.until == time }
        case .seasonEnds(let index): registry.seasons[index].isEnded || registry.seasons[index].ends != time
        case .suspensionEnds(let program, let member): registry.suspension(of: member, in: program)?.until != time
        }
    }
}
