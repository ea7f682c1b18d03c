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
    package var balance = Quantity.zero
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
    /// New terms with a date.
    package fileprivate(set) var next: Change?

    /// Terms of a link that take effect together.
    package struct Change: Sendable, Equatable {
        package var starts: Timestamp
        package var limit: Quantity?
        package var ratio: Ratio
        package var window: Int64
        package var isFrozen: Bool

        package init(
            starts: Timestamp = .never,
            limit: Quantity? = nil,
            ratio: Ratio = .one,
            window: Int64 = 0,
            isFrozen: Bool = false
        ) {
            self.starts = starts
            self.limit = limit
            self.ratio = ratio
            self.window = window
            self.isFrozen = isFrozen
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
    }

    /// Keeps new terms for their date, in place of those it had.
    package mutating func schedule(_ change: Change?) { next = change }

    /// How much more may arrive by this link now; nil for any quantity.
    package var opportunity: Quantity? { limit.map { max(.zero, $0 - balance) } }

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

    /// The ratio the other way.
    package var inverse: Ratio { Ratio(numerator: denominator, denominator: numerator) }

    /// What arrives of `quantity`, rounded down to whole permits; the rest is lost on the way.
    package func arrives(of quantity: Quantity) -> Quantity {
        Quantity(Int64(Int128(quantity.units) * Int128(numerator) / Int128(denominator)))
    }

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
        new.next = try coder.optional("next", old?.next)
        return new
    }

    /// The terms that it has now.
    private var terms: Change {
        Change(starts: .never, limit: limit, ratio: ratio, window: window, isFrozen: isFrozen)
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
            isFrozen: try coder.value("isFrozen", old?.isFrozen)
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
