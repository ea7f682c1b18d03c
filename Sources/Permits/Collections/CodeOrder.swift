/// Things in the order of their codes, for lists that go on behind one of them.
///
/// A place is found in O(log n) steps; adding one moves up to 4 bytes of each of the others.
public struct CodeOrder: Sendable {
    private var places: ContiguousArray<UInt32> = []

    /// Nothing.
    public init() {}

    /// Adds a thing that is not there.
    /// - Parameters:
    ///   - place: its place among the things in the order of their making.
    ///   - code: the code of the thing at a place.
    public mutating func insert(_ place: UInt32, code: (UInt32) -> Code) {
        places.insert(place, at: index(behind: code(place), code))
    }

    /// The places of the things, by code, behind one code; all of them if it is nil.
    public func places(behind last: Code?, code: (UInt32) -> Code) -> ContiguousArray<UInt32>.SubSequence {
        places[(last.map { index(behind: $0, code) } ?? 0)...]
    }

    private func index(behind last: Code, _ code: (UInt32) -> Code) -> Int {
        places.firstPlace { code($0) <= last }
    }
}
