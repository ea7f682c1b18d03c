package import Permits
import Seals

/// Who is served at the lowest price, where the supply does not reach all.
package enum MarginRanking: Hashable, Sendable {
    /// Price steps in the order of the draw, each whole until the supply is used up; the last one partly (EU, UK).
    case draw
    /// Price steps in the order of their entry (Korea; Oregon's tax credit auctions).
    case time
    /// A share in proportion to the quantity at that price, in whole lots by the largest remainder, of equal ones by the draw (as TSX
    /// shares in board lots). With a minimum fill, who would get less gets nothing, the smallest first.
    case proRata(minimumFill: Quantity?)
    /// The same share rounded down to whole permits; what is left goes one permit each in the order of the draw (California, Québec,
    /// Washington: 17 CCR 95911(e)).
    case proRataByPermit

    /// Shares `supply` out among steps of one price.
    ///
    /// - Parameters:
    ///   - supply: less than the sum of the quantities.
    ///   - quantities: of the steps, in the order of entry.
    ///   - lot: what the quantities are multiples of; what the supply has beyond whole lots goes to one step.
    ///   - draw: a step's place in the draw, asked for only where luck decides.
    /// - Returns: what each gets, in the same order.
    func share(_ supply: Int64, among quantities: [Int64], lot: Int64, draw: (Int) -> Digest) -> [Int64] {
        switch self {
        case .time: return fill(supply, quantities, Array(quantities.indices))
        case .draw: return fill(supply, quantities, drawn(Array(quantities.indices), draw))
        case .proRata(let minimumFill): return proRata(supply, quantities, lot, minimumFill, draw)
        case .proRataByPermit: return proRataByPermit(supply, quantities, draw)
        }
    }

    private func fill(_ supply: Int64, _ quantities: [Int64], _ order: [Int]) -> [Int64] {
        var shares = [Int64](repeating: 0, count: quantities.count)
        var rest = supply
        for index in order where rest > 0 {
            shares[index] = min(rest, quantities[index])
            rest -= shares[index]
        }
        return shares
    }

    private func proRata(
        _ supply: Int64,
        _ quantities: [Int64],
        _ lot: Int64,
        _ minimumFill: Quantity?,
        _ draw: (Int) -> Digest
    ) -> [Int64] {
        var takers = Array(quantities.indices)
        while true {
            let total = takers.reduce(Int64(0)) { $0 + quantities[$1] }
            // With fewer takers the rest may be enough for all of them.
            guard total > supply else { return fill(supply, quantities, takers) }
            var shares = [Int64](repeating: 0, count: quantities.count)
            let lots = Apportionment.parts(of: supply / lot, by: takers.map { quantities[$0] / lot }) {
                drawn($0) { draw(takers[$0]) }
            }
            for (index, share) in zip(takers, lots) { shares[index] = share * lot }
            if let minimumFill {
                let short = takers.filter { shares[$0] < min(minimumFill.units, quantities[$0]) }
                if takers.count > 1, let smallest = short.map({ quantities[$0] }).min() {
                    // Of the smallest, the last in the draw gives way.
                    let last = drawn(short.filter { quantities[$0] == smallest }, draw).last
                    takers.removeAll { $0 == last }
                    continue
                }
            }
            // Less than a lot is left, and somebody lacks one.
            let rest = supply % lot
            if rest > 0, let first = drawn(takers.filter { shares[$0] < quantities[$0] }, draw).first {
                shares[first] += rest
            }
            return shares
        }
    }

    private func proRataByPermit(_ supply: Int64, _ quantities: [Int64], _ draw: (Int) -> Digest) -> [Int64] {
        let total = quantities.reduce(0, +)
        guard total > supply else { return quantities }
        var shares = quantities.map { total.dividingFullWidth($0.multipliedFullWidth(by: supply)).quotient }
        var rest = supply - shares.reduce(0, +)
        for index in drawn(Array(quantities.indices), draw) where rest > 0 && shares[index] < quantities[index] {
            shares[index] += 1
            rest -= 1
        }
        return shares
    }

    private func drawn(_ steps: [Int], _ draw: (Int) -> Digest) -> [Int] {
        let tickets: [(step: Int, ticket: Digest)] = steps.map { ($0, draw($0)) }
        let sorted = tickets.sorted { a, b in a.ticket == b.ticket ? a.step < b.step : a.ticket < b.ticket }
        return sorted.map(\.step)
    }
}

/// The draw: a ticket for each price step, which anyone can recompute.
enum Draw {
    /// SHA-256 of the seed's 32 bytes and the step's place among all steps (from 0) in 8 bytes, the highest first; the lowest ticket is first.
    static func ticket(of step: Int, seed: Digest) -> Digest {
        var bytes = seed.bytes
        bytes.append(bigEndian: UInt64(step))
        return SHA256.digest(of: bytes)
    }
}
