package import Permits

/// One live order, as the book stores it: plain data.
///
/// The book reads what matching needs; owner's references, users, expiry and flags are opaque to it.
package struct Order: Sendable, Equatable {
    package var id: OrderID
    package var owner: MemberID
    package var user: UserID
    /// The client's own id for the order.
    package var reference: Code
    package var side: Side
    /// A stop that was triggered is stored as `.market` or `.limit` from then on.
    package var kind: OrderKind
    package var timeInForce: TimeInForce
    package var selfTrade: SelfTradePrevention
    package var postOnly: Bool
    package var isQuote: Bool
    package var sessionBound: Bool
    /// The limit; for market and stop orders the protection price fixed at entry (the band's edge).
    package var price: Price
    /// The stop price, zero if none; a triggered stop keeps it for the record.
    package var stop: Price
    /// The original total, including what is filled.
    package var quantity: Quantity
    /// What is still open, hidden part included.
    package var open: Quantity
    /// The slice that an iceberg shows, zero if the whole order is shown.
    package var display: Quantity
    /// What the book shows now; equal to `open` if `display` is zero.
    package var shown: Quantity
    /// What must trade at entry in continuous trading, zero if nothing.
    package var minimum: Quantity
    package var expiry: Timestamp

    /// Makes an order of all its fields.
    package init(
        id: OrderID,
        owner: MemberID,
        user: UserID,
        reference: Code,
        side: Side,
        kind: OrderKind,
        timeInForce: TimeInForce,
        selfTrade: SelfTradePrevention,
        postOnly: Bool,
        isQuote: Bool,
        sessionBound: Bool,
        price: Price,
        stop: Price,
        quantity: Quantity,
        open: Quantity,
        display: Quantity,
        shown: Quantity,
        minimum: Quantity,
        expiry: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.user = user
        self.reference = reference
        self.side = side
        self.kind = kind
        self.timeInForce = timeInForce
        self.selfTrade = selfTrade
        self.postOnly = postOnly
        self.isQuote = isQuote
        self.sessionBound = sessionBound
        self.price = price
        self.stop = stop
        self.quantity = quantity
        self.open = open
        self.display = display
        self.shown = shown
        self.minimum = minimum
        self.expiry = expiry
    }

    /// Whether the order may only trade in a call, so that none of it outlives the uncross.
    var isForCallOnly: Bool { kind == .market || timeInForce == .atTheOpen || timeInForce == .atTheClose }

    /// The order as one side of a fill; `open` is what is open after it.
    package var party: Fill.Party {
        Fill.Party(order: id, owner: owner, user: user, reference: reference, limit: price, open: open)
    }
}

extension Order {
    /// Appends all fields in snapshot form.
    package func encode(to writer: inout ByteWriter) {
        writer.write(id.number)
        writer.write(owner.index)
        writer.write(user.index)
        writer.write(reference)
        writer.write(side)
        writer.write(kind)
        writer.write(timeInForce)
        writer.write(selfTrade)
        writer.write(postOnly)
        writer.write(isQuote)
        writer.write(sessionBound)
        writer.write(price)
        writer.write(stop)
        writer.write(quantity)
        writer.write(open)
        writer.write(display)
        writer.write(shown)
        writer.write(minimum)
        writer.write(expiry)
    }

    /// Reads what `encode(to:)` wrote.
    /// - Throws: `SnapshotError` if the bytes end or a word is unknown; whether the values fit is the book's check.
    package init(from reader: inout ByteReader) throws(SnapshotError) {
        self.init(
            id: OrderID(number: try reader.read()),
            owner: MemberID(try reader.read()),
            user: UserID(try reader.read()),
            reference: try reader.readCode(),
            side: try reader.readWord(),
            kind: try reader.readWord(),
            timeInForce: try reader.readWord(),
            selfTrade: try reader.readWord(),
            postOnly: try reader.readBool(),
            isQuote: try reader.readBool(),
            sessionBound: try reader.readBool(),
            price: try reader.readPrice(),
            stop: try reader.readPrice(),
            quantity: try reader.readQuantity(),
            open: try reader.readQuantity(),
            display: try reader.readQuantity(),
            shown: try reader.readQuantity(),
            minimum: try reader.readQuantity(),
            expiry: try reader.readTimestamp()
        )
    }
}
