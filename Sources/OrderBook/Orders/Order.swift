public import Permits

/// One live order, as the book takes and reports it: plain data of 80 bytes.
///
/// The book reads what matching needs; owner's references, users, expiry and flags are opaque to it.
/// Prices and quantities are stored in 32 bits, which `Limits.priceMax` and `Limits.quantityMax` fit.
public struct Order: Sendable, Equatable, BitwiseCopyable {
    /// Its number.
    public var id: OrderID
    /// When it ends; `.never` for one that does not by itself.
    public var expiry: Timestamp
    @usableFromInline var storedReference: PackedCode
    /// Whose it is.
    public var owner: MemberID
    /// The login that entered it.
    public var user: UserID
    @usableFromInline var storedPrice: UInt32
    @usableFromInline var storedStop: UInt32
    @usableFromInline var storedQuantity: UInt32
    @usableFromInline var storedOpen: UInt32
    @usableFromInline var storedDisplay: UInt32
    @usableFromInline var storedShown: UInt32
    @usableFromInline var storedMinimum: UInt32
    /// Buy or sell.
    public var side: Side
    /// A stop that was triggered is stored as `.market` or `.limit` from then on.
    public var kind: OrderKind
    /// How long it lives.
    public var timeInForce: TimeInForce
    /// What happens where it would trade with its own member.
    public var selfTrade: SelfTradePrevention
    /// Whether it may only rest, not take.
    public var postOnly: Bool
    /// Whether it is a side of a quote.
    public var isQuote: Bool
    /// Whether it ends with the session that entered it.
    public var sessionBound: Bool

    /// Makes an order of all its fields.
    @inlinable @inline(__always)
    public init(
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
        storedReference = PackedCode(reference)
        self.side = side
        self.kind = kind
        self.timeInForce = timeInForce
        self.selfTrade = selfTrade
        self.postOnly = postOnly
        self.isQuote = isQuote
        self.sessionBound = sessionBound
        storedPrice = UInt32(price.minorUnits)
        storedStop = UInt32(stop.minorUnits)
        storedQuantity = UInt32(quantity.units)
        storedOpen = UInt32(open.units)
        storedDisplay = UInt32(display.units)
        storedShown = UInt32(shown.units)
        storedMinimum = UInt32(minimum.units)
        self.expiry = expiry
    }

    /// The client's own id for the order.
    @inlinable public var reference: Code {
        @inline(__always) get { storedReference.code }
        set { storedReference = PackedCode(newValue) }
    }
    /// The limit; for market and stop orders the protection price fixed at entry (the band's edge).
    @inlinable public var price: Price {
        @inline(__always) get { Price(minorUnits: Int64(storedPrice)) }
        set { storedPrice = UInt32(newValue.minorUnits) }
    }
    /// The stop price, zero if none; a triggered stop keeps it for the record.
    @inlinable public var stop: Price {
        @inline(__always) get { Price(minorUnits: Int64(storedStop)) }
        set { storedStop = UInt32(newValue.minorUnits) }
    }
    /// The original total, including what is filled.
    @inlinable public var quantity: Quantity {
        @inline(__always) get { Quantity(Int64(storedQuantity)) }
        set { storedQuantity = UInt32(newValue.units) }
    }
    /// What is still open, hidden part included.
    @inlinable public var open: Quantity {
        @inline(__always) get { Quantity(Int64(storedOpen)) }
        set { storedOpen = UInt32(newValue.units) }
    }
    /// The slice that an iceberg shows, zero if the whole order is shown.
    @inlinable public var display: Quantity {
        @inline(__always) get { Quantity(Int64(storedDisplay)) }
        set { storedDisplay = UInt32(newValue.units) }
    }
    /// What the book shows now; equal to `open` if `display` is zero.
    @inlinable public var shown: Quantity {
        @inline(__always) get { Quantity(Int64(storedShown)) }
        set { storedShown = UInt32(newValue.units) }
    }
    /// What must trade at entry in continuous trading, zero if nothing.
    @inlinable public var minimum: Quantity {
        @inline(__always) get { Quantity(Int64(storedMinimum)) }
        set { storedMinimum = UInt32(newValue.units) }
    }

    /// Whether the order may only trade in a call, so that none of it outlives the uncross.
    var isForCallOnly: Bool { kind == .market || timeInForce == .atTheOpen || timeInForce == .atTheClose }

    /// The order as one side of a fill; `open` is what is open after it.
    package var party: Fill.Party {
        Fill.Party(order: id, owner: owner, reference: storedReference, limit: storedPrice, open: storedOpen)
    }

    /// What matching reads of the order, for a slot of the slab.
    @inline(__always)
    func node(place: Place, stamp: UInt64) -> Node {
        Node(
            id: id.number,
            stamp: stamp,
            open: storedOpen,
            shown: storedShown,
            quantity: storedQuantity,
            display: storedDisplay,
            price: storedPrice,
            owner: owner.index,
            user: user.index,
            place: place,
            side: side,
            kind: kind,
            timeInForce: timeInForce,
            selfTrade: selfTrade,
            flags: (postOnly ? Node.postOnly : 0) | (isQuote ? Node.isQuote : 0)
                | (sessionBound ? Node.sessionBound : 0)
        )
    }

    /// What matching does not read.
    @inline(__always)
    var tail: Tail {
        Tail(reference: storedReference, stop: storedStop, minimum: storedMinimum, expiry: expiry)
    }

    /// The order in a slot of the slab.
    @inline(__always)
    init(_ node: borrowing Node, _ tail: Tail) {
        id = OrderID(number: node.id)
        expiry = tail.expiry
        storedReference = tail.reference
        owner = MemberID(node.owner)
        user = UserID(node.user)
        storedPrice = node.price
        storedStop = tail.stop
        storedQuantity = node.quantity
        storedOpen = node.open
        storedDisplay = node.display
        storedShown = node.shown
        storedMinimum = tail.minimum
        side = node.side
        kind = node.kind
        timeInForce = node.timeInForce
        selfTrade = node.selfTrade
        postOnly = node.flags & Node.postOnly != 0
        isQuote = node.flags & Node.isQuote != 0
        sessionBound = node.flags & Node.sessionBound != 0
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
            reference: try reader.read(),
            side: try reader.readWord(),
            kind: try reader.readWord(),
            timeInForce: try reader.readWord(),
            selfTrade: try reader.readWord(),
            postOnly: try reader.read(),
            isQuote: try reader.read(),
            sessionBound: try reader.read(),
            price: Price(minorUnits: try reader.readSmall()),
            stop: Price(minorUnits: try reader.readSmall()),
            quantity: Quantity(try reader.readSmall()),
            open: Quantity(try reader.readSmall()),
            display: Quantity(try reader.readSmall()),
            shown: Quantity(try reader.readSmall()),
            minimum: Quantity(try reader.readSmall()),
            expiry: try reader.read()
        )
    }
}

extension ByteReader {
    /// Reads a number that fits 32 bits, as all of an order's do.
    fileprivate mutating func readSmall() throws(SnapshotError) -> Int64 {
        let value: Int64 = try read()
        guard (0...Int64(UInt32.max)).contains(value) else { throw SnapshotError("no order has \(value)") }
        return value
    }
}
