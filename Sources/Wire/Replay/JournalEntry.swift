package import Exchange
import Permits

/// Writes the journal entries of requests, `TIME MEMBER[/USER] LINE` and a line end: the stream-file form with absolute times.
///
/// The one place where an entry is made, always of a whole request: so no part of it can be missing or be left over from
/// another one. What stands before the line is kept from one entry to the next, since a sender's requests come in bursts.
package struct JournalEntryWriter: Sendable {
    private var time = Timestamp.zero
    private var member = MemberID.venue
    private var user = UserID.venue
    private var start: [UInt8] = []

    package init() {}

    /// Appends the entry of a request.
    ///
    /// - Parameters:
    ///   - request: who sent what, and when.
    ///   - line: the request as the journal holds it.
    ///   - members: where the codes of the sender stand.
    ///   - payload: gets the entry.
    package mutating func append(
        _ request: borrowing Request,
        line: Span<UInt8>,
        members: @autoclosure () -> Members,
        to payload: inout [UInt8]
    ) {
        if start.isEmpty || request.time != time || request.user != user || request.member != member {
            (time, member, user) = (request.time, request.member, request.user)
            begin(members())
        }
        payload.append(start.span)
        payload.append(line)
        payload.append(UInt8(ascii: "\n"))
    }

    private mutating func begin(_ members: Members) {
        start.removeAll(keepingCapacity: true)
        start.append(entryOf: members[member].code, members[user].code, at: time)
    }
}

extension StreamEntry {
    /// Appends the entry as the journal holds it.
    package func append(to payload: inout [UInt8]) {
        payload.append(entryOf: member, user, at: time)
        payload.append(line.span)
        payload.append(UInt8(ascii: "\n"))
    }
}

extension [UInt8] {
    /// Appends `TIME MEMBER/USER `; no slash without a user.
    fileprivate mutating func append(entryOf member: Code, _ user: Code, at time: Timestamp) {
        append(timestamp: time)
        append(UInt8(ascii: " "))
        append(code: member)
        if !user.isEmpty {
            append(UInt8(ascii: "/"))
            append(code: user)
        }
        append(UInt8(ascii: " "))
    }
}

extension Venue {
    /// Why a journal that held the entry of a request could not be run again; nil if it could.
    ///
    /// Looks at the form alone. Complexity: O(1).
    package mutating func entryFault(of request: borrowing Request, line: Span<UInt8>) -> StaticString? {
        guard !line.isEmpty, line[0] >= UInt8(ascii: "A"), line[0] <= UInt8(ascii: "Z") else {
            return "the line does not begin with a verb"
        }
        guard line.count <= Limits.lineBytesMax else { return "the line is longer than a line may be" }
        guard isSender(request.member, request.user) else { return "the login is not the member's" }
        guard request.time <= Timestamp.last, isNotPast(request.time) else { return "the time cannot stand here" }
        return nil
    }

    /// Why the journal's own reader does not make the same request of an entry; nil if it does.
    package func readBackFault(of request: Request, entry: [UInt8]) -> String? {
        do throws(StreamError) {
            guard entry.firstIndex(of: UInt8(ascii: "\n")) == entry.count - 1 else { return "it is not one line" }
            let text = entry.span.extracting(0..<entry.count - 1)
            guard let read = try StreamEntry.parse(text, after: exchange.now) else { return "it is read as a comment" }
            guard case .command(let again) = try prepare(read) else { return "it is not read as a command" }
            let isRemembered = !request.id.isEmpty && !request.verb.isOfSession
            guard again.time == request.time, again.member == request.member, again.user == request.user,
                again.verb == request.verb, again.id == request.id,
                !isRemembered || again.contentHash == request.contentHash,
                "\(again.command)" == "\(request.command)"
            else { return "it is read as another request" }
            return nil
        } catch {
            return error.description
        }
    }
}
