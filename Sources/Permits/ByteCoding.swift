// The binary form of snapshots: little-endian integers in a fixed order, nothing optional, nothing named.

/// Appends values in snapshot form.
public struct ByteWriter {
    /// What was written so far.
    @inlinable public var bytes: [UInt8] { written }
    @usableFromInline var written: [UInt8] = []

    /// Makes it of its parts.
    public init() {}

    /// Appends an integer, little-endian, in its own width.
    @inlinable public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe written.append(contentsOf: $0) }
    }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: Bool) { write(value ? UInt8(1) : 0) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(count: Int) { write(UInt64(count)) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: some Word) { write(value.rawValue) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: Price) { write(value.minorUnits) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: Quantity) { write(value.units) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: Money) { write(value.minorUnits) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: Timestamp) { write(value.microseconds) }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ value: Code) {
        write(value.first)
        write(value.second)
        write(value.third)
    }
    /// Writes a value, lowest byte first.
    @inlinable public mutating func write(_ text: String) {
        write(count: text.utf8.count)
        written.append(contentsOf: text.utf8)
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
    @usableFromInline let bytes: [UInt8]
    /// How many bytes were read.
    @inlinable public var position: Int { place }
    @usableFromInline var place = 0

    /// Reads from the beginning of some bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all bytes were read.
    public var isAtEnd: Bool { position == bytes.count }

    /// Reads an integer in its own width.
    /// - Throws: `SnapshotError` at the end of the bytes.
    @inlinable
    public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(SnapshotError) -> Value {
        let width = Value.bitWidth / 8
        guard place + width <= bytes.count else { throw SnapshotError("snapshot ends at byte \(place)") }
        let value = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Value.self)
        place += width
        return Value(littleEndian: value)
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
        defer { place += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }
}
