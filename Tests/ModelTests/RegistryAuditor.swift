import Audit
import Exchange
import Ledger
import OrderBook
import Permits
import Registry
import Wire

/// Watches a registry from the lines and the events of its commands, with a plain list of who holds which serial number.
struct RegistryAuditor {
    /// The holder of each serial number, by class; number 1 stands first.
    private var owners: [ClassID: [AccountID]] = [:]
    private var caps: [ClassID: Int64] = [:]
    private var limits: [ClassID: Int64] = [:]
    /// Permits that came from another season or zone, and so do not count against the cap.
    private var carried: [ClassID: Int64] = [:]
    /// What moves have left below a whole permit, in parts of the link's ratio; the class that left last.
    private var fractions: [String: Int64] = [:]
    private var leaving = ClassID(0)
    /// Open proposals: whose, by which login, and what.
    private var proposals: [UInt64: Open] = [:]
    private var needsTwo: Set<String> = []
    private var facilityOwners: [String: String] = [:]
    private(set) var accepted: [String: Int] = [:]
    private(set) var refused: Set<String> = []

    /// A proposal that waits.
    struct Open {
        let number: UInt64
        let member: String
        let user: String
        let act: String
        let time: Timestamp
    }

    var open: [Open] { proposals.values.sorted { $0.number < $1.number } }

    struct Breach: Error, CustomStringConvertible {
        let description: String
    }

    /// Checks one line with what it did.
    mutating func watch(_ line: String, _ step: StreamReplay.Step, _ venue: Venue) throws {
        let before = owners
        for event in step.output.events { try take(event, venue) }
        try checkAccounts(venue)
        // A timer's own command has no sender to judge.
        guard step.entry.member != Code("venue") else { return }
        try checkHolders(before, line, step.output.events, venue)
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        let answer = String(decoding: step.output.bytes, as: UTF8.self)
        guard answer.hasPrefix("OK") else {
            if let code = answer.split(separator: " ").first(where: { $0.hasPrefix("code=") }) {
                refused.insert(String(code))
            }
            return
        }
        try judge(words, line, at: venue.exchange.now)
    }

    // MARK: Serial numbers and conservation

    private mutating func take(_ event: Event, _ venue: Venue) throws {
        switch event {
        case .serials(let move): try take(move)
        case .registry(count: _, .cap(let id, let terms)):
            caps[id] = terms.cap.units
            limits[id] = terms.holdingLimit?.units
        case .registry(count: _, .allocation(let allocation)):
            try checkCap(allocation.permitClass, venue)
        case .registry(count: _, .announcement(let season, of: _, _, credited: _)):
            for id in venue.exchange.registry.classes(of: season.program, vintage: season.vintage) {
                try checkCap(id, venue)
            }
        case .registry(count: _, .moved(let link, let member, let left, let arrived, let isBack)):
            let ratio = isBack ? link.ratio.inverse : link.ratio
            let way = "\(member.index) \(link.code) \(isBack) \(leaving.index)"
            let lost = left.units * ratio.numerator - arrived.units * ratio.denominator + fractions[way, default: 0]
            guard (0..<ratio.denominator).contains(lost) else {
                throw Breach(description: "\(left.units) became \(arrived.units) by \(ratio.text)")
            }
            fractions[way] = lost
            guard isBack || link.limit.map({ link.balance <= $0 }) ?? true else {
                throw Breach(description: "link \(link.code) is above its limit")
            }
        case .proposal(member: _, count: _, let proposal, let state, by: let user):
            let members = venue.exchange.members
            if state == .open {
                proposals[proposal.number] = Open(
                    number: proposal.number,
                    member: "\(members[proposal.member].code)",
                    user: "\(members[user].code)",
                    act: proposal.act,
                    time: proposal.proposed
                )
            } else if state != .approved {
                proposals[proposal.number] = nil
            }
        default: break
        }
    }

