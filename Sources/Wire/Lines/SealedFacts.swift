package import Audit
package import Exchange
import Permits
import Seals

extension Destination {
    /// A stream's number: a member's index × 2, or a market's index × 2 + 1; nil for replies, which belong to none.
    package var stream: UInt64? {
        switch self {
        case .reply: nil
        case .member(let member): UInt64(member.index) * 2
        case .market(let market): UInt64(market.index) * 2 + 1
        }
    }
}

extension Output {
    /// What the sealed log keeps of a command's output: one entry for each line that tells a fact, in order.
    ///
    /// A leaf is `TIME STREAM LINE`. Public lines stand as they were sent, but for the book's levels and a call's indications, which are
    /// no facts yet. What regulators and the operator propose, approve or decline is public too. Fills, awards and other members' proposals
    /// are hidden behind a digest that their owner can open. Each line's `disclosure` says which it is.
    /// - Parameters:
    ///   - sequence: the command.
    ///   - exchange: as the command left it.
    ///   - blinding: what hides private facts.
    /// - Returns: the entries, none of most commands.
    package func facts(sequence: UInt64, of exchange: borrowing Exchange, blinding: Blinding) -> [LogEntry] {
        // Most commands tell no fact: an order that rests, a cancel, a query.
        guard lines.contains(where: { $0.disclosure != .nobody }) else { return [] }
        var entries: [LogEntry] = []
        var hash = SHA256()
        var time: [UInt8] = []
        time.append(timestamp: exchange.now)
        for line in lines {
            guard let stream = line.destination.stream, let form = form(of: line, exchange) else { continue }
            var leaf: [UInt8] = []
            leaf.reserveCapacity(line.range.count + 128)
            leaf += time
            leaf.append(UInt8(ascii: " "))
            var content: [UInt8] = []
            switch form {
            case .open(let name):
                leaf.append(code: name)
                leaf.append(UInt8(ascii: " "))
                append(line, to: &leaf)
                // An entry bundle has no room for a longer one: its digest vouches for it.
                if leaf.count > LogEntry.leafBytesMax {
                    leaf.removeLast(leaf.count - time.count - 1)
                    leaf.append(code: name)
                    leaf.append(" digest=")
                    SHA256.digest(of: text(of: line)).appendHex(to: &leaf)
                }
            case .hidden(let owner):
                content.reserveCapacity(line.range.count + Code.lengthMax + 1)
                content.append(code: owner)
                content.append(UInt8(ascii: " "))
                append(line, to: &content)
                let nonce = blinding.nonce(stream: stream, count: line.count, &hash)
                leaf.append("sealed ")
                leaf += text(of: line).prefix { $0 != UInt8(ascii: " ") }
                leaf.append("seq", sequence)
                leaf.append(" digest=")
                Blinding.digest(of: content, nonce: nonce, &hash).appendHex(to: &leaf)
            }
            entries.append(
                LogEntry(sequence: sequence, stream: stream, count: line.count, leaf: leaf, content: content)
            )
        }
        return entries
    }

    /// Appends a line without its end.
    private func append(_ line: OutputLine, to text: inout [UInt8]) {
        bytes.withSpan(line.range.lowerBound..<line.range.upperBound - 1) { text.append($0) }
    }

    private enum Form {
        /// Under the name of its stream.
        case open(Code)
        /// Under its word alone.
        case hidden(owner: Code)
    }

    private func form(of line: OutputLine, _ exchange: borrowing Exchange) -> Form? {
        switch line.disclosure {
        case .nobody: nil
        case .owner: .hidden(owner: name(of: line.destination, exchange))
        case .everybody: .open(name(of: line.destination, exchange))
        }
    }

    /// The name of a stream: its owner's, or the market's.
    private func name(of destination: Destination, _ exchange: borrowing Exchange) -> Code {
        switch destination {
        case .reply: .none
        case .market(.auctions): Exchange.auctionStream
        case .market(.registry): Exchange.registryStream
        case .market(let market): exchange.markets[market.slot].terms.code
        case .member(let member): exchange.members[member].code
        }
    }
}
