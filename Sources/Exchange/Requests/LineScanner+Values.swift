import Permits

// Reading values as the types their keys have. Each reader gives nil for a key that was not given: it looks at one bit then, where
// it is called.

extension LineScanner {
    /// The bytes of a value that needs no unescaping; nil if the key was not given.
    func range(_ key: Key) -> Range<Int>? {
        guard fields.isGiven(key) else { return nil }
        let value = fields[key]
        return value.start..<value.end
    }

    @inline(__always)
    func code(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Code? {
        fields.isGiven(key) ? try givenCode(key, line) : nil
    }

    private func givenCode(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Code? {
        guard let range = range(key) else { return nil }
        guard let code = Code(line.extracting(range)) else {
            throw Refusal(.badValue, "\(key.name) must be 1 to \(Code.lengthMax) of A-Z a-z 0-9 . _ -")
        }
        return code
    }

    @inline(__always)
    func word<W: Word>(_ key: Key, _ line: Span<UInt8>, _: W.Type = W.self) throws(Refusal) -> W? {
        fields.isGiven(key) ? try givenWord(key, line) : nil
    }

    private func givenWord<W: Word>(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> W? {
        guard let range = range(key) else { return nil }
        guard let word = W(line.extracting(range)) else {
            guard W.self != Currency.self else {
                throw Refusal(.badValue, "\(key.name) must be a code of ISO 4217, like EUR")
            }
            let words = RequestRule.all[Int(verb.place)].keys.first { $0.key == key }?.form.description
            throw Refusal(.badValue, "\(key.name) must be one of \(words ?? "")")
        }
        return word
    }

    @inline(__always)
    func decimal(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> DecimalNumber? {
        fields.isGiven(key) ? try givenDecimal(key, line) : nil
    }

    private func givenDecimal(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> DecimalNumber? {
        guard let range = range(key) else { return nil }
        do throws(RejectCode) { return try DecimalNumber(line.extracting(range)) } catch {
            let text = error == .overflow ? "exceeds 64 bits" : "is not a decimal number like 71.25"
            throw Refusal(error, "\(key.name) \(text)")
        }
    }

    /// A whole number within bounds.
    @inline(__always)
    func integer(_ key: Key, _ line: Span<UInt8>, in bounds: ClosedRange<Int64>) throws(Refusal) -> Int64? {
        fields.isGiven(key) ? try givenInteger(key, line, in: bounds) : nil
    }

    private func givenInteger(_ key: Key, _ line: Span<UInt8>, in bounds: ClosedRange<Int64>) throws(Refusal) -> Int64?
    {
        guard let number = try givenDecimal(key, line) else { return nil }
        guard number.fractionCount == 0 else { throw Refusal(.badNumber, "\(key.name) must be a whole number") }
        guard bounds.contains(number.digits) else {
            throw Refusal(.outOfRange, "\(key.name) must be \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number.digits
    }

    /// A number of permits, at least 1.
    @inline(__always)
    func quantity(_ key: Key, _ line: Span<UInt8>, max: Quantity = Limits.quantityMax) throws(Refusal) -> Quantity? {
        try integer(key, line, in: 1...max.units).map { Quantity($0) }
    }

    @inline(__always)
    func flag(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Bool {
        fields.isGiven(key) ? try givenFlag(key, line) : false
    }

    private func givenFlag(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Bool {
        guard let range = range(key) else { return false }
        let value = line.extracting(range)
        guard value.count == 1, value[0] == 48 || value[0] == 49 else {
            throw Refusal(.badValue, "\(key.name) must be 0 or 1")
        }
        return value[0] == 49
    }

    @inline(__always)
    func time(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Timestamp? {
        fields.isGiven(key) ? try givenTime(key, line) : nil
    }

    private func givenTime(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Timestamp? {
        guard let range = range(key) else { return nil }
        let value = line.extracting(range)
        guard let time = Timestamp(value) else {
            throw Refusal(.badValue, "\(key.name) must be a time like 2027-03-01T09:00:00Z, or a date")
        }
        // A date means its whole day.
        return value.count == 10 ? time.nextMidnight : time
    }

    /// Whether a time was given as a date.
    @inline(__always)
    func isDate(_ key: Key) -> Bool { fields.isGiven(key) && range(key)?.count == 10 }

    /// A zone by its name in the tz database, of those that there are.
    func timeZone(_ line: Span<UInt8>) throws(Refusal) -> LocalZone? {
        guard let name = try text(.timezone, line) else { return nil }
        guard let zone = LocalZone(rawValue: name) else {
            let names = LocalZone.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.badValue, "timezone must be one of \(names)")
        }
        return zone
    }

    /// Free text: a bare token, or a JSON string unescaped.
    func text(_ key: Key, _ line: Span<UInt8>, bytesMax: Int = Limits.textBytesMax) throws(Refusal) -> String? {
        guard let range = range(key) else { return nil }
        guard range.count <= bytesMax else {
            throw Refusal(.outOfRange, "\(key.name) has \(range.count) bytes; at most \(bytesMax)")
        }
        let isQuoted = fields[key].isQuoted
        var bytes: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            guard isQuoted, line[index] == UInt8(ascii: "\\") else {
                bytes.append(line[index])
                index += 1
                continue
            }
            index = try LineScanner.unescape(line, at: index + 1, through: range.upperBound, key, into: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what follows a backslash; returns where it ends.
    ///
    /// Source: RFC 8259, section 7.
    private static func unescape(
        _ line: Span<UInt8>,
        at start: Int,
        through end: Int,
        _ key: Key,
        into bytes: inout [UInt8]
    ) throws(Refusal) -> Int {
        let invalid = Refusal(.badValue, "\(key.name) has an escape that JSON does not know")
        guard start < end else { throw invalid }
        switch line[start] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(line[start])
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "f"): bytes.append(12)
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "u"):
            guard let unit = hex(line, at: start + 1, through: end) else { throw invalid }
            guard (0xD800..<0xDC00).contains(unit) else {
                guard let scalar = Unicode.Scalar(unit) else { throw invalid }
                bytes.append(contentsOf: String(Character(scalar)).utf8)
                return start + 5
            }
            guard start + 6 < end, line[start + 5] == UInt8(ascii: "\\"), line[start + 6] == UInt8(ascii: "u"),
                let low = hex(line, at: start + 7, through: end), (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            else { throw invalid }
            bytes.append(contentsOf: String(Character(scalar)).utf8)
            return start + 11
        default: throw invalid
        }
        return start + 1
    }

    private static func hex(_ line: Span<UInt8>, at start: Int, through end: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            switch line[index] {
            case 48...57: value = value << 4 | UInt32(line[index] - 48)
            case 65...70: value = value << 4 | UInt32(line[index] - 55)
            case 97...102: value = value << 4 | UInt32(line[index] - 87)
            default: return nil
            }
        }
        return value
    }
}
