import ArgumentParser
import Compacts
import Disclosure
import Exchange
import Foundation
import Permits
import Seals

/// Agreements between members, on paper: everything that an official does before and while signing.
struct CompactCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Read, simulate, put forward and sign agreements.",
        discussion: "An agreement is a text file; ops/compacts has a guide and a template for each kind.",
        subcommands: [CompactCheck.self, CompactSimulate.self, CompactDraft.self, CompactSign.self]
    )
}

/// A file with the text of an agreement.
struct TermsFile: ParsableArguments {
    @Argument(help: "The text of the agreement, or - for standard input.")
    var file: String

    /// Reads it.
    /// - Throws: `CommandError` with the line.
    func read() throws -> Terms {
        let bytes = Array(try InputFile.read(file))
        guard let text = String(validating: bytes, as: UTF8.self) else { throw CommandError("\(file) is not UTF-8") }
        do throws(TermsProblem) { return try Terms(text) } catch { throw CommandError("\(file): \(error.text)") }
    }
}

/// Reads a text and says in plain words what it means.
struct CompactCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read the text of an agreement and say in plain words what it does."
    )

    @OptionGroup var terms: TermsFile

    func run() throws { Console.line(CompactWords(try terms.read()).text) }
}

/// Writes the requests that put a text forward.
struct CompactDraft: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract: "Write the DRAFT lines that put a text forward, for `weir connect` or a client of one's own."
    )

    @OptionGroup var terms: TermsFile

    @Option(help: "The agreement's code, as INTEREST named it.")
    var compact: String

    func run() throws {
        let code = try CompactSign.code(compact, "--compact")
        for line in CompactDraft.lines(try terms.read(), code) { Console.line(line) }
    }

    /// The text in as few requests as its length needs.
    static func lines(_ terms: Terms, _ code: Code) -> [String] {
        var parts: [String] = []
        var part = ""
        var size = 0
        for scalar in terms.text.unicodeScalars {
            // A line's end is written in six bytes; a quote and a backslash in two.
            let bytes = scalar.value < 32 ? 6 : scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
            if size + bytes > Limits.draftBytesMax {
                parts.append(part)
                (part, size) = ("", 0)
            }
            part.unicodeScalars.append(scalar)
            size += bytes
        }
        parts.append(part)
        return parts.enumerated().map { index, part in
            "DRAFT compact=\(code) text=\(quoted(part))" + (index < parts.count - 1 ? " more=1" : "")
        }
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.append(quoted: text)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Signs a text, or a contract's end.
struct CompactSign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a text with one's key, and write the SIGN line; --end: the TERMINATE line of the contract."
    )

    @OptionGroup var terms: TermsFile

    @Option(help: "The agreement's code.")
    var compact: String

    @Option(help: "The number of the draft, as DRAFT or COMPACTS told it.")
    var draft: UInt64?

    @Option(help: "One's member.")
    var member: String

    @Option(help: "One's login.")
    var user: String

    @Option(help: "The file with one's private key, whose public half the login has.")
    var key: String

    @Flag(help: "Sign the end of the contract with this text instead.")
    var end = false

    func validate() throws {
        guard end != (draft != nil) else { throw ValidationError("give --draft N, or --end") }
        guard draft.map({ (1...UInt64(Int64.max)).contains($0) }) ?? true else {
            throw ValidationError("--draft is a number from 1")
        }
    }

    func run() throws {
        let terms = try terms.read()
        let agreement = try CompactSign.code(compact, "--compact")
        let member = try CompactSign.code(member, "--member")
        let user = try CompactSign.code(user, "--user")
        let key = try KeyFile.read(key)
        guard let draft else {
            let text = CompactText.end(agreement: agreement, digest: terms.digest, member: member, user: user)
            return Console.line("TERMINATE compact=\(agreement) sign=\(Hex.text(key.signature(of: text)))")
        }
        let text = CompactText.signed(
            agreement: agreement,
            draft: draft,
            digest: terms.digest,
            member: member,
            user: user
        )
        let signature = Hex.text(key.signature(of: text))
        Console.line("SIGN compact=\(agreement) draft=\(draft) digest=\(terms.digest.hex) sign=\(signature)")
    }

    static func code(_ text: String, _ option: String) throws -> Code {
        guard let code = Code(text) else {
            throw ValidationError("\(option) must be 1 to \(Code.lengthMax) of A-Z a-z 0-9 . _ -")
        }
        return code
    }
}
