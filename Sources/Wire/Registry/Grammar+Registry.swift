import Permits
import Registry

// The verbs of the registry and of four eyes.

extension VerbRule {
    private typealias Keys = [(Key, Form)]

    /// Program, vintage and zone: the zone is optional, so it stands apart.
    private static var permits: Keys { [(.program, .code), (.vintage, .integer)] }

    static func registry(_ verb: Verb) -> (summary: String, required: [(Key, Form)], optional: [(Key, Form)]) {
        switch verb {
        case .program:
            (
                "Defines a program that the sender regulates, under a rule book; RULES lists its policies.",
                [(.program, .code), (.unit, .text), (.currency, .words(Currency.self))],
                [(.name, .text), (.rules, .code), (.with, .list("POLICY=VALUE")), (.offsets, .code), (.yields, .code)]
            )
        case .cap:
            (
                "Sets the cap of a vintage and zone: a number, or that of vintage base less reduce per cent of it a year.",
                permits,
                [
                    (.zone, .code), (.cap, .integer), (.base, .integer), (.reduce, .decimal), (.holding, .integer),
                    (.reserve, .integer), (.expire, .time),
                ]
            )
        case .allocate:
            (
                "Issues permits under the cap: qty, or history, output or saving times factor; reserve=1 from the reserve.",
                permits,
                [
                    (.zone, .code), (.member, .code), (.facility, .code), (.qty, .integer), (.history, .integer),
                    (.output, .integer), (.saving, .integer), (.factor, .decimal), (.reserve, .flag),
                ]
            )
        case .holiday:
            ("A day on which the program's registry does not work.", [(.program, .code), (.date, .time)], [])
        case .facility:
            (
                "Registers a participant's installation, or closes it.",
                [(.facility, .code), (.program, .code), (.member, .code)],
                [(.zone, .code), (.name, .text), (.close, .flag)]
            )
        case .monitor:
            (
                "Appoints who measures a facility, and what counts when two disagree by more than within per cent.",
                [(.facility, .code), (.verifier, .code)],
                [(.second, .code), (.split, .words(DisagreementRule.self)), (.within, .decimal)]
            )
        case .report:
            (
                "Reports what a facility used or saved in a year; evidence is the SHA-256 of what proves it.",
                [(.facility, .code), (.period, .integer), (.qty, .integer), (.evidence, .digest)],
                [(.kind, .words(Measure.self)), (.text, .text)]
            )
        case .deadline:
            (
                "By when permits must be surrendered for a period, or for share per cent of its use.",
                [(.program, .code), (.period, .integer), (.due, .time)], [(.since, .integer), (.share, .decimal)]
            )
        case .suspend:
            (
                "Bars a member from a program's markets and auctions; freeze=1: nothing leaves its accounts.",
                [(.program, .code), (.member, .code)],
                [(.until, .time), (.auctions, .integer), (.freeze, .flag), (.text, .text)]
            )
        case .readmit: ("Lifts a suspension.", [(.program, .code), (.member, .code)], [(.text, .text)])
        case .bust:
            ("Undoes a trade; two persons.", [(.market, .code), (.trade, .integer)], [(.text, .text)])
        case .season:
            (
                "Opens a season: when it ends, how much of the entitlement may be carried over, whether more may spill.",
                permits + [(.ends, .time)], [(.carry, .decimal), (.spills, .flag)]
            )
        case .announce:
            (
                "Credits every holder of entitlements with so many per cent of them, less what was announced before.",
                permits + [(.percent, .decimal)], []
            )
        case .spill:
            (
                "A spill: so many per cent of what lies in spillable accounts is lost.",
                permits + [(.percent, .decimal)], []
            )
        case .release: ("The risk of a spill is low: what lies in spillable accounts may be used.", permits, [])
        case .link:
            (
                "Makes a link between two zones, or changes it, at once or from a time on: the limit of its account, the balance, what arrives of what leaves.",
                [(.link, .code), (.program, .code), (.from, .code), (.to, .code)],
                [
                    (.limit, .integer), (.balance, .integer), (.ratio, .text), (.window, .integer), (.freeze, .flag),
                    (.starts, .time),
                ]
            )
        case .delivery:
            ("Water that was delivered makes room in a link's account.", [(.link, .code), (.qty, .integer)], [])
        default: holder(verb)
        }
    }

