import Permits

/// The price levels of one side, one a tick, best first.
///
/// ```
/// index    0      1      2     …            top    1 word: which words of mid are not zero
/// asks     low    +tick  +2    …   high     mid   ≤ 64 words: which words of leaf are not zero
/// bids     high   −tick  −2    …   low      leaf  ≤ 4096 words: which levels hold orders
/// ```
/// So the best level is the lowest index on every side, and "at the limit or better" is `index <= limit`.
///
/// Levels come in pages of 64, one a word of `leaf`, made when a first order stands there: a wide band costs four bytes
/// a page until it is used, and orders far from the market cost what others do.
struct Ladder: Sendable {
    /// Pages of levels, in order of making.
    private var levels = Buffer<Level>(capacity: 64)
    /// Where each page begins in `levels`; `noPage` if it was not made.
    private var pages: Buffer<UInt32>
    private let count: Int
    private var leaf: Buffer<UInt64>
    private var mid: Buffer<UInt64>
    private var top: UInt64 = 0
    private let base: Int64
    private let baseTick: Int
    private let tick: Int64
    private let isDescending: Bool

    /// "No level": greater than every index.
    static let none = Int.max
    private static let noPage = UInt32.max

    init(tick: Price, low: Price, high: Price, isDescending: Bool) {
        let span = high.minorUnits - low.minorUnits
        precondition(tick > .zero && low > .zero && span >= 0 && high <= Limits.priceMax, "no such band")
        precondition(low.minorUnits % tick.minorUnits == 0 && span % tick.minorUnits == 0, "the band is off the tick")
        let count = Int(span / tick.minorUnits) + 1
        precondition(count <= Limits.levelsMax, "the band has \(count) levels, more than \(Limits.levelsMax)")
        self.count = count
        leaf = Buffer(repeating: 0, count: (count + 63) / 64)
        pages = Buffer(repeating: Ladder.noPage, count: leaf.count)
        mid = Buffer(repeating: 0, count: (leaf.count + 63) / 64)
        base = isDescending ? high.minorUnits : low.minorUnits
        baseTick = Int(base / tick.minorUnits)
        self.tick = tick.minorUnits
        self.isDescending = isDescending
    }

    var isEmpty: Bool { top == 0 }

    mutating func makeOwn() {
        levels.makeOwn()
        pages.makeOwn()
        leaf.makeOwn()
        mid.makeOwn()
    }

    /// The level of a price on the grid inside the band.
    @inline(__always)
    func index(of price: Price) -> Int {
        let distance = isDescending ? base - price.minorUnits : price.minorUnits - base
        precondition(distance >= 0 && distance <= Limits.priceMax.minorUnits, "price outside the band")
        // Both below 2^32, where division is quick.
        let index = Int64(UInt32(truncatingIfNeeded: distance) / UInt32(truncatingIfNeeded: tick))
        precondition(index * tick == distance && index < count, "price off the grid or outside the band")
        return Int(index)
    }

    /// The level of an order that stands here.
    @inline(__always)
    func index(of node: Node) -> Int {
        let ticks = Int(node.level)
        return isDescending ? baseTick &- ticks : ticks &- baseTick
    }

    /// The last level that is at `price` or better, -1 if none; any price will do.
    func lastIndex(atOrBetter price: Price) -> Int {
        let distance = isDescending ? base - price.minorUnits : price.minorUnits - base
        return distance < 0 ? -1 : Int(min(distance / tick, Int64(count - 1)))
    }

    /// Whether a price on the grid is inside the band.
    func covers(_ price: Price) -> Bool {
        let distance = isDescending ? base - price.minorUnits : price.minorUnits - base
        return distance >= 0 && distance / tick < count
    }

    @inline(__always)
    func price(at index: Int) -> Price {
        let distance = Int64(index) * tick
        return Price(minorUnits: isDescending ? base - distance : base + distance)
    }

    /// The best level that holds orders, or `none`.
    var first: Int {
        @inline(__always) get {
            guard top != 0 else { return Ladder.none }
            let upper = top.trailingZeroBitCount
            let lower = upper &<< 6 | mid[upper].trailingZeroBitCount
            return lower &<< 6 | leaf[lower].trailingZeroBitCount
        }
    }

    /// The best level from `index` on that holds orders, or `none`.
    func first(from index: Int) -> Int {
        guard index < count else { return Ladder.none }
        let word = index &>> 6
        var bits = leaf[word] & (.max &<< UInt64(index & 63))
        if bits != 0 { return word &<< 6 | bits.trailingZeroBitCount }
        // What follows in the same word of `mid`, then in `top`.
        let group = word &>> 6
        bits = word & 63 == 63 ? 0 : mid[group] & (.max &<< UInt64(word & 63 + 1))
        if bits == 0 {
            let rest = group == 63 ? 0 : top & (.max &<< UInt64(group + 1))
            guard rest != 0 else { return Ladder.none }
            let upper = rest.trailingZeroBitCount
            let lower = upper &<< 6 | mid[upper].trailingZeroBitCount
            return lower &<< 6 | leaf[lower].trailingZeroBitCount
        }
        let lower = group &<< 6 | bits.trailingZeroBitCount
        return lower &<< 6 | leaf[lower].trailingZeroBitCount
    }

