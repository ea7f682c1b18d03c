/// What stands in snapshots: one function names its fields in order, for writing, reading and describing alike.
///
/// A field is written as its own layout says, lists behind their count; nothing is named or skipped in the bytes.
@usableFromInline
package protocol Layout {
    /// Says the fields.
    /// - Parameters:
    ///   - coder: writes `old`; or reads, or describes what it is told.
    ///   - old: what is written; nil to others.
    /// - Returns: what was read. What a writer or describer gets back is of no use.
    /// - Throws: `SnapshotError` if the bytes end, or hold what cannot be.
    static func layout(_ coder: inout some SnapshotCoder, _ old: Self?) throws(SnapshotError) -> Self
    /// Writes by the layout. The default is made for each type in its own module, where the layout's calls cost nothing.
    static func write(_ old: Self?, to writer: inout ByteWriter) throws(SnapshotError) -> Self
    /// Reads by the layout.
    static func read(from reader: inout ByteReader) throws(SnapshotError) -> Self
}

extension Layout {
    @inlinable
    package static func write(_ old: Self?, to writer: inout ByteWriter) throws(SnapshotError) -> Self {
        try layout(&writer, old)
    }

    @inlinable
    package static func read(from reader: inout ByteReader) throws(SnapshotError) -> Self { try layout(&reader, nil) }
}

