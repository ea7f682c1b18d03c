// The layouts of what all others are made of.

extension FixedWidthInteger where Self: BitwiseCopyable {
    /// In its own width.
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Self?) throws(SnapshotError) -> Self {
        try coder.integer(old)
    }
}

extension UInt8: Layout {}
extension UInt32: Layout {}
extension UInt64: Layout {}
extension Int64: Layout {}

extension Int: Layout {
    /// A count or place, in 64 bits.
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Int?) throws(SnapshotError) -> Int {
        Int(clamping: try coder.integer(old.map { UInt64($0) }))
    }
}

extension Bool: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Bool?) throws(SnapshotError) -> Bool {
        try coder.word(old.map { $0 ? 1 : 0 }, "no yes") != 0
    }
}

extension String: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: String?) throws(SnapshotError) -> String {
        try coder.text(old)
    }
}

extension Code: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Code?) throws(SnapshotError) -> Code {
        Code(
            first: try coder.integer(old?.first),
            second: try coder.integer(old?.second),
            third: try coder.integer(old?.third)
        )
    }
}

extension SnapshotCoder {
    /// A word of a vocabulary, in a byte.
    @inlinable
    package mutating func value<Value: Word>(_ name: StaticString, _ old: Value?) throws(SnapshotError) -> Value {
        try field(name, old) { coder, old throws(SnapshotError) in
            let number = try coder.word(old?.number, Value.allCases.map(\.text).joined(separator: " "))
            if let value = Value(number: number) { return value }
            throw SnapshotError("\(number) is no \(Value.self)")
        }
    }

    /// A word of a vocabulary, or none, in a byte.
    @inlinable
    package mutating func word<Value: Word>(_ name: StaticString, _ old: Value?) throws(SnapshotError) -> Value? {
        let raw = try field(name, old?.number ?? .max) { coder, old throws(SnapshotError) in
            try coder.word(old, (Value.allCases.map(\.text) + ["none"]).joined(separator: " "))
        }
        guard raw != .max, Self.isReader else { return nil }
        if let value = Value(number: raw) { return value }
        throw SnapshotError("\(raw) is no \(Value.self)")
    }
}

extension Price: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Price?) throws(SnapshotError) -> Price {
        Price(minorUnits: try coder.integer(old?.minorUnits))
    }
}

extension Money: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Money?) throws(SnapshotError) -> Money {
        Money(minorUnits: try coder.integer(old?.minorUnits))
    }
}

extension Quantity: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Quantity?) throws(SnapshotError) -> Quantity {
        Quantity(try coder.integer(old?.units))
    }
}

extension Timestamp: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Timestamp?) throws(SnapshotError) -> Timestamp
    {
        Timestamp(microseconds: try coder.integer(old?.microseconds))
    }
}

extension Percent: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Percent?) throws(SnapshotError) -> Percent {
        Percent(hundredths: try coder.integer(old?.hundredths))
    }
}

extension ExactAmount: Layout {
    @inlinable
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: ExactAmount?
    ) throws(SnapshotError) -> ExactAmount {
        ExactAmount(units: try coder.integer(old?.units), millionths: try coder.integer(old?.millionths))
    }
}

extension LocalZone: Layout {
    /// By name.
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: LocalZone?) throws(SnapshotError) -> LocalZone
    {
        let name = try String.layout(&coder, old?.rawValue)
        return try coder.made(old) { () throws(SnapshotError) in
            guard let zone = LocalZone(rawValue: name) else { throw SnapshotError("there is no zone \(name)") }
            return zone
        }
    }
}

extension FeeRate: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: FeeRate?) throws(SnapshotError) -> FeeRate {
        FeeRate(partsPerMillion: try coder.integer(old?.partsPerMillion))
    }
}

extension OrderID: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: OrderID?) throws(SnapshotError) -> OrderID {
        OrderID(number: try coder.integer(old?.number))
    }
}

extension AgreementID: Layout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: AgreementID?) throws(SnapshotError)
        -> AgreementID
    {
        AgreementID(try coder.integer(old?.number))
    }
}

extension RejectCode: Layout {
    @usableFromInline package static func layout(_ coder: inout some SnapshotCoder, _ old: RejectCode?)
        throws(SnapshotError) -> RejectCode
    {
        let number = try coder.integer(old?.rawValue)
        if let code = RejectCode(rawValue: number) { return code }
        throw SnapshotError("\(number) is no reject code")
    }
}

/// A place among things of a kind, in order of creation.
@usableFromInline
package protocol PlaceLayout: Layout {
    var index: UInt32 { get }
    init(_ index: UInt32)
}

extension PlaceLayout {
    @inlinable
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Self?) throws(SnapshotError) -> Self {
        Self(try coder.integer(old?.index))
    }
}

extension MemberID: PlaceLayout {}
extension UserID: PlaceLayout {}
extension ProgramID: PlaceLayout {}
extension ClassID: PlaceLayout {}
extension MarketID: PlaceLayout {}
extension FacilityID: PlaceLayout {}
extension FundID: PlaceLayout {}
