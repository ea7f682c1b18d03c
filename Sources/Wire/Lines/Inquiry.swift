package import Exchange
import Ledger
package import Permits
package import Registry
import Seals

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

extension Inquiry {
    /// What must be read to answer it.
    package enum Need: Sendable {
        /// The first steps, as many as `stepsMax`.
        case path(of: Int64, ClassID, stepsMax: Int)
        case trades(since: Timestamp)
        case certificate(UInt64)
        case log(LogInquiry.Need)
    }

    /// What was read.
    package enum Records: Sendable {
        case path([TraceStep])
        case trades(TradeRecord)
        case certificate(Certificate)
        case log(LogInquiry.Record)
    }
}

extension Venue {
    /// What must be read to answer an inquiry of a member now.
    /// - Throws: why it has no answer: an unknown class or market, a serial number that was never issued, or the member's role.
    package func need(of inquiry: Inquiry, from member: MemberID, at time: Timestamp) throws(Refusal) -> Inquiry.Need {
        switch inquiry {
        case .trace(let name, let serial, let page):
            // One more tells whether there is another page.
            return .path(of: serial, try traced(name, serial: serial), stepsMax: page * Limits.rowsMax + 1)
        case .prices(let market, let least):
            _ = try priced(market, least: least)
            return .trades(since: TradeRecord.begin(at: time))
        case .certificate(let number, _):
            guard number <= exchange.registry.certificateCount else {
                throw Refusal(.unknownCertificate, "no certificate \(number)")
            }
            return .certificate(number)
        case .log(let inquiry): return .log(try need(of: inquiry, from: member))
        }
    }

    /// Answers a member's inquiry at `time` with what was read for it.
    package func answer(
        _ inquiry: Inquiry,
        _ records: Inquiry.Records,
        for member: MemberID,
        at time: Timestamp,
        id: Code,
        output: inout Output
    ) {
        switch (inquiry, records) {
        case (.trace(_, let serial, let page), .path(let steps)):
            var rows = Rows(page: page)
            rows.head.append("serial", UInt64(serial))
            collect(steps, PathReader(exchange, member, at: time), &rows)
            rows.write(id: id, to: &output)
        case (.prices(let market, let least), .trades(let record)):
            do throws(Refusal) {
                let markets = try priced(market, least: least)
                answer(record, markets, id: id, output: &output)
            } catch {
                Venue.refuse(id: id, error, output: &output)
            }
        case (.certificate(_, let digest), .certificate(let certificate)):
            answer(certificate, digest, id: id, output: &output)
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

    /// Answers `CERTIFICATE` with the lines of its text, if it has the digest that was asked for.
    private func answer(_ certificate: Certificate, _ digest: Digest?, id: Code, output: inout Output) {
        guard digest == nil || certificate.digest == digest else {
            let text = "no certificate \(certificate.number) with that digest: it is not genuine"
            return Venue.refuse(id: id, Refusal(.unknownCertificate, text), output: &output)
        }
        var rows = Rows()
        rows.head.append(certificate, exchange)
        for line in exchange.certificateText(certificate).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        {
            rows.row { $0.append("line", quoted: String(line)) }
        }
        rows.write(id: id, to: &output)
    }

    /// Collects the steps of a path, in order; names are given out from its first step on, whatever page is told.
    private func collect(_ steps: [TraceStep], _ reader: PathReader, _ rows: inout Rows) {
        var reader = reader
        for step in steps {
            let from = reader.name(of: step.move.from, in: step)
            let to = reader.name(of: step.move.to, in: step)
            rows.row { bytes in
                bytes.append("seq", step.sequence)
                bytes.append("time", step.time)
                bytes.append("kind", step.move.cause)
                bytes.append(text: " from=\(from) to=\(to)")
                bytes.append("first", UInt64(step.move.block.first))
                bytes.append("last", UInt64(step.move.block.last))
            }
        }
    }
}

/// Names the accounts of a path for whoever asks.
///
/// Who gave or took in a step sees its names, and so do the operator and regulators; others see them once the program
/// publishes them, and until then a pseudonym: `~1` for the first such member of the path, and so on. It is made from the path
/// alone, so it tells nothing about the member's other permits.
private struct PathReader {
    private let exchange: Exchange
    private let asker: MemberID
    private let now: Timestamp
    private let seesAll: Bool
    private var hidden: [MemberID] = []

    init(_ exchange: Exchange, _ asker: MemberID, at now: Timestamp) {
        self.exchange = exchange
        self.asker = asker
        self.now = now
        seesAll = exchange.seesAll(asker)
    }

    /// An account: a member, a member's facility, or one of the venue's own.
    mutating func name(of account: AccountID, in step: TraceStep) -> String {
        switch account {
        case .issuance: return "issuance"
        case .retirement: return "retirement"
        case .surrendered: return "surrendered"
        case .cancelled: return "cancelled"
        default: break
        }
        guard let owner = owner(of: account) else { return "" }
        let isNamed = sees(step)
        let member = isNamed ? "\(exchange.members[owner].code)" : pseudonym(of: owner)
        if account.spiller != nil { return member + "/spillable" }
        guard let facility = account.facility else { return member }
        return member + (isNamed ? "/\(exchange.registry[facility].code)" : "/facility")
    }

    private func owner(of account: AccountID) -> MemberID? {
        account.member ?? account.spiller ?? account.facility.map { exchange.registry[$0].member }
    }

    private func sees(_ step: TraceStep) -> Bool {
        let program = exchange.registry[exchange.registry[step.move.permitClass].program]
        return seesAll || owner(of: step.move.from) == asker || owner(of: step.move.to) == asker
            || program.rules.isPublished(step.time, at: now)
    }

    private mutating func pseudonym(of member: MemberID) -> String {
        let index = hidden.firstIndex(of: member) ?? hidden.count
        if index == hidden.count { hidden.append(member) }
        return "~\(index + 1)"
    }
}
