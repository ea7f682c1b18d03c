package import Permits

// Snapshots: equal books give equal bytes, whatever slots their orders came to lie in.

extension OrderBook {
    /// The form of its bytes, for the description of a snapshot's layout; `OrderBookSnapshotTests` pins them.
    package static let form =
        "tick i64, low i64, high i64, lastPrice i64; then bids, asks, stops, parked: a list each of order and stamp u64; "
        + "order: id u64, owner u32, user u32, reference 3 u64, side, kind, timeInForce, selfTrade, postOnly, isQuote, "
        + "sessionBound u8 each, price, stop, quantity, open, display, shown, minimum, expiry i64 each"

    /// Appends the book: band, last price, then each queue in its order.
    ///
    /// Bids and asks stand best level first, stops in order of their stamps, whose numbers themselves do not matter.
    package func encode(to writer: inout ByteWriter) {
        writer.write(tick)
        writer.write(low)
        writer.write(high)
        writer.write(lastPrice)
        let stops = (slots(of: buyStops) + slots(of: sellStops)).sorted { orders[$0].stamp < orders[$1].stamp }
        for queue in [slots(of: bids), slots(of: asks), ContiguousArray(stops), slots(of: parked)] {
            writer.write(count: queue.count)
            for slot in queue {
                orders.order(at: slot).encode(to: &writer)
                writer.write(orders[slot].isWaitingStop ? 0 : orders[slot].stamp)
            }
        }
    }

    /// Reads what `encode(to:)` wrote.
    /// - Throws: `SnapshotError` if the bytes are cut, or hold a band or an order that no book can have.
    package init(from reader: inout ByteReader) throws(SnapshotError) {
        let tick = try reader.read(Price.self)
        let low = try reader.read(Price.self)
        let high = try reader.read(Price.self)
        guard tick > .zero, low > .zero, low <= high, high <= Limits.priceMax,
            low.minorUnits % tick.minorUnits == 0, high.minorUnits % tick.minorUnits == 0,
            (high.minorUnits - low.minorUnits) / tick.minorUnits < Limits.levelsMax
        else { throw SnapshotError("no such price band before byte \(reader.position)") }
        self.init(tick: tick, low: low, high: high, lastPrice: try reader.read())
        for queue in 0..<4 {
            for _ in 0..<(try reader.readCount()) {
                let order = try Order(from: &reader)
                guard let place = place(of: order, queue: queue), isSound(order) else {
                    throw SnapshotError("no such order before byte \(reader.position): \(order.id.number)")
                }
                clock = try reader.read()
                join(order, place)
                if order.isForCallOnly { note(order) }
            }
        }
        forgetTouches()
    }

    /// The place that an order of the given snapshot queue has; nil if it cannot stand there.
    private func place(of order: Order, queue: Int) -> Place? {
        switch queue {
        case 0: !order.kind.isStop && order.side == .buy ? .bids : nil
        case 1: !order.kind.isStop && order.side == .sell ? .asks : nil
        case 2: order.kind.isStop ? (order.side == .buy ? .buyStops : .sellStops) : nil
        default: !order.kind.isStop && order.timeInForce == .atTheClose ? .parked : nil
        }
    }

    private func isSound(_ order: Order) -> Bool {
        isOnLadder(order.price) && (!order.kind.isStop || isOnLadder(order.stop))
            && order.shown > .zero && order.shown <= order.open && order.open <= order.quantity
            && order.quantity <= Limits.quantityMax && order.display >= .zero
            && (order.display > .zero || order.shown == order.open)
            && orders.slot(of: order.id) == 0
    }

    private func isOnLadder(_ price: Price) -> Bool {
        price >= low && price <= high && price.minorUnits % tick.minorUnits == 0
    }
}
