package import Seals

/// What proves a fact: its leaf, the way from there to a signed checkpoint, and for a private one what the leaf hides.
///
/// The text's second part, from its first empty line on, is a C2SP tlog-proof.
package struct Receipt: Sendable {
    package var leaf: String
    /// For a private fact: what it says, and the nonce.
    package var opening: (content: String, nonce: Digest)?
    package var index: UInt64
    package var path: [Digest]
    package var checkpoint: SignedNote

    /// A receipt of its parts.
    package init(
        leaf: String,
        opening: (content: String, nonce: Digest)?,
        index: UInt64,
        path: [Digest],
        checkpoint: SignedNote
    ) {
        self.leaf = leaf
        self.opening = opening
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    private static let header = "weir receipt 1"
    private static let proofHeader = "c2sp.org/tlog-proof@v1"

    /// The text, with its last line end.
    package var text: String {
        var lines = [Receipt.header]
        if let opening { lines += ["content \(opening.content)", "nonce \(opening.nonce.hex)"] }
        lines += ["leaf \(leaf)", "", Receipt.proofHeader, "index \(index)"]
        lines += path.map { Base64.text($0.bytes) }
        return lines.joined(separator: "\n") + "\n\n" + checkpoint.note
    }

    /// Reads the text.
    /// - Throws: `ReceiptError` that says what is missing.
    package init(text: String) throws(ReceiptError) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        func next(_ prefix: String) throws(ReceiptError) -> String {
            guard let line = lines.popFirst(), line.hasPrefix(prefix) else {
                throw ReceiptError("the receipt has no line \"\(prefix)…\" where it belongs")
            }
            return String(line.dropFirst(prefix.count))
        }
        guard try next(Receipt.header).isEmpty else { throw ReceiptError("the receipt is of another version") }
        if lines.first?.hasPrefix("content ") == true {
            let content = try next("content ")
            guard let nonce = Hex.bytes(try next("nonce ")).flatMap({ Digest($0) }) else {
                throw ReceiptError("the nonce is not 64 hexadecimal digits")
            }
            opening = (content, nonce)
        }
        leaf = try next("leaf ")
        guard try next("").isEmpty, try next(Receipt.proofHeader).isEmpty else {
            throw ReceiptError("what follows the leaf is no proof of version 1")
        }
        let number = try next("index ")
        guard let index = UInt64(number) else { throw ReceiptError("the index is no number") }
        self.index = index
        path = []
        while let line = lines.popFirst(), !line.isEmpty {
            guard let hash = Base64.bytes(line).flatMap({ Digest($0) }) else {
                throw ReceiptError("a line of the proof is no hash in base64: \(line)")
            }
            path.append(hash)
        }
        guard let note = SignedNote(note: lines.joined(separator: "\n")) else {
            throw ReceiptError("the checkpoint is no signed note")
        }
        checkpoint = note
    }

    /// Checks that the leaf stands in the log under its checkpoint, that the checkpoint is signed by every one of `signers`, and that
    /// the leaf is of the content.
    /// - Returns: the checkpoint.
    /// - Throws: `ReceiptError` that says what is wrong.
    @discardableResult
    package func verify(by signers: [NoteSigner]) throws(ReceiptError) -> Checkpoint {
        guard let claimed = Checkpoint(text: checkpoint.text) else { throw ReceiptError("the note is no checkpoint") }
        for signer in signers {
            guard checkpoint.isSigned(by: signer) else {
                throw ReceiptError("the checkpoint has no right signature of \(signer.name)")
            }
            guard signer.algorithm != .note || signer.name == claimed.origin else {
                throw ReceiptError("the checkpoint is of \(claimed.origin), not of \(signer.name)")
            }
        }
        let hash = MerkleTree.leaf(Array(leaf.utf8))
        guard MerkleProof.root(of: hash, at: index, count: claimed.size, path) == claimed.root else {
            throw ReceiptError("the proof does not lead from the leaf to the checkpoint")
        }
        if let opening {
            let digest = Blinding.digest(of: Array(opening.content.utf8), nonce: opening.nonce)
            guard leaf.hasSuffix(" digest=\(digest.hex)") else {
                throw ReceiptError("the leaf is not of that content and nonce")
            }
        }
        return claimed
    }
}

/// Why a receipt proves nothing.
package struct ReceiptError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
