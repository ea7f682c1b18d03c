package import Permits

/// Programs, what was issued under their caps, facilities with their measured use, and what follows from it.
///
/// It holds facts and answers questions about them; who may change them, and what that moves, is the exchange's.
package struct Registry: Sendable {
    package internal(set) var programs: ContiguousArray<Program> = []
    package internal(set) var classes: ContiguousArray<PermitClass> = []
    package internal(set) var facilities: ContiguousArray<Facility> = []
    /// Every deadline, in order of announcement.
    package internal(set) var deadlines: [Deadline] = []
    package internal(set) var penalties: [Penalty] = []
    /// The places of each member's penalties, in order; made from `penalties`.
    var penaltiesOfMember: [MemberID: [Int]] = [:]
    package internal(set) var suspensions: [Suspension] = []
    /// Whom each member trusts, oldest first.
    package private(set) var trusts: [MemberID: [Trust]] = [:]
    /// Transfers that wait, by number.
    package internal(set) var transfers = NumberedList<PendingTransfer>()
    /// The numbers of those out of each member's account, of those into it, and of those through each link; made from `transfers`.
    private var transfersOfMember: [MemberID: NumberedList<UInt64>] = [:]
    private var transfersToMember: [MemberID: NumberedList<UInt64>] = [:]
    private var movesOfLink: [Code: NumberedList<UInt64>] = [:]
    package internal(set) var transferCount: UInt64 = 0
    /// How many certificates there are; settlement has them.
    package internal(set) var certificateCount: UInt64 = 0
    /// What each report's evidence was first given for.
    package var evidence = EvidenceUses()
    /// What may still be undone.
    package var acts = ReversibleActs()
    /// What was allocated outside auctions, and not taken back.
    package var allocated = AllocatedPermits()
    /// How much each member has retired of each program's permits.
    private var retired: [MemberID: [ProgramID: Int64]] = [:]
    /// Every season, in order of opening.
    package internal(set) var seasons: [Season] = []
    /// Every link between zones, in order of making.
    package internal(set) var links: [Link] = []
    /// What moves through them left below a whole permit.
    package var passageFractions = PassageFractions()
    /// Open offers to swap, oldest first.
    package internal(set) var swaps = NumberedList<Swap>()
    /// The numbers of those of each member, and of those that give each class; made from `swaps`.
    private var swapsOfMember: [MemberID: NumberedList<UInt64>] = [:]
    private var swapsGiving: [ClassID: NumberedList<UInt64>] = [:]
    package internal(set) var swapCount: UInt64 = 0
    /// Open offers by agreement, oldest first.
    package internal(set) var offers = NumberedList<Offer>()
    /// The numbers of those of each member; made from `offers`.
    private var offersOfMember: [MemberID: NumberedList<UInt64>] = [:]
    package internal(set) var offerCount: UInt64 = 0
    /// What binds sellers and buyers of entitlements, oldest first.
    package private(set) var rights: [Right] = []
    /// How many each member has as seller or buyer; made from `rights`.
    private var rightsOfMember: [MemberID: Int] = [:]
    package var royaltyFractions = RoyaltyFractions()
    private var facilityByCode: [Code: FacilityID] = [:]
    private var facilityOrder = CodeOrder()
    /// How many facilities the programs of each regulator have.
    private var facilitiesOfRegulator: [MemberID: Int] = [:]
    /// The facilities of each member, in order of registration.
    private var facilitiesOfMember: [MemberID: [FacilityID]] = [:]

    package init() {}

    /// The program with a code.
    package func program(_ code: Code) -> ProgramID? {
        programs.firstIndex { $0.code == code }.map { ProgramID(UInt32($0)) }
    }

    /// The class of a program, vintage and zone.
    package func permitClass(_ program: ProgramID, vintage: Int64, zone: Code = .none) -> ClassID? {
        classes.firstIndex { $0.program == program && $0.vintage == vintage && $0.zone == zone }
            .map { ClassID(UInt32($0)) }
    }

    /// The facility with a code.
    package func facility(_ code: Code) -> FacilityID? { facilityByCode[code] }

    package subscript(program: ProgramID) -> Program {
        get { programs[Int(program.index)] }
        _modify { yield &programs[Int(program.index)] }
    }
    package subscript(permitClass: ClassID) -> PermitClass {
        get { classes[Int(permitClass.index)] }
        _modify { yield &classes[Int(permitClass.index)] }
    }

    /// All classes, in order of creation.
    package var classIDs: [ClassID] { classes.indices.map { ClassID(UInt32($0)) } }
    /// All facilities, in order of registration.
    package var facilityIDs: [FacilityID] { facilities.indices.map { FacilityID(UInt32($0)) } }

    // MARK: Caps

    /// Adds a program; the caller has checked that its code is new.
    package mutating func define(_ program: Program) -> ProgramID {
        programs.append(program)
        return ProgramID(UInt32(programs.count - 1))
    }

    /// Adds a class; the caller has checked that it is new.
    package mutating func add(_ permitClass: PermitClass) -> ClassID {
        classes.append(permitClass)
        return ClassID(UInt32(classes.count - 1))
    }

    /// Counts permits as issued; the caller has checked the cap.
    package mutating func countIssued(_ quantity: Quantity, of permitClass: ClassID) {
        self[permitClass].issued += quantity
    }

    /// Sets permits aside for an auction, which the caller has checked against the cap; negative gives back.
    package mutating func pledge(_ quantity: Quantity, of permitClass: ClassID) {
        self[permitClass].pledged += quantity
    }

    /// What may still be committed of a class: under its own cap, and under that of its vintage over all zones.
    package func roomUnderCap(of permitClass: ClassID) -> Quantity {
        let terms = self[permitClass]
        guard let total = self.permitClass(terms.program, vintage: terms.vintage) else {
            return terms.cap - terms.committed
        }
        let over = self[total].cap - committedOverZones(of: terms.program, vintage: terms.vintage)
        return total == permitClass ? over : min(over, terms.cap - terms.committed)
    }

    /// What counts against the cap of a vintage over all its zones.
    package func committedOverZones(of program: ProgramID, vintage: Int64) -> Quantity {
        classes.reduce(.zero) { $1.program == program && $1.vintage == vintage ? $0 + $1.committed : $0 }
    }

    // MARK: Facilities

    /// Adds a facility; the caller has checked that its code is new.
    package mutating func add(_ facility: Facility) -> FacilityID {
        facilities.append(facility)
        let id = FacilityID(UInt32(facilities.count - 1))
        facilityByCode[facility.code] = id
        facilityOrder.insert(id.index) { facilities[Int($0)].code }
        facilitiesOfMember[facility.member, default: []].append(id)
        facilitiesOfRegulator[self[facility.program].regulator, default: 0] += 1
        return id
    }

    /// Gives a facility another owner, zone and name.
    package mutating func change(_ id: FacilityID, member: MemberID, zone: Code, name: String) {
        let before = self[id].member
        (self[id].member, self[id].zone, self[id].name) = (member, zone, name)
        guard member != before else { return }
        facilitiesOfMember[before]?.removeAll { $0 == id }
        if facilitiesOfMember[before]?.isEmpty == true { facilitiesOfMember[before] = nil }
        let own = facilitiesOfMember[member] ?? []
        facilitiesOfMember[member] = (own + [id]).sorted { $0.index < $1.index }
    }

    /// How many facilities a regulator's programs have, closed ones too: what they did stays public.
    package func facilityCount(of regulator: MemberID) -> Int { facilitiesOfRegulator[regulator] ?? 0 }

    /// All facilities by code, behind one code if it is given.
    package func facilitiesByCode(behind last: Code?) -> some Sequence<FacilityID> {
        facilityOrder.places(behind: last) { facilities[Int($0)].code }.lazy.map { FacilityID($0) }
    }

    /// Whether a facility is of a program and a member, each if it is given.
    package func isOf(_ program: ProgramID?, _ member: MemberID?, _ facility: FacilityID) -> Bool {
        (program == nil || facilities[facility.slot].program == program)
            && (member == nil || facilities[facility.slot].member == member)
    }

    /// Whether a member has any facility.
    package func hasFacilities(_ member: MemberID) -> Bool {
        !facilities.isEmpty && facilitiesOfMember[member] != nil
    }

    /// A member's facilities, in order of registration.
    package func facilityIDs(of member: MemberID) -> [FacilityID] { facilitiesOfMember[member] ?? [] }

    /// A member's facilities in a program, in order of registration.
    package func facilities(of member: MemberID, in program: ProgramID) -> [FacilityID] {
        facilities.isEmpty ? [] : (facilitiesOfMember[member] ?? []).filter { self[$0].program == program }
    }

    package subscript(facility: FacilityID) -> Facility {
        get { facilities[facility.slot] }
        _modify { yield &facilities[facility.slot] }
    }

    /// Where an obligation of a facility stands in its list, which gets it if it is new.
    package mutating func obligation(of facility: FacilityID, since: Int64, period: Int64) -> Int {
        if let index = self[facility].obligations.firstIndex(where: { $0.period == period }) { return index }
        let place = self[facility].obligations.firstIndex { $0.period > period } ?? self[facility].obligations.count
        self[facility].obligations.insert(Obligation(period: period, since: since), at: place)
        return place
    }

    /// The first year of a program's period, as its deadlines say.
    package func firstYear(of program: ProgramID, period: Int64) -> Int64 {
        deadlines.first { $0.program == program && $0.period == period }?.since ?? period
    }

    // MARK: Trust, transfers, certificates

    /// Sets whom a member trusts in a program.
    package mutating func set(_ trust: Trust?, of member: MemberID, to trusted: MemberID, in program: ProgramID) {
        trusts[member, default: []].removeAll { $0.trusted == trusted && $0.program == program }
        if let trust { trusts[member, default: []].append(trust) }
    }

    /// Whether a member's permits go to another without the longer delay at `time`.
    package func isTrusted(_ other: MemberID, by member: MemberID, in program: ProgramID, at time: Timestamp) -> Bool {
        (trusts[member] ?? []).contains { $0.trusted == other && $0.program == program && $0.effective <= time }
    }

    /// Gives a transfer its number, and keeps it if it waits.
    package mutating func number(_ transfer: PendingTransfer, waits: Bool) -> UInt64 {
        transferCount += 1
        guard waits else { return transferCount }
        var numbered = transfer
        numbered.number = transferCount
        add(numbered)
        return transferCount
    }

    /// Keeps a transfer that waits.
    mutating func add(_ transfer: PendingTransfer) {
        transfers.append(transfer, number: transfer.number)
        transfersOfMember[transfer.from, default: NumberedList()].append(transfer.number, number: transfer.number)
        transfersToMember[transfer.to, default: NumberedList()].append(transfer.number, number: transfer.number)
        guard let link = transfer.passage?.link else { return }
        movesOfLink[link, default: NumberedList()].append(transfer.number, number: transfer.number)
    }

    /// The first move that waits for a link with a number above another.
    package func move(through link: Code, after number: UInt64) -> PendingTransfer? {
        movesOfLink[link]?.first(after: number).flatMap { transfers[$0] }
    }

    /// The transfers that wait to reach a member, by number.
    package func transfers(to member: MemberID) -> [PendingTransfer] {
        (transfersToMember[member] ?? NumberedList()).compactMap { transfers[$0] }
    }

    /// How many transfers of a member wait.
    package func transferCount(of member: MemberID) -> Int { transfersOfMember[member]?.count ?? 0 }

    /// The transfers that wait, out of a member's account or into it, by number.
    package func transfers(of member: MemberID) -> [PendingTransfer] {
        let own = (transfersOfMember[member] ?? NumberedList()).compactMap { transfers[$0] }
        return (own + transfers(to: member).filter { $0.from != member }).sorted { $0.number < $1.number }
    }

    /// The transfer with a number, if it waits.
    package func transfer(_ number: UInt64) -> PendingTransfer? { transfers[number] }

    /// Takes a transfer off the list of those that wait.
    package mutating func remove(transfer number: UInt64) {
        guard let transfer = transfers.remove(number) else { return }
        transfersOfMember[transfer.from]?.remove(number)
        transfersToMember[transfer.to]?.remove(number)
        if let link = transfer.passage?.link { movesOfLink[link]?.remove(number) }
    }

    /// The season of a program and vintage, by its place in the list.
    package func season(of program: ProgramID, vintage: Int64) -> Int? {
        seasons.firstIndex { $0.program == program && $0.vintage == vintage }
    }

    /// Adds a season, or puts it in the place of an earlier one.
    package mutating func set(_ season: Season) -> Int {
        if let index = self.season(of: season.program, vintage: season.vintage) {
            seasons[index] = season
            return index
        }
        seasons.append(season)
        return seasons.count - 1
    }

    /// The number of the next offer to swap.
    package mutating func nextSwap() -> UInt64 {
        swapCount += 1
        return swapCount
    }

    /// Adds an open offer.
    package mutating func add(_ swap: Swap) {
        swaps.append(swap, number: swap.number)
        swapsOfMember[swap.member, default: NumberedList()].append(swap.number, number: swap.number)
        swapsGiving[swap.give, default: NumberedList()].append(swap.number, number: swap.number)
    }

    /// Takes an offer off the list.
    package mutating func remove(swap number: UInt64) {
        guard let swap = swaps.remove(number) else { return }
        swapsOfMember[swap.member]?.remove(number)
        swapsGiving[swap.give]?.remove(number)
    }

    /// The open offers to swap of a member, oldest first.
    package func swaps(of member: MemberID) -> [Swap] {
        (swapsOfMember[member] ?? NumberedList()).compactMap { swaps[$0] }
    }

    /// The open offers that give permits of a class, oldest first.
    package func swaps(giving id: ClassID) -> some Sequence<Swap> {
        (swapsGiving[id] ?? NumberedList()).lazy.compactMap { swaps[$0] }
    }

    /// The number of the next offer by agreement.
    package mutating func nextOffer() -> UInt64 {
        offerCount += 1
        return offerCount
    }

    /// Puts an offer by agreement on the list.
    package mutating func add(_ offer: Offer) {
        offers.append(offer, number: offer.number)
        offersOfMember[offer.seller, default: NumberedList()].append(offer.number, number: offer.number)
    }

    /// Takes an offer by agreement off the list.
    package mutating func remove(offer number: UInt64) {
        guard let offer = offers.remove(number) else { return }
        offersOfMember[offer.seller]?.remove(number)
    }

    /// The open offers by agreement of a member, oldest first.
    package func offers(of member: MemberID) -> [Offer] {
        (offersOfMember[member] ?? NumberedList()).compactMap { offers[$0] }
    }

    /// Binds a seller and a buyer.
    package mutating func add(_ right: Right) {
        rights.append(right)
        count(right)
    }

    private mutating func count(_ right: Right) {
        for member in Set([right.seller, right.buyer]) { rightsOfMember[member, default: 0] += 1 }
    }

    /// How many royalties and leases a member has, as seller or buyer.
    package func rightCount(of member: MemberID) -> Int { rightsOfMember[member] ?? 0 }

    /// Changes what binds them.
    package mutating func set(_ right: Right, at index: Int) { rights[index] = right }

    /// Takes off the list what binds nobody any more.
    package mutating func forgetRightsThatAreOver() {
        rights.removeAll(where: \.isOver)
        royaltyFractions.forget(except: rights)
        rightsOfMember = [:]
        for right in rights { count(right) }
    }

    /// Whether a lease is for a season: as many of those that have not ended as it has left, the earliest first.
    package func isFor(_ right: Right, _ season: Season) -> Bool {
        let before = seasons.count {
            $0.program == season.program && !$0.isEnded && $0.vintage < season.vintage
        }
        return right.isLease && before < right.seasonsLeft ?? 0
    }

    /// The leases of entitlements of a class for a season, by seller, oldest first.
    package func leases(of entitlement: ClassID, in season: Season) -> [MemberID: [Right]] {
        Dictionary(grouping: rights.lazy.filter { $0.entitlement == entitlement && isFor($0, season) }, by: \.seller)
    }

    /// Adds a link, without a limit.
    package mutating func add(_ link: Link) -> Int {
        links.append(link)
        return links.count - 1
    }

    /// Gives a link new terms.
    package mutating func take(_ change: Link.Change, link index: Int) { links[index].take(change) }

    /// Keeps a link's new terms for their date.
    package mutating func schedule(_ change: Link.Change?, link index: Int) { links[index].schedule(change) }

    /// Says until when orders gather before a link.
    package mutating func set(opens time: Timestamp?, link index: Int) { links[index].opens = time }

    /// Adds to a link's balance.
    package mutating func change(link index: Int, by quantity: Quantity) { links[index].change(by: quantity) }

    /// Raises what is announced of a program's entitlements in a season.
    package mutating func announce(
        _ percent: Percent,
        of entitlements: ProgramID,
        season index: Int,
        rests: [Announcement.Rest]
    ) {
        seasons[index].announce(percent, of: entitlements, rests: rests)
    }

    /// Marks a season as ended.
    package mutating func endSeason(_ index: Int) { seasons[index].end() }

    /// Counts permits as issued for what was carried over.
    package mutating func countCarried(_ quantity: Quantity, of permitClass: ClassID) {
        self[permitClass].issued += quantity
        self[permitClass].carried += quantity
    }

    /// The classes of a program and vintage, in order of creation.
    package func classes(of program: ProgramID, vintage: Int64) -> [ClassID] {
        classIDs.filter { self[$0].program == program && self[$0].vintage == vintage }
    }

    /// The entitlements that yield a class: those of its zone, or those without one if it has none.
    package func entitlements(yielding permitClass: ClassID) -> [ClassID] {
        classIDs.filter {
            self[self[$0].program].yields == self[permitClass].program && self[$0].zone == self[permitClass].zone
        }
    }

    /// Counts a certificate, and what was retired with it.
    package mutating func count(_ certificate: Certificate) {
        certificateCount = certificate.number
        count(retired: certificate.quantity.units, by: certificate.member, of: self[certificate.permitClass].program)
    }

    mutating func count(retired quantity: Int64, by member: MemberID, of program: ProgramID) {
        retired[member, default: [:]][program, default: 0] += quantity
    }

    /// Takes permits that were retired by mistake out of the count.
    package mutating func uncount(retired quantity: Quantity, by member: MemberID, of program: ProgramID) {
        count(retired: -quantity.units, by: member, of: program)
    }

    /// How much a member has retired of a program's permits.
    package func retired(by member: MemberID, of program: ProgramID) -> Int64 { retired[member]?[program] ?? 0 }

    /// All of it, in order.
    var allRetired: [(member: MemberID, program: ProgramID, quantity: Int64)] {
        retired.keys.sorted().flatMap { member in
            (retired[member] ?? [:]).sorted { $0.key.index < $1.key.index }.map { (member, $0.key, $0.value) }
        }
    }
}
