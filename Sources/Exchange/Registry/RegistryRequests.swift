package import Permits
import Registry

// Programs, caps, facilities, surrender, sanctions.

extension RequestRule {
    package static let program = RequestRule(
        .program,
        "Defines a program that the sender regulates, under a rule book; RULES lists its policies.",
        by: .regulator,
        required: [(.program, .code), (.unit, .text), (.currency, .words(Currency.self))],
        optional: [
            (.name, .text), (.rules, .code), (.with, .list("POLICY=VALUE")), (.offsets, .code), (.yields, .code),
        ]
    )

    package static let cap = RequestRule(
        .cap,
        "Sets the cap of a vintage and zone: a number, or that of vintage base less reduce per cent of it a year.",
        by: .regulator,
        .twoPersons,
        required: .permits,
        optional: [
            (.zone, .code), (.cap, .integer), (.base, .integer), (.reduce, .decimal), (.holding, .integer),
            (.reserve, .integer), (.expire, .time),
        ]
    )

    package static let allocate = RequestRule(
        .allocate,
        "Issues permits under the cap: qty, or history, output or saving times factor; reserve=1 from the reserve.",
        by: .regulator,
        .twoPersons,
        required: .permits,
        optional: [
            (.zone, .code), (.member, .code), (.facility, .code), (.qty, .integer), (.history, .integer),
            (.output, .integer), (.saving, .integer), (.factor, .decimal), (.reserve, .flag),
        ]
    )

    package static let holiday = RequestRule(
        .holiday,
        "A day on which the program's registry does not work.",
        by: .regulator,
        required: [(.program, .code), (.date, .time)]
    )

    package static let facility = RequestRule(
        .facility,
        "Registers a participant's installation, or closes it.",
        by: .regulator,
        required: [(.facility, .code), (.program, .code), (.member, .code)],
        optional: [(.zone, .code), (.name, .text), (.close, .flag)]
    )

    package static let monitor = RequestRule(
        .monitor,
        "Appoints who measures a facility, and what counts when two disagree by more than within per cent.",
        by: .regulator,
        required: [(.facility, .code), (.verifier, .code)],
        optional: [(.second, .code), (.split, .words(DisagreementRule.self)), (.within, .decimal)]
    )

    package static let report = RequestRule(
        .report,
        "Reports what a facility used or saved in a year; evidence is the SHA-256 of what proves it.",
        by: [.verifier, .regulator],
        required: [(.facility, .code), (.period, .integer), (.qty, .integer), (.evidence, .digest)],
        optional: [(.kind, .words(Measure.self)), (.text, .text)]
    )

    package static let deadline = RequestRule(
        .deadline,
        "By when permits must be surrendered for a period, or for share per cent of its use.",
        by: .regulator,
        required: [(.program, .code), (.period, .integer), (.due, .time)],
        optional: [(.since, .integer), (.share, .decimal)]
    )

    package static let suspend = RequestRule(
        .suspend,
        "Bars a member from a program's markets and auctions; freeze=1: nothing leaves its accounts.",
        by: .regulator,
        .twoPersons,
        required: [(.program, .code), (.member, .code)],
        optional: [(.until, .time), (.auctions, .integer), (.freeze, .flag), (.text, .text)]
    )

    package static let readmit = RequestRule(
        .readmit,
        "Lifts a suspension.",
        by: .regulator,
        .twoPersons,
        required: [(.program, .code), (.member, .code)],
        optional: [(.text, .text)]
    )

    package static let bust = RequestRule(
        .bust,
        "Undoes a trade; two persons.",
        by: .regulator,
        [.alwaysTwoPersons, .twoPersons],
        required: [(.market, .code), (.trade, .integer)],
        optional: [(.text, .text)]
    )

    package static let retire = RequestRule(
        .retire,
        "Takes permits out of circulation for good, with a certificate.",
        by: .participant,
        required: .permits + [(.qty, .integer)],
        optional: [(.zone, .code), (.first, .integer), (.text, .text)]
    )

    package static let cover = RequestRule(
        .cover,
        "Puts permits into a facility's compliance account; from=FACILITY: out of that one's.",
        by: .participant,
        required: [(.facility, .code)] + .permits + [(.qty, .integer)],
        optional: [(.zone, .code), (.from, .code), (.first, .integer)]
    )

    package static let surrender = RequestRule(
        .surrender,
        "Surrenders permits for a facility's verified use in a period.",
        by: .participant,
        required: [(.facility, .code), (.period, .integer)] + .permits + [(.qty, .integer)],
        optional: [(.zone, .code), (.first, .integer)]
    )

    package static let pay = RequestRule(
        .pay,
        "Pays a penalty's money to the regulator.",
        by: .participant,
        required: [(.penalty, .integer)]
    )

    package static let rules = RequestRule(
        .rules,
        "A program's rule book, policy by policy.",
        by: .everyone,
        required: [(.program, .code)]
    )

    package static let programs = RequestRule(
        .programs,
        "The programs and vintages: cap, issued, held, retired.",
        by: .everyone,
        .inPages,
        optional: [(.program, .code)]
    )

    package static let facilities = RequestRule(
        .facilities,
        "The facilities, their verifiers and what they owe.",
        by: .everyone,
        optional: [(.program, .code), (.member, .code), (.facility, .code), (.from, .code)]
    )

    package static let reports = RequestRule(
        .reports,
        "Every report on a facility, oldest first, and what is verified.",
        by: .everyone,
        .inPages,
        required: [(.facility, .code)],
        optional: [(.period, .integer)]
    )

    package static let obligations = RequestRule(
        .obligations,
        "What facilities used, surrendered and fell short of, by period.",
        by: .everyone,
        optional: [(.program, .code), (.member, .code), (.facility, .code), (.period, .integer), (.from, .code)]
    )

    package static let blocks = RequestRule(
        .blocks,
        "The serial blocks of a holding, oldest first.",
        by: .parties,
        required: .permits,
        optional: [(.zone, .code), (.member, .code), (.facility, .code), (.from, .integer), (.limit, .integer)]
    )

    package static let trace = RequestRule(
        .trace,
        "The path of a serial number from its issue.",
        by: .everyone,
        required: .permits + [(.serial, .integer)],
        optional: [(.zone, .code), (.page, .integer)]
    )

    package static let certificate = RequestRule(
        .certificate,
        "A certificate of retirement; with digest, only if it is genuine.",
        by: .everyone,
        required: [(.number, .integer)],
        optional: [(.digest, .digest)]
    )

    package static let penalties = RequestRule(
        .penalties,
        "The penalties, and which are paid.",
        by: .everyone,
        optional: [(.program, .code), (.member, .code), (.from, .integer)]
    )

    package static let concentration = RequestRule(
        .concentration,
        "How concentrated a class is: shares of members with their associates, and their HHI.",
        by: .everyone,
        required: .permits,
        optional: [(.zone, .code)]
    )
}
