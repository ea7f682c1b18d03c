import Permits
import Testing

@Suite("Vocabularies")
struct VocabularyTests {
    private static let all: [any Word.Type] = [
        Side.self, Role.self, OrderKind.self, TimeInForce.self, SelfTradePrevention.self, Phase.self, DoneReason.self,
        Liquidity.self, Currency.self, TransferTiming.self, Verb.self,
    ]

    @Test("each word reads back as its case, each number too; beyond the last there is none")
    func roundTrip() {
        func check<Vocabulary: Word & Equatable>(_: Vocabulary.Type) {
            for (place, word) in Vocabulary.allCases.enumerated() {
                #expect(Int(word.place) == place)
                #expect(Vocabulary(place: UInt8(place)) == word)
                #expect(Vocabulary(number: word.number) == word)
                #expect(Vocabulary(Array(word.text.utf8).span) == word)
            }
            #expect(Vocabulary(place: UInt8(Vocabulary.allCases.count)) == nil)
            #expect(Vocabulary(place: .max) == nil)
            #expect(Vocabulary(Array("no such word".utf8).span) == nil)
            #expect(Set(Vocabulary.allCases.map(\.text)).count == Vocabulary.allCases.count)
        }
        func open<Vocabulary: Word>(_ type: Vocabulary.Type) {
            if let type = type as? any (Word & Equatable).Type { check(type) } else { Issue.record("\(type)") }
        }
        for type in VocabularyTests.all { open(type) }
    }

    @Test("a word is the case's name, or what stands behind it")
    func words() {
        #expect(OrderKind.stopLimit.text == "stop-limit")
        #expect(Role.operator.text == "operator")
        #expect(Verb.massCancel.text == "MASSCANCEL")
    }
}
