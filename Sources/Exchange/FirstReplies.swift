package import Permits
import Registry
import Seals

/// The first reply to each id that a member used today, so that a repeat gets it again and never acts twice.
///
/// Layout: the entries stand in the order of their commands, 56 bytes each; a table finds them by member and id. Replies
/// other than to orders are rare, so they lie beside.
package struct FirstReplies: Sendable {
    private struct Entry: BitwiseCopyable {
        let contentHash: UInt64
        let sequence: UInt64
        /// The order's number, or the place in `others`.
        let number: UInt64
        /// What was open of the order, or `elsewhere`.
        let open: UInt32
        let member: MemberID
        let id: PackedCode

        /// No order has so much: `Limits.quantityMax` is 10^9.
        static let elsewhere = UInt32.max
    }

    private var entries = Buffer<Entry>()
    private var others: ContiguousArray<Outcome> = []
    private var table = SlotTable()
    private let seed = SlotTable.seed()

    init() {}

    /// Gives this copy memory of its own.
    mutating func makeOwn() {
        entries.makeOwn()
        table.makeOwn()
    }

    /// How a request relates to those before it.
    enum Match {
        case new
        case repeated(Reply)
        case differs(firstSequence: UInt64)
    }

    func match(_ id: Code, of member: MemberID, contentHash: UInt64) -> Match {
        guard let place = place(of: id, member: member) else { return .new }
        guard entries[place].contentHash == contentHash else {
            return .differs(firstSequence: entries[place].sequence)
        }
        return .repeated(reply(at: place))
    }

    /// Remembers the reply to a request whose id is new.
    mutating func record(
        _ outcome: borrowing Outcome,
        sequence: UInt64,
        contentHash: UInt64,
        id: Code,
        member: MemberID
    ) {
        let number: UInt64
        let open: UInt32
        switch outcome {
        case .order(let order, let quantity): (number, open) = (order.number, UInt32(quantity.units))
        default:
            (number, open) = (UInt64(others.count), Entry.elsewhere)
            others.append(copy outcome)
        }
        entries.append(
            Entry(
                contentHash: contentHash,
                sequence: sequence,
                number: number,
                open: open,
                member: member,
                id: PackedCode(id)
            )
        )
        table.insert(UInt32(entries.count), hash(id, member))
    }

    /// The reply that `member`'s request `id` got today, or nil if it was never seen.
    package func reply(to id: Code, of member: MemberID) -> Reply? {
        place(of: id, member: member).map { reply(at: $0) }
    }

    /// The order that `member`'s request `id` entered today.
    func order(of id: Code, member: MemberID) -> OrderID? {
        guard let place = place(of: id, member: member), entries[place].open != Entry.elsewhere else { return nil }
        return OrderID(number: entries[place].number)
    }

    /// Ids may be used again on the next day.
    mutating func forgetAll() {
        entries.removeAll()
        others.removeAll(keepingCapacity: true)
        table.removeAll()
    }

    private func place(of id: Code, member: MemberID) -> Int? {
        let packed = PackedCode(id)
        let slot = table.slot(hash(id, member)) {
            entries[Int($0) - 1].member == member && entries[Int($0) - 1].id == packed
        }
        return slot == 0 ? nil : Int(slot) - 1
    }

    private func hash(_ id: Code, _ member: MemberID) -> UInt32 { id.hash(seed &+ UInt64(member.index)) }

    private func reply(at place: Int) -> Reply {
        let entry = entries[place]
        return Reply(id: entry.id.code, sequence: entry.sequence, isRepeat: true, outcome: outcome(of: entry))
    }

    private func outcome(of entry: Entry) -> Outcome {
        entry.open == Entry.elsewhere
            ? others[Int(entry.number)] : .order(OrderID(number: entry.number), open: Quantity(Int64(entry.open)))
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(count: entries.count)
        for entry in entries {
            writer.write(entry.member.index)
            writer.write(entry.id.code)
            writer.write(entry.contentHash)
            writer.write(entry.sequence)
            outcome(of: entry).encode(to: &writer)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) {
            let member = MemberID(try reader.read())
            let id = try reader.readCode()
            let contentHash: UInt64 = try reader.read()
            let sequence: UInt64 = try reader.read()
            let outcome = try Outcome(from: &reader)
            guard place(of: id, member: member) == nil else { throw SnapshotError("id \(id) stands twice") }
            record(outcome, sequence: sequence, contentHash: contentHash, id: id, member: member)
        }
    }
}

