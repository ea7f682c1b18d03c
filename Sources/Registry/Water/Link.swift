package import Permits

/// A way for water, or for a pollutant, from one zone of a program to another, with a capacity account and a ratio.
///
/// Source: the Goulburn inter-valley trade account: no trade out when the balance is at its limit; opportunity = limit −
/// balance; deliveries and trade back make room. A choke that passes only against trade back has a limit of 0.
package struct Link: Sendable, Equatable {
    package var code: Code
    package var program: ProgramID
    package var from: Code
    package var to: Code
    /// The most that may have gone out and was neither delivered nor traded back; nil for no limit.
    package fileprivate(set) var limit: Quantity?
    /// What went out and was neither delivered nor traded back, counted where it arrives; negative after more trade back.
    package private(set) var balance = Quantity.zero
    /// What arrives of what leaves: exact.
    package fileprivate(set) var ratio = Ratio.one
    /// For how many seconds orders gather when the link opens again; 0: it opens at once.
    package fileprivate(set) var window: Int64 = 0
    /// When the orders that gather are cleared; until then nothing goes through the link.
    package var opens: Timestamp?
    /// Whether net trade is frozen: the limit is what the balance was then, and deliveries make no more room; trade back does.
    ///
    /// Source: the Goulburn to Murray trade rule of 1 July 2021, with its freeze on 15 December.
    package fileprivate(set) var isFrozen = false
    /// The least that the balance may come to by trade back; nil for no such floor.
    package fileprivate(set) var floor: Quantity?
    /// Up to which balance the way out opens again once the limit was reached, and from which one the way back does once the
    /// floor was; nil: as soon as there is room.
    ///
    /// Source: WaterNSW's Murrumbidgee inter-valley trade, which closes at 100 GL and at 0 and opens again at 85 and 15.
    package fileprivate(set) var reopens: Quantity?
    package fileprivate(set) var backReopens: Quantity?
    /// Whether nothing goes back: credits are used downstream of where they were made (9VAC25-900-91).
    package fileprivate(set) var isOneWay = false
    /// Whether the limit, or the floor, was reached and the balance has not come to where that way opens again.
    private var isOutClosed = false
    private var isBackClosed = false
    /// New terms with a date.
    package fileprivate(set) var next: Change?

    /// Terms of a link that take effect together.
    package struct Change: Sendable, Equatable {
        package var starts: Timestamp
        package var limit: Quantity?
        package var ratio: Ratio
        package var window: Int64
        package var isFrozen: Bool
        package var floor: Quantity?
        package var reopens: Quantity?
        package var backReopens: Quantity?
        package var isOneWay: Bool

        package init(
            starts: Timestamp = .never,
            limit: Quantity? = nil,
            ratio: Ratio = .one,
            window: Int64 = 0,
            isFrozen: Bool = false,
            floor: Quantity? = nil,
            reopens: Quantity? = nil,
            backReopens: Quantity? = nil,
            isOneWay: Bool = false
        ) {
            self.starts = starts
            self.limit = limit
            self.ratio = ratio
            self.window = window
            self.isFrozen = isFrozen
            self.floor = floor
            self.reopens = reopens
            self.backReopens = backReopens
            self.isOneWay = isOneWay
        }

        /// Whether each way opens again on its side of where it closes, and the floor is below the limit.
        package var isInOrder: Bool {
            let opensOut = reopens.map { opens in limit.map { opens < $0 } ?? false } ?? true
            let opensBack = backReopens.map { opens in floor.map { opens > $0 } ?? false } ?? true
            return opensOut && opensBack && floor ?? limit ?? .zero <= limit ?? floor ?? .zero
        }
    }

    package init(code: Code, program: ProgramID, from: Code, to: Code) {
        self.code = code
        self.program = program
        self.from = from
        self.to = to
    }

    /// Takes on new terms now.
    package mutating func take(_ change: Change) {
        limit = change.isFrozen ? balance : change.limit
        ratio = change.ratio
        window = change.window
        isFrozen = change.isFrozen
        (floor, reopens, backReopens) = (change.floor, change.reopens, change.backReopens)
        isOneWay = change.isOneWay
        noteBalance()
    }

    /// Changes what has gone out.
    package mutating func change(by quantity: Quantity) {
        balance += quantity
        noteBalance()
    }

    /// Closes a way whose end the balance has reached, and opens one of which it has come to the threshold.
    private mutating func noteBalance() {
        isOutClosed = limit.map { balance >= $0 || (isOutClosed && balance > reopens ?? $0) } ?? false
        isBackClosed = floor.map { balance <= $0 || (isBackClosed && balance < backReopens ?? $0) } ?? false
    }

    /// Keeps new terms for their date, in place of those it had.
    package mutating func schedule(_ change: Change?) { next = change }

    /// How much more may arrive by this link now; nil for any quantity.
    package var opportunity: Quantity? { limit.map { isOutClosed ? .zero : max(.zero, $0 - balance) } }

    /// How much may leave by this link on the way back now; nil for any quantity.
    package var backOpportunity: Quantity? {
        isOneWay ? .zero : floor.map { isBackClosed ? .zero : max(.zero, balance - $0) }
    }

    /// Whether nothing may go out now.
    package var isShut: Bool { opportunity == .zero }
}