/// What layouts are told to: `ByteWriter`, `ByteReader` or `LayoutDescriber`.
@usableFromInline
package protocol SnapshotCoder {
    /// Whether values come from bytes.
    static var isReader: Bool { get }

    /// An integer, little-endian, in its own width.
    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ old: Value?) throws(SnapshotError) -> Value
    /// Bytes without their count.
    mutating func bytes(_ old: [UInt8]?, count: Int) throws(SnapshotError) -> [UInt8]
    /// A text, behind the count of its UTF-8 bytes.
    mutating func text(_ old: String?) throws(SnapshotError) -> String
    /// A byte that is the number of a case; `words` are all of them, for people.
    mutating func word(_ old: UInt8?, _ words: @autoclosure () -> String) throws(SnapshotError) -> UInt8
    /// What has a layout.
    mutating func part<Value: Layout>(_ old: Value?) throws(SnapshotError) -> Value
    /// A field.
    mutating func field<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout Self, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value
    /// A count, and so many elements.
    /// - Returns: those that were read; nothing else, so that a writer copies no list.
    mutating func list<Elements: Sequence, Value>(
        _ name: StaticString,
        _ old: Elements?,
        _ layout: (inout Self, Elements.Element?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> [Value]
    /// Whether there is a value, and the value.
    mutating func optional<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout Self, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value?
    /// One of several forms: a byte that is its number, and its fields. The forms are an enumeration, so that none is forgotten.
    mutating func choice<Form: CaseIterable & RawRepresentable<UInt8>, Value>(
        _ name: StaticString,
        _ old: Form?,
        _ layout: (inout Self, Form) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value
    /// What writes and reads its own bytes, in a form that is told in words.
    mutating func own<Value>(
        _ name: StaticString,
        _ old: Value?,
        form: String,
        write: (Value, inout ByteWriter) -> Void,
        read: (inout ByteReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value
    /// What is made of fields that were read, and may be refused; the last that a layout says.
    func made<Value>(_ old: Value?, _ make: () throws(SnapshotError) -> Value) throws(SnapshotError) -> Value
}

extension SnapshotCoder {
    /// A field with a layout of its own.
    @inlinable
    package mutating func value<Value: Layout>(_ name: StaticString, _ old: Value?) throws(SnapshotError) -> Value {
        try field(name, old) { coder, old throws(SnapshotError) in try coder.part(old) }
    }

    /// A list of what has a layout.
    @inlinable
    package mutating func list<Elements: Sequence>(
        _ name: StaticString,
        _ old: Elements?
    ) throws(SnapshotError) -> [Elements.Element] where Elements.Element: Layout {
        try list(name, old) { coder, old throws(SnapshotError) in try coder.part(old) }
    }

    /// What may be missing.
    @inlinable
    package mutating func optional<Value: Layout>(_ name: StaticString, _ old: Value?) throws(SnapshotError) -> Value? {
        try optional(name, old) { coder, old throws(SnapshotError) in try coder.part(old) }
    }

    /// What may be missing; one value that it never has, stands for none.
    @inlinable
    package mutating func value<Value: Layout & Equatable>(
        _ name: StaticString,
        _ old: Value?,
        none: Value
    ) throws(SnapshotError) -> Value? {
        let value = try value(name, old ?? none)
        return value == none ? nil : value
    }
}

// MARK: Writing

extension ByteWriter: SnapshotCoder {
    @usableFromInline
    package static var isReader: Bool { false }

    @inlinable
    package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ old: Value?) -> Value {
        let value = old ?? 0
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe written.append(contentsOf: $0) }
        return value
    }

    @inlinable
    package mutating func bytes(_ old: [UInt8]?, count: Int) -> [UInt8] {
        let bytes = old ?? []
        precondition(bytes.count == count, "so many bytes as the layout says")
        written.append(contentsOf: bytes)
        return bytes
    }

    @inlinable
    package mutating func text(_ old: String?) -> String {
        let text = old ?? ""
        write(count: text.utf8.count)
        written.append(contentsOf: text.utf8)
        return text
    }

    @inlinable
    package mutating func word(_ old: UInt8?, _ words: @autoclosure () -> String) -> UInt8 { integer(old) }

    @inlinable
    package mutating func part<Value: Layout>(_ old: Value?) throws(SnapshotError) -> Value {
        try Value.write(old, to: &self)
    }

    @inlinable
    package mutating func field<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout ByteWriter, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value { try layout(&self, old) }

    @inlinable
    package mutating func list<Elements: Sequence, Value>(
        _ name: StaticString,
        _ old: Elements?,
        _ layout: (inout ByteWriter, Elements.Element?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> [Value] {
        let place = written.count
        write(count: 0)
        guard let old else { return [] }
        var count: UInt64 = 0
        for element in old {
            _ = try layout(&self, element)
            count += 1
        }
        for byte in 0..<8 { written[place + byte] = UInt8(truncatingIfNeeded: count &>> (8 * UInt64(byte))) }
        return []
    }

    @inlinable
    package mutating func optional<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout ByteWriter, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value? {
        write(old != nil)
        return if let old { try layout(&self, old) } else { nil }
    }

    @inlinable
    package mutating func choice<Form: CaseIterable & RawRepresentable<UInt8>, Value>(
        _ name: StaticString,
        _ old: Form?,
        _ layout: (inout ByteWriter, Form) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value {
        guard let old else { throw SnapshotError("there is no \(name) to write") }
        write(old.rawValue)
        return try layout(&self, old)
    }

    @usableFromInline
    package mutating func own<Value>(
        _ name: StaticString,
        _ old: Value?,
        form: String,
        write: (Value, inout ByteWriter) -> Void,
        read: (inout ByteReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value {
        guard let old else { throw SnapshotError("there is no \(name) to write") }
        write(old, &self)
        return old
    }

    @inlinable
    package func made<Value>(
        _ old: Value?,
        _ make: () throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value { if let old { old } else { try make() } }
}

// MARK: Reading

extension ByteReader: SnapshotCoder {
    @usableFromInline
    package static var isReader: Bool { true }

    @inlinable
    package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ old: Value?
    ) throws(SnapshotError) -> Value {
        let width = Value.bitWidth / 8
        guard place + width <= bytes.count else { throw SnapshotError("snapshot ends at byte \(place)") }
        let value = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Value.self)
        place += width
        return Value(littleEndian: value)
    }

    @usableFromInline
    package mutating func bytes(_ old: [UInt8]?, count: Int) throws(SnapshotError) -> [UInt8] {
        guard count <= bytes.count - place else { throw SnapshotError("snapshot ends at byte \(place)") }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }

    @usableFromInline
    package mutating func text(_ old: String?) throws(SnapshotError) -> String {
        let count = try readCount()
        defer { place += count }
        return String(decoding: bytes[place..<place + count], as: UTF8.self)
    }

    @inlinable
    package mutating func word(_ old: UInt8?, _ words: @autoclosure () -> String) throws(SnapshotError) -> UInt8 {
        try integer(old)
    }

    @inlinable
    package mutating func part<Value: Layout>(_ old: Value?) throws(SnapshotError) -> Value {
        try Value.read(from: &self)
    }

    @inlinable
    package mutating func field<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout ByteReader, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value { try layout(&self, nil) }

    @inlinable
    package mutating func list<Elements: Sequence, Value>(
        _ name: StaticString,
        _ old: Elements?,
        _ layout: (inout ByteReader, Elements.Element?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> [Value] {
        var values: [Value] = []
        for _ in 0..<(try readCount()) { values.append(try layout(&self, nil)) }
        return values
    }

    @inlinable
    package mutating func optional<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout ByteReader, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value? { try read(Bool.self) ? try layout(&self, nil) : nil }

    @inlinable
    package mutating func choice<Form: CaseIterable & RawRepresentable<UInt8>, Value>(
        _ name: StaticString,
        _ old: Form?,
        _ layout: (inout ByteReader, Form) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value {
        let number = try read(UInt8.self)
        guard let form = Form(rawValue: number) else {
            throw SnapshotError("\(number) at byte \(place - 1) is no \(Value.self)")
        }
        return try layout(&self, form)
    }

    @usableFromInline
    package mutating func own<Value>(
        _ name: StaticString,
        _ old: Value?,
        form: String,
        write: (Value, inout ByteWriter) -> Void,
        read: (inout ByteReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value { try read(&self) }

    @inlinable
    package func made<Value>(
        _ old: Value?,
        _ make: () throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value { try make() }
}
