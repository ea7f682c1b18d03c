import ArgumentParser
import Auctions
import Foundation
import Permits
import SwiftCSV

/// A list of bids as CSV.
struct BidFile {
    private(set) var names: [String] = []
    private(set) var bidders: [Bidder] = []
    private(set) var steps: [BidStep] = []

    /// Reads a file; `-` is standard input.
    ///
    /// Lines before the header that begin with `#` are remarks.
    /// - Throws: `ValidationError` that names the line and the column.
    init(path file: String, decimals: Int) throws {
        let path = file == "-" ? "standard input" : file
        let (table, remarks) = try BidFile.table(try InputFile.text(file), path)
        let columns = table.header.map { $0.trimmingCharacters(in: .whitespaces) }
        let known = ["bidder", "price", "quantity", "class", "group", "guarantee", "room"]
        for column in columns where !known.contains(column) {
            throw ValidationError("\(path) has an unknown column \(column); known are \(known.joined(separator: ", "))")
        }
        for column in known.prefix(3) where !columns.contains(column) {
            throw ValidationError("\(path) has no column \(column)")
        }
        // What a row says of its bidder, once said, no other row may say otherwise.
        var said: [String: String] = [:]
        var places: [String: Int] = [:]
        var groups: [String: Int] = [:]
        for (index, row) in table.rows.enumerated() {
            let place = "\(path), line \(remarks + index + 2)"
            guard row.count == columns.count else {
                throw ValidationError("\(place) has \(row.count) values, not \(columns.count)")
            }
            func value(_ column: String) -> String? {
                guard let at = columns.firstIndex(of: column) else { return nil }
                let text = row[at].trimmingCharacters(in: .whitespaces)
                return text.isEmpty ? nil : text
            }
            guard let name = value("bidder") else { throw ValidationError("\(place): bidder is empty") }
            if places[name] == nil {
                places[name] = names.count
                names.append(name)
                bidders.append(Bidder(group: bidders.count))
            }
            let bidder = places[name] ?? 0
            for column in ["class", "group", "guarantee", "room"] {
                guard let text = value(column) else { continue }
                let key = "\(column) \(name)"
                if let first = said[key], first != text {
                    throw ValidationError("\(place): \(column) of \(name) is \(text), in an earlier line \(first)")
                }
                said[key] = text
            }
            if let group = value("group") {
                if groups[group] == nil { groups[group] = bidder }
                bidders[bidder].group = groups[group] ?? bidder
            }
            if let word = value("class") {
                guard let found = BidderClass.allCases.first(where: { $0.text == word }) else {
                    throw ValidationError("\(place): class must be compliance or general")
                }
                bidders[bidder].bidderClass = found
            }
            if let text = value("guarantee") {
                bidders[bidder].guarantee = Money(
                    minorUnits: try BidFile.decimal(text, decimals: decimals, place: "\(place), guarantee")
                )
            }
            if let text = value("room") { bidders[bidder].room = try BidFile.quantity(text, "\(place), room") }
            steps.append(
                BidStep(
                    bidder: bidder,
                    price: try BidFile.price(value("price") ?? "", decimals: decimals, place: "\(place), price"),
                    quantity: try BidFile.quantity(value("quantity") ?? "", "\(place), quantity")
                )
            )
        }
    }

    /// The rows of a file's text, and how many lines of remarks stand before them.
    private static func table(_ text: String, _ path: String) throws -> (CSV<Enumerated>, remarks: Int) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let remarks = lines.prefix { $0.hasPrefix("#") }.count
        let rows = lines.dropFirst(remarks).joined(separator: "\n")
        do { return (try CSV(string: rows, loadColumns: false), remarks) } catch {
            throw ValidationError("\(path) is not CSV: \(error)")
        }
    }

    /// Whether all bids together are worth no more than 64 bits of minor units.
    var isCountable: Bool {
        let value = steps.reduce(Int128(0)) { $0 + Int128($1.price.minorUnits) * Int128($1.quantity.units) }
        return value <= Int128(Int64.max)
    }

    /// Reads a price.
    /// - Throws: `ValidationError` that begins with `place`.
    static func price(_ text: String, decimals: Int, place: String) throws -> Price {
        let price = Price(minorUnits: try decimal(text, decimals: decimals, place: place))
        guard price <= Limits.priceMax else { throw ValidationError("\(place): \(text) is above the largest price") }
        return price
    }

    private static func quantity(_ text: String, _ place: String) throws -> Quantity {
        guard let units = Int64(text), units > 0, units <= Limits.quantityMax.units else {
            throw ValidationError(
                "\(place): \(text.isEmpty ? "nothing" : text) is not 1 to \(Limits.quantityMax.units) permits"
            )
        }
        return Quantity(units)
    }

    private static func decimal(_ text: String, decimals: Int, place: String) throws -> Int64 {
        do throws(RejectCode) {
            let value = try DecimalNumber(Array(text.utf8).span).scaled(to: decimals)
            guard value >= 0 else { throw .badNumber }
            return value
        } catch {
            throw ValidationError(
                "\(place): \(text.isEmpty ? "nothing" : text) is not an amount with at most \(decimals) decimals"
            )
        }
    }
}
