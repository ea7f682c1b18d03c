import ArgumentParser
import Foundation
import WeirClient

/// An interactive client; a plain pipe when standard input is not a terminal.
struct Connect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk to a venue.",
        discussion: """
            On a terminal: a prompt with history (arrow keys), TAB completion of verbs and keys, and coloured events.
            Otherwise standard input is sent line by line, and everything that comes back is printed; at its end the
            command waits for the last reply. The password is asked for, or taken from WEIR_PASSWORD.
            """
    )

    @Argument(help: "HOST:PORT of the venue.")
    var address = "127.0.0.1:7070"

    @Option(help: "Log on as this member.")
    var member: String?

    @Option(help: "Log on as this user.")
    var user: String?

    @OptionGroup var transport: TransportOptions

    @Flag(help: "Exit with 1 if any line was refused.")
    var strict = false

    func validate() throws {
        guard (member == nil) == (user == nil) else { throw ValidationError("--member and --user go together") }
    }

    func run() async throws {
        let client = try await transport.connect(to: address)
        let isTerminal = isatty(STDIN_FILENO) == 1
        let printer = Printer(isColoured: isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil)
        let listening = Task {
            for await event in client.events { printer.event(event) }
            printer.note("the connection has ended")
        }
        if let member, let user {
            let reply = try await transport.logOn(client, member: member, user: user) { try password(isTerminal) }
            printer.reply(reply)
        }
        let refused = isTerminal ? try await converse(client, printer) : try await pipe(client, printer)
        try await client.close()
        await listening.value
        if strict, refused { throw ExitCode(1) }
    }

    private func password(_ isTerminal: Bool) throws -> String {
        if let given = ProcessInfo.processInfo.environment["WEIR_PASSWORD"] { return given }
        guard isTerminal, let typed = LineEditor.readSecret("password: ") else {
            throw ValidationError("set WEIR_PASSWORD")
        }
        return typed
    }

    /// Sends what a person types until the end of input; tells whether a line was refused.
    private func converse(_ client: WeirClient, _ printer: Printer) async throws -> Bool {
        printer.note("connected to \(address); HELP lists the verbs, TAB completes, ctrl-D ends")
        var editor = LineEditor(prompt: "> ", completions: Completions.candidates)
        var refused = false
        while let line = editor.readLine() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            let reply: ClientReply
            do { reply = try await client.send(line) } catch is ClientError { break }
            printer.reply(reply)
            refused = refused || !reply.isOK
        }
        return refused
    }

    /// Sends standard input; tells whether a line was refused.
    private func pipe(_ client: WeirClient, _ printer: Printer) async throws -> Bool {
        var refused = false
        while let line = readLine() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            var reply = try await client.send(line)
            // What is piped may be more than a session may send at once, or than the venue can take.
            while reply.code == "THROTTLED" || reply.code == "BUSY" {
                try await Task.sleep(for: .milliseconds(reply.line["retry_after"].flatMap(Int64.init) ?? 100))
                reply = try await client.send(line)
            }
            printer.reply(reply)
            refused = refused || !reply.isOK
        }
        return refused
    }
}

/// Prints replies and events, in colour for a person.
struct Printer: Sendable {
    let isColoured: Bool

    func reply(_ reply: ClientReply) {
        show(reply.line.text, colour: reply.isOK ? "32" : "31")
        for row in reply.rows { show(row.text, colour: nil) }
    }

    func event(_ event: ClientEvent) {
        if event.missed > 0 { note("\(event.missed) events of \(event.stream) are missing; RESUME brings them") }
        let colour =
            switch event.line.word {
            case "FILL": "1;36"
            case "DONE", "TRIGGER": "33"
            case "CASH", "PERMITS": "35"
            default: "2"
            }
        show(event.line.text, colour: colour)
    }

    func note(_ text: String) { Console.note(isColoured ? "\r\u{1B}[2m\(text)\u{1B}[0m" : text) }

    private func show(_ text: String, colour: String?) {
        guard isColoured, let colour else { return Console.line(isColoured ? "\r\(text)" : text) }
        Console.line("\r\u{1B}[\(colour)m\(text)\u{1B}[0m\u{1B}[K")
    }
}
