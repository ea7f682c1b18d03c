package import Permits

/// What a party owes under an agreement since it was due.
package struct Claim: Sendable, Equatable {
    /// How it stands.
    package enum State: Spelling, Word {
        case open
        /// Not paid when the time to cure was over; it stays owed.
        case broken
        case paid
        /// Given up by its creditor.
        case waived
    }

    /// Permits that are owed against money, instead of money alone.
    package struct Delivery: Sendable, Equatable {
        package var permitClass: ClassID
        package var quantity: Quantity
        /// Who gets the permits and pays.
        package var buyer: MemberID
        package var seller: MemberID
        /// For all of them.
        package var price: Money

        package init(permitClass: ClassID, quantity: Quantity, buyer: MemberID, seller: MemberID, price: Money) {
            self.permitClass = permitClass
            self.quantity = quantity
            self.buyer = buyer
            self.seller = seller
            self.price = price
        }
    }

    /// To whom.
    package enum Creditor: Sendable, Equatable {
        case member(MemberID)
        case fund(FundID)
    }

    /// From 1, over the venue.
    package var number: UInt64
    package var agreement: AgreementID
    package var clause: Code
    package var period: Code
    package var debtor: MemberID
    package var creditor: Creditor
    package var currency: Currency
    /// What is still owed, penalties included; of a delivery: its price, whoever owes what.
    package var owed: Money
    package var delivery: Delivery?
    package var since: Timestamp
    /// When it is broken.
    package var cure: Timestamp
    package var state = State.open
    /// Whether the creditor has given up a part of it, or given more time.
    package var isEased = false

    package init(
        number: UInt64,
        agreement: AgreementID,
        clause: Code,
        period: Code,
        debtor: MemberID,
        creditor: Creditor,
        currency: Currency,
        owed: Money,
        delivery: Delivery?,
        since: Timestamp,
        cure: Timestamp
    ) {
        self.number = number
        self.agreement = agreement
        self.clause = clause
        self.period = period
        self.debtor = debtor
        self.creditor = creditor
        self.currency = currency
        self.owed = owed
        self.delivery = delivery
        self.since = since
        self.cure = cure
    }

    /// Whether anything is owed.
    package var isOwed: Bool {
        (state == .open || state == .broken) && (owed > .zero || delivery != nil)
    }
}
