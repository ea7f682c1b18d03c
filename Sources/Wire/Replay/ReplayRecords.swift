import Exchange
import Ledger
import Permits
import Registry

/// What a replay keeps for inquiries, as settlement does for a server.
package struct ReplayRecords: Sendable {
    private struct Booked {
        var time: Timestamp
        var trade: Trade
    }

    private var path: [TraceStep] = []
    private var trades: [Booked] = []
    private var offMarket: [(time: Timestamp, permitClass: ClassID, quantity: Quantity)] = []
    /// Trades undone, with nil, or corrected.
    private var busted: [UInt64: Price?] = [:]
    private var certificates: [Certificate] = []

    mutating func keep(_ event: Event, sequence: UInt64, time: Timestamp) {
        switch event {
        case .serials(let move): path.append(TraceStep(sequence: sequence, time: time, move: move))
        case .trade(count: _, let trade): trades.append(Booked(time: time, trade: trade))
        case .registry(count: _, .certificate(let certificate)): certificates.append(certificate)
        case .registry(count: _, .reversal(let act, text: _)) where act.name.process == .retirement:
            if let index = certificates.firstIndex(where: { $0.number == act.name.number }) {
                certificates[index].isReversed = true
            }
        case .registry(count: _, .bust(let print, market: _, let price, text: _)):
            busted.updateValue(price, forKey: print.number)
        case .transferred(let transfer):
            guard TradeRecord.isOffMarket(transfer.kind), case .permits(let id) = transfer.asset else { return }
            offMarket.append((time, id, Quantity(transfer.amount)))
        default: break
        }
    }

    func read(_ need: Inquiry.Need) throws(Refusal) -> Inquiry.Records {
        switch need {
        case .log: throw Refusal(.notSealed, "a replay seals nothing; ask the venue, or weir audit on its data")
        case .path(let serial, let permitClass, let stepsMax):
            let steps = path.lazy.filter { step in
                step.move.permitClass == permitClass
                    && (step.move.block.first...step.move.block.last).contains(serial)
            }
            return .path(Array(steps.prefix(stepsMax)))
        case .trades(let begin): return .trades(trades(since: begin))
        case .certificate(let number):
            guard let certificate = certificates.first(where: { $0.number == number }) else {
                throw Refusal(.unknownCertificate, "certificate \(number) is older than the stream file")
            }
            return .certificate(certificate)
        }
    }

    private func trades(since begin: Timestamp) -> TradeRecord {
        let counted = trades.filter { $0.time >= begin }.compactMap { booked -> Trade? in
            var trade = booked.trade
            guard let price = busted[trade.number, default: trade.price] else { return nil }
            trade.price = price
            return trade
        }
        let levels = Dictionary(grouping: counted, by: \.market).mapValues { trades in
            Dictionary(grouping: trades, by: \.price)
                .map { price, trades in
                    TradeRecord.Level(
                        price: price,
                        trades: trades.count,
                        quantity: trades.reduce(.zero) { $0 + $1.quantity }
                    )
                }
                .sorted { $0.price < $1.price }
        }
        let moved = Dictionary(grouping: offMarket.filter { $0.time >= begin }, by: \.permitClass)
        return TradeRecord(levels: levels, offMarket: moved.mapValues { $0.reduce(.zero) { $0 + $1.quantity } })
    }
}
