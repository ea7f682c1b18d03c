import Mustache
import Permits

/// What pages are made from: the record at one moment, the language, and the venue's time.
struct PageContext {
    let reading: Reading
    let say: Phrases
    /// The venue's time.
    let now: Timestamp

    /// What addresses of pages begin with.
    var base: String { say.language.base }

    /// A table of rows of the record: `name` is its id in the page and the key of its caption, `data` the public table behind it.
    func table(
        _ name: String,
        _ columns: [Show],
        _ rows: [Record],
        data: String? = nil,
        isFiltered: Bool = false
    ) -> TableView {
        TableView(
            id: name,
            caption: say("table." + name),
            heads: columns.map { Cell(text: say.heading($0.column), isNumber: $0.isNumber) },
            rows: rows.map { row in TableView.Row(cells: columns.map { $0.cell(row, self) }) },
            data: data.map { "\(base)/data/\($0)" },
            isFiltered: isFiltered
        )
    }

    /// A fact with its name.
    func fact(_ key: String, _ cell: Cell) -> Fact { Fact(name: say("fact." + key), cell: cell) }

    /// A fact of a row: a column as it is shown in tables.
    func fact(_ row: Record, _ show: Show) -> Fact { Fact(name: say.heading(show.column), cell: show.cell(row, self)) }

    /// The most rows of a long table.
    static let rowsMax = 100
}

/// A page: a title, and sections below each other.
struct Page {
    var title: String
    var lead: String?
    /// Where the page stands: pages above it.
    var crumbs: [Cell] = []
    /// The part of the site that it belongs to, as in the navigation.
    var part: String
    var sections: [Section] = []
    /// The stream that it follows, and its last number that the page knows.
    var live: Live?

    struct Live: MustacheParent {
        let address: String
        let number: UInt64

        func child(named name: String) -> Any? { name == "address" ? address : name == "number" ? number : nil }
    }
}

/// A part of a page under a heading; what is empty is not shown.
struct Section: MustacheParent {
    var id: String
    var heading: String?
    var intro: String?
    var cards: [Card] = []
    var facts: [Fact] = []
    var charts: [Chart] = []
    var tables: [TableView] = []
    var links: [Cell] = []
    /// Text to be read as it stands: terms, certificates.
    var verbatim: String?
    /// The name of a template for what is special here, and what it is made from.
    var special: String?
    var values: [String: String] = [:]
    /// Whether the script replaces it while the page is live.
    var isRefreshed = false
    /// Whether its tables stand beside each other.
    var isWide = false

    func child(named name: String) -> Any? {
        switch name {
        case "id": id
        case "heading": heading
        case "intro": intro
        case "cards": cards.isEmpty ? nil : ["list": cards]
        case "facts": facts.isEmpty ? nil : ["list": facts]
        case "charts": charts
        case "tables": tables.isEmpty ? nil : ["list": tables]
        case "links": links.isEmpty ? nil : ["list": links]
        case "verbatim": verbatim
        case "special": special
        case "values": values
        case "refreshed": isRefreshed ? true : nil
        case "wide": isWide ? true : nil
        default: nil
        }
    }
}

/// A card of an overview.
struct Card: MustacheParent {
    var title: Cell
    var figure: String?
    var unit: String?
    var tags: [Cell] = []
    var facts: [Fact] = []

    func child(named name: String) -> Any? {
        switch name {
        case "title": title
        case "figure": figure
        case "unit": unit
        case "tags": tags
        case "facts": facts.isEmpty ? nil : ["list": facts]
        default: nil
        }
    }
}

/// A name and what it is.
struct Fact: MustacheParent {
    var name: String
    var cell: Cell

    func child(named name: String) -> Any? { name == "name" ? self.name : name == "cell" ? cell : nil }
}

/// A chart with what stands below it.
struct Chart: MustacheParent {
    var svg: String
    var caption: String?
    /// The name by which the script puts a newer one in its place.
    var refresh: String?

    func child(named name: String) -> Any? {
        switch name {
        case "svg": svg
        case "caption": caption
        case "refresh": refresh
        default: nil
        }
    }
}

/// A table.
struct TableView: MustacheParent {
    struct Row: MustacheParent {
        var cells: [Cell]
        /// The price that the script finds the row of a book by, in decimal text.
        var price: String?

        func child(named name: String) -> Any? { name == "cells" ? cells : name == "price" ? price : nil }
    }

    var id: String
    var caption: String
    var heads: [Cell]
    var rows: [Row]
    /// The address of the same as open data.
    var data: String?
    /// Whether readers may search in it.
    var isFiltered = false
    /// The side of a book that the script keeps up to date.
    var side: String?
    /// Whether the script adds trades.
    var isTrades = false

    func child(named name: String) -> Any? {
        switch name {
        case "id": "table-" + id
        case "caption": caption
        case "heads": heads
        case "rows": rows
        case "nothing": rows.isEmpty && side == nil && !isTrades ? true : nil
        case "data": data
        case "filtered": isFiltered && rows.count > 10 ? true : nil
        case "side": side
        case "trades": isTrades ? true : nil
        default: nil
        }
    }
}
