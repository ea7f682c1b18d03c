import OrderBook
import Permits

/// Which kinds, times in force and phases go together.
enum OrderRules {
    /// Refuses an order that its market's phase does not take.
    static func checkPhase(_ phase: Phase, market: Code, _ new: NewOrder, _ timeInForce: TimeInForce) throws(Refusal) {
        guard phase.takesOrders else {
            throw Refusal(.wrongPhase, "\(market) is in phase \(phase.text): orders can be cancelled, not entered")
        }
        guard takes(timeInForce, in: phase) else {
            let words = TimeInForce.allCases.filter { takes($0, in: phase) }.map(\.text).joined(separator: ", ")
            throw Refusal(
                .wrongPhase,
                "\(market) is in phase \(phase.text), which takes tif \(words), not \(timeInForce.text)"
            )
        }
        guard new.minimum == nil || phase == .open else {
            throw Refusal(.wrongPhase, "\(market) is in phase \(phase.text): min is for phase open")
        }
    }

    private static func takes(_ timeInForce: TimeInForce, in phase: Phase) -> Bool {
        switch timeInForce {
        case .gtc, .day, .gtd, .atTheClose: true
        case .ioc, .fok: phase == .open
        case .atTheOpen: phase == .preopen
        }
    }

    /// Refuses values that do not go together.
    static func checkCombination(_ new: NewOrder, _ timeInForce: TimeInForce) throws(Refusal) {
        let rests = timeInForce.rests
        let needsPrice = new.kind == .limit || new.kind == .iceberg || new.kind == .stopLimit
        try require(
            needsPrice == (new.price != nil),
            "type=\(new.kind.text) \(needsPrice ? "needs" : "takes no") price"
        )
        try require(
            new.kind.isStop == (new.stop != nil),
            "type=\(new.kind.text) \(new.kind.isStop ? "needs" : "takes no") stop"
        )
        try require(
            (new.kind == .iceberg) == (new.display != nil),
            new.kind == .iceberg ? "type=iceberg needs display" : "display needs type=iceberg"
        )
        try require(
            (timeInForce == .gtd) == (new.expiry != nil),
            timeInForce == .gtd ? "tif=gtd needs expire" : "expire needs tif=gtd"
        )
        if new.kind == .market {
            try require(!rests, "a market order never rests: use tif=ioc, fok, open or close")
        } else if new.kind != .limit {
            try require(rests, "type=\(new.kind.text) takes tif=gtc, day or gtd")
        }
        if let display = new.display {
            try require(display < new.quantity, "display must be below qty; leave it out to show the whole order")
        }
        if let minimum = new.minimum { try require(minimum <= new.quantity, "min is above qty") }
        if new.postOnly {
            try require(rests && !new.kind.isStop, "post=1 is for limit and iceberg orders with tif=gtc, day or gtd")
            try require(new.minimum == nil, "post=1 and min exclude each other")
        }
        if new.minimum != nil {
            try require(
                (new.kind == .limit || new.kind == .market) && (rests || timeInForce == .ioc),
                "min is for limit and market orders with tif=gtc, day, gtd or ioc"
            )
        }
    }

    private static func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Refusal) {
        guard condition else { throw Refusal(.invalidCombination, text()) }
    }
}
