/// Shares a whole out in proportion to weights, so that the parts add up to it: nothing is lost or made by rounding.
///
/// Source: the method of the largest remainder (Hamilton's), as TSX shares fills in board lots.
public enum Apportionment {
    /// Each part rounded down, and one more for those with the largest remainders until the whole is shared.
    ///
    /// - Parameters:
    ///   - whole: what is shared, 0 or more.
    ///   - weights: 0 or more each; if all are 0, so are the parts.
    ///   - ranked: puts places with equal remainders, of which not all get one more, in the order of who gets it first.
    /// - Returns: the parts, in the order of the weights.
    public static func parts(
        of whole: Int64,
        by weights: [Int64],
        ranked: ([Int]) -> [Int] = { $0 }
    ) -> [Int64] {
        let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
        guard total > 0 else { return weights.map { _ in 0 } }
        var parts: [Int64] = []
        var remainders: [Int128] = []
        parts.reserveCapacity(weights.count)
        remainders.reserveCapacity(weights.count)
        var rest = whole
        for weight in weights {
            let (part, remainder) = (Int128(whole) * Int128(weight)).quotientAndRemainder(dividingBy: total)
            parts.append(Int64(part))
            remainders.append(remainder)
            rest -= Int64(part)
        }
        guard rest > 0 else { return parts }
        let places = weights.indices.sorted { a, b in
            remainders[a] == remainders[b] ? a < b : remainders[a] > remainders[b]
        }
        let edge = remainders[places[Int(rest) - 1]]
        let above = places.prefix { remainders[$0] > edge }
        let tied = places[above.count...].prefix { remainders[$0] == edge }
        let left = Int(rest) - above.count
        let chosen = left < tied.count ? Array(ranked(Array(tied)).prefix(left)) : Array(tied)
        for place in above + chosen { parts[place] += 1 }
        return parts
    }
}
