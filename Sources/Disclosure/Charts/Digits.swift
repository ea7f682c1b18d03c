/// Exact numbers in text, as pages and charts show them.
enum Digits {
    /// What stands between thousands.
    static let space = "\u{2009}"

    /// A number in units of which `scale` digits stand behind the point, such as minor units of a currency.
    static func text(_ value: Int64, scale: Int) -> String {
        var digits = String(value.magnitude)
        if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
        let whole = digits.dropLast(scale)
        let rest = digits.suffix(scale)
        return (value < 0 ? "−" : "") + grouped(whole) + (scale > 0 ? "." + rest : "")
    }

    /// The same without zeros at the end behind the point, for axes.
    static func short(_ value: Int64, scale: Int) -> String {
        var (value, scale) = (value, scale)
        while scale > 0, value.isMultiple(of: 10) { (value, scale) = (value / 10, scale - 1) }
        return text(value, scale: scale)
    }

    /// Decimal text with spaces between thousands.
    static func spaced(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return text
        }
        return grouped(whole) + (parts.count > 1 ? "." + parts[1] : "")
    }

    private static func grouped(_ digits: Substring) -> String {
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text += space }
            text.append(digit)
        }
        return text
    }
}

extension Int64 {
    /// Adds for a picture or a sum that is shown: what is too large stays at the largest there is.
    mutating func add(_ other: Int64) {
        let (sum, isOver) = addingReportingOverflow(other)
        self = isOver ? (other < 0 ? .min : .max) : sum
    }
}
