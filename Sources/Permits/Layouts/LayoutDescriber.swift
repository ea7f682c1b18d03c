/// Writes down what a layout says: a line a field, with its name and form, indented below what it is part of.
package struct LayoutDescriber: SnapshotCoder {
    /// The lines.
    package private(set) var description = ""
    private var depth = 0

    /// The layout of a type.
    package static func description(of type: (some Layout).Type) -> String {
        var describer = LayoutDescriber()
        describer.indented { describer throws(SnapshotError) in try type.layout(&describer, nil) }
        return describer.description
    }

    private init() {}

    package static var isReader: Bool { false }

    /// Describes a part; that it cannot be made of nothing is no matter.
    private mutating func indented<Value>(_ body: (inout LayoutDescriber) throws(SnapshotError) -> Value) {
        depth += 1
        do throws(SnapshotError) { _ = try body(&self) } catch {}
        depth -= 1
    }

    private mutating func line(_ text: String) {
        description += String(repeating: "  ", count: max(0, depth - 1)) + text + "\n"
    }

    private mutating func append(_ form: String) {
        description.removeLast()
        description += " \(form)\n"
    }

    package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ old: Value?) -> Value {
        append("\(Value.isSigned ? "i" : "u")\(Value.bitWidth)")
        return 0
    }

    package mutating func bytes(_ old: [UInt8]?, count: Int) -> [UInt8] {
        append("\(count) bytes")
        return [UInt8](repeating: 0, count: count)
    }

    package mutating func text(_ old: String?) -> String {
        append("text")
        return ""
    }

    package mutating func word(_ old: UInt8?, _ words: @autoclosure () -> String) -> UInt8 {
        append(words())
        return 0
    }

    package mutating func part<Value: Layout>(_ old: Value?) throws(SnapshotError) -> Value {
        try Value.layout(&self, nil)
    }

    package mutating func field<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout LayoutDescriber, Value?) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value {
        line("\(name)")
        depth += 1
        defer { depth -= 1 }
        return try layout(&self, nil)
    }

    package mutating func list<Elements: Sequence, Value>(
        _ name: StaticString,
        _ old: Elements?,
        _ layout: (inout LayoutDescriber, Elements.Element?) throws(SnapshotError) -> Value
    ) -> [Value] {
        line("\(name) list")
        indented { describer throws(SnapshotError) in try layout(&describer, nil) }
        return []
    }

    package mutating func optional<Value>(
        _ name: StaticString,
        _ old: Value?,
        _ layout: (inout LayoutDescriber, Value?) throws(SnapshotError) -> Value
    ) -> Value? {
        line("\(name) optional")
        indented { describer throws(SnapshotError) in try layout(&describer, nil) }
        return nil
    }

    package mutating func choice<Form: CaseIterable & RawRepresentable<UInt8>, Value>(
        _ name: StaticString,
        _ old: Form?,
        _ layout: (inout LayoutDescriber, Form) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value {
        var first: Value?
        for form in Form.allCases {
            line("\(name) \(form.rawValue)")
            indented { describer throws(SnapshotError) in
                let value = try layout(&describer, form)
                if first == nil { first = value }
            }
        }
        guard let first else { throw SnapshotError("nothing can be made of a description") }
        return first
    }

    package mutating func own<Value>(
        _ name: StaticString,
        _ old: Value?,
        form: String,
        write: (Value, inout ByteWriter) -> Void,
        read: (inout ByteReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value {
        line("\(name) \(form)")
        throw SnapshotError("nothing can be made of a description")
    }

    package func made<Value>(
        _ old: Value?,
        _ make: () throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value { throw SnapshotError("nothing can be made of a description") }
}
