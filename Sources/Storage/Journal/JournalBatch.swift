package import Seals

/// A group of commands that became durable together.
package struct JournalBatch: Sendable, Equatable {
    /// The batch's number, from 1 without gaps.
    package var sequence: UInt64
    /// Which start of the venue wrote it: 1 for the first.
    package var epoch: UInt64
    /// The sequence number of its first command.
    package var firstCommand: UInt64
    /// How many commands it holds, at least one.
    package var count: Int
    /// UTF-8 text in the form of a stream file, one entry a line; the journal does not parse it.
    package var payload: [UInt8]

    package init(sequence: UInt64, epoch: UInt64, firstCommand: UInt64, count: Int, payload: [UInt8]) {
        self.sequence = sequence
        self.epoch = epoch
        self.firstCommand = firstCommand
        self.count = count
        self.payload = payload
    }

    /// The sequence number of its last command.
    package var lastCommand: UInt64 { firstCommand + UInt64(count) - 1 }

    /// The batch's link in the hash chain.
    ///
    /// SHA-256 over, in this order and with nothing between: the previous batch's hash (32 bytes; zeros before the first),
    /// then `seq`, `epoch`, `first_cmd` and `n` as unsigned big-endian integers of 8 bytes, then the payload.
    package func hash(after previous: Digest) -> Digest {
        var header = previous.bytes
        header.reserveCapacity(Digest.byteCount + 32)
        header.append(bigEndian: sequence)
        header.append(bigEndian: epoch)
        header.append(bigEndian: firstCommand)
        header.append(bigEndian: UInt64(count))
        var hash = SHA256()
        hash.update(header)
        hash.update(payload)
        return hash.finish()
    }
}

/// A batch as the table holds it, with its links.
struct StoredBatch {
    var batch: JournalBatch
    var previousHash: Digest
    var hash: Digest

    /// Checks that this is what was written, and that it follows `previous`; nil is before the first batch.
    /// - Returns: what is wrong, or nil.
    func fault(after previous: StoredBatch.Link) -> String? {
        if batch.sequence != previous.sequence + 1 {
            return "follows batch \(previous.sequence): batches between them are missing"
        }
        if previousHash != previous.hash { return "its prev_hash is not the hash of batch \(previous.sequence)" }
        if batch.hash(after: previousHash) != hash { return "its content does not match its hash" }
        if batch.firstCommand != previous.lastCommand + 1 || batch.count < 1 {
            return "starts at command \(batch.firstCommand), expected \(previous.lastCommand + 1)"
        }
        if batch.epoch < previous.epoch { return "epoch \(batch.epoch) is before epoch \(previous.epoch)" }
        return nil
    }

    var link: Link {
        Link(sequence: batch.sequence, epoch: batch.epoch, lastCommand: batch.lastCommand, hash: hash)
    }

    /// What the next batch must follow.
    struct Link: Sendable {
        var sequence: UInt64
        var epoch: UInt64
        var lastCommand: UInt64
        var hash: Digest

        static let genesis = Link(sequence: 0, epoch: 0, lastCommand: 0, hash: .zero)
    }
}
