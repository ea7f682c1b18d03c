import Ledger
import OrderBook
import Permits
import Registry

/// What a command or a date has begun for a whole program, market or venue, and `CLOCK`s carry out, a slice each.
///
/// It takes effect at once: what is swept over stands still until the sweep has passed (`Exchange.checkAtRest`), and timers
/// that fall due after it began wait for its end. So it comes to the same as if it were done in one step.
struct Sweep: Sendable {
    enum Kind: Equatable, Sendable {
        /// Orders and what waits are made to fit the limits of a class, member by member.
        case limits(ClassID)
        /// A class ends.
        case expiry(ClassID)
        /// A season ends, by its place in the registry's list.
        case seasonEnd(Int)
        /// Holders of entitlements are credited, in a season by its place.
        case announcement(Int, ProgramID, Percent)
        case spill(ProgramID, vintage: Int64, Percent)
        case release(ProgramID, vintage: Int64)
        /// A deadline is settled, by its place in the registry's list.
        case deadline(Int)
        /// A market goes from one phase to another, with what its orders do on the way.
        case phase(MarketID, Phase, text: String)
        case dayEnd
        /// A market gets another tick, and a band of its own.
        case relisting(MarketID, Price, basisPoints: Int64)
        /// Moves that gathered before a link, by its place in the registry's list, get their share of what opened.
        case moves(Int)
        /// What meets across the links of a program is cleared, way by way.
        case batches(ProgramID)
        /// An auction's bids are opened and cleared, and bidders are told what became of each step.
        case opening(Opening)
    }

    /// A balance that is gone over.
    struct Part: Sendable {
        var account: AccountID
        var permitClass: ClassID
        /// What is to move, or of what is there may be carried over.
        var amount: Int64
    }

    let kind: Kind
    /// Later timers wait for the sweep's end.
    let began: Timestamp
    /// What is done now; each kind has its own stages, from 0.
    var stage = 0
    /// Where the stage has come: the index of a member, facility, market, part or claim; the number of a transfer or offer.
    var next: UInt64 = 0
    /// The classes that it is about, the first of which is gone over.
    var classes: [ClassID] = []
    var parts: [Part] = []
    var claims: [DeadlineClaim] = []
    var bids = OpenedBids()
    /// A call that ends.
    var call = Uncrossing(price: .zero, left: .zero)
    /// How much is left of what `next` names.
    var left = 0
    /// A batch that is being filled.
    var batch: Batch?
    /// Permits cancelled, credited or forfeited; carried over; carried over into spillable accounts.
    ///
    /// Of moves: what passes in all; what is asked for; how much of that has been looked at.
    var (sum, carried, spillable) = (Quantity.zero, Quantity.zero, Quantity.zero)

    init(_ kind: Kind, began: Timestamp, classes: [ClassID] = []) {
        self.kind = kind
        self.began = began
        self.classes = classes
    }

    /// Goes on to the next stage.
    mutating func enter(_ stage: Int) {
        self.stage = stage
        next = 0
    }

    /// The market whose orders stand still.
    var market: MarketID? {
        switch kind {
        case .phase(let market, _, text: _), .relisting(let market, _, basisPoints: _): market
        case .limits, .expiry, .seasonEnd, .announcement, .spill, .release, .deadline, .dayEnd, .moves, .batches,
            .opening:
            nil
        }
    }

    /// What an announcement is still to credit.
    var pending: ArraySlice<Part> {
        guard case .announcement = kind else { return [] }
        return parts[Int(next)...]
    }
}

extension Sweep: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: Sweep?) throws(SnapshotError) -> Sweep {
        var new = Sweep(try Kind.layout(&coder, old?.kind), began: try coder.value("began", old?.began))
        new.stage = Int(try coder.value("stage", old.map { UInt8($0.stage) }))
        new.next = try coder.value("next", old?.next)
        new.left = try coder.value("left", old?.left)
        new.classes = try coder.list("classes", old?.classes)
        new.parts = try coder.list("parts", old?.parts) { coder, old throws(SnapshotError) in
            Part(
                account: AccountID(index: try coder.value("account", old?.account.index)),
                permitClass: try coder.value("permitClass", old?.permitClass),
                amount: try coder.value("amount", old?.amount)
            )
        }
        new.claims = try coder.list("claims", old?.claims)
        new.bids = try OpenedBids.layout(&coder, old?.bids)
        new.call.price = try coder.value("call.price", old?.call.price)
        new.call.left = try coder.value("call.left", old?.call.left)
        new.call.closed = try coder.value("call.closed", old?.call.closed)
        new.batch = try coder.optional("batch", old?.batch)
        new.sum = try coder.value("sum", old?.sum)
        new.carried = try coder.value("carried", old?.carried)
        new.spillable = try coder.value("spillable", old?.spillable)
        return new
    }
}

