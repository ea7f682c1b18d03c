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
    /// are hidden behind a digest that their owner can open.
    /// - Parameters:
    ///   - sequence: the command.
    ///   - exchange: as the command left it.
    ///   - blinding: what hides private facts.
    /// - Returns: the entries, none of most commands.
    package func facts(sequence: UInt64, of exchange: borrowing Exchange, blinding: Blinding) -> [LogEntry] {
        var entries: [LogEntry] = []
        for line in lines {
            guard let stream = line.destination.stream, let form = form(of: line, exchange) else { continue }
            var leaf: [UInt8] = []
            leaf.append(timestamp: exchange.now)
            leaf.append(UInt8(ascii: " "))
            var content: [UInt8] = []
            switch form {
            case .open(let name):
                leaf.append(code: name)
                leaf.append(UInt8(ascii: " "))
                leaf += text(of: line)
            case .hidden(let word, let owner):
                content.append(code: owner)
                content.append(UInt8(ascii: " "))
                content += text(of: line)
                let digest = Blinding.digest(of: content, nonce: blinding.nonce(stream: stream, count: line.count))
                leaf.append("sealed ")
                leaf.append(word)
                leaf.append("seq", sequence)
                leaf.append(" digest=")
                leaf.append(text: digest.hex)
            }
            entries.append(
                LogEntry(sequence: sequence, stream: stream, count: line.count, leaf: leaf, content: content)
            )
        }
        return entries
    }

    private enum Form {
        /// Under the name of its stream.
        case open(Code)
        /// Under its word alone.
        case hidden(StaticString, owner: Code)
    }

    private func form(of line: OutputLine, _ exchange: borrowing Exchange) -> Form? {
        switch line.destination {
        case .reply: return nil
        case .market(.auctions): return .open(Exchange.auctionStream)
        case .market(.registry): return .open(Exchange.registryStream)
        case .market(let market):
            guard !begins(line, "BOOK "), !begins(line, "INDICATIVE ") else { return nil }
            return .open(exchange.markets[market.slot].terms.code)
        case .member(let member):
            let owner = exchange.members[member].code
            if begins(line, "FILL ") { return .hidden("FILL", owner: owner) }
            if begins(line, "AWARD ") { return .hidden("AWARD", owner: owner) }
            guard begins(line, "PROPOSAL ") else { return nil }
            let isOfficial = [.operator, .regulator].contains(exchange.members[member].role)
            return isOfficial && !holdsCredentials(line) ? .open(owner) : .hidden("PROPOSAL", owner: owner)
        }
    }

    private func begins(_ line: OutputLine, _ word: StaticString) -> Bool {
        guard line.range.count >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            for place in word.indices {
                guard unsafe word[place] == bytes[line.range.lowerBound + place] else { return false }
            }
            return true
        }
    }

    /// Whether a proposal is about a login.
    private func holdsCredentials(_ line: OutputLine) -> Bool {
        String(decoding: text(of: line), as: UTF8.self).contains(" act=\"\(Verb.login.text) ")
    }
}
