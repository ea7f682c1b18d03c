import Permits
import WeirClient

/// The demonstration's traffic: a market maker that quotes every market, and a trader that takes.
struct DemoTraffic: Sendable {
    struct Market: Sendable {
        let code: String
        let middle: Int64
        let tick: Int64
        let low: Int64
        let high: Int64
        let scale: Int
        let lot: Int64
    }

    let port: Int
    let markets: [Market]

    /// Runs until it is cancelled or the venue stops.
    func run() async throws {
        async let quoting: Void = quote()
        async let trading: Void = trade()
        _ = try await (quoting, trading)
    }

    private func logOn(_ member: String) async throws -> WeirClient {
        let client = try await WeirClient.connect(host: "127.0.0.1", port: port)
        try await client.logOn(member: member, user: member, password: Demo.password, cancelOnDisconnect: true)
        return client
    }

    private func quote() async throws {
        let client = try await logOn("maker")
        var middles = markets.map(\.middle)
        var ladders: [String] = []
        for market in markets {
            for step in 2...6 {
                for side in ["buy", "sell"] {
                    let price = bounded(market.middle + Int64(side == "buy" ? -step : step) * 2 * market.tick, market)
                    ladders.append(
                        "ORDER market=\(market.code) side=\(side) qty=\(market.lot * Int64(step) * 100) price=\(text(price, market)) tif=day"
                    )
                }
            }
        }
        _ = try await client.sendAll(ladders)
        while !Task.isCancelled {
            for (index, market) in markets.enumerated() {
                let drift = Int64.random(in: -1...1) * market.tick
                middles[index] = bounded(middles[index] + drift, market)
                let bid = text(bounded(middles[index] - market.tick, market), market)
                let ask = text(bounded(middles[index] + market.tick, market), market)
                let quantity = market.lot * Int64.random(in: 20...200)
                _ = try await client.send(
                    "QUOTE market=\(market.code) bid=\(bid) bidqty=\(quantity) ask=\(ask) askqty=\(quantity)"
                )
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func trade() async throws {
        let client = try await logOn("trader")
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(Int.random(in: 700...2500)))
            guard let market = markets.randomElement() else { return }
            let side = Bool.random() ? "buy" : "sell"
            _ = try await client.send(
                "ORDER market=\(market.code) side=\(side) type=market qty=\(market.lot * Int64.random(in: 1...30))"
            )
        }
    }

    /// A price inside the band, with room for a spread.
    private func bounded(_ price: Int64, _ market: Market) -> Int64 {
        min(max(price, market.low + market.tick), market.high - market.tick)
    }

    private func text(_ price: Int64, _ market: Market) -> String { FixedPoint.text(price, scale: market.scale) }
}