    private mutating func take(_ move: SerialMove) throws {
        if move.cause == .zone, move.from != .issuance { leaving = move.permitClass }
        var numbers = owners[move.permitClass] ?? []
        for serial in move.block.first...move.block.last {
            let index = Int(serial - 1)
            if move.from == .issuance {
                if move.cause == .carryover || move.cause == .zone { carried[move.permitClass, default: 0] += 1 }
                guard index == numbers.count else {
                    throw Breach(description: "serial \(serial) is issued out of turn or twice")
                }
                numbers.append(move.to)
                continue
            }
            guard index < numbers.count, numbers[index] == move.from else {
                throw Breach(description: "serial \(serial) leaves an account that does not hold it")
            }
            guard ![AccountID.surrendered, .retirement, .cancelled].contains(move.from) else {
                throw Breach(description: "serial \(serial) moves after its end")
            }
            numbers[index] = move.to
        }
        owners[move.permitClass] = numbers
    }

    /// The ledger's balances are the numbers of serials that each account holds.
    private func checkAccounts(_ venue: Venue) throws {
        for (id, numbers) in owners.sorted(by: { $0.key < $1.key }) {
            var counts: [AccountID: Int64] = [:]
            for owner in numbers { counts[owner, default: 0] += 1 }
            for (account, balance) in venue.exchange.ledger.holders(of: .permits(id)) where account != .issuance {
                guard counts[account] ?? 0 == balance.total else {
                    throw Breach(
                        description: "account \(account.index) has \(balance.total), \(counts[account] ?? 0) serials"
                    )
                }
                counts[account] = nil
            }
            guard counts.isEmpty, venue.exchange.registry[id].issued.units == Int64(numbers.count) else {
                throw Breach(description: "class \(id.index): serials that no account has")
            }
        }
    }

    // MARK: Caps and holding limits

    private func checkCap(_ id: ClassID, _ venue: Venue) throws {
        let registry = venue.exchange.registry
        let issued = Int64(owners[id]?.count ?? 0) - (carried[id] ?? 0)
        guard issued <= caps[id] ?? 0 else {
            throw Breach(description: "\(issued) issued above the cap \(caps[id] ?? 0)")
        }
        let (program, vintage) = (registry[id].program, registry[id].vintage)
        guard let total = registry.permitClass(program, vintage: vintage) else { return }
        let zones = registry.classIDs.filter { registry[$0].program == program && registry[$0].vintage == vintage }
        let sum = zones.reduce(0) { $0 + Int64(owners[$1]?.count ?? 0) }
        guard sum <= caps[total] ?? 0 else { throw Breach(description: "\(sum) issued above the total cap") }
    }

    /// Whoever came to hold more of a limited class holds no more than the limit, with its associates.
    private func checkHolders(
        _ before: [ClassID: [AccountID]],
        _ line: String,
        _ events: ContiguousArray<Event>,
        _ venue: Venue
    ) throws {
        // A facility that is closed gives its member back what was counted already.
        guard !line.contains("close=1") else { return }
        for (id, limit) in limits {
            for member in venue.exchange.members.members.indices.map({ MemberID(UInt32($0)) }) {
                let group = venue.exchange.members.associates(of: member).map { AccountID.general($0) }
                func held(_ numbers: [AccountID]?) -> Int { (numbers ?? []).count { group.contains($0) } }
                let now = held(owners[id])
                guard now <= held(before[id]) || now <= limit else {
                    throw Breach(
                        description: "\(venue.exchange.members[member].code) and associates hold \(now), limit \(limit)"
                    )
                }
            }
        }
    }

    // MARK: Roles and four eyes

