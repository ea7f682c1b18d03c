package import Auctions
package import Permits
import Registry
import Seals

// An auction in snapshots. Bids are in it as they are kept: sealed until the close.

extension AuctionID: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: AuctionID?) throws(SnapshotError) -> AuctionID
    {
        AuctionID(try coder.integer(old?.number))
    }
}

extension Auction: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Auction?) throws(SnapshotError) -> Auction {
        let terms = try coder.value("terms", old?.terms)
        var new = Auction(terms: terms, supply: .zero)
        new.phase = try coder.value("phase", old?.phase)
        new.ended = try coder.value("ended", old?.ended)
        new.supply = try coder.value("supply", old?.supply)
        new.proposed = try coder.value("proposed", old?.proposed)
        new.consignments = try coder.list("consignments", old?.consignments) { coder, old throws(SnapshotError) in
            Consignment(
                member: try coder.value("member", old?.member),
                quantity: try coder.value("quantity", old?.quantity)
            )
        }
        new.guarantees = try coder.list("guarantees", old?.guarantees) { coder, old throws(SnapshotError) in
            Guarantee(member: try coder.value("member", old?.member), amount: try coder.value("amount", old?.amount))
        }
        new.entries = try coder.list("entries", old?.entries) { coder, old throws(SnapshotError) in
            Entry(
                member: try coder.value("member", old?.member),
                time: try coder.value("time", old?.time),
                bid: SealedBid(
                    auction: terms.code,
                    quantity: try coder.value("quantity", old?.bid.quantity),
                    commitment: try coder.value("commitment", old?.bid.commitment),
                    box: try coder.list("box", old?.bid.box)
                )
            )
        }
        new.result = try coder.optional("result", old?.result)
        new.settlement = try coder.optional("settlement", old?.settlement)
        return new
    }
}

extension ContainmentTier: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: ContainmentTier?
    ) throws(SnapshotError) -> ContainmentTier {
        ContainmentTier(
            trigger: try coder.value("trigger", old?.trigger),
            quantity: try coder.value("quantity", old?.quantity)
        )
    }
}

extension Auction.Terms: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Auction.Terms?
    ) throws(SnapshotError) -> Auction.Terms {
        Auction.Terms(
            id: try coder.value("id", old?.id),
            code: try coder.value("code", old?.code),
            permitClass: try coder.value("permitClass", old?.permitClass),
            currency: try coder.value("currency", old?.currency),
            seller: try coder.value("seller", old?.seller),
            issues: try coder.value("issues", old?.issues),
            rules: try coder.value("rules", old?.rules),
            policies: try coder.value("policies", old?.policies),
            lot: try coder.value("lot", old?.lot),
            reserve: try coder.optional("reserve", old?.reserve),
            tiers: try coder.list("tiers", old?.tiers),
            withheld: try coder.optional("withheld", old?.withheld),
            opens: try coder.value("opens", old?.opens),
            closes: try coder.value("closes", old?.closes),
            sealKey: try coder.value("sealKey", old?.sealKey),
            commitment: try coder.value("commitment", old?.commitment),
            hiddenReserve: try coder.optional("hiddenReserve", old?.hiddenReserve),
            shares: try coder.list("shares", old?.shares) { coder, old throws(SnapshotError) in
                Share(member: try coder.value("member", old?.member), percent: try coder.value("percent", old?.percent))
            }
        )
    }
}

extension Auction.Result: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Auction.Result?
    ) throws(SnapshotError) -> Auction.Result {
        Auction.Result(
            price: try coder.optional("price", old?.price),
            failure: try coder.optional("failure", old?.failure) { coder, old throws(SnapshotError) in
                try coder.value("reason", old)
            },
            offered: try coder.value("offered", old?.offered),
            initial: try coder.value("initial", old?.initial),
            demanded: try coder.value("demanded", old?.demanded),
            sold: try coder.value("sold", old?.sold),
            proceeds: try coder.value("proceeds", old?.proceeds),
            statistics: try AuctionStatistics.layout(&coder, old?.statistics),
            steps: try coder.list("steps", old?.steps),
            nonces: try coder.list("nonces", old?.nonces),
            seed: try coder.value("seed", old?.seed),
            secret: try coder.value("secret", old?.secret),
            unopened: try coder.value("unopened", old?.unopened)
        )
    }
}

extension AuctionStatistics: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: AuctionStatistics?
    ) throws(SnapshotError) -> AuctionStatistics {
        var new = AuctionStatistics()
        new.bidders = try coder.value("bidders", old?.bidders)
        new.winners = try coder.value("winners", old?.winners)
        new.biddersByClass = try coder.list("biddersByClass", old?.biddersByClass)
        new.steps = try coder.value("stepCount", old?.steps)
        new.successful = try coder.value("successful", old?.successful)
        new.bid = try coder.value("bid", old?.bid)
        new.highest = try coder.optional("highest", old?.highest)
        new.lowest = try coder.optional("lowest", old?.lowest)
        new.mean = try coder.optional("mean", old?.mean)
        new.winningMean = try coder.optional("winningMean", old?.winningMean)
        new.medianBid = try coder.optional("medianBid", old?.medianBid)
        new.medianAllowance = try coder.optional("medianAllowance", old?.medianAllowance)
        new.concentration = try coder.value("concentration", old?.concentration)
        new.soldByClass = try coder.list("soldByClass", old?.soldByClass)
        return new
    }
}

extension Auction.Step: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Auction.Step?
    ) throws(SnapshotError) -> Auction.Step {
        Auction.Step(
            member: try coder.value("member", old?.member),
            price: try coder.value("price", old?.price),
            quantity: try coder.value("quantity", old?.quantity),
            won: try coder.value("won", old?.won),
            paid: try coder.value("paid", old?.paid),
            cuts: try coder.list("cuts", old?.cuts) { coder, old throws(SnapshotError) in
                Cut(
                    step: try coder.value("step", old?.step),
                    quantity: try coder.value("quantity", old?.quantity),
                    rule: try coder.value("rule", old?.rule)
                )
            }
        )
    }
}
