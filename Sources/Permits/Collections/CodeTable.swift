/// Codes in the order in which they were added, and where each stands.
///
/// Looked up by a seeded hash, so that nobody can choose codes that collide; never iterated by it.
public struct CodeTable: Sendable {
    @usableFromInline var codes = Buffer<Code>()
    @usableFromInline var table = SlotTable()
    @usableFromInline let seed = SlotTable.seed()

    /// An empty table.
    public init() {}

    /// How many codes there are.
    @inlinable public var count: Int { codes.count }

    /// Where a code stands; nil if it was never added.
    @inlinable
    public func place(of code: Code) -> Int? {
        let slot = table.slot(code.hash(seed)) { codes[Int($0) - 1] == code }
        return slot == 0 ? nil : Int(slot) - 1
    }

    /// Adds a code that is not there yet, at the end.
    public mutating func append(_ code: Code) {
        precondition(place(of: code) == nil, "the code is there already")
        codes.append(code)
        table.insert(UInt32(codes.count), code.hash(seed))
    }

    /// Gives this copy memory of its own.
    public mutating func makeOwn() {
        codes.makeOwn()
        table.makeOwn()
    }
}
