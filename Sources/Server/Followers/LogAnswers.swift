import Exchange
import Audit
import Permits
import Seals
import Storage
import Wire

// What is read from the sealed log for a request, off the engine's thread.

extension SealedLog {
    /// Reads what a request needs, or keeps a witness's signature.
    /// - Throws: `Refusal` if there is no such line, leaf or checkpoint; `SealedLogError` if SQLite fails.
    func record(for need: LogInquiry.Need) throws -> LogInquiry.Record {
        switch need {
        case .checkpoint(let size, let isCosigned):
            guard let note = try reader.checkpoint(atMost: size, isCosigned: isCosigned),
                let checkpoint = Checkpoint(text: note.text), size == nil || checkpoint.size == size
            else {
                let kind = size.map { " of size \($0)" } ?? (isCosigned ? " with a witness yet" : " yet")
                throw Refusal(.notSealed, "the log has no checkpoint\(kind)")
            }
            return LogInquiry.Record(size: checkpoint.size, lines: lines(note.note))
        case .line(let stream, let sequence, let count, let size):
            guard let index = try reader.index(of: stream, count: count, sequence: sequence) else {
                throw Refusal(
                    .notSealed,
                    "line \(count) of that stream is no fact of command \(sequence); facts are TRADE, PHASE, REFERENCE, AUCTION "
                        + "and REGISTRY lines, and one's FILL, AWARD and PROPOSAL lines"
                )
            }
            return try receipt(index, size: size, isOwn: true)
        case .leaf(let index, let size): return try receipt(index, size: size, isOwn: false)
        case .growth(let from, let size):
            let (note, checkpoint) = try self.checkpoint(size, covering: from)
            let path = try reader.consistency(from: from, to: checkpoint.size)
            let hashes = path.map { Base64.text($0.bytes) }
            return LogInquiry.Record(size: checkpoint.size, lines: ["old \(from)"] + hashes + [""] + lines(note.note))
        case .cosign(let size, let signer, let signature, let member):
            let rest = signer.name.hasPrefix("\(member)/") ? signer.name.dropFirst("\(member)/".count) : ""
            guard signer.name == "\(member)" || Code(String(rest)) != nil else {
                throw Refusal(
                    .badValue,
                    "a witness of \(member) is named \(member) or \(member)/CODE, not \(signer.name)"
                )
            }
            _ = try self.checkpoint(size, covering: 0)
            guard try keep(signature, of: signer, member: "\(member)", size: size) else {
                throw Refusal(
                    .badSignature,
                    "the signature is not of \(signer.name) and the checkpoint of size \(size)"
                )
            }
            return LogInquiry.Record(size: size, lines: [])
        }
    }

    private func receipt(_ index: UInt64, size: UInt64?, isOwn: Bool) throws -> LogInquiry.Record {
        let (note, checkpoint) = try self.checkpoint(size, covering: index + 1)
        guard let entry = try reader.entry(index) else { throw Refusal(.notSealed, "the log has no leaf \(index)") }
        let isOpened = isOwn && !entry.content.isEmpty
        let receipt = Receipt(
            leaf: String(decoding: entry.leaf, as: UTF8.self),
            opening: isOpened
                ? (
                    String(decoding: entry.content, as: UTF8.self),
                    blinding.nonce(stream: entry.stream, count: entry.count)
                ) : nil,
            index: index,
            path: try reader.inclusion(of: index, size: checkpoint.size),
            checkpoint: note
        )
        return LogInquiry.Record(size: checkpoint.size, index: index, lines: lines(receipt.text))
    }

    /// The checkpoint of a size; or the newest that has a witness and covers `least` leaves, or else the newest.
    private func checkpoint(_ size: UInt64?, covering least: UInt64) throws -> (SignedNote, Checkpoint) {
        let note =
            if let size {
                try reader.checkpoint(atMost: size)
            } else {
                try reader.checkpoint(isCosigned: true).flatMap { note in
                    Checkpoint(text: note.text).map { $0.size >= least } == true ? note : nil
                } ?? reader.checkpoint()
            }
        guard let note, let checkpoint = Checkpoint(text: note.text), size == nil || checkpoint.size == size else {
            throw Refusal(.notSealed, "the log has no checkpoint\(size.map { " of size \($0)" } ?? " yet")")
        }
        guard least <= checkpoint.size else {
            throw Refusal(.notSealed, "the checkpoint has \(checkpoint.size) leaves; \(least) are asked for")
        }
        return (note, checkpoint)
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { String($0) }
    }
}