/// An exact ratio, `9:10`.
package struct Ratio: Sendable, Hashable {
    package let numerator: Int64
    package let denominator: Int64

    package static let one = Ratio(numerator: 1, denominator: 1)
    /// The largest number on either side.
    package static let partMax: Int64 = 1_000_000

    private init(numerator: Int64, denominator: Int64) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Reads `9:10`; nil unless both are 1 to 1,000,000.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !text.contains(where: { $0 == "+" || $0 == "-" }), let first = Int64(parts[0]),
            let second = Int64(parts[1]),
            (1...Ratio.partMax).contains(first), (1...Ratio.partMax).contains(second)
        else { return nil }
        self.init(numerator: first, denominator: second)
    }

    /// The same in the smallest whole numbers.
    package var reduced: Ratio {
        var (divisor, rest) = (numerator, denominator)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        return Ratio(numerator: numerator / divisor, denominator: denominator / divisor)
    }

    /// The ratio the other way.
    package var inverse: Ratio { Ratio(numerator: denominator, denominator: numerator) }

    /// As written.
    package var text: String { "\(numerator):\(denominator)" }
}

extension Link: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Link?) throws(SnapshotError) -> Link {
        var new = Link(
            code: try coder.value("code", old?.code),
            program: try coder.value("program", old?.program),
            from: try coder.value("from", old?.from),
            to: try coder.value("to", old?.to)
        )
        new.balance = try coder.value("balance", old?.balance)
        new.opens = try coder.value("opens", old?.opens, none: .never)
        let terms = try coder.value("terms", old?.terms)
        (new.limit, new.ratio, new.window, new.isFrozen) = (terms.limit, terms.ratio, terms.window, terms.isFrozen)
        (new.floor, new.reopens, new.backReopens) = (terms.floor, terms.reopens, terms.backReopens)
        new.isOneWay = terms.isOneWay
        new.isOutClosed = try coder.value("isOutClosed", old?.isOutClosed)
        new.isBackClosed = try coder.value("isBackClosed", old?.isBackClosed)
        new.next = try coder.optional("next", old?.next)
        return new
    }

    /// The terms that it has now.
    private var terms: Change {
        Change(
            starts: .never,
            limit: limit,
            ratio: ratio,
            window: window,
            isFrozen: isFrozen,
            floor: floor,
            reopens: reopens,
            backReopens: backReopens,
            isOneWay: isOneWay
        )
    }
}

extension Link.Change: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Link.Change?
    ) throws(SnapshotError) -> Link.Change {
        let starts = try coder.value("starts", old?.starts)
        let hasLimit = try coder.value("hasLimit", old.map { $0.limit != nil })
        let limit = try coder.value("limit", old?.limit ?? .zero)
        return Link.Change(
            starts: starts,
            limit: hasLimit ? limit : nil,
            ratio: try coder.value("ratio", old?.ratio),
            window: try coder.value("window", old?.window),
            isFrozen: try coder.value("isFrozen", old?.isFrozen),
            floor: try coder.optional("floor", old?.floor),
            reopens: try coder.optional("reopens", old?.reopens),
            backReopens: try coder.optional("backReopens", old?.backReopens),
            isOneWay: try coder.value("isOneWay", old?.isOneWay)
        )
    }
}

extension Ratio: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Ratio?) throws(SnapshotError) -> Ratio {
        let text = try coder.text(old?.text)
        if let ratio = Ratio(text) { return ratio }
        guard !type(of: coder).isReader else { throw SnapshotError("\(text) is no ratio") }
        return .one
    }
}
