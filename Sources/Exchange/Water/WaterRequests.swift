package import Permits
package import Registry
import Seals

// Seasons, links and what passes through them.

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
        .twoPersons,
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
            (.starts, .time), (.floor, .integer), (.reopen, .integer), (.backopen, .integer), (.oneway, .flag),
        ],
        example: #"link=L program=W from=up to=down"#
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

/// Commands of water: seasons, links and what passes through them.
package enum WaterCommand: Sendable, Equatable {
    case season(NewSeason)
    case announce(program: Code, vintage: Int64, percent: DecimalNumber)
    case spill(program: Code, vintage: Int64, percent: DecimalNumber)
    case release(program: Code, vintage: Int64)
    case link(NewLink)
    case delivery(link: Code, quantity: Quantity)
    case move(ZoneMove)
}

/// `SEASON`.
package struct NewSeason: Sendable, Equatable {
    package var program: Code
    package var vintage: Int64
    package var ends: Timestamp
    /// In per cent of the entitlement.
    package var carry: DecimalNumber
    package var spills: Bool
}

/// `LINK`.
package struct NewLink: Sendable, Equatable {
    package var code: Code
    package var program: Code
    package var from: Code
    package var to: Code
    /// What the account stands at; nil: as it is.
    package var balance: Quantity?
    /// Its terms; they start at `.never` if they do now.
    package var terms: Link.Change

    package init(code: Code, program: Code, from: Code, to: Code, balance: Quantity?, terms: Link.Change) {
        self.code = code
        self.program = program
        self.from = from
        self.to = to
        self.balance = balance
        self.terms = terms
    }
}

/// `MOVE`.
package struct ZoneMove: Sendable, Equatable {
    package var link: Code
    package var vintage: Int64
    package var quantity: Quantity
    package var isBack: Bool
    package var first: Int64?
}

extension LineScanner {
    func readLink(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let link = try required(code(.link, line), .link)
        let text = try text(.ratio, line)
        guard let ratio = text.map({ Ratio($0) }) ?? .one else {
            throw Refusal(
                .badValue,
                "ratio must be two whole numbers with a colon, what arrives and what leaves, like 9:10"
            )
        }
        let most = Limits.capMax.units
        return .link(
            NewLink(
                code: link,
                program: try required(code(.program, line), .program),
                from: try required(code(.from, line), .from),
                to: try required(code(.to, line), .to),
                balance: try integer(.balance, line, in: -most...most).map { Quantity($0) },
                terms: Link.Change(
                    starts: try time(.starts, line) ?? .never,
                    limit: try integer(.limit, line, in: 0...most).map { Quantity($0) },
                    ratio: ratio,
                    window: try integer(.window, line, in: 0...Limits.windowMax) ?? 0,
                    isFrozen: try flag(.freeze, line),
                    floor: try integer(.floor, line, in: -most...most).map { Quantity($0) },
                    reopens: try integer(.reopen, line, in: -most...most).map { Quantity($0) },
                    backReopens: try integer(.backopen, line, in: -most...most).map { Quantity($0) },
                    isOneWay: try flag(.oneway, line)
                )
            )
        )
    }

    func readDelivery(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let link = try required(code(.link, line), .link)
        return .delivery(link: link, quantity: try required(quantity(.qty, line), .qty))
    }

    func readMove(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let link = try required(code(.link, line), .link)
        return .move(
            ZoneMove(
                link: link,
                vintage: try required(integer(.vintage, line, in: LineScanner.vintages), .vintage),
                quantity: try required(quantity(.qty, line), .qty),
                isBack: try flag(.back, line),
                first: try integer(.first, line, in: 1...Limits.capMax.units)
            )
        )
    }

    func readSeason(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: LineScanner.vintages), .vintage)
        return .season(
            NewSeason(
                program: program,
                vintage: vintage,
                ends: try required(time(.ends, line), .ends),
                carry: try decimal(.carry, line) ?? .zero,
                spills: try flag(.spills, line)
            )
        )
    }

    func readAnnounce(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: LineScanner.vintages), .vintage)
        return .announce(program: program, vintage: vintage, percent: try required(decimal(.percent, line), .percent))
    }

    func readSpill(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: LineScanner.vintages), .vintage)
        return .spill(program: program, vintage: vintage, percent: try required(decimal(.percent, line), .percent))
    }

    func readRelease(_ line: Span<UInt8>) throws(Refusal) -> WaterCommand {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: LineScanner.vintages), .vintage)
        return .release(program: program, vintage: vintage)
    }

    func readSeasons(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        return .seasons(program: program)
    }

    func readLinks(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        return .links(program: program)
    }

    func readReach(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let rows = 1...Int64(Limits.rowsMax)
        let depth = try integer(.depth, line, in: rows) ?? 10
        return .reach(market: try required(code(.market, line), .market), depth: Int(depth))
    }
}