    /// Who may do what, written down again from the protocol's table.
    private static let allowed: [String: Set<String>] = [
        "participant": [
            "ORDER", "MASSCANCEL", "TRANSFER", "RETIRE", "COVER", "SURRENDER", "TRUST", "DISTRUST", "RECALL", "PAY",
            "FOUREYES", "PROPOSE", "APPROVE", "DECLINE", "MOVE",
        ],
        "regulator": [
            "PROGRAM", "CAP", "ALLOCATE", "REPORT", "SEASON", "ANNOUNCE", "SPILL", "RELEASE", "LINK", "DELIVERY",
            "DEADLINE", "SUSPEND", "READMIT", "MONITOR", "CLASSIFY", "FACILITY",
            "FOUREYES", "PROPOSE", "APPROVE", "DECLINE", "RECALL",
        ],
        "verifier": ["REPORT"], "observer": [],
        "operator": ["MEMBER", "LOGIN", "DEPOSIT", "MARKET", "PHASE", "FOUREYES", "PROPOSE", "APPROVE", "DECLINE"],
    ]

    private func role(_ member: String) -> String {
        switch member {
        case "hub": "operator"
        case "epa", "moe": "regulator"
        case "vera", "otto": "verifier"
        case "eye": "observer"
        default: "participant"
        }
    }

    /// An accepted request of a member was within its role, its own program, and approved where that is asked for.
    private mutating func judge(_ words: [String], _ line: String, at now: Timestamp) throws {
        let sender = words[1].split(separator: "/").map(String.init)
        let (member, user, verb) = (sender[0], sender.count > 1 ? sender[1] : "", words[2])
        guard member != "venue" else { return }
        accepted[verb, default: 0] += 1
        guard RegistryAuditor.allowed[role(member)]?.contains(verb) == true else {
            throw Breach(description: "\(role(member)) may not \(verb)")
        }
        if role(member) == "regulator", ["CAP", "ALLOCATE", "DEADLINE", "SUSPEND"].contains(verb) {
            let own = member == "epa" ? ["program=A ", "program=O ", "program=W ", "program=E "] : ["program=B "]
            guard own.contains(where: { (line + " ").contains($0) }) else {
                throw Breach(description: "another's program")
            }
        }
        let covered = ["CAP", "ALLOCATE", "SUSPEND", "READMIT", "LOGIN", "TRUST", "TRANSFER", "FOUREYES"]
        guard !(needsTwo.contains(member) && covered.contains(verb)), verb != "BUST" else {
            throw Breach(description: "one person was enough")
        }
        if verb == "FOUREYES" { set(member, line) }
        if verb == "FACILITY", !line.contains("close=1") { try own(line, member) }
        guard verb == "APPROVE" else { return }
        let number = UInt64(line.split(separator: "proposal=")[1].prefix { $0.isNumber }) ?? 0
        guard let proposal = proposals.removeValue(forKey: number), mayApprove(proposal, member, at: now),
            proposal.member != member || proposal.user != user, line.hasSuffix("act=\"\(proposal.act)\"")
        else { throw Breach(description: "an approval of what was not proposed, or by the same person") }
        if proposal.act.hasPrefix("FOUREYES") { set(member, proposal.act) }
    }

    /// Its own member's person; for a login of another member one of that member's, or after a week one of a regulator's.
    private func mayApprove(_ proposal: Open, _ member: String, at now: Timestamp) -> Bool {
        guard proposal.member != member else { return true }
        let week: Int64 = 7 * 86_400_000_000
        return proposal.act.hasPrefix("LOGIN member=\(member) ")
            || proposal.act.hasPrefix("LOGIN ") && role(member) == "regulator"
                && now >= proposal.time.adding(microseconds: week)
    }

    /// A facility's owner changes only by two persons, where the regulator has asked for that.
    private mutating func own(_ line: String, _ regulator: String) throws {
        func value(_ key: String) -> String {
            line.split(separator: " ").first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) } ?? ""
        }
        let before = facilityOwners.updateValue(value("member="), forKey: value("facility="))
        guard before == nil || before == value("member=") || !needsTwo.contains(regulator) else {
            throw Breach(description: "one person was enough")
        }
    }

    private mutating func set(_ member: String, _ act: String) {
        if act.contains("on=1") { needsTwo.insert(member) } else { needsTwo.remove(member) }
    }
}
