package import Permits

/// What fees leave below the minor unit in one cash balance, in millionths of one.
///
/// A fee is charged in whole minor units; what is left of it is carried to the member's next fee in that currency and never
/// dropped. So the fees of any number of trades are those of one trade of the same turnover, rounded down once.
/// Likewise the holds of open buy orders are rounded down together, with what is carried: whatever the orders come to be
/// charged is then held.
package struct FeeFractions: Sendable {
    /// Carried from fees of trades, 0 to 999,999.
    var carried: Int64
    /// The sum of the millionths of what each open buy order holds.
    var promised: Int64

    /// The minor units that they make together, and that are held.
    var whole: Int64 { (carried + promised) / 1_000_000 }
}

extension Balance {
    /// The fractions of a cash balance, which has no incoming permits: the two share a word.
    var fractions: FeeFractions {
        @inline(__always) get { FeeFractions(carried: incoming & 0xF_FFFF, promised: incoming >> 20) }
        @inline(__always) set { incoming = newValue.promised << 20 | newValue.carried }
    }

    /// Makes a fee due, or takes one back, and frees what was promised for it.
    /// - Returns: the minor units to charge; below zero to give back.
    @inline(__always)
    fileprivate mutating func charge(_ fee: ExactAmount, takingBack: Bool = false, freeing promised: Int64) -> Int64 {
        guard fee.millionths != 0 || promised != 0 else { return takingBack ? -fee.units : fee.units }
        var fractions = fractions
        held -= fractions.whole
        let carried = takingBack ? fractions.carried - fee.millionths : fractions.carried + fee.millionths
        let over: Int64 = carried < 0 ? -1 : carried >= 1_000_000 ? 1 : 0
        fractions.carried = carried - over * 1_000_000
        fractions.promised -= promised
        self.fractions = fractions
        held += fractions.whole
        return (takingBack ? -fee.units : fee.units) + over
    }
}

extension Balance {
    /// What holding `amount` would set apart of a cash balance, once `freed` is no longer held.
    package func holding(_ amount: ExactAmount, freeing freed: ExactAmount = .zero) -> Int64 {
        guard amount.millionths != 0 else { return amount.units }
        var fractions = fractions
        fractions.promised -= freed.millionths
        let before = fractions.whole
        fractions.promised += amount.millionths
        return amount.units + fractions.whole - before
    }

    /// What releasing `amount` would free.
    package func releasing(_ amount: ExactAmount) -> Int64 {
        guard amount.millionths != 0 else { return amount.units }
        var fractions = fractions
        let before = fractions.whole
        fractions.promised -= amount.millionths
        return amount.units + before - fractions.whole
    }
}

extension Ledger {
    /// Sets an exact amount of the free balance apart: rounded down together with all that is held so.
    /// - Returns: false, with nothing changed, if less than that is free.
    package mutating func hold(_ amount: ExactAmount, of asset: AssetID, in account: AccountID) -> Bool {
        guard let slot = balances.find(account, asset) else { return amount.units == 0 && amount.millionths == 0 }
        let wanted = balances[slot].holding(amount)
        guard balances[slot].free >= wanted else { return false }
        balances[slot].held += wanted
        if amount.millionths != 0 { balances[slot].incoming += amount.millionths << 20 }
        return true
    }

    /// Frees an exact amount that was held.
    package mutating func release(_ amount: ExactAmount, of asset: AssetID, in account: AccountID) {
        let slot = balances.findOrAdd(account, asset)
        balances[slot].held -= balances[slot].releasing(amount)
        if amount.millionths != 0 { balances[slot].incoming -= amount.millionths << 20 }
        precondition(balances[slot].held >= 0 && balances[slot].incoming >= 0, "released more than is held")
    }

    /// Charges the fees of a trade, frees what the buyer held for it, and brings them to the fee account.
    /// - Returns: what buyer and seller are charged.
    @inline(__always)
    mutating func charge(_ delivery: Delivery, buyer: Int, seller: Int) -> (buyer: Money, seller: Money) {
        balances[buyer].held -= delivery.cashReleased.units
        let paid = balances[buyer].charge(delivery.buyerFee, freeing: delivery.cashReleased.millionths)
        let taken = balances[seller].charge(delivery.sellerFee, freeing: 0)
        balances[buyer].total -= paid
        balances[seller].total -= taken
        balances[balances.findOrAdd(.fee, delivery.cash)].total += paid + taken
        return (Money(minorUnits: paid), Money(minorUnits: taken))
    }

    /// What a fee that is not due after all gives back of what a member was charged, and what more is held then.
    package func refund(of fee: ExactAmount, _ asset: AssetID, in account: AccountID) -> (back: Int64, held: Int64) {
        var balance = balance(account, asset)
        let before = balance.held
        let charged = balance.charge(fee, takingBack: true, freeing: 0)
        return (-charged, balance.held - before)
    }

    /// Takes such a fee out of what a member has owed; the money is to be moved by a transfer.
    package mutating func uncharge(_ fee: ExactAmount, of asset: AssetID, in account: AccountID) {
        _ = balances[balances.findOrAdd(account, asset)].charge(fee, takingBack: true, freeing: 0)
    }
}
