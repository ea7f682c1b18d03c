// Arrays whose elements have rising numbers, of which those that are over are taken out.

extension RandomAccessCollection where Index == Int {
    /// Where the element with a number stands, of elements in the order of their numbers; nil if it is not there.
    ///
    /// Complexity: O(log n).
    public func place(of number: UInt64, by key: (Element) -> UInt64) -> Int? {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if key(self[middle]) < number { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && key(self[low]) == number ? low : nil
    }
}
