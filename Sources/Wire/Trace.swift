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

extension Venue {
    /// The class that a `TRACE` asks about.
    /// - Throws: why it has no answer: an unknown class, or a serial number that was never issued.
    package func traced(_ name: ClassName, serial: Int64) throws(Refusal) -> ClassID {
        let permitClass = try exchange.findClass(name)
        let issued = exchange.registry[permitClass].issued.units
        guard serial <= issued else {
            throw Refusal(.unknownSerial, "serial numbers of that class go from 1 to \(issued)")
        }
        return permitClass
    }

    /// Answers `TRACE` with the steps of a path, in order.
    package func answer(_ steps: [TraceStep], serial: Int64, id: Code, output: inout Output) {
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

extension [UInt8] {
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
