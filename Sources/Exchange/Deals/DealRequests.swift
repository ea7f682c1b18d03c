package import Permits

// Transfers, swaps, offers.

extension RequestRule {
    package static let transfer = RequestRule(
        .transfer,
        "Gives permits to another participant, when the program's rule says.",
        by: .participant,
        .twoPersons,
        required: .permits + [(.to, .code), (.qty, .integer)],
        optional: [(.zone, .code), (.first, .integer)]
    )

    package static let recall = RequestRule(
        .recall,
        "Takes back a transfer that has not executed.",
        by: .participant,
        required: [(.transfer, .integer)]
    )

    package static let trust = RequestRule(
        .trust,
        "Adds an account to those that one trusts, after some days.",
        by: .participant,
        .twoPersons,
        required: [(.program, .code), (.to, .code)]
    )

    package static let distrust = RequestRule(
        .distrust,
        "Takes it off at once.",
        by: .participant,
        required: [(.program, .code), (.to, .code)]
    )

    package static let transfers = RequestRule(
        .transfers,
        "The member's transfers that wait, and whom it trusts.",
        by: .participant,
        .inPages
    )

    package static let swap = RequestRule(
        .swap,
        "Offers permits of one class for another, PROGRAM:VINTAGE or PROGRAM:VINTAGE:ZONE; whole or not at all.",
        by: .participant,
        .twoPersons,
        required: [(.give, .text), (.giveqty, .integer), (.want, .text), (.wantqty, .integer)],
        optional: [(.to, .code), (.expire, .time)]
    )

    package static let unswap = RequestRule(
        .unswap,
        "Withdraws an offer to swap.",
        by: .participant,
        .takesBack,
        required: [(.swap, .integer)]
    )

    package static let swaps = RequestRule(
        .swaps,
        "The open offers to swap that are for anyone, and one's own.",
        by: .everyone,
        .inPages
    )

    package static let offer = RequestRule(
        .offer,
        "Offers a bundle of permits at one price, to one member or to anyone; of entitlements also with a yearly royalty, or their yield for some seasons.",
        by: .participant,
        .twoPersons,
        required: [(.give, .list("CLASS:QTY")), (.price, .decimal)],
        optional: [(.to, .code), (.royalty, .decimal), (.lease, .integer), (.expire, .time)]
    )

    package static let take = RequestRule(
        .take,
        "Buys what is offered.",
        by: .participant,
        .twoPersons,
        required: [(.offer, .integer)]
    )

    package static let unoffer = RequestRule(
        .unoffer,
        "Withdraws an offer.",
        by: .participant,
        .takesBack,
        required: [(.offer, .integer)]
    )

    package static let offers = RequestRule(
        .offers,
        "The open offers by agreement that are for anyone or for oneself, and one's own.",
        by: .everyone,
        .inPages
    )

    package static let rights = RequestRule(
        .rights,
        "The royalties and leases that bind members.",
        by: .everyone,
        .inPages,
        optional: [(.member, .code)]
    )
}
