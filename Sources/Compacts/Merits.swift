package import Permits

/// What members have done for each other this year that counts in their standing: once for each two of them.
///
/// So standing cannot be bought by many small promises, by payments that come back, or by terms that reach into the past:
/// two members that pay each other all year long have done one thing for each other. Money that only gives back what the other
/// has paid this year is nothing done.
/// Source: wash trades and circular payments, the common ways to inflate scores of reputation.
package struct Merits: Sendable, Equatable {
    /// One member towards another.
    package struct Pair: Hashable, Comparable, Sendable {
        package var member: MemberID
        package var other: MemberID

        package static func < (a: Pair, b: Pair) -> Bool { (a.member, a.other) < (b.member, b.other) }
    }

    /// What one has paid the other this year in a currency, less what the other has paid it.
    package struct Flow: Hashable, Comparable, Sendable {
        package var pair: Pair
        package var currency: Currency

        package static func < (a: Flow, b: Flow) -> Bool {
            (a.pair, a.currency.place) < (b.pair, b.currency.place)
        }
    }

    /// The calendar year (UTC) of what follows.
    private(set) var year = 0
    private(set) var counted: Set<Pair> = []
    /// The smaller member's, of each two.
    private(set) var flows: [Flow: Money] = [:]

    init() {}

    init(year: Int, counted: [Pair], flows: [(flow: Flow, amount: Money)]) {
        self.year = year
        self.counted = Set(counted)
        self.flows = Dictionary(uniqueKeysWithValues: flows.map { ($0.flow, $0.amount) })
    }

    /// Notes that a member has done something for another at a time.
    /// - Returns: whether it is the first this year.
    mutating func note(_ member: MemberID, for other: MemberID, at time: Timestamp) -> Bool {
        begin(time)
        return member != other && counted.insert(Pair(member: member, other: other)).inserted
    }

    /// Notes a payment.
    /// - Returns: whether the payer has paid more than it got from the other this year, after it and because of it.
    mutating func pay(
        _ amount: Money,
        _ currency: Currency,
        from payer: MemberID,
        to payee: MemberID,
        at time: Timestamp
    ) -> Bool {
        begin(time)
        guard payer != payee, amount > .zero else { return false }
        let isFirst = payer < payee
        let pair = isFirst ? Pair(member: payer, other: payee) : Pair(member: payee, other: payer)
        let flow = Flow(pair: pair, currency: currency)
        let signed = isFirst ? amount : .zero - amount
        let now = flows[flow, default: .zero].clampedSum(signed)
        flows[flow] = now == .zero ? nil : now
        return isFirst ? now > .zero : now < .zero
    }

    /// Begins with nothing in another year.
    private mutating func begin(_ time: Timestamp) {
        guard time.date.year != year else { return }
        self = Merits()
        year = time.date.year
    }
}
