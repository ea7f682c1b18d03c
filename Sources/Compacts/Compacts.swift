package import Permits

/// The agreements between members, and what follows from them: claims, complaints, standing, eco-labels.
///
/// It holds facts and answers questions about them; what they move is the exchange's.
package struct Compacts: Sendable {
    /// Those that have not ended, and of each member that began some, the last ones that have; in order of their first word.
    package private(set) var agreements: ContiguousArray<Agreement> = []
    /// How many there ever were.
    package internal(set) var agreementCount: UInt64 = 0
    /// What is and was owed under them, by number.
    package private(set) var claims: [Claim] = []
    /// How many claims there ever were.
    package internal(set) var claimCount: UInt64 = 0
    /// The numbers of what is still owed under each agreement, in order; made from the claims.
    private var owed: [AgreementID: [UInt64]] = [:]
    /// The agreements under which each member may owe something; made from the claims.
    private var debts: [MemberID: Set<AgreementID>] = [:]
    /// Those that are open, and of each member that complains, the last ones that are not; by number.
    package private(set) var complaints: [Complaint] = []
    /// The numbers of the open ones about each agreement, and how many of each member are open; made from the complaints.
    private var disputes: [AgreementID: [UInt64]] = [:]
    private var openComplaints: [MemberID: Int] = [:]
    /// How many there ever were.
    package internal(set) var complaintCount: UInt64 = 0
    package internal(set) var labels: [Label] = []
    /// The labels of each facility, by label.
    private var awards: [FacilityID: [LabelAward]] = [:]
    /// How many facilities have each label.
    private var awardCounts: [Code: Int] = [:]
    /// How many accounts agreements have.
    package internal(set) var fundCount: UInt32 = 0
    /// What auctions brought regulators, in order.
    private(set) var proceeds: [Proceeds] = []
    /// The places of each program's; made from them.
    private var proceedsOfProgram: [ProgramID: [Int]] = [:]
    /// The counts of members, by member.
    private var standings: [MemberID: Standing] = [:]
    /// What counts in them this year.
    var merits = Merits()
    private var byCode: [Code: AgreementID] = [:]
    /// Whose complaints each member has left unanswered, by complainer.
    private var ignored: [MemberID: Set<MemberID>] = [:]

    /// Money that an auction brought its program's regulator.
    package struct Proceeds: Sendable, Equatable {
        package var program: ProgramID
        package var time: Timestamp
        package var amount: Money

        package init(program: ProgramID, time: Timestamp, amount: Money) {
            self.program = program
            self.time = time
            self.amount = amount
        }
    }

    package init() {}

    /// The agreement with a code.
    package func agreement(_ code: Code) -> AgreementID? { byCode[code] }

    package subscript(agreement: AgreementID) -> Agreement {
        get { agreements[slot(of: agreement)] }
        _modify { yield &agreements[slot(of: agreement)] }
    }

    private func slot(of agreement: AgreementID) -> Int {
        guard let slot = agreements.place(of: agreement.number, by: \.id.number) else {
            preconditionFailure("agreement \(agreement.number) is forgotten")
        }
        return slot
    }

    /// Whether an agreement is still kept.
    package func contains(_ agreement: AgreementID) -> Bool {
        agreements.place(of: agreement.number, by: \.id.number) != nil
    }

    /// Adds an agreement, giving it its number; the caller has checked that its code is new.
    package mutating func add(_ agreement: Agreement) -> AgreementID {
        agreementCount += 1
        var numbered = agreement
        numbered.id = AgreementID(agreementCount)
        take(numbered)
        return numbered.id
    }

    mutating func take(_ agreement: Agreement) {
        agreements.append(agreement)
        byCode[agreement.code] = agreement.id
    }

    /// How many dialogues a member has begun that are still open.
    package func dialogues(begunBy member: MemberID) -> Int {
        agreements.indices.count { agreements[$0].initiator == member && agreements[$0].state == .dialogue }
    }

    /// Forgets the agreements begun by a member that ended before its last ones; settlement has them all.
    ///
    /// Those under which something is owed or that a complaint waits for are kept.
    package mutating func forgetEnded(begunBy member: MemberID) {
        let ended = agreements.indices.filter { agreements[$0].initiator == member && agreements[$0].state == .ended }
        let newest = ended.sorted { (agreements[$0].ended, $0) > (agreements[$1].ended, $1) }
        var places = 0
        var gone: Set<AgreementID> = []
        for (rank, slot) in newest.enumerated() {
            places += agreements[slot].terms?.places ?? 0
            let id = agreements[slot].id
            let isKept = rank < Limits.agreementsKeptMax && places <= Limits.placesMax
            guard !isKept, owed[id]?.isEmpty ?? true,
                disputes[id] == nil
            else { continue }
            gone.insert(id)
            byCode[agreements[slot].code] = nil
            owed[id] = nil
        }
        guard !gone.isEmpty else { return }
        for claim in claims where gone.contains(claim.agreement) { debts[claim.debtor]?.remove(claim.agreement) }
        claims.removeAll { gone.contains($0.agreement) }
        complaints.removeAll { $0.agreement.map { gone.contains($0) } ?? false }
        agreements.removeAll { gone.contains($0.id) }
    }

    /// How many contracts a member has signed that are in force or under which something is owed, and how many readings and payments they provide for.
    package func contracts(of member: Code) -> (count: Int, places: Int) {
        agreements.indices.reduce((0, 0)) { sum, slot in
            let lives = agreements[slot].state == .contract || !(owed[agreements[slot].id]?.isEmpty ?? true)
            guard lives, let terms = agreements[slot].terms, agreements[slot].signatories.contains(member) else {
                return sum
            }
            return (sum.0 + 1, sum.1 + terms.places)
        }
    }

    /// The contracts in force that go by what is verified of a facility.
    package func contracts(goingBy facility: Code) -> [AgreementID] {
        agreements.indices.filter { agreements[$0].state == .contract && agreements[$0].goes(by: facility) }
            .map { agreements[$0].id }
    }

    /// A new account.
    package mutating func nextFund() -> FundID {
        fundCount += 1
        return FundID(fundCount - 1)
    }

    // MARK: Claims

    /// Adds a claim, giving it its number.
    package mutating func add(_ claim: Claim) -> Claim {
        claimCount += 1
        var numbered = claim
        numbered.number = claimCount
        take(numbered)
        return numbered
    }

    mutating func take(_ claim: Claim) {
        claims.append(claim)
        guard claim.isOwed else { return }
        owed[claim.agreement, default: []].append(claim.number)
        debts[claim.debtor, default: []].insert(claim.agreement)
    }

    /// The claim with a number, if its agreement is still kept.
    package func claim(_ number: UInt64) -> Claim? { claims.place(of: number, by: \.number).map { claims[$0] } }

    /// Changes a claim.
    package mutating func set(_ claim: Claim) {
        guard let index = claims.place(of: claim.number, by: \.number) else {
            preconditionFailure("claim \(claim.number) is forgotten")
        }
        claims[index] = claim
        if claim.isOwed {
            debts[claim.debtor, default: []].insert(claim.agreement)
        } else {
            owed[claim.agreement]?.removeAll { $0 == claim.number }
        }
    }

    /// What is still owed under an agreement, in order.
    package func owed(under agreement: AgreementID) -> [Claim] { (owed[agreement] ?? []).compactMap { claim($0) } }

    /// What a member still owes, in order.
    package func owed(by member: MemberID) -> [Claim] {
        (debts[member] ?? []).sorted().flatMap { owed(under: $0) }.filter { $0.debtor == member }
    }

    // MARK: Complaints

    /// Adds a complaint, giving it its number, and forgets old ones of the same member that are not open.
    package mutating func add(_ complaint: Complaint) -> Complaint {
        complaintCount += 1
        var numbered = complaint
        numbered.number = complaintCount
        take(numbered)
        let settled = complaints.filter { $0.by == complaint.by && $0.state != .open }.map(\.number)
        if settled.count > Limits.complaintsKeptMax {
            let oldest = settled[settled.count - Limits.complaintsKeptMax]
            complaints.removeAll { $0.by == complaint.by && $0.state != .open && $0.number < oldest }
        }
        return numbered
    }

    mutating func take(_ complaint: Complaint) {
        complaints.append(complaint)
        if complaint.state == .open {
            openComplaints[complaint.by, default: 0] += 1
            if let agreement = complaint.agreement { disputes[agreement, default: []].append(complaint.number) }
        }
        if complaint.wasIgnored { note(ignored: complaint.by, by: complaint.about) }
    }

    mutating func note(ignored complainer: MemberID, by member: MemberID) {
        ignored[complainer, default: []].insert(member)
    }

    /// Who has left whose complaint unanswered, in order.
    var allIgnored: [(complainer: MemberID, member: MemberID)] {
        ignored.keys.sorted().flatMap { complainer in (ignored[complainer] ?? []).sorted().map { (complainer, $0) } }
    }

    /// How many complaints of a member are open.
    package func openComplaints(by member: MemberID) -> Int { openComplaints[member] ?? 0 }

    /// Whether an open complaint is about a period of an agreement.
    package func isDisputed(_ agreement: AgreementID, _ period: Code) -> Bool {
        (disputes[agreement] ?? []).contains { number in
            complaint(number).map { complaints[$0].disputes(period) } ?? false
        }
    }

    /// Whether a member has left another one's complaint unanswered.
    package func hasIgnored(_ complainer: MemberID, _ member: MemberID) -> Bool {
        ignored[complainer]?.contains(member) ?? false
    }

    /// The place of a complaint that is still kept.
    package func complaint(_ number: UInt64) -> Int? { complaints.place(of: number, by: \.number) }

    /// Changes how a complaint stands.
    package mutating func set(_ state: Complaint.State, answer: String = "", complaint index: Int) {
        let old = complaints[index]
        complaints[index].state = state
        if old.state == .open, state != .open {
            openComplaints[old.by, default: 1] -= 1
            if openComplaints[old.by] == 0 { openComplaints[old.by] = nil }
            if let agreement = old.agreement {
                disputes[agreement]?.removeAll { $0 == old.number }
                if disputes[agreement]?.isEmpty == true { disputes[agreement] = nil }
            }
        }
        guard state == .unanswered else { return }
        complaints[index].wasIgnored = true
        note(ignored: complaints[index].by, by: complaints[index].about)
        complaints[index].answer = answer
    }

    // MARK: Standing

    /// What is counted of a member by its agreements; what the registry knows is not in it.
    package func standing(of member: MemberID) -> Standing { standings[member] ?? Standing() }

    /// Counts something of a member.
    package mutating func count(_ what: WritableKeyPath<Standing, Int64>, of member: MemberID) {
        standings[member, default: Standing()][keyPath: what] += 1
    }

    /// Counts something good of a member that it did for another, unless it has done something for it this year.
    package mutating func credit(
        _ what: WritableKeyPath<Standing, Int64>,
        _ member: MemberID,
        for other: MemberID,
        at time: Timestamp
    ) {
        if merits.note(member, for: other, at: time) { count(what, of: member) }
    }

    /// Notes a payment under a contract.
    /// - Returns: whether it does more than give back what the payer got from the other this year.
    package mutating func noteFlow(
        _ amount: Money,
        _ currency: Currency,
        from payer: MemberID,
        to payee: MemberID,
        at time: Timestamp
    ) -> Bool {
        merits.pay(amount, currency, from: payer, to: payee, at: time)
    }

    /// Everyone of whom something is counted, in order.
    var counted: [MemberID] { standings.keys.sorted() }

    mutating func set(_ standing: Standing, of member: MemberID) { standings[member] = standing }

    // MARK: Proceeds

    /// Records what an auction brought, in one entry a program and day: periods begin and end with days.
    package mutating func add(_ new: Proceeds) {
        if let last = proceedsOfProgram[new.program]?.last, proceeds[last].time.day == new.time.day {
            proceeds[last].amount = proceeds[last].amount.clampedSum(new.amount)
        } else {
            take(new)
        }
    }

    mutating func take(_ new: Proceeds) {
        proceedsOfProgram[new.program, default: []].append(proceeds.count)
        proceeds.append(new)
    }

    /// What auctions have brought a program's regulator in a time, in minor units.
    package func proceeds(of program: ProgramID, in time: Range<Timestamp>) -> Int128 {
        let places = proceedsOfProgram[program] ?? []
        let first = places.firstPlace { proceeds[$0].time < time.lowerBound }
        return places[first...].lazy.map { proceeds[$0] }.prefix { $0.time < time.upperBound }
            .reduce(0) { $0 + Int128($1.amount.minorUnits) }
    }

    // MARK: Labels

    /// Adds a label, or puts it in the place of an earlier one.
    package mutating func set(_ label: Label) {
        if let index = labels.firstIndex(where: { $0.code == label.code }) {
            labels[index] = label
        } else {
            labels.append(label)
        }
    }

    /// The labels of a program that are awarded, or may be.
    package func livingLabels(of program: ProgramID) -> Int {
        labels.count { $0.program == program && lives($0) }
    }

    /// Forgets the labels of a program that are closed and that nobody has any more; settlement has them all.
    package mutating func forgetClosedLabels(of program: ProgramID) {
        labels = labels.filter { $0.program != program || lives($0) }
    }

    private func lives(_ label: Label) -> Bool { !label.isClosed || awardCounts[label.code] ?? 0 > 0 }

    /// The label with a code.
    package func label(_ code: Code) -> Label? { labels.first { $0.code == code } }

    /// The award of a label to a facility.
    package func award(_ label: Code, to facility: FacilityID) -> LabelAward? {
        awards[facility]?.first { $0.label == label }
    }

    /// The labels of a facility, by label.
    package func awards(of facility: FacilityID) -> [LabelAward] { awards[facility] ?? [] }

    /// Every award, by facility and label.
    var allAwards: [LabelAward] { awards.keys.sorted().flatMap { awards[$0] ?? [] } }

    /// Sets or takes away an award.
    package mutating func set(_ award: LabelAward?, _ label: Code, of facility: FacilityID) {
        var own = awards[facility] ?? []
        if let index = own.firstIndex(where: { $0.label == label }) {
            own.remove(at: index)
            awardCounts[label, default: 0] -= 1
        }
        if let award {
            own.insert(award, at: own.firstIndex { $0.label > label } ?? own.count)
            awardCounts[label, default: 0] += 1
        }
        awards[facility] = own.isEmpty ? nil : own
    }
}