extension Outcome {
    func encode(to writer: inout ByteWriter) {
        switch self {
        case .done:
            writer.write(UInt8(0))
        case .order(let order, let open):
            writer.write(UInt8(1))
            writer.write(order.number)
            writer.write(open)
        case .quote(let bid, let bidOpen, let ask, let askOpen):
            writer.write(UInt8(2))
            writer.write(bid?.number ?? 0)
            writer.write(bidOpen)
            writer.write(ask?.number ?? 0)
            writer.write(askOpen)
        case .cancelled(let count):
            writer.write(UInt8(3))
            writer.write(count)
        case .loggedOn(let member, let user, let time):
            writer.write(UInt8(4))
            writer.write(member.index)
            writer.write(user.index)
            writer.write(time)
        case .refused(let refusal):
            writer.write(UInt8(5))
            writer.write(refusal.code.rawValue)
            writer.write(refusal.text)
        case .registry(let outcome):
            writer.write(UInt8(6))
            outcome.encode(to: &writer)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        let kind: UInt8 = try reader.read()
        switch kind {
        case 0: self = .done
        case 1: self = .order(OrderID(number: try reader.read()), open: try reader.readQuantity())
        case 2:
            let bid: UInt64 = try reader.read()
            let bidOpen = try reader.readQuantity()
            let ask: UInt64 = try reader.read()
            let askOpen = try reader.readQuantity()
            self = .quote(
                bid: bid == 0 ? nil : OrderID(number: bid),
                bidOpen: bidOpen,
                ask: ask == 0 ? nil : OrderID(number: ask),
                askOpen: askOpen
            )
        case 3: self = .cancelled(count: try reader.read())
        case 4:
            let member = MemberID(try reader.read())
            self = .loggedOn(member, UserID(try reader.read()), time: try reader.readTimestamp())
        case 5:
            let number: UInt16 = try reader.read()
            guard let code = RejectCode(rawValue: number) else { throw SnapshotError("\(number) is no reject code") }
            self = .refused(Refusal(code, try reader.readString()))
        case 6: self = .registry(try RegistryOutcome(from: &reader))
        default: throw SnapshotError("\(kind) is no kind of outcome")
        }
    }
}

extension RegistryOutcome {
    func encode(to writer: inout ByteWriter) {
        switch self {
        case .cap(let cap, let excess):
            writer.write(UInt8(0))
            writer.write(cap)
            writer.write(excess)
        case .issued(let quantity):
            writer.write(UInt8(1))
            writer.write(quantity)
        case .certificate(let number, let digest):
            writer.write(UInt8(2))
            writer.write(number)
            for byte in digest.bytes { writer.write(byte) }
        case .transfer(let number, let time):
            writer.write(UInt8(3))
            writer.write(number)
            writer.write(time)
        case .trust(let time):
            writer.write(UInt8(4))
            writer.write(time)
        case .proposal(let number, let time):
            writer.write(UInt8(5))
            writer.write(number)
            writer.write(time)
        case .swap(let number, let state):
            writer.write(UInt8(6))
            writer.write(number)
            writer.write(state)
        case .offer(let number):
            writer.write(UInt8(7))
            writer.write(number)
        case .draft(let number, let digest):
            writer.write(UInt8(8))
            writer.write(number)
            for byte in digest.bytes { writer.write(byte) }
        case .complaint(let number, let due):
            writer.write(UInt8(9))
            writer.write(number)
            writer.write(due)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        let kind: UInt8 = try reader.read()
        switch kind {
        case 0: self = .cap(try reader.readQuantity(), excess: try reader.readQuantity())
        case 1: self = .issued(try reader.readQuantity())
        case 2: self = .certificate(try reader.read(), digest: try reader.readDigest())
        case 3: self = .transfer(try reader.read(), executes: try reader.readTimestamp())
        case 4: self = .trust(effective: try reader.readTimestamp())
        case 5: self = .proposal(try reader.read(), expires: try reader.readTimestamp())
        case 6: self = .swap(try reader.read(), try reader.readWord())
        case 7: self = .offer(try reader.read())
        case 8: self = .draft(try reader.read(), digest: try reader.readDigest())
        case 9: self = .complaint(try reader.read(), due: try reader.readTimestamp())
        default: throw SnapshotError("\(kind) is no kind of registry outcome")
        }
    }
}
