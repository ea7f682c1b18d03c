import Permits
import Registry
import Testing

@Suite("The registry's lists and sums")
struct RegistryTests {
    @Test("a numbered list gives what an array of pairs gives", arguments: 0..<10)
    func numbered(seed: Int) {
        var chance = SplitMix64(seed: UInt64(seed))
        var list = NumberedList<String>()
        var plain: [(number: UInt64, text: String)] = []
        var next: UInt64 = 0
        for _ in 0..<500 {
            if chance.chance(550) {
                next += UInt64(chance.number(1...3))
                list.append("\(next)", number: next)
                plain.append((next, "\(next)"))
            } else {
                let number = UInt64(chance.number(0...Int64(next + 1)))
                let expected = plain.firstIndex { $0.number == number }.map { plain.remove(at: $0).text }
                #expect(list.remove(number) == expected)
            }
            #expect(Array(list) == plain.map(\.text))
            #expect(list.count == plain.count)
            let after = UInt64(chance.number(0...Int64(next + 1)))
            #expect(list.first(after: after) == plain.first { $0.number > after }?.text)
            #expect(list[after] == plain.first { $0.number == after }?.text)
        }
    }

    @Test("what is credited in steps comes to what is credited at once", arguments: [1, 7, 99, 1000, 123_457])
    func announcements(entitlement: Int64) {
        var chance = SplitMix64(seed: UInt64(entitlement))
        let whole = Quantity(entitlement)
        var before = Percent(hundredths: 0)
        var credited = Quantity.zero
        while before.hundredths < 10_000 {
            let percent = Percent(hundredths: min(10_000, before.hundredths + chance.number(1...900)))
            credited += Season.credit(for: whole, from: before, to: percent)
            before = percent
            #expect(credited == Season.credit(for: whole, from: Percent(hundredths: 0), to: percent))
        }
        #expect(credited == whole)
    }

    @Test("promises say what they hold, and for whom something may come")
    func promises() {
        let (water, nitrogen) = (ClassID(0), ClassID(1))
        let swap = Swap(
            number: 1,
            member: MemberID(3),
            give: water,
            giveQuantity: Quantity(10),
            want: nitrogen,
            wantQuantity: Quantity(4),
            partner: nil,
            expires: .never
        )
        #expect(swap.held.map(\.0) == [water] && swap.awaited.map(\.1) == [Quantity(4)])
        #expect(swap.concerns(water) && swap.concerns(nitrogen) && !swap.concerns(ClassID(2)))
        #expect(swap.giver == swap.taker)
    }
}
