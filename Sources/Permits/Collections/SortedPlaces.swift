// Places in what is sorted, found in O(log n) steps.

extension RandomAccessCollection where Index == Int {
    /// The first place whose element `isBefore` does not hold for; it holds for a front part of all, which may be none or all.
    @inlinable
    public func firstPlace(behind isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where the element with a number stands, of elements in the order of their numbers; nil if it is not there.
    @inlinable
    public func place(of number: UInt64, by key: (Element) -> UInt64) -> Int? {
        let place = firstPlace { key($0) < number }
        return place < endIndex && key(self[place]) == number ? place : nil
    }
}
