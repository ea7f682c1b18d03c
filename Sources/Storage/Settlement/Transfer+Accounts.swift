import Exchange
import Ledger
import Permits

// Between which accounts a transfer moves, as settlement reads it from the fact alone. The engine has a mapping of its own:
// that the balances of both agree means something only because neither uses the other's.

extension Transfer {
    /// The accounts that give and take.
    /// - Throws: `BookingFault` for an end that no account stands behind.
    func accounts(sequence: UInt64) throws(BookingFault) -> (from: AccountID, to: AccountID) {
        switch asset {
        case .cash: (try cashAccount(from, fromFund, sequence), try cashAccount(to, toFund, sequence))
        case .permits: permitAccounts
        }
    }

    private func cashAccount(
        _ member: MemberID,
        _ fund: FundID?,
        _ sequence: UInt64
    ) throws(BookingFault) -> AccountID {
        if let fund { return .fund(fund) }
        guard member == .venue else { return .general(member) }
        switch kind {
        case .deposit, .withdrawal: return .bank
        case .bust, .agreement: return .fee
        case .allocation, .transfer, .retirement, .cover, .surrender, .expiry, .carryover, .sale, .royalty, .swap,
            .zone, .spill, .release, .penalty, .trade, .payment, .award, .delivery, .takenBack, .transferReversal,
            .retirementReversal, .surrenderReversal:
            throw BookingFault(sequence: sequence, message: "moves money of no account: \(kind.text)")
        }
    }

    private var permitAccounts: (from: AccountID, to: AccountID) {
        let own: (AccountID, AccountID) = (
            isFromSpillable ? .spillable(from) : .general(from), isToSpillable ? .spillable(to) : .general(to)
        )
        let giver = fromFacility.map { .compliance($0) } ?? own.0
        let taker = toFacility.map { .compliance($0) } ?? own.1
        return switch kind {
        case .allocation, .award: (.issuance, taker)
        case .retirement: (giver, .retirement)
        case .surrender: (giver, .surrendered)
        case .expiry, .spill, .takenBack: (giver, .cancelled)
        case .retirementReversal: (.retirement, taker)
        case .surrenderReversal: (.surrendered, taker)
        case .carryover, .zone: (from == .venue ? .issuance : giver, to == .venue ? .cancelled : taker)
        case .deposit, .withdrawal, .transfer, .cover, .sale, .royalty, .swap, .release, .penalty, .bust, .trade,
            .payment, .agreement, .delivery, .transferReversal:
            (giver, taker)
        }
    }
}
