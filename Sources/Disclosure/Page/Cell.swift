import Mustache
import Permits

/// One cell of a table, or one fact: a text, whether it is a number, and where it leads.
struct Cell: MustacheParent {
    var text: String
    var isNumber = false
    var href: String?
    /// The tag that it is shown as: `ok`, `warn`, `bad` or `quiet`.
    var tag: String?
    /// Hashes and serial numbers, which may break anywhere.
    var isCode = false

    func child(named name: String) -> Any? {
        switch name {
        case "text": text
        case "n": isNumber ? true : nil
        case "href": href
        case "tag": tag
        case "code": isCode ? true : nil
        default: nil
        }
    }
}

/// How a column of the record is shown.
struct Show {
    let column: String
    let isNumber: Bool
    let cell: (Record, PageContext) -> Cell

    /// A text as it is.
    static func text(_ column: String) -> Show {
        Show(column: column, isNumber: false) { row, _ in Cell(text: row.text(column)) }
    }

    /// A hash, or a list of serial numbers.
    static func code(_ column: String) -> Show {
        Show(column: column, isNumber: false) { row, _ in Cell(text: row.text(column), isCode: true) }
    }

    /// A word of the protocol.
    static func word(_ column: String) -> Show {
        Show(column: column, isNumber: false) { row, page in Cell(text: page.say.word(row.text(column))) }
    }

    /// A word as a tag.
    static func tag(_ column: String, _ kinds: [String: String]) -> Show {
        Show(column: column, isNumber: false) { row, page in
            let word = row.text(column)
            return Cell(text: page.say.word(word), tag: word.isEmpty ? nil : kinds[word] ?? "quiet")
        }
    }

    /// A whole number, with spaces between thousands; a dash for none.
    static func count(_ column: String) -> Show {
        Show(column: column, isNumber: true) { row, _ in
            Cell(text: row.number(column).map { Digits.text($0, scale: 0) } ?? "–", isNumber: true)
        }
    }

    /// A number that is a name: a year, an auction.
    static func number(_ column: String) -> Show {
        Show(column: column, isNumber: true) { row, _ in Cell(text: row.text(column), isNumber: true) }
    }

    /// An amount: the decimal text that stands beside it in the record.
    static func money(_ column: String) -> Show {
        Show(column: column, isNumber: true) { row, _ in
            let text = row.text(column + "_text")
            return Cell(text: text.isEmpty ? "–" : Digits.spaced(text), isNumber: true)
        }
    }

    /// Hundredths of a per cent.
    static func percent(_ column: String) -> Show {
        Show(column: column, isNumber: true) { row, _ in
            Cell(text: row.number(column).map { Digits.text($0, scale: 2) + " %" } ?? "–", isNumber: true)
        }
    }

    /// A time, UTC, to the minute.
    static func time(_ column: String) -> Show {
        Show(column: column, isNumber: false) { row, _ in Cell(text: Moment.minute(row.text(column))) }
    }

    /// A mark where the column is 1.
    static func flag(_ column: String, _ tag: String) -> Show {
        Show(column: column, isNumber: false) { row, page in
            let isSet = row.number(column) == 1
            return Cell(text: isSet ? page.say("flag." + column) : "", tag: isSet ? tag : nil)
        }
    }

    /// The same, leading somewhere.
    func leading(to address: @escaping (Record) -> String?) -> Show {
        Show(column: column, isNumber: isNumber) { row, page in
            var shown = cell(row, page)
            if !shown.text.isEmpty { shown.href = address(row).map { page.base + $0 } }
            return shown
        }
    }

    /// The same under another heading.
    func named(_ heading: String) -> Show { Show(column: heading, isNumber: isNumber, cell: cell) }
}

/// Times of the record in text.
enum Moment {
    /// `2027-03-01T08:00:02.000000Z` to the minute: `2027-03-01 08:00`; a date stays one.
    static func minute(_ text: String) -> String {
        text.isEmpty ? "–" : String(text.prefix(16)).replacing("T", with: "\u{a0}")
    }

    /// The time of the day, to the second.
    static func second(_ text: String) -> String { String(text.dropFirst(11).prefix(8)) }
}
