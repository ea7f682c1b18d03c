// The binary form of snapshots: little-endian integers in a fixed order, nothing optional, nothing named.

/// Appends values in snapshot form.
public struct ByteWriter {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// Makes it of its parts.
    public init() {}

    /// Appends an integer, little-endian, in its own width.
    public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        var rest = value
        for _ in 0..<Value.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest = Value.bitWidth > 8 ? rest >> 8 : 0
        }
    }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: Bool) { write(value ? UInt8(1) : 0) }
    /// Writes a value, lowest byte first.
    public mutating func write(count: Int) { write(UInt64(count)) }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: some Word) { write(value.rawValue) }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: Price) { write(value.minorUnits) }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: Quantity) { write(value.units) }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: Money) { write(value.minorUnits) }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: Timestamp) { write(value.microseconds) }
    /// Writes a value, lowest byte first.
    public mutating func write(_ value: Code) {
        write(value.first)
        write(value.second)
        write(value.third)
    }
    /// Writes a value, lowest byte first.
    public mutating func write(_ text: String) {
        write(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }
}

/// Why a snapshot could not be read.
public struct SnapshotError: Error, Sendable {
    /// What was expected, and at which byte.
    public let message: String

    /// An error with its message.
    public init(_ message: String) { self.message = message }
}

/// Reads values in snapshot form.
public struct ByteReader {
    private let bytes: [UInt8]
    /// How many bytes were read.
    public private(set) var position = 0

    /// Reads from the beginning of some bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all bytes were read.
    public var isAtEnd: Bool { position == bytes.count }

    /// Reads an integer in its own width.
    /// - Throws: `SnapshotError` at the end of the bytes.
    public mutating func read<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(SnapshotError) -> Value {
        let width = Value.bitWidth / 8
        guard position + width <= bytes.count else { throw SnapshotError("snapshot ends at byte \(position)") }
        var value: Value = 0
        for index in 0..<width { value |= Value(truncatingIfNeeded: bytes[position + index]) << (index * 8) }
        position += width
        return value
    }
    /// Reads what `write` wrote.
    public mutating func readBool() throws(SnapshotError) -> Bool { try read(UInt8.self) != 0 }
    /// Reads a count, bounded by what the remaining bytes could hold.
    public mutating func readCount() throws(SnapshotError) -> Int {
        let count = try read(UInt64.self)
        guard count <= UInt64(bytes.count - position) else {
            throw SnapshotError("count \(count) at byte \(position - 8) exceeds the snapshot")
        }
        return Int(count)
    }
    /// Reads what `write` wrote.
    public mutating func readWord<Value: Word>(_: Value.Type = Value.self) throws(SnapshotError) -> Value {
        let raw = try read(UInt8.self)
        guard let value = Value(rawValue: raw) else {
            throw SnapshotError("\(raw) at byte \(position - 1) is no \(Value.self)")
        }
        return value
    }
    /// Reads what `write` wrote.
    public mutating func readPrice() throws(SnapshotError) -> Price { Price(minorUnits: try read()) }
    /// Reads what `write` wrote.
    public mutating func readQuantity() throws(SnapshotError) -> Quantity { Quantity(try read()) }
    /// Reads what `write` wrote.
    public mutating func readMoney() throws(SnapshotError) -> Money { Money(minorUnits: try read()) }
    /// Reads what `write` wrote.
    public mutating func readTimestamp() throws(SnapshotError) -> Timestamp { Timestamp(microseconds: try read()) }
    /// Reads what `write` wrote.
    public mutating func readCode() throws(SnapshotError) -> Code {
        Code(first: try read(), second: try read(), third: try read())
    }
    /// Reads what `write` wrote.
    public mutating func readString() throws(SnapshotError) -> String {
        let count = try readCount()
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }
}
