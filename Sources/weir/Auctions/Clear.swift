import ArgumentParser
import Auctions
import Foundation
import Permits
import Seals

/// The what-if auction: clears a bid list under a rule book, or under all of them.
struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Clear a list of bids under an auction's rule book.",
        discussion: """
            FILE is CSV with the columns bidder, price and quantity, in the order of entry, and optionally class (compliance or general), group (associated
            bidders share a limit), guarantee (money) and room (what the holding limit leaves). - is standard input.
            The rule books: \(RuleBook.all.map(\.code).joined(separator: ", ")).
            """
    )

    @Argument(help: "The bids, or - for standard input.")
    var file = "-"

    @Option(help: "The rule book.")
    var rules = "uniform"

    @Option(
        help:
            "Another policy in the rule book, NAME=VALUE, such as margin=time; may be repeated. --policies lists them."
    )
    var with: [String] = []

    @Flag(help: "List the policies and their values, and end.")
    var policies = false

    @Flag(help: "Every rule book side by side.")
    var compare = false

    @Flag(help: "For each price step, what was cut and the number and name of the rule that cut it.")
    var explain = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "Print each price step with what it won and what was cut as CSV.")
    var csv = false

    @OptionGroup var terms: SaleOptions

    func validate() throws {
        guard [compare, json, csv].count(where: { $0 }) <= 1 else {
            throw ValidationError("choose one of --compare, --json and --csv")
        }
        guard compare || RuleBook.named(rules) != nil else {
            let known = RuleBook.all.map(\.code).joined(separator: ", ")
            throw ValidationError("no rule book \(rules); there are \(known)")
        }
    }

    func run() throws {
        if policies {
            for policy in RuleBook.policies { Console.line("\(policy.name)=\(policy.values)") }
            return
        }
        let list = try BidFile(path: file, decimals: terms.decimals)
        guard list.isCountable else { throw ValidationError("the bids together are worth more than 64 bits can count") }
        if compare {
            let reports = try RuleBook.all.map { try cleared(list, under: $0) }
            return Console.line(ClearTable.comparison(of: reports))
        }
        guard let book = RuleBook.named(rules) else { return }
        let report = try cleared(list, under: book)
        if json { return Console.line(try report.json()) }
        if csv { return Console.line(report.csv()) }
        Console.line(ClearTable.summary(of: report))
        if explain { Console.line(ClearTable.explanation(of: report)) }
    }

    private func cleared(_ list: BidFile, under book: RuleBook) throws -> ClearReport {
        var book = book
        for choice in with {
            let parts = choice.split(separator: "=", maxSplits: 1).map(String.init)
            do throws(RejectCode) {
                guard parts.count == 2 else { throw .badValue }
                try book.set(parts[0], to: parts[1])
            } catch {
                throw ValidationError("--with \(choice): no such policy or value; --policies lists them")
            }
        }
        let sale = try terms.sale(for: book)
        for (index, step) in list.steps.enumerated() where !step.quantity.units.isMultiple(of: sale.lot.units) {
            throw ValidationError(
                "bid \(index + 1): \(step.quantity.units) is no multiple of the lot \(sale.lot.units); give --lot to change the lot"
            )
        }
        let clearing = Clearing(list.steps, bidders: list.bidders, sale: sale, rules: book)
        return ClearReport(list: list, book: book, clearing: clearing, decimals: terms.decimals)
    }
}

/// What is for sale.
struct SaleOptions: ParsableArguments {
    @Option(help: "Permits on offer.")
    var supply: Int64 = 0

    @Option(help: "Permits that consignors offer on top.")
    var consigned: Int64 = 0

    @Option(help: "Bids are multiples of it; the rule book's unless given.")
    var lot: Int64?

    @Option(help: "The public reserve price.")
    var reserve: String?

    @Option(help: "The confidential reserve price: below it nothing is sold.")
    var confidentialReserve: String?

    @Option(help: "The lowest price that is not significantly below the secondary market.")
    var marketFloor: String?

    @Option(help: "Cost containment, PRICE:QUANTITY; may be repeated, by rising price.")
    var tier: [String] = []

    @Option(help: "Emissions containment, PRICE:QUANTITY.")
    var withhold: String?

    @Option(help: "The draw's seed: 64 hexadecimal digits.")
    var seed: String = Digest.zero.hex

    @Option(help: "Decimal places of the currency.")
    var decimals = 2

    func validate() throws {
        let most = Limits.capMax.units
        guard 0...most ~= supply, 0...most ~= consigned, 1...most ~= lot ?? 1 else {
            throw ValidationError("supply and consigned must be 0 to \(most), lot 1 to \(most)")
        }
        guard 0...6 ~= decimals else { throw ValidationError("decimals must be 0 to 6") }
    }

    func sale(for book: RuleBook) throws -> Sale {
        guard let bytes = Hex.bytes(seed), let seed = Digest(bytes) else {
            throw ValidationError("--seed needs 64 hexadecimal digits, lower case")
        }
        var sale = Sale(supply: Quantity(supply), lot: lot.map { Quantity($0) } ?? book.lot, seed: seed)
        sale.consigned = Quantity(consigned)
        sale.reserve = try price(reserve, "--reserve")
        sale.confidentialReserve = try price(confidentialReserve, "--confidential-reserve")
        sale.marketFloor = try price(marketFloor, "--market-floor")
        sale.containment = try tier.map { try containment($0, "--tier") }
        guard zip(sale.containment, sale.containment.dropFirst()).allSatisfy({ $0.trigger < $1.trigger }) else {
            throw ValidationError("--tier: triggers must rise")
        }
        sale.withholding = try withhold.map { try containment($0, "--withhold") }
        return sale
    }

    private func price(_ text: String?, _ option: String) throws -> Price? {
        try text.map { try BidFile.price($0, decimals: decimals, place: option) }
    }

    private func containment(_ text: String, _ option: String) throws -> ContainmentTier {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let quantity = Int64(parts[1]),
            0...Limits.capMax.units ~= quantity
        else {
            throw ValidationError("\(option) needs PRICE:QUANTITY, such as 13.00:10000000")
        }
        return ContainmentTier(
            trigger: try BidFile.price(String(parts[0]), decimals: decimals, place: option),
            quantity: Quantity(quantity)
        )
    }
}
