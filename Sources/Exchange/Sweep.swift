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
    /// A batch that is being filled.
    var batch: Batch?
    /// Permits cancelled, credited or forfeited; carried over; carried over into spillable accounts.
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

    /// What an announcement is still to credit.
    var pending: ArraySlice<Part> {
        guard case .announcement = kind else { return [] }
        return parts[Int(next)...]
    }
}

extension Sweep {
    func encode(to writer: inout ByteWriter) {
        kind.encode(to: &writer)
        writer.write(began)
        writer.write(UInt8(stage))
        writer.write(next)
        writer.write(count: classes.count)
        for id in classes { writer.write(id.index) }
        writer.write(count: parts.count)
        for part in parts {
            writer.write(part.account.index)
            writer.write(part.permitClass.index)
            writer.write(part.amount)
        }
        writer.write(count: claims.count)
        for claim in claims { claim.encode(to: &writer) }
        bids.encode(to: &writer)
        writer.write(call.price)
        writer.write(call.left)
        writer.write(call.closed.number)
        writer.write(batch) { writer, batch in batch.encode(to: &writer) }
        for quantity in [sum, carried, spillable] { writer.write(quantity) }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        self.init(try Kind(from: &reader), began: try reader.readTimestamp())
        stage = Int(try reader.read(UInt8.self))
        next = try reader.read()
        for _ in 0..<(try reader.readCount()) { classes.append(ClassID(try reader.read())) }
        for _ in 0..<(try reader.readCount()) {
            let account = AccountID(index: try reader.read())
            let permitClass = ClassID(try reader.read())
            parts.append(Part(account: account, permitClass: permitClass, amount: try reader.read()))
        }
        for _ in 0..<(try reader.readCount()) { claims.append(try DeadlineClaim(from: &reader)) }
        bids = try OpenedBids(from: &reader)
        call.price = try reader.readPrice()
        call.left = try reader.readQuantity()
        call.closed = OrderID(number: try reader.read())
        batch = try reader.readOptional { reader throws(SnapshotError) in try Batch(from: &reader) }
        sum = try reader.readQuantity()
        carried = try reader.readQuantity()
        spillable = try reader.readQuantity()
    }
}

extension Sweep.Kind {
    fileprivate func encode(to writer: inout ByteWriter) {
        switch self {
        case .limits(let id):
            writer.write(UInt8(0))
            writer.write(id.index)
        case .expiry(let id):
            writer.write(UInt8(1))
            writer.write(id.index)
        case .seasonEnd(let index):
            writer.write(UInt8(2))
            writer.write(count: index)
        case .announcement(let index, let entitlements, let percent):
            writer.write(UInt8(3))
            writer.write(count: index)
            writer.write(entitlements.index)
            writer.write(percent.hundredths)
        case .spill(let program, let vintage, let share):
            writer.write(UInt8(4))
            writer.write(program.index)
            writer.write(vintage)
            writer.write(share.hundredths)
        case .release(let program, let vintage):
            writer.write(UInt8(5))
            writer.write(program.index)
            writer.write(vintage)
        case .deadline(let index):
            writer.write(UInt8(6))
            writer.write(count: index)
        case .phase(let market, let next, let text):
            writer.write(UInt8(7))
            writer.write(market.index)
            writer.write(next)
            writer.write(text)
        case .dayEnd: writer.write(UInt8(8))
        case .opening(let opening):
            writer.write(UInt8(9))
            opening.encode(to: &writer)
        case .batches(let program):
            writer.write(UInt8(10))
            writer.write(program.index)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .limits(ClassID(try reader.read()))
        case 1: self = .expiry(ClassID(try reader.read()))
        case 2: self = .seasonEnd(Int(try reader.read(UInt64.self)))
        case 3:
            let index = Int(try reader.read(UInt64.self))
            let entitlements = ProgramID(try reader.read())
            self = .announcement(index, entitlements, Percent(hundredths: try reader.read()))
        case 4:
            let program = ProgramID(try reader.read())
            let vintage: Int64 = try reader.read()
            self = .spill(program, vintage: vintage, Percent(hundredths: try reader.read()))
        case 5:
            let program = ProgramID(try reader.read())
            self = .release(program, vintage: try reader.read())
        case 6: self = .deadline(Int(try reader.read(UInt64.self)))
        case 7:
            let market = MarketID(try reader.read())
            let next: Phase = try reader.readWord()
            self = .phase(market, next, text: try reader.readString())
        case 8: self = .dayEnd
        case 9: self = .opening(try Opening(from: &reader))
        case 10: self = .batches(ProgramID(try reader.read()))
        default: throw SnapshotError("no such sweep before byte \(reader.position)")
        }
    }
}
