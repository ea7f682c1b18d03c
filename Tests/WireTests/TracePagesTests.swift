import Testing
import Wire

@Suite("A path of any length is told in pages")
struct TracePagesTests {
    @Test("page by page every move once, in order, with the same names on each")
    func pages() throws {
        var lines = [
            "2027-03-01T10:00:00Z venue MEMBER member=operator role=operator name=O",
            "+0s operator MEMBER member=epa role=regulator name=R", "+0s epa PROGRAM program=P unit=t currency=EUR",
            "+0s epa CAP program=P vintage=2027 cap=10",
        ]
        for member in ["a", "b", "c"] { lines.append("+0s operator MEMBER member=\(member) role=participant name=x") }
        lines.append("+0s epa ALLOCATE program=P vintage=2027 member=a qty=1")
        let count = 2100
        for index in 0..<count {
            let (from, to) = index.isMultiple(of: 2) ? ("a", "b") : ("b", "a")
            lines.append("+0s \(from) TRANSFER program=P vintage=2027 qty=1 to=\(to)")
        }
        var replay = StreamReplay(keepsRecords: true)
        try replay.run(Array((lines.joined(separator: "\n") + "\n").utf8)) { _, _ in }
        var (page, rows): (Int?, [String]) = (1, [])
        while let number = page {
            var answer: [String] = []
            try replay.run(Array("+0s c TRACE program=P vintage=2027 serial=1 page=\(number)\n".utf8)) { step, _ in
                answer = step.output.lines.map { String(decoding: step.output.text(of: $0), as: UTF8.self) }
            }
            let head = try #require(answer.first)
            #expect(head.hasPrefix("OK serial=1") && answer.count <= 1001)
            rows += answer.dropFirst()
            page = head.contains(" next=\(number + 1) ") ? number + 1 : nil
        }
        #expect(rows.count == count + 1)
        let sides = rows.dropFirst().map { row in
            row.split(separator: " ").filter { $0.hasPrefix("from=") || $0.hasPrefix("to=") }.joined(separator: " ")
        }
        #expect(Set(sides).count == 2, "two members go by two names: \(Set(sides))")
        for (index, side) in sides.enumerated() { #expect(side == sides[index % 2]) }
    }
}
