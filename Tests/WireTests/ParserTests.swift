import Exchange
import Foundation
import Permits
import Testing
import Wire

@Suite("The line parser")
struct ParserTests {
    private func code(_ line: String) -> RejectCode? {
        code(Array(line.utf8))
    }

    private func code(_ bytes: [UInt8]) -> RejectCode? {
        do throws(ParseFailure) {
            _ = try LineParser.parse(bytes.span)
            return nil
        } catch {
            return error.refusal.code
        }
    }

    @Test(
        "a bad line gets its own code",
        arguments: [
            (" PING", RejectCode.badSyntax), ("PING x", .badSyntax), ("RETIRE text=\"open", .badSyntax),
            ("RETIRE text=\"a\"b", .badSyntax), ("PING\u{1}", .badSyntax), ("ping", .unknownVerb),
            ("CLOCK", .unknownVerb),
            ("DISCONNECT", .unknownVerb), ("PING qty=1", .unknownKey), ("BOOK market=A market=A", .duplicateKey),
            ("BOOK", .missingKey), ("CANCEL", .missingKey), ("CANCEL order=1 orig=a", .missingKey),
            ("BOOK market=", .badValue), ("BOOK market=a/b", .badValue),
            ("BOOK market=123456789012345678901", .badValue),
            ("ORDER market=M side=hold qty=1", .badValue), ("ORDER market=M side=buy qty=1 expire=tomorrow", .badValue),
            ("ORDER market=M side=buy qty=1 post=yes", .badValue), ("BOOK market=M depth=ten", .badNumber),
            ("BOOK market=M depth=1.5", .badNumber), ("ORDER market=M side=buy qty=1 price=1e3", .badNumber),
            ("ORDER market=M side=buy qty=1 price=.5", .badNumber),
            ("ORDER market=M side=buy qty=1 price=5.", .badNumber),
            ("BOOK market=M depth=0", .outOfRange), ("ORDER market=M side=buy qty=0", .outOfRange),
            ("ORDER market=M side=buy qty=1000000001", .outOfRange),
            ("BOOK market=M depth=99999999999999999999", .overflow),
            ("LOGIN member=a user=b password=short", .outOfRange),
            ("MEMBER member=a role=participant name=\"\\q\"", .badValue),
        ]
    )
    func badLines(line: String, expected: RejectCode) {
        #expect(code(line) == expected)
    }

    @Test("a line that is not UTF-8 or too long is refused")
    func badBytes() {
        #expect(code(Array("PING id=".utf8) + [0xFF]) == .notUTF8)
        #expect(code(Array(repeating: UInt8(ascii: "A"), count: 4097)) == .lineTooLong)
    }

    @Test("an error carries the line's id when it can be read")
    func errorID() {
        do throws(ParseFailure) {
            _ = try LineParser.parse(Array("BOOK foo=1 id=a7".utf8).span)
            Issue.record("the line was taken")
        } catch {
            #expect(error.id == Code("a7"))
        }
    }

    @Test(
        "JSON strings are unescaped",
        arguments: [
            (#""a \"b\" \\ \/ \u00e9 \ud83d\ude00""#, "a \"b\" \\ / é 😀"), (#""""#, ""), ("Köln", "Köln"),
        ]
    )
    func strings(value: String, expected: String) throws {
        let parsed = try LineParser.parse(Array("MEMBER member=a role=participant name=\(value)".utf8).span)
        guard case .command(.admin(.member(code: _, role: _, name: let name))) = parsed.body else {
            Issue.record("no member")
            return
        }
        #expect(name == expected)
    }

    @Test("every fixture line, cut at every byte and with bytes changed, is taken or refused, never more")
    func fuzz() throws {
        var seed: UInt64 = 42
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        var count = 0
        for name in fixtureNames where name != "carbon-day" && name != "water-season" {
            for line in try fixture("\(name).stream").split(separator: 10) where line.count < 400 {
                let words = line.split(separator: 32, maxSplits: 2, omittingEmptySubsequences: true)
                guard words.count == 3 else { continue }
                let request = Array(words[2])
                for cut in 0...request.count { _ = code(Array(request[..<cut])) }
                for _ in 0..<20 {
                    var changed = request
                    changed[random(changed.count)] = UInt8(random(256))
                    if random(4) == 0 { changed.insert(UInt8(random(256)), at: random(changed.count)) }
                    _ = code(changed)
                    count += 1
                }
            }
        }
        #expect(count > 1000)
    }
}

@Suite("Numbers and times as text")
struct TextTests {

}

@Suite("Lines of orders, read at once")
struct TradingLineTests {
    /// What a line comes to, for a comparison.
    private func read(_ line: [UInt8], straight: Bool) -> String {
        do throws(ParseFailure) {
            let parsed = straight ? try LineParser.parse(line.span) : try LineParser.scan(line.span)
            guard case .command(let command) = parsed.body else { return "\(parsed.verb)" }
            return "\(parsed.verb) \(parsed.id) \(parsed.contentHash) \(command)"
        } catch {
            return "\(error.id) \(error.refusal.code) \(error.refusal.text)"
        }
    }

    @Test("whole and damaged ones are read as the scanner reads them")
    func straightLines() {
        var luck = SplitMix64(seed: 1)
        func pick(_ texts: [String]) -> String { texts[Int(luck.number(0...Int64(texts.count - 1)))] }
        for _ in 0..<60_000 {
            let verb = pick(["ORDER", "AMEND", "CANCEL"])
            let values = [
                (
                    "id",
                    ["a", "o1234567", "o12345678", "acme-2027.000_1", "12345678901234567890", "123456789012345678901"]
                ),
                ("market", ["M", "CO2-27", "HIGH-2027", "a/b"]), ("side", ["buy", "sell", "hold"]),
                ("qty", ["1", "100", "1000000000", "1000000001", "0", "1.5", "-3", "00000007", "000000007"]),
                (
                    "price",
                    ["71", "71.25", "0.01", "1234.5678", "12345.6789", ".5", "5.", "1e3", "99999999999999999999"]
                ),
                ("tif", ["gtc", "day", "ioc", "open", "never"]), ("stp", ["newest", "oldest", "both"]),
                ("post", ["0", "1", "2"]), ("order", ["7", "18446744073709551616", "0"]),
                ("orig", ["o7", "o123456789"]),
                ("type", ["limit", "iceberg"]), ("display", ["5"]),
            ]
            var line = verb
            for (key, texts) in values where luck.number(0...2) > 0 {
                guard verb == "ORDER" || !["market", "side", "tif"].contains(key) else { continue }
                line += " \(key)=\(pick(luck.number(0...3) > 0 ? Array(texts.prefix(2)) : texts))"
            }
            if luck.number(0...15) == 0 { line += pick([" =x", " qty=3", "  id=b", " qty", " "]) }
            var bytes = Array(line.utf8)
            if luck.number(0...3) == 0 {
                let place = Int(luck.number(0...Int64(bytes.count - 1)))
                switch luck.number(0...2) {
                case 0: bytes[place] = UInt8(luck.number(0...255))
                case 1: bytes.remove(at: place)
                default: bytes.insert(Array(" =\"\0".utf8)[Int(luck.number(0...3))], at: place)
                }
            }
            let (one, other) = (read(bytes, straight: true), read(bytes, straight: false))
            #expect(one == other, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
