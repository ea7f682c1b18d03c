package import Permits

/// The double-entry ledger of cash and permits.
///
/// Every movement debits one account and credits another by the same amount, so each asset's balances sum to zero:
/// what members hold stands against the bank (cash) or the issuance account (permits), which are negative.
/// Holds set part of a balance apart for an open order; nothing is sold or spent twice.
///
/// Invariants, asserted by `checkInvariants()`:
/// 1. Per asset, the totals of all accounts sum to zero.
/// 2. Of every account but the bank and issuance: 0 <= held <= total.
/// 3. Incoming quantities are never negative.
/// 4. Per permit class, the serial blocks of all accounts are 1 to issued, each number once.
/// 5. Nothing leaves a final account, but what was retired or surrendered by mistake.
package struct Ledger: Sendable {
    var balances = BalanceTable()
    /// The serial numbers that the last movement moved; no part of the state.
    package private(set) var moved: ContiguousArray<SerialBlock> = []

    package init() {}

    /// Gives this copy memory of its own: whoever changes a ledger that may be shared calls it first.
    package mutating func makeOwn() { balances.makeOwn() }

    /// What `account` has of `asset`; zero if it never had any.
    package func balance(_ account: AccountID, _ asset: AssetID) -> Balance {
        if let slot = balances.find(account, asset) { balances[slot] } else { Balance() }
    }

    /// Sets `amount` of the free balance apart.
    /// - Returns: false, with nothing changed, if less than that is free.
    package mutating func hold(_ amount: Int64, of asset: AssetID, in account: AccountID) -> Bool {
        guard amount > 0 else { return true }
        guard let slot = balances.find(account, asset), balances[slot].free >= amount else {
            return false
        }
        balances[slot].held += amount
        return true
    }

    /// Frees `amount` that was held.
    package mutating func release(_ amount: Int64, of asset: AssetID, in account: AccountID) {
        guard amount != 0 else { return }
        let slot = balances.findOrAdd(account, asset)
        precondition(amount > 0 && balances[slot].held >= amount, "released more than is held")
        balances[slot].held -= amount
    }

    /// Counts `amount` of permits as on their way to `account` by an open buy order; negative takes it back.
    package mutating func expect(_ amount: Int64, of asset: AssetID, in account: AccountID) {
        let slot = balances.findOrAdd(account, asset)
        balances[slot].incoming += amount
        precondition(balances[slot].incoming >= 0, "incoming quantity below zero")
    }

    /// Moves `amount` of the free balance of `source` to `target`.
    ///
    /// The bank and issuance may go below zero: what they lack is what the members have. Issued permits get the next serial
    /// numbers; others go first in, first out, or from serial number `first` on.
    /// - Returns: `.insufficient` if less than that is free, `.overflow` if a total would exceed 64 bits, `.notHeld` if the
    ///   source lacks a serial number; nothing changed then.
    package mutating func transfer(
        _ amount: Int64,
        of asset: AssetID,
        from source: AccountID,
        to target: AccountID,
        first: Int64? = nil
    ) -> TransferOutcome {
        // A mistake is undone by the serial numbers it moved.
        let mayLeave = first != nil && (source == .retirement || source == .surrendered)
        precondition(
            amount >= 0 && (!source.isFinal || mayLeave),
            "what was surrendered, retired or cancelled never moves again"
        )
        let from = balances.findOrAdd(source, asset)
        let to = balances.findOrAdd(target, asset)
        guard source.isBacking || balances[from].free >= amount else { return .insufficient }
        if from == to, first == nil { return .moved }
        let (debited, below) = balances[from].total.subtractingReportingOverflow(amount)
        let (credited, above) = balances[to].total.addingReportingOverflow(amount)
        guard !below, !above else { return .overflow }
        if let first, amount > 0 {
            guard first <= Int64.max - amount,
                balances.blocks[from].contains(SerialBlock(first: first, last: first + amount - 1))
            else { return .notHeld }
        }
        // Nothing below may fail.
        guard from != to else { return .moved }
        if asset.permitClass != nil {
            let isIssue = source == .issuance
            balances.moveBlocks(
                amount,
                from: isIssue ? nil : from,
                to: to,
                first: isIssue ? 1 - balances[from].total : first,
                moved: &moved
            )
        }
        balances[from].total = debited
        balances[to].total = credited
        return .moved
    }

    /// Delivery versus payment of one trade: permits and cash move together, out of the two holds.
    ///
    /// Cannot fail: the holds cover it, and sums of what was once deposited or issued cannot overflow.
    /// - Returns: the fees that the two are charged.
    @discardableResult
    package mutating func settle(_ delivery: Delivery) -> (buyer: Money, seller: Money) {
        let buyerCash = balances.findOrAdd(delivery.buyer, delivery.cash)
        let sellerCash = balances.findOrAdd(delivery.seller, delivery.cash)
        let buyerPermits = balances.findOrAdd(delivery.buyer, delivery.permits)
        let sellerPermits = balances.findOrAdd(delivery.seller, delivery.permits)
        let quantity = delivery.quantity.units
        precondition(
            delivery.cashReleased.units >= delivery.price.minorUnits && balances[sellerPermits].held >= quantity,
            "a trade exceeds its holds"
        )
        balances[buyerCash].total -= delivery.price.minorUnits
        balances[sellerCash].total += delivery.price.minorUnits
        let fees = charge(delivery, buyer: buyerCash, seller: sellerCash)
        precondition(
            balances[buyerCash].held >= 0 && balances[buyerCash].free >= 0 && balances[sellerCash].free >= 0,
            "a trade exceeds its holds"
        )
        balances[sellerPermits].held -= quantity
        balances[sellerPermits].total -= quantity
        balances[buyerPermits].total += quantity
        balances[buyerPermits].incoming -= quantity
        precondition(balances[buyerPermits].incoming >= 0, "incoming quantity below zero")
        if sellerPermits == buyerPermits {
            moved.removeAll(keepingCapacity: true)
        } else {
            balances.moveBlocks(quantity, from: sellerPermits, to: buyerPermits, first: nil, moved: &moved)
        }
        return fees
    }
}

/// One trade's settlement.
package struct Delivery: Sendable {
    package var buyer: AccountID
    package var seller: AccountID
    package var cash: AssetID
    package var permits: AssetID
    package var quantity: Quantity
    /// Price × quantity.
    package var price: Money
    /// The fees before they are rounded.
    package var buyerFee: ExactAmount
    package var sellerFee: ExactAmount
    /// How much of the buyer's hold this trade frees: what it pays, and the price improvement at once.
    package var cashReleased: ExactAmount

    package init(
        buyer: AccountID,
        seller: AccountID,
        cash: AssetID,
        permits: AssetID,
        quantity: Quantity,
        price: Money,
        buyerFee: ExactAmount,
        sellerFee: ExactAmount,
        cashReleased: ExactAmount
    ) {
        self.buyer = buyer
        self.seller = seller
        self.cash = cash
        self.permits = permits
        self.quantity = quantity
        self.price = price
        self.buyerFee = buyerFee
        self.sellerFee = sellerFee
        self.cashReleased = cashReleased
    }
}

/// How a transfer went.
package enum TransferOutcome: Sendable {
    case moved
    case insufficient
    case overflow
    case notHeld
}
