import Auctions
import Exchange
import Permits
import Seals

// Answers about sealed-bid auctions. Before the close no price is in any of them.

extension Venue {
    func auctions(_ code: Code?, _ rows: inout Rows) throws(Refusal) {
        let found = try code.map { code throws(Refusal) in [try exchange.findAuction(code)] }
        for auction in exchange.auctions where found?.contains(auction.terms.id) ?? true {
            let terms = auction.terms
            rows.row { bytes in
                bytes.append("auction", terms.code)
                bytes.append(class: terms.permitClass, exchange)
                bytes.append("currency", terms.currency)
                bytes.append("phase", auction.phase)
                bytes.append("supply", auction.supply)
                bytes.append("consigned", auction.offered - auction.supply)
                bytes.append("lot", terms.lot)
                if let reserve = terms.reserve { bytes.append("reserve", reserve, terms.currency) }
                bytes.append(" rules=")
                bytes.append(text: terms.rules)
                if !terms.policies.isEmpty {
                    bytes.append(" with=")
                    bytes.append(text: terms.policies)
                }
                if !terms.tiers.isEmpty {
                    bytes.append(" tiers=")
                    bytes.append(text: terms.tiers.map { Venue.pair($0, terms.currency) }.joined(separator: ","))
                }
                if let withheld = terms.withheld {
                    bytes.append(" withhold=")
                    bytes.append(text: Venue.pair(withheld, terms.currency))
                }
                bytes.append("opens", terms.opens)
                bytes.append("closes", terms.closes)
                bytes.append(" key=")
                bytes.append(text: terms.sealKey.hex)
                bytes.append(" commit=")
                bytes.append(text: terms.commitment.hex)
                if let hidden = terms.hiddenReserve {
                    bytes.append(" hidden=")
                    bytes.append(text: hidden.hex)
                }
            }
        }
    }

    private static func pair(_ tier: ContainmentTier, _ currency: Currency) -> String {
        "\(FixedPoint.text(tier.trigger.minorUnits, scale: currency.scale)):\(tier.quantity.units)"
    }

    func bids(_ code: Code, _ member: MemberID, _ rows: inout Rows) throws(Refusal) {
        let auction = exchange.auction(try exchange.findAuction(code))
        let guarantee = auction.guarantee(of: member)
        rows.head.append("auction", code)
        rows.head.append("guarantee", money: guarantee.minorUnits, auction.terms.currency)
        guard let entry = auction.entry(of: member) else { return }
        rows.row { bytes in
            bytes.append("qty", entry.bid.quantity)
            bytes.append("time", entry.time)
            bytes.append(" commit=")
            bytes.append(text: entry.bid.commitment.hex)
        }
    }

    func result(_ code: Code, _ from: Int, _ limit: Int, _ rows: inout Rows) throws(Refusal) {
        let auction = exchange.auction(try exchange.findAuction(code))
        guard let result = auction.result else {
            throw Refusal(
                .wrongPhase,
                "auction \(code) is \(auction.phase.text); its result comes when it has been cleared"
            )
        }
        rows.head.append("auction", code)
        rows.head.append("phase", auction.phase)
        if let failure = result.failure { rows.head.append("outcome", failure) }
        rows.head.append("offered", result.offered)
        rows.head.append(result, auction.terms)
        let names = auction.terms.ruleBook.namesBidders
        // A bidder's steps stand together.
        var bidder = -1
        for (index, step) in result.steps.prefix(from - 1 + limit).enumerated() {
            if index == 0 || result.steps[index - 1].member != step.member { bidder += 1 }
            guard index + 1 >= from else { continue }
            rows.row { bytes in
                bytes.append("bidder", UInt64(bidder + 1))
                if names { bytes.append("member", exchange.members[step.member].code) }
                bytes.append(step: index, auction)
                bytes.append("nonce", quoted: result.nonces[bidder])
            }
        }
    }
}
