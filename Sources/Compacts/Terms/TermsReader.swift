import Permits
import Registry

extension Terms {
    /// Reads a text of terms.
    ///
    /// - Parameter text: at most `bytesMax` bytes of UTF-8, lines ended by LF; no other control characters.
    /// - Throws: `TermsProblem` with the line.
    package init(_ text: String) throws(TermsProblem) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Terms.bytesMax else {
            throw TermsProblem("the text has \(bytes.count) bytes; at most \(Terms.bytesMax)")
        }
        guard bytes.count(where: { $0 == 10 }) < Limits.rowsMax else {
            throw TermsProblem("the text has more than \(Limits.rowsMax) lines")
        }
        guard !text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw TermsProblem("the text begins with a byte order mark; save it as plain UTF-8")
        }
        if let place = bytes.firstIndex(where: { $0 < 32 && $0 != 10 || $0 == 127 }) {
            let what =
                bytes[place] == 13
                ? "a carriage return; lines end with LF alone" : bytes[place] == 9 ? "a tab" : "a control character"
            throw TermsProblem("there is \(what)").at(bytes[..<place].count(where: { $0 == 10 }) + 1)
        }
        var lines: [TermsLine] = []
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            if let read = try TermsLine(line, number: index + 1) { lines.append(read) }
        }
        self = try TermsReader(lines, text: text).terms
    }
}

/// Builds terms from their lines: who and what is named first, then what refers to it.
struct TermsReader {
    private(set) var terms: Terms
    private var hasBreach = false

    /// The words in the order in which lines are read: what names something comes before what refers to it, and what moves
    /// money and permits keeps the order of the text.
    private static let groups = [
        ["party", "monitor"], ["fund"], ["bond"], ["measure"], ["index"], ["purpose"],
        ["pay", "split", "contribute", "deliver", "issue", "suspend", "expel"], ["task"], ["entry"], ["breach"],
        ["exit"],
    ]

    init(_ lines: [TermsLine], text: String) throws(TermsProblem) {
        terms = try TermsReader.head(lines, text: text)
        let words = ["agreement", "term"] + TermsReader.groups.flatMap(\.self)
        for line in lines where !words.contains(line.word) {
            throw TermsProblem("no clause \(line.word); there are \(words.joined(separator: ", "))").at(line.number)
        }
        for word in words {
            let found = lines.filter { $0.word == word }
            guard found.count <= Terms.linesOfWordMax else {
                throw TermsProblem("there are more than \(Terms.linesOfWordMax) lines \(word)")
                    .at(found[Terms.linesOfWordMax].number)
            }
        }
        for group in TermsReader.groups {
            for var line in lines where group.contains(line.word) {
                do throws(TermsProblem) {
                    try read(&line)
                    try line.checkKeys()
                } catch { throw error.at(line.number) }
            }
        }
        try checkWhole()
    }

    private static func head(_ lines: [TermsLine], text: String) throws(TermsProblem) -> Terms {
        func only(_ word: String) throws(TermsProblem) -> TermsLine {
            let found = lines.filter { $0.word == word }
            guard found.count == 1 else {
                throw TermsProblem("there must be one line \(word), not \(found.count)").at(
                    found.dropFirst().first?.number ?? 0
                )
            }
            return found[0]
        }
        var agreement = try only("agreement")
        var term = try only("term")
        let kind: Terms.Kind
        let title: String
        let currency: Currency
        do throws(TermsProblem) {
            guard let found = try agreement.word("kind", Terms.Kind.self),
                let money = try agreement.word("currency", Currency.self)
            else { throw TermsProblem("agreement needs kind= and currency=") }
            (kind, currency) = (found, money)
            title = try agreement.required("title")
            guard (1...Limits.textBytesMax).contains(title.utf8.count) else {
                throw TermsProblem("title must have 1 to \(Limits.textBytesMax) bytes")
            }
            try agreement.checkKeys()
        } catch { throw error.at(agreement.number) }
        do throws(TermsProblem) {
            guard let starts = try term.date("starts"), let ends = try term.date("ends") else {
                throw TermsProblem("term needs starts= and ends=")
            }
            guard ends.year <= 2999 else { throw TermsProblem("ends is after 2999") }
            let schedule = try Schedule(
                step: try term.word("each") ?? .year,
                starts: starts,
                ends: ends,
                dueDays: try term.integer("due", in: 0...3660) ?? 30,
                graceDays: try term.integer("grace", in: 0...3660) ?? 30,
                cureDays: try term.integer("cure", in: 0...3660) ?? 30,
                answerDays: try term.integer("answer", in: 1...3660) ?? 30
            )
            try term.checkKeys()
            return Terms(kind: kind, title: title, currency: currency, schedule: schedule, text: text)
        } catch { throw error.at(term.number) }
    }

    private mutating func read(_ line: inout TermsLine) throws(TermsProblem) {
        switch line.word {
        case "party", "monitor": try readParty(&line)
        case "fund": try readFund(&line)
        case "bond": try readBond(&line)
        case "measure": try readMeasure(&line)
        case "index": try readIndex(&line)
        case "purpose": try readPurpose(&line)
        case "task": try readTask(&line)
        case "entry":
            let entry = Terms.Entry(
                party: try signer(&line, "party"),
                standing: try line.integer("standing", in: 0...100),
                funds: try line.money("funds", terms.currency)
            )
            guard entry.standing != nil || entry.funds != nil else {
                throw TermsProblem("entry needs standing= or funds=")
            }
            terms.entries.append(entry)
        case "breach":
            guard !hasBreach else { throw TermsProblem("there is a line breach already") }
            hasBreach = true
            terms.breach = Terms.Breach(
                penalty: try line.percent("penalty") ?? .zero,
                ends: try line.integer("ends", in: 0...1) == 1
            )
        case "exit":
            let exit = Terms.Exit(
                party: try signer(&line, "party"),
                noticeDays: try line.integer("notice", in: 0...3660) ?? 0
            )
            guard !terms.exits.contains(where: { $0.party == exit.party }) else {
                throw TermsProblem("there is an exit of \(terms.parties[exit.party].name) already")
            }
            terms.exits.append(exit)
        default: try readClause(&line)
        }
    }

