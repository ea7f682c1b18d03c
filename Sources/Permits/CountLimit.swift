/// A bound on how much of something there may be at once: whose it is, and what it takes of memory.
///
/// Nobody's bound is used up by others: each is its owner's own, and counts what lives, not what is past. What one owner can fill
/// is so small that many of them fit the service's memory.
public struct CountLimit: Sendable {
    /// Whose count it is.
    public enum Owner: String, Sendable, CaseIterable {
        case member, regulator, program, `operator`
    }

    /// The name of the bound in `Limits`.
    public let name: String
    /// The bound.
    public let most: Int
    /// Each of these may have so many.
    public let owner: Owner
    /// The most bytes that one takes, what it points to included; rounded up.
    public let bytes: Int
    /// What is counted, and what becomes of more.
    public let what: String

    private init(_ name: String, _ most: Int, of owner: Owner, bytes: Int, _ what: String) {
        self.name = name
        self.most = most
        self.owner = owner
        self.bytes = bytes
        self.what = what
    }

    /// Every bound of this kind.
    public static let all: [CountLimit] = ofMembers + ofRegulators + ofPrograms + ofTheOperator

    private static let ofMembers: [CountLimit] = [
        CountLimit(
            "idsMax",
            Limits.idsMax,
            of: .member,
            bytes: 96,
            "ids of the day that are remembered; a new one takes the oldest one's place"
        ),
        CountLimit(
            "refusalTextsMax",
            Limits.refusalTextsMax,
            of: .member,
            bytes: 4_500,
            "refusals of the day with their text; of older ones the code is remembered"
        ),
        CountLimit("ordersMax", Limits.ordersMax, of: .member, bytes: 400, "live orders, over all markets"),
        CountLimit("transfersMax", Limits.transfersMax, of: .member, bytes: 200, "transfers that wait"),
        CountLimit(
            "actsMax",
            Limits.actsMax,
            of: .member,
            bytes: 900,
            "transfers, retirements and surrenders that may be undone; older ones cannot be"
        ),
        CountLimit("trustsMax", Limits.trustsMax, of: .member, bytes: 64, "accounts that it trusts"),
        CountLimit("swapsMax", Limits.swapsMax, of: .member, bytes: 200, "open offers to swap"),
        CountLimit("offersMax", Limits.offersMax, of: .member, bytes: 500, "open offers by agreement"),
        CountLimit("rightsMax", Limits.rightsMax, of: .member, bytes: 128, "royalties and leases, as seller or buyer"),
        CountLimit(
            "auctionsMax",
            Limits.auctionsMax,
            of: .member,
            bytes: 2_000,
            "auctions of its own before their result"
        ),
        CountLimit(
            "auctionsKeptMax",
            Limits.auctionsKeptMax,
            of: .member,
            bytes: 2_000,
            "auctions of its own that have ended and are answered about; older ones are in settlement"
        ),
        CountLimit(
            "auctionStepsKeptMax",
            Limits.auctionStepsKeptMax,
            of: .member,
            bytes: 160,
            "price steps of these; older auctions are in settlement"
        ),
        CountLimit("bidsMax", Limits.bidsMax, of: .member, bytes: 2_000, "bids in auctions that wait for their result"),
        CountLimit(
            "dialoguesMax",
            Limits.dialoguesMax,
            of: .member,
            bytes: 130_000,
            "open dialogues that it has begun"
        ),
        CountLimit(
            "contractsMax",
            Limits.contractsMax,
            of: .member,
            bytes: 130_000,
            "contracts in force, or under which something is owed"
        ),
        CountLimit(
            "placesMax",
            Limits.placesMax,
            of: .member,
            bytes: 400,
            "readings and payments that these provide for; as many of those that have ended"
        ),
        CountLimit(
            "agreementsKeptMax",
            Limits.agreementsKeptMax,
            of: .member,
            bytes: 130_000,
            "agreements begun by it that have ended and are answered about; older ones are in settlement"
        ),
        CountLimit("complaintsMax", Limits.complaintsMax, of: .member, bytes: 800, "open complaints"),
        CountLimit(
            "complaintsKeptMax",
            Limits.complaintsKeptMax,
            of: .member,
            bytes: 800,
            "complaints that are not open any more; older ones are in settlement"
        ),
        CountLimit("proposalsMax", Limits.proposalsMax, of: .member, bytes: 4_300, "open proposals"),
        CountLimit("loginsMax", Limits.loginsMax, of: .member, bytes: 700, "logins"),
    ]

    private static let ofRegulators: [CountLimit] = [
        CountLimit("programsMax", Limits.programsMax, of: .regulator, bytes: 1_000, "programs"),
        CountLimit(
            "facilitiesMax",
            Limits.facilitiesMax,
            of: .regulator,
            bytes: 34_000,
            "facilities, closed ones too: what they did stays public; each with 50 years of reports"
        ),
    ]

    private static let ofPrograms: [CountLimit] = [
        CountLimit("classesMax", Limits.classesMax, of: .program, bytes: 600, "permit classes"),
        CountLimit("deadlinesMax", Limits.deadlinesMax, of: .program, bytes: 96, "deadlines, replaced ones too"),
        CountLimit("holidaysMax", Limits.holidaysMax, of: .program, bytes: 16, "holidays that are still to come"),
        CountLimit("linksMax", Limits.linksMax, of: .program, bytes: 300, "links"),
        CountLimit("labelsMax", Limits.labelsMax, of: .program, bytes: 4_000, "labels that are awarded or may be"),
    ]

    private static let ofTheOperator: [CountLimit] = [
        CountLimit("membersMax", Limits.membersMax, of: .operator, bytes: 1_000, "members"),
        CountLimit("marketsMax", Limits.marketsMax, of: .operator, bytes: 60_000, "markets"),
    ]

    /// The memory that one owner takes which has all that it may, in bytes.
    public static func bytes(of owner: Owner) -> Int {
        let own = all.filter { $0.owner == owner }.reduce(0) { $0 + $1.most * $1.bytes }
        // A regulator is a member too, and has programs.
        return owner == .regulator ? own + bytes(of: .member) + Limits.programsMax * bytes(of: .program) : own
    }
}
