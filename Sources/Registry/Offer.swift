package import Permits

/// An offer of permits of one or more classes as one bundle at one price, by agreement instead of through a book.
///
/// What is sold so makes no price in any market: a share of a source and its water sold together have one price, which
/// is neither's.
package struct Offer: Sendable, Equatable {
    /// Permits of one class in the bundle.
    package struct Item: Sendable, Equatable {
        package var permitClass: ClassID
        package var quantity: Quantity

        package init(permitClass: ClassID, quantity: Quantity) {
            self.permitClass = permitClass
            self.quantity = quantity
        }
    }

    /// From 1.
    package var number: UInt64
    package var seller: MemberID
    package var items: [Item]
    package var currency: Currency
    /// For all of it, paid at once.
    package var price: Money
    /// To whom alone; nil for anyone.
    package var partner: MemberID?
    /// What the buyer pays the seller at each season's end for every unit that the entitlements yielded.
    ///
    /// Source: the Dongyang–Yiwu transfer: a price for the permanent right, and a yearly fee on delivered volume.
    package var royalty: Money
    /// For how many seasons the yield alone is sold; 0: the permits themselves are.
    package var lease: Int64
    package var expires: Timestamp

    package init(
        number: UInt64,
        seller: MemberID,
        items: [Item],
        currency: Currency,
        price: Money,
        partner: MemberID?,
        royalty: Money,
        lease: Int64,
        expires: Timestamp
    ) {
        self.number = number
        self.seller = seller
        self.items = items
        self.currency = currency
        self.price = price
        self.partner = partner
        self.royalty = royalty
        self.lease = lease
        self.expires = expires
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(seller.index)
        writer.write(count: items.count)
        for item in items {
            writer.write(item.permitClass.index)
            writer.write(item.quantity)
        }
        writer.write(currency)
        writer.write(price)
        writer.write(partner?.index ?? .max)
        writer.write(royalty)
        writer.write(lease)
        writer.write(expires)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        seller = MemberID(try reader.read())
        items = []
        for _ in 0..<(try reader.readCount()) {
            items.append(Item(permitClass: ClassID(try reader.read()), quantity: try reader.readQuantity()))
        }
        currency = try reader.readWord()
        price = try reader.readMoney()
        let index: UInt32 = try reader.read()
        partner = index == .max ? nil : MemberID(index)
        royalty = try reader.readMoney()
        lease = try reader.read()
        expires = try reader.readTimestamp()
    }
}

/// How an offer ended, or that it is open.
package enum OfferState: UInt8, Word {
    case open, taken, withdrawn, expired
    /// A class ended or the seller was suspended.
    case ended

    package var word: StaticString {
        switch self {
        case .open: "open"
        case .taken: "taken"
        case .withdrawn: "withdrawn"
        case .expired: "expired"
        case .ended: "ended"
        }
    }
}

/// What binds two members after a sale of entitlements: a royalty, or a lease, or both.
package struct Right: Sendable, Equatable {
    /// The number of the offer.
    package var sale: UInt64
    package var seller: MemberID
    package var buyer: MemberID
    package var entitlement: ClassID
    package var quantity: Quantity
    package var currency: Currency
    /// For every unit of yield, at each season's end.
    package var royalty: Money
    /// For how many more seasons the yield is leased; nil: the permits were sold.
    package var seasonsLeft: Int64?
    /// Royalties that the buyer had no money for.
    package var owed = Money.zero
    /// What was announced before the sale in seasons that were open then: the seller was credited with it.
    package var before: [Before]

    /// What was announced for a season by the time of a sale.
    package struct Before: Sendable, Equatable {
        package var vintage: Int64
        package var percent: Percent

        package init(vintage: Int64, percent: Percent) {
            self.vintage = vintage
            self.percent = percent
        }
    }

    /// What it yields in a season, as far as the buyer was credited with it.
    package func yield(in season: Season, of entitlements: ProgramID) -> Quantity {
        let share = before.first { $0.vintage == season.vintage }?.percent ?? .zero
        return Season.credit(for: quantity, from: share, to: season.announced(of: entitlements))
    }

    package init(
        sale: UInt64,
        seller: MemberID,
        buyer: MemberID,
        entitlement: ClassID,
        quantity: Quantity,
        currency: Currency,
        royalty: Money,
        seasonsLeft: Int64?,
        before: [Before]
    ) {
        self.sale = sale
        self.seller = seller
        self.buyer = buyer
        self.entitlement = entitlement
        self.quantity = quantity
        self.currency = currency
        self.royalty = royalty
        self.seasonsLeft = seasonsLeft
        self.before = before
    }

    /// Whether the yield goes to the buyer while the seller keeps the entitlement.
    package var isLease: Bool { (seasonsLeft ?? 0) > 0 }

    /// Whether nothing is left to be done.
    package var isOver: Bool { seasonsLeft == 0 && owed == .zero }

    func encode(to writer: inout ByteWriter) {
        writer.write(sale)
        writer.write(seller.index)
        writer.write(buyer.index)
        writer.write(entitlement.index)
        writer.write(quantity)
        writer.write(currency)
        writer.write(royalty)
        writer.write(seasonsLeft ?? -1)
        writer.write(owed)
        writer.write(count: before.count)
        for entry in before {
            writer.write(entry.vintage)
            writer.write(entry.percent.hundredths)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        sale = try reader.read()
        seller = MemberID(try reader.read())
        buyer = MemberID(try reader.read())
        entitlement = ClassID(try reader.read())
        quantity = try reader.readQuantity()
        currency = try reader.readWord()
        royalty = try reader.readMoney()
        let left: Int64 = try reader.read()
        seasonsLeft = left < 0 ? nil : left
        owed = try reader.readMoney()
        before = []
        for _ in 0..<(try reader.readCount()) {
            let vintage: Int64 = try reader.read()
            before.append(Before(vintage: vintage, percent: Percent(hundredths: try reader.read())))
        }
    }
}
