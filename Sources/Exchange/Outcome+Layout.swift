package import Permits
import Registry
import Seals

// Outcomes in snapshots: the number of the form, and its fields.

extension Outcome: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Outcome?) throws(SnapshotError) -> Outcome {
        try coder.choice("form", old?.form, of: 9) { coder, form throws(SnapshotError) in
            switch form {
            case 0: return .done
            case 1:
                var fields: (OrderID, Quantity)?
                if case .order(let order, open: let open)? = old { fields = (order, open) }
                return .order(try coder.value("order", fields?.0), open: try coder.value("open", fields?.1))
            case 2:
                var fields: (bid: OrderID?, bidOpen: Quantity, ask: OrderID?, askOpen: Quantity)?
                if case .quote(let bid, let bidOpen, let ask, let askOpen)? = old {
                    fields = (bid, bidOpen, ask, askOpen)
                }
                return .quote(
                    bid: try coder.value("bid", fields?.bid, none: OrderID(number: 0)),
                    bidOpen: try coder.value("bidOpen", fields?.bidOpen),
                    ask: try coder.value("ask", fields?.ask, none: OrderID(number: 0)),
                    askOpen: try coder.value("askOpen", fields?.askOpen)
                )
            case 3:
                var fields: (Int64)?
                if case .cancelled(count: let count)? = old { fields = count }
                return .cancelled(count: try coder.value("count", fields))
            case 4:
                var fields: (MemberID, UserID, Timestamp)?
                if case .loggedOn(let member, let user, time: let time)? = old { fields = (member, user, time) }
                return .loggedOn(
                    try coder.value("member", fields?.0),
                    try coder.value("user", fields?.1),
                    time: try coder.value("time", fields?.2)
                )
            case 5:
                let refusal = old?.refusal
                return .refused(
                    Refusal(try coder.value("code", refusal?.code), try coder.value("text", refusal?.text))
                )
            case 6:
                var fields: RegistryOutcome?
                if case .registry(let outcome)? = old { fields = outcome }
                return .registry(try RegistryOutcome.layout(&coder, fields))
            case 7: return .refused(Refusal(bare: try coder.value("code", old?.refusal?.code)))
            default: return .refused(Refusal(notLive: try coder.value("order", old?.refusal?.notLiveOrder)))
            }
        }
    }

    private var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }

    private var form: UInt8 {
        switch self {
        case .done: 0
        case .order: 1
        case .quote: 2
        case .cancelled: 3
        case .loggedOn: 4
        // The texts of some refusals are made of their code.
        case .refused(let refusal): refusal.notLiveOrder != nil ? 8 : refusal.isBare ? 7 : 5
        case .registry: 6
        }
    }
}

extension RegistryOutcome: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: RegistryOutcome?
    ) throws(SnapshotError) -> RegistryOutcome {
        try coder.choice("registry", old?.form, of: 10) { coder, form throws(SnapshotError) in
            switch form {
            case 0:
                var fields: (Quantity, Quantity)?
                if case .cap(let cap, excess: let excess)? = old { fields = (cap, excess) }
                return .cap(try coder.value("cap", fields?.0), excess: try coder.value("excess", fields?.1))
            case 1:
                var fields: (Quantity)?
                if case .issued(let quantity)? = old { fields = quantity }
                return .issued(try coder.value("quantity", fields))
            case 2:
                var fields: (UInt64, Digest)?
                if case .certificate(let number, digest: let digest)? = old { fields = (number, digest) }
                return .certificate(try coder.value("number", fields?.0), digest: try coder.value("digest", fields?.1))
            case 3:
                var fields: (UInt64, Timestamp)?
                if case .transfer(let number, executes: let time)? = old { fields = (number, time) }
                return .transfer(try coder.value("number", fields?.0), executes: try coder.value("executes", fields?.1))
            case 4:
                var fields: (Timestamp)?
                if case .trust(effective: let time)? = old { fields = time }
                return .trust(effective: try coder.value("effective", fields))
            case 5:
                var fields: (UInt64, Timestamp)?
                if case .proposal(let number, expires: let time)? = old { fields = (number, time) }
                return .proposal(try coder.value("number", fields?.0), expires: try coder.value("expires", fields?.1))
            case 6:
                var fields: (UInt64, SwapState)?
                if case .swap(let number, let state)? = old { fields = (number, state) }
                return .swap(try coder.value("number", fields?.0), try coder.value("state", fields?.1))
            case 7:
                var fields: (UInt64)?
                if case .offer(let number)? = old { fields = number }
                return .offer(try coder.value("number", fields))
            case 8:
                var fields: (UInt64, Digest)?
                if case .draft(let number, digest: let digest)? = old { fields = (number, digest) }
                return .draft(try coder.value("number", fields?.0), digest: try coder.value("digest", fields?.1))
            default:
                var fields: (UInt64, Timestamp)?
                if case .complaint(let number, due: let due)? = old { fields = (number, due) }
                return .complaint(try coder.value("number", fields?.0), due: try coder.value("due", fields?.1))
            }
        }
    }

    private var form: UInt8 {
        switch self {
        case .cap: 0
        case .issued: 1
        case .certificate: 2
        case .transfer: 3
        case .trust: 4
        case .proposal: 5
        case .swap: 6
        case .offer: 7
        case .draft: 8
        case .complaint: 9
        }
    }
}
