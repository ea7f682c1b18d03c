import Exchange
import OrderBook
package import Permits

/// A query's reply in the making: the fields of its `OK` line, and its rows.
struct Rows {
    var head: [UInt8] = []
    /// The rows, one behind the other, and where each ends.
    private var text: [UInt8] = []
    private var ends: [Int] = []
    /// Which page of the rows is told, from 1; nil for all of them.
    private let page: Int?
    /// How many rows there are on all pages.
    private var total = 0

    /// - Parameter page: of a verb that lists in pages, which one.
    init(page: Int? = nil) { self.page = page }

    var count: Int { ends.count }

    /// Adds a row, if it is of the page.
    mutating func row(_ write: (inout [UInt8]) -> Void) {
        total += 1
        if let page, (total - 1) / Limits.rowsMax != page - 1 { return }
        write(&text)
        ends.append(text.count)
    }

    func write(id: Code, to output: inout Output) {
        var start = output.begin()
        output.bytes.append("OK")
        output.bytes.append(id: id)
        output.bytes.append(head.span)
        if let page, total > page * Limits.rowsMax { output.bytes.append("next", UInt64(page + 1)) }
        output.bytes.append("rows", UInt64(count))
        output.endLine(from: start, to: .reply)
        var begin = 0
        for end in ends {
            start = output.begin()
            output.bytes.append("ROW")
            output.bytes.append(text.span.extracting(begin..<end))
            output.endLine(from: start, to: .reply)
            begin = end
        }
    }
}

extension Query {
    /// Which page it asks for.
    var page: Int {
        guard case .page(let page, _) = self else { return 1 }
        return page
    }
}

/// What a server knows beside the venue, for `STATUS` and `PING`.
package struct Served: Sendable {
    /// The venue's time now.
    package var time: Timestamp
    /// The last command in settlement.
    package var booked: UInt64
    /// The last command of the journal whose batch was found whole since the start.
    package var checked: UInt64
    /// What is wrong with the journal; nil if nothing was found.
    package var damage: String?
    /// The name of the venue's history.
    package var history: HistoryID
    package var alarms: [AlarmRow]
    package var limits: [LimitRow]

    package init(
        time: Timestamp,
        booked: UInt64,
        checked: UInt64,
        damage: String?,
        history: HistoryID,
        alarms: [AlarmRow],
        limits: [LimitRow]
    ) {
        self.time = time
        self.booked = booked
        self.checked = checked
        self.damage = damage
        self.history = history
        self.alarms = alarms
        self.limits = limits
    }
}

/// What the operator should see to now.
package struct AlarmRow: Sendable {
    package let name: StaticString
    /// What is wrong.
    package let text: String

    package init(_ name: StaticString, _ text: String) {
        self.name = name
        self.text = text
    }
}

/// A limit of what clients may do.
package struct LimitRow: Sendable {
    package let name: StaticString
    package let value: UInt64
    package let unit: StaticString
    /// What happens beyond it.
    package let text: String

    package init(_ name: StaticString, _ value: UInt64, _ unit: StaticString, _ text: String) {
        self.name = name
        self.value = value
        self.unit = unit
        self.text = text
    }
}

extension Rows {
    fileprivate mutating func append(limit: LimitRow) {
        row { bytes in
            bytes.append(" limit=")
            bytes.append(limit.name)
            bytes.append("value", limit.value)
            bytes.append("unit", quoted: "\(limit.unit)")
            bytes.append("text", quoted: limit.text)
        }
    }

    mutating func append(_ served: Served) {
        head.append("booked", served.booked)
        head.append("checked", served.checked)
        head.append(" history=")
        head.append(text: "\(served.history)")
        if let damage = served.damage { head.append("damage", quoted: damage) }
        for alarm in served.alarms {
            row { bytes in
                bytes.append(" alarm=")
                bytes.append(alarm.name)
                bytes.append("text", quoted: alarm.text)
            }
        }
        for limit in served.limits { append(limit: limit) }
    }
}

extension TextSink {
    /// Appends a verb's usage and summary.
    mutating func append(_ rule: RequestRule) {
        append(" verb=")
        append(rule.verb.word)
        append("usage", quoted: rule.usage)
        append("text", quoted: rule.summary)
    }

    /// Appends a reject code's number, cause and cure.
    mutating func append(_ code: RejectCode) {
        append(" code=")
        append(text: code.name)
        append("number", UInt64(code.rawValue))
        append("cause", quoted: code.cause)
        append("cure", quoted: code.cure)
    }

    /// Appends a live order.
    mutating func append(_ order: Order, _ terms: MarketListing) {
        append("order", order.id.number)
        if !order.reference.isEmpty { append("orig", order.reference) }
        append("market", terms.code)
        append("side", order.side)
        append("type", order.kind)
        append("tif", order.timeInForce)
        append("price", order.price, terms.currency)
        if order.stop > .zero { append("stop", order.stop, terms.currency) }
        append("qty", order.quantity)
        append("open", order.open)
        if order.display > .zero { append("display", order.display) }
        if order.expiry != .never { append("expire", order.expiry) }
        if order.isQuote { append(" quote=1") }
    }

    /// Appends whose clock is kept.
    mutating func append(zone: LocalZone) {
        append(" timezone=")
        append(text: zone.rawValue)
    }

    /// Appends a market's terms and where it stands.
    mutating func append(_ market: Market, _ exchange: Exchange) {
        let terms = market.terms
        let band = market.band
        append("market", terms.code)
        append(class: terms.permitClass, exchange)
        append("currency", terms.currency)
        append("phase", market.phase)
        append("tick", terms.tick, terms.currency)
        append("lot", terms.lot)
        append("maxqty", terms.quantityMax)
        append("ref", market.reference, terms.currency)
        append("low", band.low, terms.currency)
        append("high", band.high, terms.currency)
        append("last", market.book.lastPrice, terms.currency)
        append(" maker=")
        append(decimal: Int64(terms.maker.partsPerMillion), scale: 4)
        append(" taker=")
        append(decimal: Int64(terms.taker.partsPerMillion), scale: 4)
        if terms.timeZone != .utc { append(zone: terms.timeZone) }
        append("n", market.streamCount)
    }
}
