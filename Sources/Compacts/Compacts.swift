package import Permits

/// The agreements between members, and what follows from them: claims, complaints, standing, eco-labels.
///
/// It holds facts and answers questions about them; what they move is the exchange's.
package struct Compacts: Sendable {
    /// In order of their first word.
    package internal(set) var agreements: ContiguousArray<Agreement> = []
    /// What is and was owed, by number.
    package private(set) var claims: [Claim] = []
    /// The places of what is still owed under each agreement, in order; made from the claims.
    private var owed: [AgreementID: [Int]] = [:]
    /// The agreements under which each member may owe something; made from the claims.
    private var debts: [MemberID: Set<AgreementID>] = [:]
    package internal(set) var complaints: [Complaint] = []
    package internal(set) var labels: [Label] = []
    package internal(set) var awards: [LabelAward] = []
    /// How many accounts agreements have.
    package internal(set) var fundCount: UInt32 = 0
    /// What auctions brought regulators, in order.
    package internal(set) var proceeds: [Proceeds] = []
    /// The counts of members, by member.
    private var standings: [MemberID: Standing] = [:]
    private var byCode: [Code: AgreementID] = [:]
    /// The dialogues that each member has begun, and its complaints, by their places; those that are over go when they are counted.
    private var begun: [MemberID: [Int]] = [:]
    private var complained: [MemberID: [Int]] = [:]
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
        get { agreements[agreement.slot] }
        _modify { yield &agreements[agreement.slot] }
    }

    /// Adds an agreement; the caller has checked that its code is new.
    package mutating func add(_ agreement: Agreement) -> AgreementID {
        agreements.append(agreement)
        let id = AgreementID(UInt32(agreements.count - 1))
        byCode[agreement.code] = id
        begun[agreement.initiator, default: []].append(id.slot)
        return id
    }

    /// How many dialogues a member has begun that are still open.
    package mutating func dialogues(begunBy member: MemberID) -> Int {
        let open = (begun[member] ?? []).filter { agreements[$0].state == .dialogue }
        begun[member] = open
        return open.count
    }

    /// How many contracts in force a member has signed.
    package func contracts(of member: Code) -> Int {
        agreements.indices.count {
            agreements[$0].state == .contract && (agreements[$0].terms?.signatories.contains(member) ?? false)
        }
    }

    /// The contracts in force that go by what is verified of a facility.
    package func contracts(goingBy facility: Code) -> [AgreementID] {
        agreements.indices.filter { agreements[$0].state == .contract && agreements[$0].goes(by: facility) }
            .map { AgreementID(UInt32($0)) }
    }

    /// A new account.
    package mutating func nextFund() -> FundID {
        fundCount += 1
        return FundID(fundCount - 1)
    }

    // MARK: Claims

    /// Adds a claim, giving it its number.
    package mutating func add(_ claim: Claim) -> Claim {
        var numbered = claim
        numbered.number = UInt64(claims.count + 1)
        claims.append(numbered)
        if numbered.isOwed { note(numbered) }
        return numbered
    }

    /// The claim with a number.
    package func claim(_ number: UInt64) -> Claim? {
        number >= 1 && number <= UInt64(claims.count) ? claims[Int(number) - 1] : nil
    }

    /// Changes a claim.
    package mutating func set(_ claim: Claim) {
        let index = Int(claim.number) - 1
        claims[index] = claim
        if claim.isOwed {
            debts[claim.debtor, default: []].insert(claim.agreement)
        } else {
            owed[claim.agreement]?.removeAll { $0 == index }
        }
    }

    private mutating func note(_ claim: Claim) {
        owed[claim.agreement, default: []].append(Int(claim.number) - 1)
        debts[claim.debtor, default: []].insert(claim.agreement)
    }

    /// What is still owed under an agreement, in order.
    package func owed(under agreement: AgreementID) -> [Claim] {
        (owed[agreement] ?? []).map { claims[$0] }
    }

    /// What a member still owes, in order.
    package func owed(by member: MemberID) -> [Claim] {
        (debts[member] ?? []).sorted().flatMap { owed(under: $0) }.filter { $0.debtor == member }
    }

    // MARK: Complaints

    /// Adds a complaint, giving it its number.
    package mutating func add(_ complaint: Complaint) -> Complaint {
        var numbered = complaint
        numbered.number = UInt64(complaints.count + 1)
        complaints.append(numbered)
        complained[complaint.by, default: []].append(complaints.count - 1)
        if complaint.wasIgnored { ignored[complaint.by, default: []].insert(complaint.about) }
        return numbered
    }

    /// How many complaints of a member are open.
    package mutating func openComplaints(by member: MemberID) -> Int {
        let open = (complained[member] ?? []).filter { complaints[$0].state == .open }
        complained[member] = open
        return open.count
    }

    /// Whether a member has left another one's complaint unanswered.
    package func hasIgnored(_ complainer: MemberID, _ member: MemberID) -> Bool {
        ignored[complainer]?.contains(member) ?? false
    }

    /// The place of a complaint.
    package func complaint(_ number: UInt64) -> Int? {
        number >= 1 && number <= UInt64(complaints.count) ? Int(number) - 1 : nil
    }

    /// Changes how a complaint stands.
    package mutating func set(_ state: Complaint.State, answer: String = "", complaint index: Int) {
        complaints[index].state = state
        guard state == .unanswered else { return }
        complaints[index].wasIgnored = true
        ignored[complaints[index].by, default: []].insert(complaints[index].about)
        complaints[index].answer = answer
    }

    // MARK: Standing

    /// What is counted of a member by its agreements; what the registry knows is not in it.
    package func standing(of member: MemberID) -> Standing { standings[member] ?? Standing() }

    /// Counts something of a member.
    package mutating func count(_ what: WritableKeyPath<Standing, Int64>, of member: MemberID) {
        standings[member, default: Standing()][keyPath: what] += 1
    }

    /// Everyone of whom something is counted, in order.
    var counted: [MemberID] { standings.keys.sorted() }

    mutating func set(_ standing: Standing, of member: MemberID) { standings[member] = standing }

    // MARK: Proceeds

    /// Records what an auction brought.
    package mutating func add(_ proceeds: Proceeds) { self.proceeds.append(proceeds) }

    // MARK: Labels

    /// Adds a label, or puts it in the place of an earlier one.
    package mutating func set(_ label: Label) {
        if let index = labels.firstIndex(where: { $0.code == label.code }) {
            labels[index] = label
        } else {
            labels.append(label)
        }
    }

    /// The label with a code.
    package func label(_ code: Code) -> Label? { labels.first { $0.code == code } }

    /// The award of a label to a facility.
    package func award(_ label: Code, to facility: FacilityID) -> LabelAward? {
        awards.first { $0.label == label && $0.facility == facility }
    }

    /// Sets or takes away an award.
    package mutating func set(_ award: LabelAward?, _ label: Code, of facility: FacilityID) {
        awards.removeAll { $0.label == label && $0.facility == facility }
        if let award { awards.append(award) }
    }
}