    /// A level that holds or held orders, or any of the band as it would be.
    subscript(index: Int) -> Level {
        @inline(__always) get {
            let page = pages[index &>> 6]
            return page == Ladder.noPage ? Level() : levels[Int(page) + index & 63]
        }
    }

    /// Where a level stands in `levels`; its page is made if there is none.
    @inline(__always)
    private mutating func place(of index: Int) -> Int {
        let page = pages[index &>> 6]
        return page == Ladder.noPage ? makePage(index) : Int(page) &+ index & 63
    }

    @inline(never)
    private mutating func makePage(_ index: Int) -> Int {
        pages[index &>> 6] = UInt32(levels.count)
        levels.append(repeating: Level(), count: 64)
        return levels.count - 64 + index & 63
    }

    /// Writes a level back and keeps the bitmap in step.
    @inline(__always)
    mutating func set(_ index: Int, _ level: Level) {
        let place = place(of: index)
        let wasEmpty = levels[place].count == 0
        levels[place] = level
        if wasEmpty != (level.count == 0) { mark(index, occupied: wasEmpty) }
    }

    /// Puts an order last at a level.
    @inline(__always)
    mutating func append(_ slot: UInt32, at index: Int, _ slab: inout Slab) {
        let place = place(of: index)
        if levels[place].count == 0 { mark(index, occupied: true) }
        slab[slot].level = UInt32(truncatingIfNeeded: isDescending ? baseTick &- index : baseTick &+ index)
        levels[place].append(slot, &slab)
    }

    /// Takes an order out of its level.
    @inline(__always)
    mutating func remove(_ slot: UInt32, at index: Int, _ slab: inout Slab) {
        let place = place(of: index)
        levels[place].remove(slot, &slab)
        if levels[place].count == 0 { mark(index, occupied: false) }
    }

    /// Takes a quantity off an order of a level.
    @inline(__always)
    mutating func reduce(_ slot: UInt32, at index: Int, by quantity: Int64, shown: Int64, _ slab: inout Slab) {
        levels[place(of: index)].reduce(slot, by: quantity, shown: shown, &slab)
    }

    /// The same levels in another band, in which all that hold orders are.
    func moved(low: Price, high: Price) -> Ladder {
        var ladder = Ladder(tick: Price(minorUnits: tick), low: low, high: high, isDescending: isDescending)
        var index = first
        while index != Ladder.none {
            var level = self[index]
            level.isTouched = false
            ladder.set(ladder.index(of: price(at: index)), level)
            index = first(from: index + 1)
        }
        return ladder
    }

    /// Notes that the running command may change what the level shows.
    @inline(__always)
    mutating func touch(_ index: Int, _ side: Side, _ touches: inout TouchList) {
        let place = place(of: index)
        guard !levels[place].isTouched else { return }
        levels[place].isTouched = true
        touches.append(Touch(side: side, index: UInt32(truncatingIfNeeded: index), before: levels[place].visible))
    }

    /// Forgets the note.
    /// - Returns: what the level shows now.
    @discardableResult
    @inline(__always)
    mutating func untouch(_ index: Int) -> Int64 {
        let place = place(of: index)
        levels[place].isTouched = false
        return levels[place].visible
    }

    private mutating func mark(_ index: Int, occupied: Bool) {
        let word = index &>> 6
        let group = word &>> 6
        if occupied {
            leaf[word] |= 1 &<< UInt64(index & 63)
            mid[group] |= 1 &<< UInt64(word & 63)
            top |= 1 &<< UInt64(group)
        } else {
            leaf[word] &= ~(1 &<< UInt64(index & 63))
            guard leaf[word] == 0 else { return }
            mid[group] &= ~(1 &<< UInt64(word & 63))
            guard mid[group] == 0 else { return }
            top &= ~(1 &<< UInt64(group))
        }
    }
}

extension Ladder {
    /// The indexes of all levels.
    var indices: Range<Int> { 0..<count }

    /// Stops the program unless all three bitmaps mark exactly what is occupied.
    func checkBitmap() {
        for index in 0..<leaf.count * 64 {
            let isMarked = leaf[index >> 6] >> UInt64(index & 63) & 1 == 1
            precondition(isMarked == (index < count && self[index].count > 0), "the bitmap does not agree")
        }
        for word in 0..<leaf.count {
            precondition((mid[word >> 6] >> UInt64(word & 63) & 1 == 1) == (leaf[word] != 0), "mid does not agree")
        }
        for group in 0..<mid.count {
            precondition((top >> UInt64(group) & 1 == 1) == (mid[group] != 0), "top does not agree")
        }
    }
}
