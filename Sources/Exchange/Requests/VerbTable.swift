import Permits

/// The verbs by their words, in plain data: a word of up to sixteen bytes is two numbers.
struct VerbTable: Sendable {
    static let shared = VerbTable()

    /// The longest word that a verb may have, in bytes.
    static let lengthMax = 16
    private static let slotCount = 1024

    private struct Entry: BitwiseCopyable {
        var low: UInt64
        var high: UInt64
        var verb: UInt8
        var isUsed: Bool
    }

    /// Each verb where its word's hash says, or behind.
    private var entries = Buffer(
        repeating: Entry(low: 0, high: 0, verb: 0, isUsed: false),
        count: VerbTable.slotCount
    )

    private init() {
        for verb in Verb.allCases {
            let bytes = Array(verb.text.utf8)
            precondition(bytes.count <= VerbTable.lengthMax, "\(verb) has too long a word")
            let (low, high) = (ByteWords.packed(bytes.prefix(8)), ByteWords.packed(bytes.dropFirst(8)))
            var slot = VerbTable.slot(low, high)
            while entries[slot].isUsed { slot = (slot + 1) % VerbTable.slotCount }
            entries[slot] = Entry(low: low, high: high, verb: verb.place, isUsed: true)
        }
    }

    /// The verb that a line's first `count` bytes are.
    func verb(_ line: Span<UInt8>, _ count: Int) -> Verb? {
        guard count <= VerbTable.lengthMax else { return nil }
        return verb(
            ByteWords.packed(line, 0, min(count, 8)),
            count > 8 ? ByteWords.packed(line, 8, count) : 0
        )
    }

    /// The verb whose word's bytes are these.
    @inline(__always)
    func verb(_ low: UInt64, _ high: UInt64) -> Verb? {
        var slot = VerbTable.slot(low, high)
        while entries[slot].isUsed {
            if entries[slot].low == low, entries[slot].high == high { return Verb(place: entries[slot].verb) }
            slot = (slot + 1) % VerbTable.slotCount
        }
        return nil
    }

    private static func slot(_ low: UInt64, _ high: UInt64) -> Int {
        Int(((low ^ (high &* 31)) &* 0x9E37_79B9_7F4A_7C15) >> 54)
    }
}
