package import Permits
import Registry
import Seals

/// The first reply to each id that a member used today, so that a repeat gets it again and never acts twice.
package struct FirstReplies: Sendable {
    private struct Key: Hashable {
        let member: MemberID
        let id: Code
    }

    private struct Entry {
        let contentHash: UInt64
        let sequence: UInt64
        let outcome: Outcome
    }

    /// Looked up, never iterated but sorted for a snapshot.
    private var entries: [Key: Entry] = [:]

    init() {}

    /// How a request relates to those before it.
    enum Match {
        case new
        case repeated(Reply)
        case differs(firstSequence: UInt64)
    }

    func match(_ request: Request) -> Match {
        guard let entry = entries[Key(member: request.member, id: request.id)] else { return .new }
        guard entry.contentHash == request.contentHash else { return .differs(firstSequence: entry.sequence) }
        return .repeated(Reply(id: request.id, sequence: entry.sequence, isRepeat: true, outcome: entry.outcome))
    }

    mutating func record(_ reply: Reply, for request: Request) {
        entries[Key(member: request.member, id: request.id)] =
            Entry(contentHash: request.contentHash, sequence: reply.sequence, outcome: reply.outcome)
    }

    /// The reply that `member`'s request `id` got today, or nil if it was never seen.
    package func reply(to id: Code, of member: MemberID) -> Reply? {
        entries[Key(member: member, id: id)].map {
            Reply(id: id, sequence: $0.sequence, isRepeat: true, outcome: $0.outcome)
        }
    }

    /// The order that `member`'s request `id` entered today.
    func order(of id: Code, member: MemberID) -> OrderID? {
        guard case .order(let order, _)? = entries[Key(member: member, id: id)]?.outcome else { return nil }
        return order
    }

    /// Ids may be used again on the next day.
    mutating func forgetAll() { entries.removeAll(keepingCapacity: true) }

    func encode(to writer: inout ByteWriter) {
        let sorted = entries.sorted { ($0.key.member, $0.key.id) < ($1.key.member, $1.key.id) }
        writer.write(count: sorted.count)
        for (key, entry) in sorted {
            writer.write(key.member.index)
            writer.write(key.id)
            writer.write(entry.contentHash)
            writer.write(entry.sequence)
            entry.outcome.encode(to: &writer)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) {
            let key = Key(member: MemberID(try reader.read()), id: try reader.readCode())
            let contentHash: UInt64 = try reader.read()
            let sequence: UInt64 = try reader.read()
            entries[key] = Entry(
                contentHash: contentHash,
                sequence: sequence,
                outcome: try Outcome(from: &reader)
            )
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
        default: throw SnapshotError("\(kind) is no kind of registry outcome")
        }
    }
}
