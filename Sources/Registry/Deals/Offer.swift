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
}

extension Offer: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Offer?) throws(SnapshotError) -> Offer {
        Offer(
            number: try coder.value("number", old?.number),
            seller: try coder.value("seller", old?.seller),
            items: try coder.list("items", old?.items) { coder, old throws(SnapshotError) in
                Item(
                    permitClass: try coder.value("permitClass", old?.permitClass),
                    quantity: try coder.value("quantity", old?.quantity)
                )
            },
            currency: try coder.value("currency", old?.currency),
            price: try coder.value("price", old?.price),
            partner: try coder.value("partner", old?.partner, none: MemberID(.max)),
            royalty: try coder.value("royalty", old?.royalty),
            lease: try coder.value("lease", old?.lease),
            expires: try coder.value("expires", old?.expires)
        )
    }
}

/// How an offer ended, or that it is open.
package enum OfferState: Spelling, Word {
    case open, taken, withdrawn, expired
    /// A class ended or the seller was suspended.
    case ended
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

    /// The share that was announced in a season since the sale.
    private func rise(in season: Season, of entitlements: ProgramID) -> Percent {
        let share = before.first { $0.vintage == season.vintage }?.percent ?? .zero
        return Percent(hundredths: season.announced(of: entitlements).hundredths - share.hundredths)
    }

    /// What it yields in a season, as far as the buyer was credited with it, rounded down.
    package func yield(in season: Season, of entitlements: ProgramID) -> Quantity {
        rise(in: season, of: entitlements).shareRoundedDown(of: quantity)
    }

    /// The royalty on all that it yields in a season, in ten-thousandths of a minor unit.
    func royaltyUnits(in season: Season, of entitlements: ProgramID) -> Int128 {
        Int128(quantity.units) * Int128(rise(in: season, of: entitlements).hundredths) * Int128(royalty.minorUnits)
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
}

extension Right: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Right?) throws(SnapshotError) -> Right {
        let (sale, seller) = (try coder.value("sale", old?.sale), try coder.value("seller", old?.seller))
        let buyer = try coder.value("buyer", old?.buyer)
        let entitlement = try coder.value("entitlement", old?.entitlement)
        let quantity = try coder.value("quantity", old?.quantity)
        let currency = try coder.value("currency", old?.currency)
        let royalty = try coder.value("royalty", old?.royalty)
        let seasonsLeft = try coder.value("seasonsLeft", old?.seasonsLeft, none: -1)
        let owed = try coder.value("owed", old?.owed)
        let before = try coder.list("before", old?.before) { coder, old throws(SnapshotError) in
            Before(vintage: try coder.value("vintage", old?.vintage), percent: try coder.value("percent", old?.percent))
        }
        var new = Right(
            sale: sale,
            seller: seller,
            buyer: buyer,
            entitlement: entitlement,
            quantity: quantity,
            currency: currency,
            royalty: royalty,
            seasonsLeft: seasonsLeft,
            before: before
        )
        new.owed = owed
        return new
    }
}