    private mutating func readParty(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try newName(&line)
        let member = try line.requiredCode("member")
        terms.parties.append(Terms.Party(name: name, member: member, signs: line.word == "party"))
    }

    private mutating func readFund(_ line: inout TermsLine) throws(TermsProblem) {
        let fund = Terms.Fund(
            name: try newName(&line),
            manager: line.text("manager") == nil ? nil : try signer(&line, "manager"),
            rest: try signer(&line, "rest")
        )
        terms.funds.append(fund)
    }

    private mutating func readBond(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try newName(&line)
        let from = try signer(&line, "from")
        guard let amount = try line.money("amount", terms.currency), amount > .zero else {
            throw TermsProblem("bond needs amount= above 0")
        }
        let standing = try line.integer("standing", in: 0...100)
        let reduced = try line.money("reduced", terms.currency)
        guard (standing == nil) == (reduced == nil), reduced ?? amount <= amount else {
            throw TermsProblem("standing= and reduced= go together, and reduced is at most the amount")
        }
        let bond = Terms.Bond(from: from, amount: amount, standing: standing, reduced: reduced ?? amount)
        terms.funds.append(Terms.Fund(name: name, manager: nil, rest: from, bond: bond))
    }

    private mutating func readPurpose(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try line.requiredCode("name")
        guard case .fund(let fund) = try place(&line, "fund"), terms.funds[fund].manager != nil else {
            throw TermsProblem("a purpose is of a fund with a manager")
        }
        guard !terms.purposes.contains(where: { $0.name == name && $0.fund == fund }) else {
            throw TermsProblem("the fund has a purpose \(name) already")
        }
        var payees: [Code] = []
        for text in try line.required("to").split(separator: ",", omittingEmptySubsequences: false) {
            guard let code = Code(String(text)) else { throw TermsProblem("to: \(text) is no member's code") }
            payees.append(code)
        }
        let most = try line.money("max", terms.currency)
        terms.purposes.append(Terms.Purpose(name: name, fund: fund, payees: payees, most: most))
    }

    private mutating func readTask(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try line.requiredCode("name")
        guard !terms.tasks.contains(where: { $0.name == name }) else { throw TermsProblem("there is a task \(name)") }
        let owner = try signer(&line, "owner")
        guard let due = try line.date("due") else { throw TermsProblem("task needs due=") }
        let forfeit = try line.money("forfeit", terms.currency)
        let confirmer = try optionalParty(&line, "confirm")
        let text = line.text("text") ?? ""
        let isBonded = terms.funds.contains { $0.bond?.from == owner }
        guard forfeit == nil || isBonded else { throw TermsProblem("forfeit needs a bond of the owner") }
        terms.tasks.append(
            Terms.Task(
                name: name,
                owner: owner,
                due: Schedule.midnight(due.dayNumber + 1),
                confirmer: confirmer,
                forfeit: forfeit,
                text: text
            )
        )
    }

    // MARK: Names

    /// A name that no party, monitor, fund or bond has.
    private func newName(_ line: inout TermsLine) throws(TermsProblem) -> Code {
        let name = try line.requiredCode("name")
        let isTaken =
            terms.parties.contains { $0.name == name } || terms.funds.contains { $0.name == name }
            || name == Terms.feesName
        guard !isTaken else { throw TermsProblem("the name \(name) is taken") }
        return name
    }

    /// A party that signs.
    func signer(_ line: inout TermsLine, _ key: String) throws(TermsProblem) -> Int {
        guard case .party(let index) = try place(&line, key) else { throw TermsProblem("\(key) is a party") }
        return index
    }

    func party(_ line: inout TermsLine, _ key: String) throws(TermsProblem) -> Int {
        guard let index = try optionalParty(&line, key) else { throw TermsProblem("\(line.word) needs \(key)=") }
        return index
    }

    func optionalParty(_ line: inout TermsLine, _ key: String) throws(TermsProblem) -> Int? {
        guard let name = try line.code(key) else { return nil }
        guard let index = terms.parties.firstIndex(where: { $0.name == name }) else {
            throw TermsProblem("\(key): no party or monitor \(name)")
        }
        return index
    }

    /// A party that signs, a fund, or the venue's fees.
    func place(_ line: inout TermsLine, _ key: String) throws(TermsProblem) -> Terms.Place {
        try place(named: try line.requiredCode(key), key)
    }

    func place(named name: Code, _ key: String) throws(TermsProblem) -> Terms.Place {
        if name == Terms.feesName { return .fees }
        if let index = terms.funds.firstIndex(where: { $0.name == name }) { return .fund(index) }
        guard let index = terms.parties.firstIndex(where: { $0.name == name }) else {
            throw TermsProblem("\(key): no party or fund \(name)")
        }
        guard terms.parties[index].signs else {
            throw TermsProblem("\(key): \(name) is a monitor, which neither pays nor gets")
        }
        return .party(index)
    }

    mutating func append(_ measure: MeasureTerms) { terms.measures.append(measure) }
    mutating func append(_ index: IndexTerms) { terms.indices.append(index) }
    mutating func append(_ clause: Clause) { terms.clauses.append(clause) }
    mutating func setClause(_ clause: Clause, at index: Int) { terms.clauses[index] = clause }
}
