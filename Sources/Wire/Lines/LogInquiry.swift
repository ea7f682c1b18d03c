package import Audit
import Exchange
package import Permits

extension LogInquiry {
    /// What must be read for it, or written.
    package enum Need: Sendable {
        case checkpoint(size: UInt64?, isCosigned: Bool)
        case line(stream: UInt64, sequence: UInt64, count: UInt64, size: UInt64?)
        case leaf(UInt64, size: UInt64?)
        case growth(from: UInt64, size: UInt64?)
        case cosign(size: UInt64, NoteSigner, SignedNote.Signature, member: Code)
    }

    /// What was read: the text of a file, and what it is about.
    package struct Record: Sendable {
        package var size: UInt64
        package var index: UInt64?
        package var lines: [String]

        /// A record of its parts.
        package init(size: UInt64, index: UInt64? = nil, lines: [String]) {
            self.size = size
            self.index = index
            self.lines = lines
        }
    }
}

extension Venue {
    func need(of inquiry: LogInquiry, from member: MemberID) throws(Refusal) -> LogInquiry.Need {
        switch inquiry {
        case .checkpoint(let size, let isCosigned): return .checkpoint(size: size, isCosigned: isCosigned)
        case .leaf(let index, let size): return .leaf(index, size: size)
        case .growth(let from, let size): return .growth(from: from, size: size)
        case .line(let name, let sequence, let count, let size):
            guard let stream = stream(name, of: member)?.0.stream else { throw Refusal(noStream: name) }
            return .line(stream: stream, sequence: sequence, count: count, size: size)
        case .cosign(let size, let signer, let signature):
            try Permissions.check(exchange.members[member].role, .cosign)
            return .cosign(size: size, signer, signature, member: exchange.members[member].code)
        }
    }

    /// Answers with the lines of a file.
    func answer(_ record: LogInquiry.Record, id: Code, output: inout Output) {
        var rows = Rows()
        if let index = record.index { rows.head.append("leaf", index) }
        rows.head.append("size", record.size)
        for line in record.lines { rows.row { $0.append("line", quoted: line) } }
        rows.write(id: id, to: &output)
    }
}