    private static func holder(_ verb: Verb) -> (String, Keys, Keys) {
        switch verb {
        case .transfer:
            (
                "Gives permits to another participant, when the program's rule says.",
                permits + [(.to, .code), (.qty, .integer)], [(.zone, .code), (.first, .integer)]
            )
        case .swap:
            (
                "Offers permits of one class for another, PROGRAM:VINTAGE or PROGRAM:VINTAGE:ZONE; whole or not at all.",
                [(.give, .text), (.giveqty, .integer), (.want, .text), (.wantqty, .integer)],
                [(.to, .code), (.expire, .time)]
            )
        case .offer:
            (
                "Offers a bundle of permits at one price, to one member or to anyone; of entitlements also with a yearly royalty, or their yield for some seasons.",
                [(.give, .list("CLASS:QTY")), (.price, .decimal)],
                [(.to, .code), (.royalty, .decimal), (.lease, .integer), (.expire, .time)]
            )
        case .take: ("Buys what is offered.", [(.offer, .integer)], [])
        case .unoffer: ("Withdraws an offer.", [(.offer, .integer)], [])
        case .unswap: ("Withdraws an offer to swap.", [(.swap, .integer)], [])
        case .move:
            (
                "Moves one's permits through a link to its other zone; back=1 the other way.",
                [(.link, .code), (.vintage, .integer), (.qty, .integer)], [(.back, .flag), (.first, .integer)]
            )
        case .recall: ("Takes back a transfer that has not executed.", [(.transfer, .integer)], [])
        case .retire:
            (
                "Takes permits out of circulation for good, with a certificate.", permits + [(.qty, .integer)],
                [(.zone, .code), (.first, .integer), (.text, .text)]
            )
        case .cover:
            (
                "Puts permits into a facility's compliance account; from=FACILITY: out of that one's.",
                [(.facility, .code)] + permits + [(.qty, .integer)],
                [(.zone, .code), (.from, .code), (.first, .integer)]
            )
        case .surrender:
            (
                "Surrenders permits for a facility's verified use in a period.",
                [(.facility, .code), (.period, .integer)] + permits + [(.qty, .integer)],
                [(.zone, .code), (.first, .integer)]
            )
        case .trust:
            ("Adds an account to those that one trusts, after some days.", [(.program, .code), (.to, .code)], [])
        case .distrust: ("Takes it off at once.", [(.program, .code), (.to, .code)], [])
        case .pay: ("Pays a penalty's money to the regulator.", [(.penalty, .integer)], [])
        case .fourEyes:
            (
                "Whether caps, allocations, keys, trust and the like need two persons of the member.", [(.on, .flag)],
                [(.within, .integer)]
            )
        case .propose: ("Proposes a request for another person to approve.", [(.act, .text)], [])
        case .approve:
            ("Performs a proposed request; act is its exact content.", [(.proposal, .integer), (.act, .text)], [])
        default: ("Ends a proposal.", [(.proposal, .integer)], [(.text, .text)])
        }
    }

    static func registryQuery(_ verb: Verb) -> (summary: String, required: [(Key, Form)], optional: [(Key, Form)]) {
        switch verb {
        case .rules: ("A program's rule book, policy by policy.", [(.program, .code)], [])
        case .facilities:
            (
                "The facilities, their verifiers and what they owe.", [],
                [(.program, .code), (.member, .code), (.facility, .code), (.from, .code)]
            )
        case .reports:
            (
                "Every report on a facility, oldest first, and what is verified.", [(.facility, .code)],
                [(.period, .integer)]
            )
        case .obligations:
            (
                "What facilities used, surrendered and fell short of, by period.", [],
                [(.program, .code), (.member, .code), (.facility, .code), (.period, .integer), (.from, .code)]
            )
        case .blocks:
            (
                "The serial blocks of a holding, oldest first.", permits,
                [(.zone, .code), (.member, .code), (.facility, .code), (.from, .integer), (.limit, .integer)]
            )
        case .trace:
            (
                "The path of a serial number from its issue.", permits + [(.serial, .integer)],
                [(.zone, .code), (.page, .integer)]
            )
        case .prices:
            (
                "What the markets' permits cost in the last seven days: average, median, and what changed hands off the markets.",
                [], [(.market, .code), (.min, .decimal)]
            )
        case .certificate:
            (
                "A certificate of retirement; with digest, only if it is genuine.", [(.number, .integer)],
                [(.digest, .digest)]
            )
        case .transfers: ("The member's transfers that wait, and whom it trusts.", [], [])
        case .penalties:
            ("The penalties, and which are paid.", [], [(.program, .code), (.member, .code), (.from, .integer)])
        case .offers: ("The open offers by agreement that are for anyone or for oneself, and one's own.", [], [])
        case .rights: ("The royalties and leases that bind members.", [], [(.member, .code)])
        case .swaps: ("The open offers to swap that are for anyone, and one's own.", [], [])
        case .reach:
            (
                "The offers and bids that a market's orders can reach through links, by what they cost or bring there.",
                [(.market, .code)], [(.depth, .integer)]
            )
        case .links: ("The links between zones, their accounts and what may still go through.", [], [(.program, .code)])
        case .seasons: ("The seasons: announced, carry-over, end.", [], [(.program, .code)])
        case .proposals: ("The member's open proposals, with their exact content.", [], [])
        default:
            (
                "How concentrated a class is: shares of members with their associates, and their HHI.", permits,
                [(.zone, .code)]
            )
        }
    }
}
