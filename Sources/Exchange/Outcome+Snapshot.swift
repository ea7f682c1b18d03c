import Permits
import Registry
import Seals

// Outcomes in snapshot form.

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
            if let order = refusal.notLiveOrder {
                writer.write(UInt8(8))
                writer.write(order.number)
            } else if refusal.isBare {
                writer.write(UInt8(7))
                writer.write(refusal.code.rawValue)
            } else {
                writer.write(UInt8(5))
                writer.write(refusal.code.rawValue)
                writer.write(refusal.text)
            }
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
            let code = try Outcome.rejectCode(&reader)
            self = .refused(Refusal(code, try reader.readString()))
        case 6: self = .registry(try RegistryOutcome(from: &reader))
        case 7: self = .refused(Refusal(bare: try Outcome.rejectCode(&reader)))
        case 8: self = .refused(Refusal(notLive: OrderID(number: try reader.read())))
        default: throw SnapshotError("\(kind) is no kind of outcome")
        }
    }

    private static func rejectCode(_ reader: inout ByteReader) throws(SnapshotError) -> RejectCode {
        let number: UInt16 = try reader.read()
        guard let code = RejectCode(rawValue: number) else { throw SnapshotError("\(number) is no reject code") }
        return code
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
