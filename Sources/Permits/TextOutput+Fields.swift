// The fields of a line: ` key=value`.

extension TextSink {
    /// Appends ` key=` and a whole number.
    @inlinable public mutating func append(_ key: StaticString, _ number: UInt64) {
        append(key: key)
        append(number: number)
    }

    /// Appends ` key=` and a number of permits.
    @inlinable public mutating func append(_ key: StaticString, _ quantity: Quantity) {
        append(key: key)
        append(number: quantity.units)
    }

    /// Appends ` key=` and a code.
    @inlinable public mutating func append(_ key: StaticString, _ code: Code) {
        append(key: key)
        append(code: code)
    }

    /// Appends ` key=` and a word.
    @inlinable public mutating func append(_ key: StaticString, _ word: some Word) {
        append(key: key)
        append(word.word)
    }

    /// Appends ` key=` and a price in its currency.
    @inlinable public mutating func append(_ key: StaticString, _ price: Price, _ currency: Currency) {
        append(key: key)
        append(decimal: price.minorUnits, scale: currency.scale)
    }

    /// Appends ` key=` and an amount of money in its currency.
    @inlinable public mutating func append(_ key: StaticString, money: Int64, _ currency: Currency) {
        append(key: key)
        append(decimal: money, scale: currency.scale)
    }

    /// Appends ` key="text"`.
    @inlinable public mutating func append(_ key: StaticString, quoted text: String) {
        append(key: key)
        append(quoted: text)
    }

    /// Appends ` key=` and a time.
    @inlinable public mutating func append(_ key: StaticString, _ time: Timestamp) {
        append(key: key)
        append(timestamp: time)
    }

    /// Appends ` key=`.
    @inlinable public mutating func append(key: StaticString) {
        guard key.utf8CodeUnitCount <= 6 else {
            append(UInt8(ascii: " "))
            append(key)
            return append(UInt8(ascii: "="))
        }
        let count = key.utf8CodeUnitCount
        let letters = key.withUTF8Buffer { unsafe ByteWords.packed($0.span, from: 0) }
        append(packed: 32 | letters << 8 | UInt64(UInt8(ascii: "=")) << UInt64(8 * (count + 1)), count: count + 2)
    }

    /// Appends ` id=…` if there is one.
    @inlinable public mutating func append(id: Code) {
        guard !id.isEmpty else { return }
        append("id", id)
    }
}
