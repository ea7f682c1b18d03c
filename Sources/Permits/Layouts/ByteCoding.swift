// The binary form of snapshots: little-endian integers in a fixed order, nothing optional, nothing named.

/// Appends values in snapshot form.
@usableFromInline
package struct ByteWriter {
    /// What was written so far.
    @inlinable package var bytes: [UInt8] { written }
    @usableFromInline var written: [UInt8] = []

    /// Nothing yet.
    @usableFromInline package init() {}

    /// Appends a value by its layout.
    @inlinable
    package mutating func write<Value: Layout>(_ value: Value) {
        do throws(SnapshotError) { _ = try part(value) } catch {
            preconditionFailure("what is there cannot be written: \(error.message)")
        }
    }

    /// Appends the number of a word.
    @inlinable package mutating func write(_ value: some Word) { write(value.number) }

    /// Appends a count.
    @inlinable package mutating func write(count: Int) { write(count) }
}

/// Why a snapshot could not be read.
@usableFromInline
package struct SnapshotError: Error, Sendable {
    /// What was expected, and at which byte.
    @usableFromInline package let message: String

    /// An error with its message.
    @usableFromInline package init(_ message: String) { self.message = message }
}

/// Reads values in snapshot form.
@usableFromInline
package struct ByteReader {
    @usableFromInline let bytes: [UInt8]
    /// How many bytes were read.
    @inlinable package var position: Int { place }
    @usableFromInline var place = 0

    /// Reads from the beginning of some bytes.
    @usableFromInline package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all bytes were read.
    package var isAtEnd: Bool { position == bytes.count }

    /// Reads a value by its layout.
    /// - Throws: `SnapshotError` at the end of the bytes, or if they hold what cannot be.
    @inlinable
    package mutating func read<Value: Layout>(_: Value.Type = Value.self) throws(SnapshotError) -> Value {
        try part(nil)
    }

    /// Reads a count, bounded by what the remaining bytes could hold.
    @usableFromInline package mutating func readCount() throws(SnapshotError) -> Int {
        let count = try read(UInt64.self)
        guard count <= UInt64(bytes.count - position) else {
            throw SnapshotError("count \(count) at byte \(position - 8) exceeds the snapshot")
        }
        return Int(count)
    }

    /// Reads the number of a word.
    @usableFromInline package mutating func readWord<Value: Word>(_: Value.Type = Value.self) throws(SnapshotError)
        -> Value
    {
        let raw = try read(UInt8.self)
        guard let value = Value(number: raw) else {
            throw SnapshotError("\(raw) at byte \(position - 1) is no \(Value.self)")
        }
        return value
    }
}
