import Exchange
import Permits

@testable import Simulation

/// What a run has reached, so that the test cannot pass by doing nothing.
struct Coverage {
    private(set) var tradeCount = 0
    private(set) var reached: Set<String> = []

    /// Takes a command and what came of it into account.
    mutating func record(_ request: Request, _ outcome: ReferenceOutcome, _ model: ReferenceExchange) {
        if case .refused(let code) = outcome {
            reached.insert("\(code)")
        } else {
            reached.insert(request.verb.text)
            if case .order(let order) = request.command {
                let timeInForce = order.timeInForce ?? (order.kind == .market ? .ioc : .day)
                reached.insert("\(order.kind) \(timeInForce)")
                if order.postOnly { reached.insert("post") }
                if order.minimum != nil { reached.insert("min") }
            }
        }
        for event in model.events {
            switch event {
            case .trade(let trade):
                tradeCount += 1
                reached.insert(trade.aggressor == nil ? "trade in a call" : "continuous trade")
            case .fill(_, _, _, _, _, _, let liquidity): reached.insert("fill \(liquidity)")
            case .done(_, _, let reason): reached.insert("done \(reason)")
            case .triggered: reached.insert("trigger")
            case .phase(_, let phase): reached.insert("phase \(phase)")
            case .reference: reached.insert("reference")
            }
        }
    }

    /// What every run set must have reached.
    static var wanted: Set<String> {
        let rests: [TimeInForce] = [.gtc, .day, .gtd]
        var wanted: [String] = TimeInForce.allCases.map { "limit \($0)" }
        wanted += [TimeInForce.ioc, .fok, .atTheOpen, .atTheClose].map { "market \($0)" }
        for kind in [OrderKind.stop, .stopLimit, .iceberg] { wanted += rests.map { "\(kind) \($0)" } }
        let reasons: [DoneReason] = [
            .cancelled, .replaced, .expired, .unfilled, .fillOrKill, .minimumQuantity, .selfTrade, .band,
        ]
        wanted += reasons.map { "done \($0)" }
        wanted += Phase.allCases.map { "phase \($0)" }
        wanted += Liquidity.allCases.map { "fill \($0)" }
        wanted += ["post", "min", "trade in a call", "continuous trade", "trigger", "reference"]
        let verbs: [Verb] = [
            .member, .login, .market, .phase, .reference, .dayEnd, .deposit, .withdraw, .program, .cap, .allocate,
            .transfer, .retire, .order, .amend, .cancel, .massCancel, .quote, .clock,
        ]
        wanted += verbs.map(\.text)
        let codes: [RejectCode] = [
            .badNumber, .outOfRange, .roleNotAllowed, .duplicateID, .unknownMember, .unknownUser, .unknownProgram,
            .unknownVintage, .unknownMarket, .unknownOrder, .alreadyExists, .notYourOrder, .notYourProgram, .wrongPhase,
            .invalidCombination, .offTick, .offLot, .orderTooLarge, .outsideBand, .expiryPassed, .alreadyFilled,
            .wouldCross, .capExceeded, .holdingLimitExceeded, .insufficientFunds, .insufficientPermits, .overflow,
        ]
        return Set(wanted + codes.map { "\($0)" })
    }
}
