import Exchange
import Ledger
import Permits
import WeirClient
import Wire

/// Follows a replay with the slow model of trading and compares every answer, every trade and, at the end, every balance.
struct ModelFollower {
    private var model = ReferenceExchange()

    /// Gives the model a command that a replay has just run.
    /// - Throws: `SimulationFailure` if it says something else.
    mutating func follow(_ step: StreamReplay.Step, _ venue: Venue) throws {
        guard case .command(let request) = try venue.prepare(step.entry), !request.verb.isOfSession else { return }
        if case .session = request.command { return }
        let outcome = model.apply(request)
        let place = "command \(step.sequence ?? 0), \(String(decoding: step.entry.line, as: UTF8.self))"
        if let reply = step.output.lines.first(where: { $0.destination == .reply }) {
            let line = ClientLine(String(decoding: step.output.text(of: reply), as: UTF8.self))
            guard outcome.agrees(with: line) else {
                throw SimulationFailure("\(place): answered \"\(line.text)\", the model says \(outcome)")
            }
            // A repeat, known by its id, does nothing again.
            if line["dup"] != nil { return }
        }
        let seen = step.output.events.compactMap(ReferenceEvent.init)
        guard seen == model.events else {
            throw SimulationFailure("\(place): the venue says \(seen), the model \(model.events)")
        }
    }

    /// Compares what everybody has.
    func compareBalances(_ exchange: Exchange) throws(SimulationFailure) {
        for index in model.members.indices {
            let member = MemberID(UInt32(index))
            for currency in Currency.allCases {
                let cash = exchange.ledger.balance(.general(member), .cash(currency)).total
                let expected = model.cash[index][Int(currency.place)]
                guard model.members[index].role != .participant || cash == expected else {
                    throw SimulationFailure(
                        "\(model.members[index].code) has \(cash) \(currency.text), the model says \(expected)"
                    )
                }
            }
            for (permitClass, expected) in model.permits[index].enumerated() {
                let has = exchange.ledger.balance(.general(member), .permits(ClassID(UInt32(permitClass)))).total
                guard has == expected else {
                    throw SimulationFailure(
                        "\(model.members[index].code) has \(has) permits, the model says \(expected)"
                    )
                }
            }
        }
    }
}

extension ReferenceOutcome {
    /// Whether a reply line says the same.
    fileprivate func agrees(with line: ClientLine) -> Bool {
        switch self {
        case .refused(let code): line.word == "ERR" && line["code"] == code.name
        case .done: line.word == "OK"
        case .order(let number, let open):
            line.word == "OK" && line["order"] == String(number) && line["open"] == String(open)
        case .quote(let bid, let bidOpen, let ask, let askOpen):
            line.word == "OK" && (bid == nil || line["bid"] == bid.map { String($0) })
                && (ask == nil || line["ask"] == ask.map { String($0) })
                && (bid == nil || line["bidopen"] == String(bidOpen))
                && (ask == nil || line["askopen"] == String(askOpen))
        case .cancelled(let count): line.word == "OK" && line["count"] == String(count)
        }
    }
}