extension Sweep.Kind: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: Sweep.Kind?) throws(SnapshotError) -> Sweep.Kind {
        try coder.choice("kind", old?.form) { coder, form throws(SnapshotError) in
            switch form {
            case .limits:
                var fields: (ClassID)?
                if case .limits(let id)? = old { fields = id }
                return .limits(try coder.value("class", fields))
            case .expiry:
                var fields: (ClassID)?
                if case .expiry(let id)? = old { fields = id }
                return .expiry(try coder.value("class", fields))
            case .seasonEnd:
                var fields: (Int)?
                if case .seasonEnd(let index)? = old { fields = index }
                return .seasonEnd(try coder.value("season", fields))
            case .announcement:
                var fields: (Int, ProgramID, Percent)?
                if case .announcement(let index, let program, let percent)? = old { fields = (index, program, percent) }
                return .announcement(
                    try coder.value("season", fields?.0),
                    try coder.value("entitlements", fields?.1),
                    try coder.value("percent", fields?.2)
                )
            case .spill:
                var fields: (ProgramID, Int64, Percent)?
                if case .spill(let program, vintage: let vintage, let share)? = old {
                    fields = (program, vintage, share)
                }
                return .spill(
                    try coder.value("program", fields?.0),
                    vintage: try coder.value("vintage", fields?.1),
                    try coder.value("share", fields?.2)
                )
            case .release:
                var fields: (ProgramID, Int64)?
                if case .release(let program, vintage: let vintage)? = old { fields = (program, vintage) }
                return .release(try coder.value("program", fields?.0), vintage: try coder.value("vintage", fields?.1))
            case .deadline:
                var fields: (Int)?
                if case .deadline(let index)? = old { fields = index }
                return .deadline(try coder.value("deadline", fields))
            case .phase:
                var fields: (MarketID, Phase, String)?
                if case .phase(let market, let next, text: let text)? = old { fields = (market, next, text) }
                return .phase(
                    try coder.value("market", fields?.0),
                    try coder.value("phase", fields?.1),
                    text: try coder.value("text", fields?.2)
                )
            case .dayEnd: return .dayEnd
            case .relisting:
                var fields: (MarketID, Price, Int64)?
                if case .relisting(let market, let tick, basisPoints: let band)? = old { fields = (market, tick, band) }
                return .relisting(
                    try coder.value("market", fields?.0),
                    try coder.value("tick", fields?.1),
                    basisPoints: try coder.value("band", fields?.2)
                )
            case .opening:
                var fields: (Opening)?
                if case .opening(let opening)? = old { fields = opening }
                return .opening(try coder.value("opening", fields))
            case .moves: return .moves(try coder.value("link", old?.link))
            case .batches:
                var fields: (ProgramID)?
                if case .batches(let program)? = old { fields = program }
                return .batches(try coder.value("program", fields))
            }
        }
    }

    private var link: Int? { if case .moves(let link) = self { link } else { nil } }

    private enum Form: UInt8, CaseIterable {
        case limits, expiry, seasonEnd, announcement, spill, release, deadline, phase, dayEnd, opening, batches,
            relisting, moves
    }

    private var form: Form {
        switch self {
        case .limits: .limits
        case .expiry: .expiry
        case .seasonEnd: .seasonEnd
        case .announcement: .announcement
        case .spill: .spill
        case .release: .release
        case .deadline: .deadline
        case .phase: .phase
        case .dayEnd: .dayEnd
        case .relisting: .relisting
        case .opening: .opening
        case .moves: .moves
        case .batches: .batches
        }
    }
}
