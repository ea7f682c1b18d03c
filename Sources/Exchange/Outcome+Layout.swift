package import Permits
import Registry
import Seals

// Outcomes in snapshots: the number of the form, and its fields.

extension Outcome: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Outcome?) throws(SnapshotError) -> Outcome {
        try coder.choice("form", old?.form) { coder, form throws(SnapshotError) in
            switch form {
            case .done: return .done
            case .order:
                var fields: (OrderID, Quantity)?
                if case .order(let order, open: let open)? = old { fields = (order, open) }
                return .order(try coder.value("order", fields?.0), open: try coder.value("open", fields?.1))
            case .quote:
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
            case .cancelled:
                var fields: (Int64)?
                if case .cancelled(count: let count)? = old { fields = count }
                return .cancelled(count: try coder.value("count", fields))
            case .loggedOn:
                var fields: (MemberID, UserID, Timestamp)?
                if case .loggedOn(let member, let user, time: let time)? = old { fields = (member, user, time) }
                return .loggedOn(
                    try coder.value("member", fields?.0),
                    try coder.value("user", fields?.1),
                    time: try coder.value("time", fields?.2)
                )
            case .refused:
                let refusal = old?.refusal
                return .refused(Refusal(try coder.value("code", refusal?.code), try coder.value("text", refusal?.text)))
            case .registry:
                var fields: RegistryOutcome?
                if case .registry(let outcome)? = old { fields = outcome }
                return .registry(try RegistryOutcome.layout(&coder, fields))
            case .bare: return .refused(Refusal(bare: try coder.value("code", old?.refusal?.code)))
            case .notLive: return .refused(Refusal(notLive: try coder.value("order", old?.refusal?.notLiveOrder)))
            }
        }
    }

    private var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }

    private enum Form: UInt8, CaseIterable {
        case done, order, quote, cancelled, loggedOn, refused, registry, bare, notLive
    }

    private var form: Form {
        switch self {
        case .done: .done
        case .order: .order
        case .quote: .quote
        case .cancelled: .cancelled
        case .loggedOn: .loggedOn
        // The texts of some refusals are made of their code.
        case .refused(let refusal): refusal.notLiveOrder != nil ? .notLive : refusal.isBare ? .bare : .refused
        case .registry: .registry
        }
    }
}

extension RegistryOutcome: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: RegistryOutcome?
    ) throws(SnapshotError) -> RegistryOutcome {
        try coder.choice("registry", old?.form) { coder, form throws(SnapshotError) in
            switch form {
            case .cap:
                var fields: (Quantity, Quantity)?
                if case .cap(let cap, excess: let excess)? = old { fields = (cap, excess) }
                return .cap(try coder.value("cap", fields?.0), excess: try coder.value("excess", fields?.1))
            case .issued:
                var fields: (Quantity)?
                if case .issued(let quantity)? = old { fields = quantity }
                return .issued(try coder.value("quantity", fields))
            case .certificate:
                var fields: (UInt64, Digest)?
                if case .certificate(let number, digest: let digest)? = old { fields = (number, digest) }
                return .certificate(try coder.value("number", fields?.0), digest: try coder.value("digest", fields?.1))
            case .transfer:
                var fields: (UInt64, Timestamp)?
                if case .transfer(let number, executes: let time)? = old { fields = (number, time) }
                return .transfer(try coder.value("number", fields?.0), executes: try coder.value("executes", fields?.1))
            case .trust:
                var fields: (Timestamp)?
                if case .trust(effective: let time)? = old { fields = time }
                return .trust(effective: try coder.value("effective", fields))
            case .proposal:
                var fields: (UInt64, Timestamp)?
                if case .proposal(let number, expires: let time)? = old { fields = (number, time) }
                return .proposal(try coder.value("number", fields?.0), expires: try coder.value("expires", fields?.1))
            case .swap:
                var fields: (UInt64, SwapState)?
                if case .swap(let number, let state)? = old { fields = (number, state) }
                return .swap(try coder.value("number", fields?.0), try coder.value("state", fields?.1))
            case .offer:
                var fields: (UInt64)?
                if case .offer(let number)? = old { fields = number }
                return .offer(try coder.value("number", fields))
            case .draft:
                var fields: (UInt64, Digest)?
                if case .draft(let number, digest: let digest)? = old { fields = (number, digest) }
                return .draft(try coder.value("number", fields?.0), digest: try coder.value("digest", fields?.1))
            case .complaint:
                var fields: (UInt64, Timestamp)?
                if case .complaint(let number, due: let due)? = old { fields = (number, due) }
                return .complaint(try coder.value("number", fields?.0), due: try coder.value("due", fields?.1))
            }
        }
    }

    private enum Form: UInt8, CaseIterable {
        case cap, issued, certificate, transfer, trust, proposal, swap, offer, draft, complaint
    }

    private var form: Form {
        switch self {
        case .cap: .cap
        case .issued: .issued
        case .certificate: .certificate
        case .transfer: .transfer
        case .trust: .trust
        case .proposal: .proposal
        case .swap: .swap
        case .offer: .offer
        case .draft: .draft
        case .complaint: .complaint
        }
    }
}
