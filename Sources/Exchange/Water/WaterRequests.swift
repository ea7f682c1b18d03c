package import Permits

// Seasons, links between zones, and what passes them.

extension RequestRule {
    package static let season = RequestRule(
        .season,
        "Opens a season: when it ends, how much of the entitlement may be carried over, whether more may spill.",
        by: .regulator,
        required: .permits + [(.ends, .time)],
        optional: [(.carry, .decimal), (.spills, .flag)]
    )

    package static let announce = RequestRule(
        .announce,
        "Credits every holder of entitlements with so many per cent of them, less what was announced before.",
        by: .regulator,
        required: .permits + [(.percent, .decimal)]
    )

    package static let spill = RequestRule(
        .spill,
        "A spill: so many per cent of what lies in spillable accounts is lost.",
        by: .regulator,
        required: .permits + [(.percent, .decimal)]
    )

    package static let release = RequestRule(
        .release,
        "The risk of a spill is low: what lies in spillable accounts may be used.",
        by: .regulator,
        required: .permits
    )

    package static let link = RequestRule(
        .link,
        "Makes a link between two zones, or changes it, at once or from a time on: the limit of its account, the balance, what arrives of what leaves.",
        by: .regulator,
        required: [(.link, .code), (.program, .code), (.from, .code), (.to, .code)],
        optional: [
            (.limit, .integer), (.balance, .integer), (.ratio, .text), (.window, .integer), (.freeze, .flag),
            (.starts, .time),
        ]
    )

    package static let delivery = RequestRule(
        .delivery,
        "Water that was delivered makes room in a link's account.",
        by: .regulator,
        required: [(.link, .code), (.qty, .integer)]
    )

    package static let move = RequestRule(
        .move,
        "Moves one's permits through a link to its other zone; back=1 the other way.",
        by: .participant,
        required: [(.link, .code), (.vintage, .integer), (.qty, .integer)],
        optional: [(.back, .flag), (.first, .integer)]
    )

    package static let seasons = RequestRule(
        .seasons,
        "The seasons: announced, carry-over, end.",
        by: .everyone,
        .inPages,
        optional: [(.program, .code)]
    )

    package static let links = RequestRule(
        .links,
        "The links between zones, their accounts and what may still go through.",
        by: .everyone,
        .inPages,
        optional: [(.program, .code)]
    )

    package static let reach = RequestRule(
        .reach,
        "The offers and bids that a market's orders can reach through links, by what they cost or bring there.",
        by: .everyone,
        required: [(.market, .code)],
        optional: [(.depth, .integer)]
    )
}
