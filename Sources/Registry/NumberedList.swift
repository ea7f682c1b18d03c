import Permits

/// Things with ascending numbers, of which any may be found and taken out at once.
///
/// Taking out leaves a hole; when half are holes, what is left moves together. So adding, finding and taking out cost
/// O(log n), spread over many, and going through all of them O(n).
package struct NumberedList<Element: Sendable>: Sequence, Sendable {
    private var numbers: ContiguousArray<UInt64> = []
    private var elements: ContiguousArray<Element?> = []
    /// How many there are.
    package private(set) var count = 0

    package init() {}

    /// The thing with a number.
    package subscript(number: UInt64) -> Element? { place(of: number).flatMap { elements[$0] } }

    /// The first thing whose number is above another.
    package func first(after number: UInt64) -> Element? {
        elements[firstPlace(from: number + 1)...].lazy.compactMap { $0 }.first
    }

    /// Adds a thing; its number is above all before.
    package mutating func append(_ element: Element, number: UInt64) {
        precondition(numbers.last.map { $0 < number } ?? true, "numbers ascend")
        numbers.append(number)
        elements.append(element)
        count += 1
    }

    /// Takes a thing out.
    /// - Returns: what it was; nil if it is not there.
    @discardableResult
    package mutating func remove(_ number: UInt64) -> Element? {
        guard let place = place(of: number), let element = elements[place] else { return nil }
        elements[place] = nil
        count -= 1
        if numbers.count > 2 * count + 64 { compact() }
        return element
    }

    private mutating func compact() {
        numbers = ContiguousArray(zip(numbers, elements).lazy.filter { $0.1 != nil }.map(\.0))
        elements.removeAll { $0 == nil }
    }

    private func place(of number: UInt64) -> Int? {
        let place = firstPlace(from: number)
        return place < numbers.count && numbers[place] == number ? place : nil
    }

    /// The first place with a number, or one above it.
    private func firstPlace(from number: UInt64) -> Int { numbers.firstPlace { $0 < number } }

    /// Goes through them in the order of their numbers.
    package func makeIterator() -> some IteratorProtocol<Element> { elements.lazy.compactMap { $0 }.makeIterator() }
}
