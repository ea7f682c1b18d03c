package import Permits
package import Registry
import Seals

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
        "Takes back a transfer that has not executed; the program's regulator stops it.",
        by: [.participant, .regulator],
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
        "The member's transfers that wait, and whom it trusts; a regulator's: those of its programs.",
        by: [.participant, .regulator],
        .inPages,
        optional: [(.program, .code)]
    )

    package static let swap = RequestRule(
        .swap,
        "Offers permits of one class for another, PROGRAM:VINTAGE or PROGRAM:VINTAGE:ZONE; whole or not at all.",
        by: .participant,
        .twoPersons,
        required: [(.give, .text), (.giveqty, .integer), (.want, .text), (.wantqty, .integer)],
        optional: [(.to, .code), (.expire, .time)],
        example: #"give=CO2:2027 giveqty=100 want=CO2:2028 wantqty=110"#
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
        optional: [(.to, .code), (.royalty, .decimal), (.lease, .integer), (.expire, .time)],
        example: #"give=CO2:2027:100 price=7100.00 to=acme"#
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

/// Commands of deals: transfers, swaps, offers.
package enum DealCommand: Sendable, Equatable {
    case swap(NewSwap)
    case unswap(UInt64)
    case offer(NewOffer)
    case take(UInt64)
    case unoffer(UInt64)
    case transfer(PermitAmount, to: Code)
    case recall(transfer: UInt64)
    case trust(program: Code, to: Code)
    case distrust(program: Code, to: Code)
}

/// `SWAP`.
package struct NewSwap: Sendable, Equatable {
    package var give: ClassName
    package var giveQuantity: Quantity
    package var want: ClassName
    package var wantQuantity: Quantity
    /// With whom alone.
    package var partner: Code?
    package var expires: Timestamp?
}

/// `OFFER`.
package struct NewOffer: Sendable, Equatable {
    /// Permits of one class in the bundle.
    package struct Item: Sendable, Equatable {
        package var permits: ClassName
        package var quantity: Quantity
    }

    package var items: [Item]
    package var price: DecimalNumber
    package var royalty: DecimalNumber?
    package var lease: Int64?
    /// To whom alone.
    package var partner: Code?
    package var expires: Timestamp?
}

extension LineScanner {
    func readTrust(_ line: Span<UInt8>) throws(Refusal) -> DealCommand {
        let program = try required(code(.program, line), .program)
        let target = try required(code(.to, line), .to)
        return verb == .trust ? .trust(program: program, to: target) : .distrust(program: program, to: target)
    }

    func readRights(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let member = try code(.member, line)
        return .rights(member: member)
    }

    func newSwap(_ line: Span<UInt8>) throws(Refusal) -> NewSwap {
        NewSwap(
            give: try required(classText(.give, line), .give),
            giveQuantity: try required(quantity(.giveqty, line), .giveqty),
            want: try required(classText(.want, line), .want),
            wantQuantity: try required(quantity(.wantqty, line), .wantqty),
            partner: try code(.to, line),
            expires: try time(.expire, line)
        )
    }

    /// A class in one value: `CO2:2027` or `WATER:2027:murray`.
    func classText(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> ClassName? {
        guard let text = try text(key, line) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let name = className(parts) else {
            throw Refusal(.badValue, "\(key.name) must be PROGRAM:VINTAGE or PROGRAM:VINTAGE:ZONE")
        }
        return name
    }

    /// Digits alone, as everywhere in the grammar.
    func wholeNumber(_ text: String) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }

    func className(_ parts: [String]) -> ClassName? {
        guard parts.count == 2 || parts.count == 3, let program = Code(parts[0]), let vintage = wholeNumber(parts[1]),
            vintage == 0 || LineScanner.vintages.contains(vintage),
            let zone = parts.count == 3 ? Code(parts[2]) : Code.none
        else { return nil }
        return ClassName(program: program, vintage: vintage, zone: zone)
    }

    func newOffer(_ line: Span<UInt8>) throws(Refusal) -> NewOffer {
        NewOffer(
            items: try items(line),
            price: try required(decimal(.price, line), .price),
            royalty: try decimal(.royalty, line),
            lease: try integer(.lease, line, in: 1...Limits.leaseMax),
            partner: try code(.to, line),
            expires: try time(.expire, line)
        )
    }

    /// A bundle: `HIGH:0:up:100,WATER:2027:up:50`.
    func items(_ line: Span<UInt8>) throws(Refusal) -> [NewOffer.Item] {
        let text = try required(text(.give, line), .give)
        var items: [NewOffer.Item] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard let name = className(Array(parts.dropLast())), let last = parts.last, let units = wholeNumber(last),
                (1...Limits.quantityMax.units).contains(units)
            else {
                throw Refusal(
                    .badValue,
                    "give must be PROGRAM:VINTAGE:QTY or PROGRAM:VINTAGE:ZONE:QTY, several with commas, qty from 1 to \(Limits.quantityMax.units)"
                )
            }
            items.append(NewOffer.Item(permits: name, quantity: Quantity(units)))
        }
        guard items.count <= Limits.offerItemsMax else {
            throw Refusal(.outOfRange, "\(items.count) classes are in the bundle, more than \(Limits.offerItemsMax)")
        }
        return items
    }
}
