import Ledger
import Permits
import Testing

/// The ledger against a plain model that keeps the holder of every serial number.
@Suite("The ledger")
struct LedgerTests {
    private static let asset = AssetID.permits(ClassID(0))
    private static let members = (0..<4).map { AccountID.general(MemberID(UInt32($0 + 1))) }

    /// Whose each number is, from 1; what each account got first it gives first.
    private struct Model {
        var queues: [AccountID: [Int64]] = [:]
        var held: [AccountID: Int64] = [:]
        var issued: Int64 = 0

        func free(_ account: AccountID) -> Int64 { Int64(queues[account]?.count ?? 0) - (held[account] ?? 0) }
    }

    @Test(
        "issues, transfers, holds and retirements, at random, move the numbers that a plain model moves",
        arguments: 0..<20
    )
    func random(seed: Int) {
        var chance = SplitMix64(seed: UInt64(seed))
        var ledger = Ledger()
        var model = Model()
        for _ in 0..<400 {
            let (from, to) = (chance.pick(LedgerTests.members), chance.pick(LedgerTests.members))
            let amount = chance.number(1...30)
            switch chance.number(0...5) {
            case 0:
                #expect(ledger.transfer(amount, of: LedgerTests.asset, from: .issuance, to: to) == .moved)
                model.queues[to, default: []] += (model.issued + 1)...(model.issued + amount)
                model.issued += amount
            case 1, 2:
                let target = chance.chance(200) ? AccountID.retirement : to
                let outcome = ledger.transfer(amount, of: LedgerTests.asset, from: from, to: target)
                guard model.free(from) >= amount else {
                    #expect(outcome == .insufficient)
                    continue
                }
                #expect(outcome == .moved)
                guard from != target else { continue }
                let moved = model.queues[from, default: []].prefix(Int(amount))
                model.queues[from]?.removeFirst(Int(amount))
                model.queues[target, default: []] += moved
            case 3:
                let first = chance.number(1...max(1, model.issued))
                let wanted = first..<(first + amount)
                let outcome = ledger.transfer(amount, of: LedgerTests.asset, from: from, to: to, first: first)
                let queue = model.queues[from] ?? []
                guard model.free(from) >= amount else {
                    #expect(outcome == .insufficient)
                    continue
                }
                guard wanted.allSatisfy(queue.contains) else {
                    #expect(outcome == .notHeld)
                    continue
                }
                #expect(outcome == .moved)
                guard from != to else { continue }
                model.queues[from] = queue.filter { !wanted.contains($0) }
                model.queues[to, default: []] += wanted
            case 4:
                let isHeld = ledger.hold(amount, of: LedgerTests.asset, in: from)
                #expect(isHeld == (model.free(from) >= amount))
                if isHeld { model.held[from, default: 0] += amount }
            default:
                guard let held = model.held[from], held > 0 else { continue }
                let part = min(held, amount)
                ledger.release(part, of: LedgerTests.asset, in: from)
                model.held[from] = held - part
            }
            ledger.checkInvariants()
            for account in LedgerTests.members + [.retirement] {
                let numbers = ledger.blocks(of: account, LedgerTests.asset).flatMap { Array($0.first...$0.last) }
                #expect(numbers.sorted() == (model.queues[account] ?? []).sorted())
                #expect(ledger.balance(account, LedgerTests.asset).held == model.held[account] ?? 0)
            }
        }
        #expect(ledger.statement(of: LedgerTests.asset).issued == model.issued)
    }

    @Test("what was retired never comes back, and a copy of a ledger goes its own way")
    func copies() {
        var ledger = Ledger()
        _ = ledger.transfer(10, of: LedgerTests.asset, from: .issuance, to: LedgerTests.members[0])
        let before = ledger
        ledger.makeOwn()
        #expect(ledger.transfer(10, of: LedgerTests.asset, from: LedgerTests.members[0], to: .retirement) == .moved)
        #expect(before.balance(LedgerTests.members[0], LedgerTests.asset).total == 10)
        #expect(ledger.balance(.retirement, LedgerTests.asset).total == 10)
        #expect(ledger.holder(ofSerial: 3, LedgerTests.asset) == .retirement)
    }

    @Test("a sum beyond 64 bits is refused, and nothing has moved")
    func overflow() {
        var ledger = Ledger()
        let (cash, member) = (AssetID.cash(.eur), LedgerTests.members[0])
        #expect(ledger.transfer(.max, of: cash, from: .bank, to: member) == .moved)
        #expect(ledger.transfer(1, of: cash, from: .bank, to: member) == .overflow)
        #expect(ledger.balance(member, cash).total == .max)
        ledger.checkInvariants()
    }
}
