import Audit
import Foundation
import Storage

extension PageContext {
    /// The sealed log: the newest checkpoint with its witnesses, leaves in readable text, and a proof that the page itself checks.
    ///
    /// Leaves must have `words` in them, all if it is empty, and lie before the one given, if any.
    func sealedLog(_ log: PublicLog, find words: String, before: UInt64?) throws -> Page {
        var page = Page(title: say("part.log"), lead: say("log.lead"), part: "log")
        guard let (note, checkpoint) = try log.checkpoint() else {
            page.sections = [Section(id: "empty", intro: say("log.empty"))]
            return page
        }
        let witnesses = try log.witnesses()
        let end = min(before ?? checkpoint.size, checkpoint.size)
        let found = try log.leaves(before: end, with: words)
        page.sections = [
            Section(
                id: "checkpoint",
                heading: say("log.checkpoint"),
                facts: [
                    fact("log.origin", Cell(text: checkpoint.origin, isCode: true)),
                    fact("log.size", Cell(text: Digits.text(Int64(clamping: checkpoint.size), scale: 0))),
                    fact(
                        "log.witnesses",
                        Cell(text: witnesses.isEmpty ? say("log.nowitness") : witnesses.joined(separator: ", "))
                    ),
                ],
                links: [
                    Cell(text: "log/checkpoint", href: "/log/checkpoint"), Cell(text: "log/key", href: "/log/key"),
                ]
                    + (witnesses.isEmpty
                        ? [] : [Cell(text: "log/checkpoint.cosigned", href: "/log/checkpoint.cosigned")]),
                verbatim: note.note
            ),
            Section(
                id: "proof",
                heading: say("log.proof"),
                intro: say("log.proof.text"),
                special: "proof",
                values: [
                    "label": say("log.index"), "last": "\(checkpoint.size - 1)", "button": say("check.button"),
                    "rest": say("check.waiting"),
                ]
            ),
            leaves(found, words, end),
            Section(
                id: "tools",
                heading: say("log.tools"),
                intro: say("log.tools.text"),
                verbatim: say("log.tools.commands")
            ),
        ]
        return page
    }

    private func leaves(_ found: PublicLog.Found, _ words: String, _ end: UInt64) -> Section {
        let rows = found.leaves.map { leaf in
            // TIME STREAM LINE
            let parts = leaf.text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            return TableView.Row(cells: [
                Cell(text: "\(leaf.index)", isNumber: true), Cell(text: Moment.minute(parts.first ?? "")),
                Cell(text: parts.count > 1 ? parts[1] : ""), Cell(text: parts.count > 2 ? parts[2] : "", isCode: true),
            ])
        }
        var section = Section(
            id: "leaves",
            heading: say("log.leaves"),
            intro: say("log.leaves.text", "\(PublicLog.searchedMax)"),
            special: "search",
            values: [
                "label": say("log.find"), "button": say("find.button"), "value": words, "action": base + "/log#leaves",
            ]
        )
        section.tables = [
            TableView(
                id: "leaf-table",
                caption: say("table.leaves"),
                heads: ["leaf", "time", "stream", "line"].map { Cell(text: say.heading($0), isNumber: $0 == "leaf") },
                rows: rows
            )
        ]
        if found.next > 0 {
            let query = words.isEmpty ? "" : "&find=" + Address.escaped(words)
            section.links = [Cell(text: say("log.older"), href: "\(base)/log?before=\(found.next)\(query)#leaves")]
        }
        return section
    }
}

extension PublicLog {
    /// A leaf with its place.
    struct Leaf {
        let index: UInt64
        let text: String
    }

    /// What a search found, and the leaf before which it would go on; 0 if it has come to the beginning.
    struct Found {
        var leaves: [Leaf] = []
        var next: UInt64
    }

    /// The most leaves of a page.
    static let leavesMax = 50
    /// The most leaves that one search looks at.
    static let searchedMax = 25_600

    /// The newest leaves before an index that have a text in them, the newest first.
    func leaves(before end: UInt64, with words: String) throws -> Found {
        var found = Found(next: end)
        let lowest = end > UInt64(PublicLog.searchedMax) ? end - UInt64(PublicLog.searchedMax) : 0
        let wide = UInt64(Tile.widthMax)
        while found.next > lowest, found.leaves.count < PublicLog.leavesMax {
            let bundle = (found.next - 1) / wide
            let texts = try leaves(ofBundle: bundle, count: Int(found.next - bundle * wide))
            guard !texts.isEmpty else { break }
            for (place, text) in texts.enumerated().reversed() {
                found.next = bundle * wide + UInt64(place)
                guard words.isEmpty || text.localizedCaseInsensitiveContains(words) else { continue }
                found.leaves.append(Leaf(index: found.next, text: text))
                if found.leaves.count == PublicLog.leavesMax { break }
            }
        }
        return found
    }

    /// The first leaves of a bundle, as `log/tile/entries` serves them: each behind its length in two bytes.
    private func leaves(ofBundle number: UInt64, count: Int) throws -> [String] {
        guard let bytes = try file("log/" + Tile(.entries, index: number, width: count).path)?.bytes else { return [] }
        var texts: [String] = []
        var rest = bytes[...]
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) << 8 + Int(rest[rest.startIndex + 1])
            let leaf = rest.dropFirst(2).prefix(length)
            texts.append(String(decoding: leaf, as: UTF8.self))
            rest = rest.dropFirst(2 + length)
        }
        return texts
    }

    /// The names of those who have signed the newest checkpoint that any witness has.
    func witnesses() throws -> [String] {
        guard let bytes = try file("log/checkpoint.cosigned")?.bytes else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        // The venue's own signature stands first.
        return lines.compactMap { SignedNote.Signature(line: $0)?.name }.dropFirst().map(\.self)
    }
}
