import Exchange
import Ledger
import Permits
import Registry
import Testing
import Wire

/// Whatever takes something out of a member's accounts anywhere in the golden streams does not if the member was frozen just before.
@Suite("Nothing leaves a frozen account")
struct FreezeTests {
    /// A member that lost something, and of which program it was; nil for cash.
    private struct Loss: Hashable {
        let member: MemberID
        let program: ProgramID?
    }

    /// Whether a request can take cash or permits out of the accounts of the member that it is about, while it is free.
    ///
    /// A new verb says here what it does; what it says is held against what the golden streams do.
    private static func canTakeOut(_ verb: Verb) -> Bool {
        switch verb {
        case .order, .amend, .quote, .phase, .swap, .take, .move, .cover, .surrender, .transfer, .retire, .pay,
            .withdraw,
            .openBids, .donate, .vote, .reverse, .takeBack, .approve, .sign, .settle, .fulfil, .reading, .link,
            .delivery, .deposit, .allocate,
            .terminate, .report, .interest, .bust, .dayEnd, .spill, .release, .clock, .restart, .disconnect, .spend,
            .cap,
            .waive, .answer, .unswap, .recall, .cancel, .massCancel, .suspend, .readmit, .sealedBid:
            true
        case .logon, .logout, .ping, .help, .status, .subscribe, .unsubscribe, .resume, .deadman, .challenge, .rotate,
            .member, .login, .revoke, .market, .reference, .program, .auction, .callOff, .classify, .facility, .monitor,
            .deadline, .holiday, .determine, .season, .announce, .consign, .guarantee, .bid, .withdrawBid, .offer,
            .unoffer, .trust, .distrust, .join, .leave, .message, .draft, .complain, .observe, .label, .compacts,
            .terms,
            .periods, .readings, .claims, .funds, .standing, .complaints, .labels, .fourEyes, .propose, .decline,
            .account, .orders, .book, .trades, .markets, .programs, .members, .ledger, .auctions, .bids, .result,
            .rules,
            .facilities, .reports, .obligations, .deadlines, .blocks, .trace, .certificate, .transfers, .penalties,
            .proposals, .concentration, .seasons, .links, .reach, .swaps, .offers, .rights, .prices, .checkpoint,
            .proof,
            .cosign:
            false
        }
    }

    /// What a regulator or the end of a class takes, frozen or not.
    private static let official: Set<Transfer.Kind> = [
        .bust, .expiry, .carryover, .spill, .transferReversal, .takenBack,
    ]

    private static func losses(_ events: some Sequence<Event>, by verb: Verb, of exchange: Exchange) -> Set<Loss> {
        var losses: Set<Loss> = []
        func program(_ id: ClassID) -> ProgramID { exchange.registry[id].program }
        for event in events {
            switch event {
            case .trade(count: _, let trade):
                losses.insert(Loss(member: trade.buyer, program: nil))
                losses.insert(
                    Loss(member: trade.seller, program: program(exchange.markets[trade.market.slot].terms.permitClass))
                )
            case .transferred(let transfer) where !official.contains(transfer.kind):
                // What a deadline takes out of a compliance account is due, whoever is frozen; a release stays with its member.
                guard transfer.from != transfer.to, transfer.kind != .surrender || verb == .surrender else { continue }
                switch transfer.asset {
                case .cash: losses.insert(Loss(member: transfer.from, program: nil))
                case .permits(let id) where transfer.kind == .zone:
                    if transfer.to == .venue { losses.insert(Loss(member: transfer.from, program: program(id))) }
                case .permits(let id): losses.insert(Loss(member: transfer.from, program: program(id)))
                }
            default: break
            }
        }
        return losses.filter { exchange.members[$0.member].role == .participant }
    }

    @Test("in any golden stream, by any request", arguments: fixtureNames)
    func golden(name: String) throws {
        // They say the same as smaller ones, at length.
        guard !["water-season", "carbon-day", "carbon-program", "two-valleys"].contains(name) else { return }
        var replay = StreamReplay()
        let text = String(decoding: try fixture(name + ".stream"), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let before = replay
            var lost: Set<Loss> = []
            try replay.run(Array((line + "\n").utf8)) { step, venue in
                guard let verb = Self.verb(step.entry.line) else { return }
                let here = Self.losses(step.output.events, by: verb, of: venue.exchange)
                #expect(here.isEmpty || Self.canTakeOut(verb), "\(verb.text) takes something out: say so")
                lost.formUnion(here)
            }
            for loss in lost { try checkFrozen(loss, before, line) }
        }
    }

    private static func verb(_ line: [UInt8]) -> Verb? {
        Verb(Array(line.prefix { $0 != UInt8(ascii: " ") }).span)
    }

    /// Runs a line on a copy in which the member was frozen before.
    private func checkFrozen(_ loss: Loss, _ before: StreamReplay, _ line: Substring) throws {
        var copy = before
        let registry = before.venue.exchange.registry
        guard let id = loss.program ?? registry.programs.indices.map({ ProgramID(UInt32($0)) }).first else { return }
        let code = before.venue.exchange.members[loss.member].code
        let regulator = before.venue.exchange.members[registry[id].regulator].code
        var isFrozen = false
        try copy.run(Array("+0s \(regulator) SUSPEND program=\(registry[id].code) member=\(code) freeze=1\n".utf8)) {
            isFrozen = String(decoding: $0.output.bytes, as: UTF8.self).hasPrefix("OK") && $1.exchange.isAtRest
        }
        // Two persons, or something that goes over the program, are in the way.
        guard isFrozen else { return }
        var wasFrozen = true
        try copy.run(Array((line + "\n").utf8)) { step, venue in
            guard let verb = Self.verb(step.entry.line) else { return }
            let lost = Self.losses(step.output.events, by: verb, of: venue.exchange)
            #expect(!wasFrozen || !lost.contains(loss), "\(code) is frozen in \(registry[id].code), and then: \(line)")
            wasFrozen = venue.exchange.registry.suspension(of: loss.member, in: id)?.isFrozen == true
        }
    }
}
