package import Permits

// Markets and orders.

extension RequestRule {
    package static let market = RequestRule(
        .market,
        "Lists a vintage for trading. band, maker and taker are in per cent.",
        by: .operator,
        required: [(.market, .code)] + .permits + [
            (.tick, .decimal), (.lot, .integer), (.maxqty, .integer), (.band, .decimal), (.ref, .decimal),
        ],
        optional: [(.zone, .code), (.maker, .decimal), (.taker, .decimal)]
    )

    package static let phase = RequestRule(
        .phase,
        "Moves a market to another phase.",
        by: [.operator, .regulator],
        required: [(.market, .code), (.phase, .words(Phase.self))],
        optional: [(.text, .text)]
    )

    package static let reference = RequestRule(
        .reference,
        "Sets a closed market's reference price.",
        by: .operator,
        required: [(.market, .code), (.price, .decimal)]
    )

    package static let order = RequestRule(
        .order,
        "Enters an order; type=limit and tif=day unless said otherwise.",
        by: .participant,
        required: [(.market, .code), (.side, .words(Side.self)), (.qty, .integer)],
        optional: [
            (.type, .words(OrderKind.self)), (.price, .decimal), (.stop, .decimal), (.display, .integer),
            (.min, .integer), (.tif, .words(TimeInForce.self)), (.expire, .time), (.post, .flag),
            (.stp, .words(SelfTradePrevention.self)),
        ]
    )

    package static let amend = RequestRule(
        .amend,
        "Changes an order; qty is the new total. Only less quantity keeps the place in the queue.",
        by: .participant,
        optional: [(.order, .integer), (.orig, .code), (.qty, .integer), (.price, .decimal), (.stop, .decimal)]
    )

    package static let cancel = RequestRule(
        .cancel,
        "Cancels an order, by its number or by the id that entered it.",
        by: .participant,
        .takesBack,
        optional: [(.order, .integer), (.orig, .code)]
    )

    package static let massCancel = RequestRule(
        .massCancel,
        "Cancels every order of the member that matches.",
        by: .participant,
        .takesBack,
        optional: [(.market, .code), (.side, .words(Side.self)), (.user, .code)]
    )

    package static let quote = RequestRule(
        .quote,
        "Replaces the login's two-sided quote in a market.",
        by: .participant,
        required: [(.market, .code)],
        optional: [(.bid, .decimal), (.bidqty, .integer), (.ask, .decimal), (.askqty, .integer)]
    )

    package static let orders = RequestRule(
        .orders,
        "A member's live orders, oldest first, after order number from.",
        by: .parties,
        optional: [(.market, .code), (.member, .code), (.from, .integer), (.limit, .integer)]
    )

    package static let book = RequestRule(
        .book,
        "A market's best levels.",
        by: .everyone,
        required: [(.market, .code)],
        optional: [(.depth, .integer)]
    )

    package static let trades = RequestRule(
        .trades,
        "A market's last trades, oldest first.",
        by: .everyone,
        required: [(.market, .code)],
        optional: [(.limit, .integer)]
    )

    package static let markets = RequestRule(
        .markets,
        "The markets, their terms, phases and prices.",
        by: .everyone,
        .inPages,
        optional: [(.market, .code)]
    )

    package static let prices = RequestRule(
        .prices,
        "What the markets' permits cost in the last seven days: average, median, and what changed hands off the markets.",
        by: .everyone,
        optional: [(.market, .code), (.min, .decimal)]
    )
}
