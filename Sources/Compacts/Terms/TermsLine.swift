import Permits

/// What is wrong with a text of terms.
package struct TermsProblem: Error, Sendable {
    /// In which line, from 1; 0 for the whole.
    package internal(set) var line = 0
    /// What is wrong.
    package let message: String

    init(_ message: String) { self.message = message }

    /// What is wrong and where.
    package var text: String { line == 0 ? message : "line \(line): \(message)" }
}

/// One clause as it is written: a word and its keys.
struct TermsLine {
    let number: Int
    let word: String
    private var values: [(key: String, value: String)] = []
    /// The keys that were asked for, and so are known.
    private var used: Set<String> = []

    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Splits a line; nil for an empty one or a comment.
    init?(_ text: ArraySlice<UInt8>, number: Int) throws(TermsProblem) {
        self.number = number
        var rest = text.drop { $0 == TermsLine.space }
        guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
        let name = rest.prefix { $0 != TermsLine.space }
        word = String(decoding: name, as: UTF8.self)
        rest = rest.dropFirst(name.count)
        do throws(TermsProblem) {
            while true {
                rest = rest.drop { $0 == TermsLine.space }
                guard !rest.isEmpty else { return }
                let bytes = rest.prefix { $0 != UInt8(ascii: "=") && $0 != TermsLine.space }
                let key = String(decoding: bytes, as: UTF8.self)
                rest = rest.dropFirst(bytes.count)
                guard rest.first == UInt8(ascii: "="), !key.isEmpty else {
                    throw TermsProblem("\(key) is not key=value; values with spaces go in double quotes")
                }
                rest = rest.dropFirst()
                guard !values.contains(where: { $0.key == key }) else { throw TermsProblem("\(key) is given twice") }
                values.append((key, try TermsLine.value(of: key, &rest)))
            }
        } catch { throw error.at(number) }
    }

    private static func value(of key: String, _ rest: inout ArraySlice<UInt8>) throws(TermsProblem) -> String {
        guard rest.first == quote else {
            let value = rest.prefix { $0 != space }
            rest = rest.dropFirst(value.count)
            guard !value.isEmpty, !value.contains(quote) else {
                throw TermsProblem("\(key): a value is a word, or stands in double quotes")
            }
            return String(decoding: value, as: UTF8.self)
        }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case quote: return String(decoding: value, as: UTF8.self)
            case backslash:
                guard let next = rest.popFirst(), next == quote || next == backslash else {
                    throw TermsProblem("\(key): a backslash stands before a quote or a backslash only")
                }
                value.append(next)
            default: value.append(byte)
            }
        }
        throw TermsProblem("\(key): a double quote is not closed")
    }

    // MARK: Values by key

    mutating func text(_ key: String) -> String? {
        used.insert(key)
        return values.first { $0.key == key }?.value
    }

    mutating func required(_ key: String) throws(TermsProblem) -> String {
        guard let value = text(key) else { throw TermsProblem("\(word) needs \(key)=") }
        return value
    }

    mutating func code(_ key: String) throws(TermsProblem) -> Code? {
        guard let value = text(key) else { return nil }
        guard let code = Code(value) else {
            throw TermsProblem("\(key) must be 1 to \(Code.lengthMax) of A-Z a-z 0-9 . _ -")
        }
        return code
    }

    mutating func requiredCode(_ key: String) throws(TermsProblem) -> Code {
        guard let code = try code(key) else { throw TermsProblem("\(word) needs \(key)=") }
        return code
    }

    mutating func word<W: Word>(_ key: String, _: W.Type = W.self) throws(TermsProblem) -> W? {
        guard let value = text(key) else { return nil }
        guard let word = W.allCases.first(where: { $0.text == value }) else {
            throw TermsProblem("\(key) must be one of \(W.allCases.map(\.text).joined(separator: ", "))")
        }
        return word
    }

    mutating func figure(_ key: String) throws(TermsProblem) -> Figure? {
        guard let value = text(key) else { return nil }
        guard let figure = Figure(value) else {
            throw TermsProblem("\(key) must be a number like 0.85, with at most six decimals")
        }
        return figure
    }

    mutating func integer(_ key: String, in bounds: ClosedRange<Int64>) throws(TermsProblem) -> Int64? {
        guard let value = text(key) else { return nil }
        guard value.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(value), bounds.contains(number)
        else { throw TermsProblem("\(key) must be a whole number, \(bounds.lowerBound) to \(bounds.upperBound)") }
        return number
    }

    mutating func date(_ key: String) throws(TermsProblem) -> CalendarDate? {
        guard let value = text(key) else { return nil }
        guard value.utf8.count == 10, let time = Timestamp(value) else {
            throw TermsProblem("\(key) must be a date like 2027-03-01")
        }
        return time.date
    }

    mutating func money(_ key: String, _ currency: Currency) throws(TermsProblem) -> Money? {
        guard let value = text(key) else { return nil }
        return try TermsLine.money(value, key, currency)
    }

    /// Sums with commas between.
    mutating func monies(_ key: String, _ currency: Currency) throws(TermsProblem) -> [Money] {
        var sums: [Money] = []
        for value in try required(key).split(separator: ",", omittingEmptySubsequences: false) {
            sums.append(try TermsLine.money(String(value), key, currency))
        }
        return sums
    }

    private static func money(_ value: String, _ key: String, _ currency: Currency) throws(TermsProblem) -> Money {
        // A thousands separator would make several sums of one: 300,000,000.
        let hasLeadingZero = value.utf8.count > 1 && value.hasPrefix("0") && !value.hasPrefix("0.")
        guard !hasLeadingZero, let units = Figure.scaled(value, to: currency.scale),
            (0...Limits.moneyMax.minorUnits).contains(units)
        else {
            throw TermsProblem(
                "\(key): \(value) is no sum of \(currency.text); write it without separators, like 300000000.00"
            )
        }
        return Money(minorUnits: units)
    }

    mutating func percent(_ key: String, most: Int64 = 10_000) throws(TermsProblem) -> Percent? {
        guard let value = text(key) else { return nil }
        guard let hundredths = Figure.scaled(value, to: 2), (0...most).contains(hundredths) else {
            throw TermsProblem("\(key) must be 0 to \(FixedPoint.text(most, scale: 2)) per cent")
        }
        return Percent(hundredths: hundredths)
    }

    /// Refuses keys that nothing asked for.
    func checkKeys() throws(TermsProblem) {
        for (key, _) in values where !used.contains(key) {
            throw TermsProblem("\(word) has no key \(key); it takes \(used.sorted().joined(separator: ", "))")
        }
    }
}

extension TermsProblem {
    /// The same, in a line, unless it has one.
    func at(_ number: Int) -> TermsProblem {
        var problem = self
        if problem.line == 0 { problem.line = number }
        return problem
    }
}
