package import Exchange
package import Permits
package import Seals

/// The engine with its grammar: requests in, lines out.
///
/// A plain value, like the engine.
package struct Venue: Sendable {
    package private(set) var exchange: Exchange

    package init() { exchange = Exchange() }

    /// Reads a venue back from a snapshot.
    /// - Throws: `SnapshotError`.
    package init(snapshot: [UInt8]) throws(SnapshotError) { exchange = try Exchange(snapshot: snapshot) }

    /// The state with its position, for a snapshot file.
    package func snapshot() -> [UInt8] { exchange.snapshot() }

    /// When `CLOCK` is due; `.never` if nothing waits for time to pass.
    ///
    /// Mutating, so that whoever holds a venue has it read where it stands and not copied.
    package var nextDeadline: Timestamp { mutating get { exchange.nextDeadline } }

    /// Applies a command; its reply line comes first, then the lines of what it did.
    @discardableResult
    package mutating func execute(_ request: Request, output: inout Output) -> Reply {
        let first = output.events.count
        let reply = exchange.apply(request, into: &output.events)
        if output.audience?.replies ?? true { output.append(reply, of: exchange) }
        for index in first..<output.events.count {
            output.append(output.events[index], sequence: exchange.sequence, of: exchange)
        }
        return reply
    }

    /// Whether a login is the member's, or the venue's own, which stands for a member without a login.
    mutating func isSender(_ member: MemberID, _ user: UserID) -> Bool {
        user == .venue || exchange.members.logins[Int(user.index)].member == member
    }

    /// Whether a command may have that time.
    mutating func isNotPast(_ time: Timestamp) -> Bool { time >= exchange.now }

    /// Checks and seals a bid at `time`.
    /// - Returns: the command that keeps it, and the line for the journal.
    /// - Throws: why it is refused; no trace of it is left then.
    package func seal(
        _ line: BidLine,
        member: MemberID,
        user: UserID,
        time: Timestamp
    ) throws(Refusal) -> (request: Request, line: [UInt8]) {
        let sealed = try exchange.seal(line.bid, from: member, id: line.id)
        let kept = line.journalLine(sealed)
        let request = Request(
            time: time,
            member: member,
            user: user,
            verb: .sealedBid,
            id: line.id,
            contentHash: line.id.isEmpty ? 0 : LineParser.hash(kept.span),
            command: .auction(.bid(sealed))
        )
        return (request, kept)
    }

    /// Answers a query; `member` is nil before logon, `served` what a server knows beside the venue.
    package func answer(_ line: ParsedLine, member: MemberID?, served: Served? = nil, output: inout Output) {
        guard case .query(let query) = line.body else { return }
        answer(query, verb: line.verb, id: line.id, member: member, served: served, &output)
    }

    /// Refuses a line that does not reach the engine.
    package static func refuse(id: Code, _ refusal: Refusal, output: inout Output) {
        output.append(refusal, id: id)
    }

    /// Answers `SUBSCRIBE` and `UNSUBSCRIBE`: `count` is the number of the stream's last event.
    package static func accept(id: Code, market: Code, count: UInt64, output: inout Output) {
        let start = output.begin()
        output.bytes.append("OK")
        output.bytes.append(id: id)
        output.bytes.append("market", market)
        output.bytes.append("n", count)
        output.appendHistory()
        output.endLine(from: start, to: .reply)
    }

    /// Answers `CHALLENGE`.
    package static func accept(id: Code, nonce: Digest, output: inout Output) {
        let start = output.begin()
        output.bytes.append("OK")
        output.bytes.append(id: id)
        output.bytes.append(" nonce=")
        output.bytes.append(text: nonce.hex)
        output.endLine(from: start, to: .reply)
    }

    /// Answers `RESUME`: the lines numbered `from` to `through` follow; `next` is where the client goes on, if there is more.
    package static func accept(
        id: Code,
        stream: Code,
        from: UInt64,
        through: UInt64,
        next: UInt64?,
        output: inout Output
    ) {
        let start = output.begin()
        output.bytes.append("OK")
        output.bytes.append(id: id)
        output.bytes.append("stream", stream)
        output.bytes.append("from", from)
        output.bytes.append("to", through)
        if let next { output.bytes.append("next", next) }
        output.appendHistory()
        output.endLine(from: start, to: .reply)
    }

    /// Finds a member's login.
    package func lookUp(member: Code, user: Code) -> (MemberID, UserID)? {
        guard let member = exchange.members.member(member), let user = exchange.members.login(user, of: member) else {
            return nil
        }
        return (member, user)
    }

    /// Finds a public stream: a market's, `auctions` or `registry`.
    package func marketID(_ code: Code) -> MarketID? {
        switch code {
        case Exchange.auctionStream: .auctions
        case Exchange.registryStream: .registry
        default: exchange.market(code)
        }
    }

    /// Finds a stream by its name: `private` or a public one's; nil if there is none.
    package func stream(_ name: Code, of member: MemberID) -> (Destination, last: UInt64)? {
        if name == Exchange.privateStream { return (.member(member), streamCount(member: member)) }
        return marketID(name).map { (.market($0), streamCount(market: $0)) }
    }

    /// The number of the last line on a member's private stream.
    package func streamCount(member: MemberID) -> UInt64 { exchange.members[member].streamCount }

    /// The number of the last line on a market's public stream.
    package func streamCount(market: MarketID) -> UInt64 {
        switch market {
        case .auctions: exchange.auctionStreamCount
        case .registry: exchange.registryStreamCount
        default: exchange.markets[market.slot].streamCount
        }
    }
}
