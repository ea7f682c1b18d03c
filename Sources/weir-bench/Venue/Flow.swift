import OrderBook
import Permits

/// One message of a synthetic flow.
struct Message {
    enum Kind: UInt8 { case new, cancel, amend }

    var kind: Kind
    var side: Side
    var isIOC: Bool
    var order: UInt64
    var level: Int32
    var quantity: Int32
}

/// The shapes of market that a book is measured in.
enum Shape: String, CaseIterable {
    /// Prices within eight ticks of a still middle.
    case narrow
    /// Prices spread over 4,000 ticks.
    case wide
    /// The middle swings over 2,000 ticks.
    case swinging
    /// The middle falls 3,000 ticks at once, again and again, and climbs back.
    case flashCrash
    /// Nearly everything at one price a side.
    case deepLevel
}

/// A seeded flow: about 50 % new orders, of which 15 % IOC, 41 % cancels, 9 % amendments.
struct Flow {
    static let levelCount = 8192

    /// Makes `count` messages.
    ///
    /// Cancels and amendments name earlier orders, of which some have traded by then.
    static func make(_ shape: Shape, count: Int, seed: UInt64) -> [Message] {
        var random = SplitMix64(seed: seed)
        var messages: [Message] = []
        messages.reserveCapacity(count)
        var live: [UInt64] = []
        var nextOrder: UInt64 = 1
        for step in 0..<count {
            let draw = random.below(100)
            if draw < 50 || live.count < 100 {
                let side: Side = random.below(2) == 0 ? .buy : .sell
                let isIOC = random.below(100) < 15
                messages.append(
                    Message(
                        kind: .new,
                        side: side,
                        isIOC: isIOC,
                        order: nextOrder,
                        level: level(shape, side, step, count, &random),
                        quantity: Int32(1 + random.below(100))
                    )
                )
                if !isIOC { live.append(nextOrder) }
                nextOrder += 1
            } else {
                // Cancels take mostly recent orders, as real ones do.
                let reach = min(live.count, 1000)
                let place = live.count - 1 - random.below(reach)
                let order = live[place]
                if draw < 91 {
                    live.swapAt(place, live.count - 1)
                    live.removeLast()
                    messages.append(
                        Message(kind: .cancel, side: .buy, isIOC: false, order: order, level: 0, quantity: 0)
                    )
                } else {
                    let side: Side = random.below(2) == 0 ? .buy : .sell
                    messages.append(
                        Message(
                            kind: .amend,
                            side: side,
                            isIOC: false,
                            order: order,
                            level: level(shape, side, step, count, &random),
                            quantity: Int32(1 + random.below(100))
                        )
                    )
                }
            }
        }
        return messages
    }

    private static func level(
        _ shape: Shape,
        _ side: Side,
        _ step: Int,
        _ count: Int,
        _ random: inout SplitMix64
    ) -> Int32 {
        let middle: Int
        let spread: Int
        switch shape {
        case .narrow: (middle, spread) = (4096, 8)
        case .wide: (middle, spread) = (4096, 4000)
        case .swinging:
            let period = 100_000
            let phase = step % period
            let swing = phase < period / 2 ? phase : period - phase
            (middle, spread) = (3096 + swing * 2000 / (period / 2), 50)
        case .flashCrash:
            let phase = step % 50_000
            (middle, spread) = (phase < 40_000 ? 6000 : 3000 + (phase - 40_000) * 3 / 10, 40)
        case .deepLevel: (middle, spread) = (4096, 1)
        }
        // A little overlap of the sides makes trades.
        let offset = random.below(spread) - spread / 8
        let level = side == .buy ? middle - 1 - offset : middle + offset
        return Int32(min(max(level, 0), levelCount - 1))
    }
}
