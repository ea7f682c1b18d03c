/// Names one start of a venue: drawn by chance, so that no other start has it, not even one from a copy of the same files.
///
/// 16 hexadecimal digits on the wire.
package struct HistoryID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Reads 16 hexadecimal digits, lower case; nil if it is anything else.
    package init?(_ text: Span<UInt8>) {
        guard text.count == 16 else { return nil }
        var value: UInt64 = 0
        for index in text.indices {
            switch text[index] {
            case 48...57: value = value << 4 | UInt64(text[index] - 48)
            case 97...102: value = value << 4 | UInt64(text[index] - 87)
            default: return nil
            }
        }
        rawValue = value
    }

    /// The 16 digits.
    package var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
