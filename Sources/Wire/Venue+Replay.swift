package import Exchange
package import Permits

// Replay: a stream file or a journal's payload, entry by entry, as the sequencer would have run it.

extension Venue {
    /// Executes one entry; a timer that is due before it fires first, by a `CLOCK` of its own.
    ///
    /// - Parameter body: called after each command or query with who sent it (nil: the sequencer); it may empty the output.
    /// - Throws: `StreamError` if the entry names a member or login that does not exist.
    package mutating func replay(
        _ entry: StreamEntry, output: inout Output, _ body: (StreamEntry, inout Output) throws -> Void
    ) throws {
        let (member, user) = try sender(of: entry)
        let line: ParsedLine
        do throws(ParseFailure) {
            line = try LineParser.parse(entry.line.span, allowInternal: true)
        } catch {
            refuse(id: error.id, error.refusal, output: &output)
            return try body(entry, &output)
        }
        guard let member else {
            answerStranger(line, output: &output)
            return try body(entry, &output)
        }
        switch line.body {
        case .query: answer(line, member: member, output: &output)
        case .command(let command):
            try run(command, line, member, user, entry, &output, body)
        case .logon(let logon):
            try run(logon.command, line, member, user, entry, &output, body)
        case .login:
            refuse(
                id: line.id, Refusal(.badValue, "a stream holds no passwords; LOGIN takes hash= here"), output: &output)
        case .subscribe(let code), .unsubscribe(let code), .resume(let code, _):
            throw StreamError("\(line.verb.text) \(code) belongs to a connection and has no meaning in a stream file")
        }
        try body(entry, &output)
    }

    private mutating func run(
        _ command: Command, _ line: ParsedLine, _ member: MemberID, _ user: UserID, _ entry: StreamEntry,
        _ output: inout Output, _ body: (StreamEntry, inout Output) throws -> Void
    ) throws {
        if line.verb != .clock, let clock = dueClock(at: entry.time) {
            execute(clock, output: &output)
            try body(StreamEntry.clock(at: entry.time), &output)
        }
        let request = Request(
            time: entry.time, member: member, user: user, verb: line.verb, id: line.id, contentHash: line.contentHash,
            command: command)
        execute(request, output: &output)
    }

    /// The `CLOCK` that must come before a command at `time`, if a timer is due by then.
    package func dueClock(at time: Timestamp) -> Request? {
        guard nextDeadline <= time else { return nil }
        return Request(
            time: time, member: .venue, user: .venue, verb: .clock, id: .none, contentHash: 0, command: .clock)
    }

    /// What a connection gets that has not logged on.
    private func answerStranger(_ line: ParsedLine, output: inout Output) {
        if case .query = line.body {
            answer(line, member: nil, output: &output)
        } else {
            refuse(
                id: line.id, Refusal(.notLoggedOn, "\(line.verb.text) needs a session; send LOGON first"),
                output: &output)
        }
    }

    private func sender(of entry: StreamEntry) throws(StreamError) -> (MemberID?, UserID) {
        guard !entry.member.isEmpty else { return (nil, .venue) }
        guard let member = exchange.members.member(entry.member) else {
            throw StreamError("no member \(entry.member) at this point of the stream")
        }
        guard !entry.user.isEmpty else { return (member, .venue) }
        guard let user = exchange.members.login(entry.user, of: member) else {
            throw StreamError("\(entry.member) has no login \(entry.user) at this point of the stream")
        }
        return (member, user)
    }
}

extension StreamEntry {
    /// The sequencer's own entry for a timer that fell due.
    package static func clock(at time: Timestamp) -> StreamEntry {
        StreamEntry(time: time, member: Members.venueCode, user: .none, line: Array("CLOCK".utf8))
    }
}
