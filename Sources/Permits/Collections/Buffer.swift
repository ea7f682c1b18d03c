#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An array of plain data for hot paths: it grows at its end, and a write does not ask whether it is shared.
///
/// A copy shares the memory. So whoever holds buffers must give each copy memory of its own before it writes to it
/// (`makeOwn`, asked once a command by `Owner`); that question on every write took a twentieth of the book's time.
/// Bounds are checked always. The memory goes when the last copy does.
///
/// The one file of the engine with unsafe memory: an element is plain data, and lies in `0..<count` of `memory`.
@safe
public struct Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
    @usableFromInline @safe
    final class Memory {
        @usableFromInline var base: UnsafeMutablePointer<Element>

        init(capacity: Int) { unsafe base = Memory.allocate(nil, capacity: capacity) }

        deinit { unsafe free(base) }

        /// Makes the memory larger where it stands, or moves it: the system moves large blocks without copying them.
        func grow(to capacity: Int) { unsafe base = Memory.allocate(base, capacity: capacity) }

        private static func allocate(_ old: UnsafeMutablePointer<Element>?, capacity: Int) -> UnsafeMutablePointer<
            Element
        > {
            precondition(MemoryLayout<Element>.alignment <= 16, "malloc aligns to 16 bytes")
            guard let memory = unsafe realloc(old, capacity * MemoryLayout<Element>.stride) else {
                preconditionFailure("out of memory")
            }
            return unsafe memory.bindMemory(to: Element.self, capacity: capacity)
        }
    }

    @usableFromInline var memory: Memory
    @usableFromInline var base: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    /// How many elements there are.
    @inlinable public var count: Int { length }
    @usableFromInline var length: Int

    /// An empty buffer with room for some elements.
    public init(capacity: Int = 16) {
        memory = Memory(capacity: capacity)
        unsafe base = memory.base
        self.capacity = capacity
        length = 0
    }

    /// A buffer of equal elements.
    public init(repeating element: Element, count: Int) {
        self.init(capacity: Swift.max(1, count))
        unsafe base.initialize(repeating: element, count: count)
        length = count
    }

    /// The element at `index`; out of bounds stops the program.
    @inlinable
    public subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "out of bounds")
            return unsafe UnsafePointer(base + index)
        }
        @inline(__always) unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "out of bounds")
            return unsafe base + index
        }
    }

    /// Adds an element at the end; amortized O(1).
    @inlinable @inline(__always)
    public mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        unsafe (base + count).initialize(to: element)
        length += 1
    }

    /// Adds elements at the end.
    @inlinable @inline(__always)
    public mutating func append(_ elements: Span<Element>) {
        let added = elements.count
        if added > capacity - count { grow(to: count + added) }
        unsafe elements.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { unsafe (base + count).initialize(from: start, count: added) }
        }
        length += added
    }

    /// Adds the first `count` bytes of a word, the lowest one first, at once: eight at most.
    @inlinable @inline(__always)
    public mutating func append(packed word: UInt64, count: Int) where Element == UInt8 {
        precondition(UInt(bitPattern: count) <= 8, "a word has eight bytes")
        if capacity &- length < 8 { grow(to: length + 8) }
        unsafe UnsafeMutableRawPointer(base + length).storeBytes(of: word.littleEndian, as: UInt64.self)
        length &+= count
    }

    /// Forgets the elements from `count` on, keeping the memory.
    @inlinable
    public mutating func removeLast(downTo count: Int) {
        precondition(count >= 0 && count <= length, "out of bounds")
        length = count
    }

    /// Gives `body` the elements of a range.
    @inlinable
    public func withSpan<Result>(_ range: Range<Int>, _ body: (Span<Element>) -> Result) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= length, "out of bounds")
        return unsafe body(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count).span)
    }

    /// The elements of a range, copied.
    @inlinable
    public func array(_ range: Range<Int>) -> [Element] {
        precondition(range.lowerBound >= 0 && range.upperBound <= length, "out of bounds")
        return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// Adds equal elements at the end.
    public mutating func append(repeating element: Element, count added: Int) {
        if count + added > capacity { grow(to: count + added) }
        unsafe (base + count).initialize(repeating: element, count: added)
        length += added
    }

    /// Forgets all elements, keeping the memory.
    @inlinable @inline(__always)
    public mutating func removeAll() { length = 0 }

    /// Gives this copy memory of its own.
    public mutating func makeOwn() { move(capacity: capacity) }

    @usableFromInline
    mutating func grow(to wanted: Int) {
        let larger = Swift.max(wanted, capacity * 2)
        guard isKnownUniquelyReferenced(&memory) else { return move(capacity: larger) }
        memory.grow(to: larger)
        unsafe base = memory.base
        capacity = larger
    }

    private mutating func move(capacity: Int) {
        let own = Memory(capacity: capacity)
        unsafe own.base.initialize(from: base, count: count)
        memory = own
        unsafe base = own.base
        self.capacity = capacity
    }
}

extension Buffer: RandomAccessCollection {
    /// The first place.
    @inlinable public var startIndex: Int { 0 }
    /// One behind the last place.
    @inlinable public var endIndex: Int { length }
}

/// Tells a holder of buffers whether a copy shares them.
public struct Owner: Sendable {
    @usableFromInline
    final class Token: Sendable {
        @usableFromInline init() {}
    }

    @usableFromInline var token = Token()

    /// The owner of buffers that nothing shares yet.
    public init() {}

    /// Whether another copy may share the buffers.
    ///
    /// Then the holder gives its own memory to all of them, and only after that calls `own`: until then a copy on another
    /// thread must see that they are shared, and not write to what is being copied.
    @inlinable @inline(__always)
    public mutating func isShared() -> Bool { !isKnownUniquelyReferenced(&token) }

    /// Says that this copy's buffers are its own.
    public mutating func own() { token = Token() }
}
