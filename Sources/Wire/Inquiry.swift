package import Exchange
import Ledger
package import Permits
package import Registry

/// One step in the path of a serial number.
package struct TraceStep: Sendable {
    package var sequence: UInt64
    package var time: Timestamp
    package var move: SerialMove

    package init(sequence: UInt64, time: Timestamp, move: SerialMove) {
        self.sequence = sequence
        self.time = time
        self.move = move
    }
}

/// A query about what happened, answered from what was booked: the engine's memory does not grow with trades.
package enum Inquiry: Sendable, Equatable {
    case trace(ClassName, serial: Int64)
    /// `least`: trades below that price are left out.
    case prices(market: Code?, least: DecimalNumber?)
    /// About the sealed log.
    case log(LogInquiry)

    /// What must be read to answer it.
    package enum Need: Sendable {
        case path(of: Int64, ClassID)
        case trades(since: Timestamp)
        case log(LogInquiry.Need)
    }

    /// What was read.
    package enum Records: Sendable {
        case path([TraceStep])
        case trades(TradeRecord)
        case log(LogInquiry.Record)
    }
}

extension Venue {
    /// What must be read to answer an inquiry of a member now.
    /// - Throws: why it has no answer: an unknown class or market, a serial number that was never issued, or the member's role.
    package func need(of inquiry: Inquiry, from member: MemberID, at time: Timestamp) throws(Refusal) -> Inquiry.Need {
        switch inquiry {
        case .trace(let name, let serial): return .path(of: serial, try traced(name, serial: serial))
        case .prices(let market, let least):
            _ = try priced(market, least: least)
            return .trades(since: TradeRecord.begin(at: time))
        case .log(let inquiry): return .log(try need(of: inquiry, from: member))
        }
    }

    /// Answers an inquiry with what was read for it.
    package func answer(_ inquiry: Inquiry, _ records: Inquiry.Records, id: Code, output: inout Output) {
        switch (inquiry, records) {
        case (.trace(_, let serial), .path(let steps)): answer(steps, serial: serial, id: id, output: &output)
        case (.prices(let market, let least), .trades(let record)):
            do throws(Refusal) {
                let markets = try priced(market, least: least)
                answer(record, markets, id: id, output: &output)
            } catch {
                Venue.refuse(id: id, error, output: &output)
            }
        case (.log, .log(let record)): answer(record, id: id, output: &output)
        default: preconditionFailure("the records answer another inquiry")
        }
    }

    private func traced(_ name: ClassName, serial: Int64) throws(Refusal) -> ClassID {
        let permitClass = try exchange.findClass(name)
        let issued = exchange.registry[permitClass].issued.units
        guard serial <= issued else {
            throw Refusal(.unknownSerial, "serial numbers of that class go from 1 to \(issued)")
        }
        return permitClass
    }

    /// Answers `TRACE` with the steps of a path, in order.
    private func answer(_ steps: [TraceStep], serial: Int64, id: Code, output: inout Output) {
        var rows = Rows()
        rows.head.append("serial", UInt64(serial))
        for step in steps {
            rows.row { bytes in
                bytes.append("seq", step.sequence)
                bytes.append("time", step.time)
                bytes.append("kind", step.move.cause)
                bytes.append("from", account: step.move.from, exchange)
                bytes.append("to", account: step.move.to, exchange)
                bytes.append("first", UInt64(step.move.block.first))
                bytes.append("last", UInt64(step.move.block.last))
            }
        }
        rows.write(id: id, to: &output)
    }
}

extension TextSink {
    /// Appends an account: a member, a member's facility, or one of the venue's own.
    fileprivate mutating func append(_ key: StaticString, account: AccountID, _ exchange: Exchange) {
        append(" ")
        append(key)
        append("=")
        switch account {
        case .issuance: append("issuance")
        case .retirement: append("retirement")
        case .surrendered: append("surrendered")
        case .cancelled: append("cancelled")
        default:
            if let member = account.member { append(code: exchange.members[member].code) }
            if let member = account.spiller {
                append(code: exchange.members[member].code)
                append("/spillable")
            }
            if let facility = account.facility {
                append(code: exchange.members[exchange.registry[facility].member].code)
                append("/")
                append(code: exchange.registry[facility].code)
            }
        }
    }
}
