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

    @Test(
        "announcements credit the announced share of the whole, however it is cut, joined and handed on meanwhile",
        arguments: 0..<300
    )
    func announcements(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        let members = (1...UInt32(chance.number(1...12))).map { MemberID($0) }
        var held = Dictionary(
            uniqueKeysWithValues: members.map { ($0, chance.number(0...(seed % 2 == 0 ? 3 : 50_000))) }
        )
        let whole = held.values.reduce(0, +)
        var credited = Dictionary(uniqueKeysWithValues: members.map { ($0, Int64(0)) })
        var exact = credited
        var rests: [Announcement.Rest] = []
        var percent: Int64 = 0
        let hands = seed % 3 == 0
        while percent < 20_000 {
            let rise = chance.number(1...(seed % 5 == 0 ? 60 : 3_000))
            percent += rise
            var announcement = Announcement(of: ClassID(7))
            for member in hands ? members.reversed() : members {
                announcement.add(Quantity(held[member] ?? 0), of: member)
            }
            let shares = announcement.shares(of: Percent(hundredths: rise), rests)
            rests = shares.rests
            for credit in shares.credits { credited[credit.member, default: 0] += credit.quantity.units }
            #expect(credited.values.reduce(0, +) == whole * percent / 10_000)
            for member in members {
                exact[member, default: 0] += (held[member] ?? 0) * rise
                // Who only holds is never far off what it is due.
                let off = (exact[member] ?? 0) - (credited[member] ?? 0) * 10_000
                #expect(hands || abs(off) < 20_000)
            }
            guard hands else { continue }
            let from = members[Int(chance.number(0...Int64(members.count - 1)))]
            let to = members[Int(chance.number(0...Int64(members.count - 1)))]
            let part = chance.number(0...(held[from] ?? 0))
            held[from, default: 0] -= part
            held[to, default: 0] += part
        }
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
