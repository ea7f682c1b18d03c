package import Seals

/// What a log says of itself at some size, to be signed.
///
/// Source: C2SP tlog-checkpoint: three lines, the origin, the number of leaves, the root hash in base64.
package struct Checkpoint: Hashable, Sendable {
    /// The log's name, unique among logs: a URL without its scheme.
    package var origin: String
    /// The number of leaves.
    package var size: UInt64
    package var root: Digest

    /// A checkpoint of its parts.
    package init(origin: String, size: UInt64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed, with its last line end.
    package var text: String { "\(origin)\n\(size)\n\(Base64.text(root.bytes))\n" }

    /// Reads the text; lines behind the first three are extensions, and passed over.
    ///
    /// Nil if it is no checkpoint.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last?.isEmpty == true, !lines[0].isEmpty,
            let size = UInt64(lines[1]), String(size) == lines[1],
            let root = Base64.bytes(lines[2]).flatMap({ Digest($0) })
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// Who signs notes: a name, a public key, and for what it signs.
///
/// Source: C2SP signed-note, and tlog-cosignature for witnesses.
package struct NoteSigner: Hashable, Sendable {
    /// What its signatures mean.
    package enum Algorithm: UInt8, Sendable {
        /// Ed25519 over the note's text.
        case note = 1
        /// Ed25519 over the text and the time at which a witness has seen that it goes on from what it saw before.
        case cosignature = 4
    }
    package let name: String
    package let algorithm: Algorithm
    package let key: Ed25519.PublicKey

    /// A signer of its parts.
    package init(name: String, algorithm: Algorithm, key: Ed25519.PublicKey) {
        self.name = name
        self.algorithm = algorithm
        self.key = key
    }

    private var typed: [UInt8] { [algorithm.rawValue] + key.bytes.bytes }

    /// The first four bytes of SHA-256(name ‖ LF ‖ algorithm ‖ key).
    package var identifier: [UInt8] {
        Array(SHA256.digest(of: Array(name.utf8) + [10] + typed).bytes.prefix(4))
    }

    /// The verifier key in its text form: `name+identifier+base64(algorithm ‖ key)`.
    package var text: String { "\(name)+\(Hex.text(identifier))+\(Base64.text(typed))" }

    /// Reads a verifier key's text; nil if it is none, or its identifier is not its key's.
    package init?(text: some StringProtocol) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, SignedNote.isName(parts[0]), let bytes = Base64.bytes(parts[2]),
            let algorithm = bytes.first.flatMap(Algorithm.init(rawValue:)),
            let key = Digest(Array(bytes.dropFirst()))
        else { return nil }
        self.init(name: String(parts[0]), algorithm: algorithm, key: Ed25519.PublicKey(key))
        guard Hex.text(identifier) == parts[1] else { return nil }
    }
}

/// A text with signatures under it.
///
/// Source: C2SP signed-note: the text, an empty line, and for each signature `— name base64(identifier ‖ signature)`.
package struct SignedNote: Sendable {
    /// The text, with its last line end.
    package let text: String
    package private(set) var signatures: [Signature] = []

    /// One signature line.
    package struct Signature: Hashable, Sendable {
        package let name: String
        package let identifier: [UInt8]
        /// What follows the identifier; for a cosignature the time in 8 bytes, then the signature.
        package let bytes: [UInt8]

        /// A signature of its parts.
        package init(name: String, identifier: [UInt8], bytes: [UInt8]) {
            self.name = name
            self.identifier = identifier
            self.bytes = bytes
        }

        /// The line, without its end.
        package var line: String { "\u{2014} \(name) \(Base64.text(identifier + bytes))" }

        /// Reads a line; nil if it is none.
        package init?(line: some StringProtocol) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "\u{2014}", SignedNote.isName(parts[1]),
                let bytes = Base64.bytes(parts[2]), bytes.count > 4
            else { return nil }
            self.init(name: String(parts[1]), identifier: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
        }
    }

    /// A text without signatures.
    package init(_ text: String) { self.text = text }

    /// Reads a signed note; nil if it is none.
    package init?(note: String) {
        guard let end = note.utf8Index(ofLast: "\n\n") else { return nil }
        self.init(String(note[..<end]) + "\n")
        let lines = note[end...].dropFirst(2).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines.last?.isEmpty == true else { return nil }
        for line in lines.dropLast() {
            guard let signature = Signature(line: line) else { return nil }
            signatures.append(signature)
        }
    }

    /// The whole note.
    package var note: String { text + "\n" + signatures.map { $0.line + "\n" }.joined() }

    /// Appends a signature.
    package mutating func append(_ signature: Signature) { signatures.append(signature) }

    /// Signs the text as a log does.
    package mutating func sign(as name: String, with key: Ed25519.PrivateKey) {
        let signer = NoteSigner(name: name, algorithm: .note, key: key.publicKey)
        let bytes = key.signature(of: Array(text.utf8))
        append(Signature(name: name, identifier: signer.identifier, bytes: bytes))
    }

    /// Signs the text as a witness does, `seconds` after the beginning of 1970.
    package mutating func cosign(as name: String, with key: Ed25519.PrivateKey, at seconds: UInt64) {
        let signer = NoteSigner(name: name, algorithm: .cosignature, key: key.publicKey)
        var bytes: [UInt8] = []
        bytes.append(bigEndian: seconds)
        bytes += key.signature(of: SignedNote.cosigned(text, at: seconds))
        append(Signature(name: name, identifier: signer.identifier, bytes: bytes))
    }

    /// Whether it has a right signature of this signer, and no wrong one under its name and identifier.
    package func isSigned(by signer: NoteSigner) -> Bool {
        let own = signatures.filter { $0.name == signer.name && $0.identifier == signer.identifier }
        return !own.isEmpty && own.allSatisfy { verifies($0, of: signer) }
    }

    private func verifies(_ signature: Signature, of signer: NoteSigner) -> Bool {
        switch signer.algorithm {
        case .note: return signer.key.verifies(signature.bytes, of: Array(text.utf8))
        case .cosignature:
            guard signature.bytes.count == 8 + Ed25519.signatureByteCount else { return false }
            let seconds = signature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return signer.key.verifies(Array(signature.bytes.dropFirst(8)), of: SignedNote.cosigned(text, at: seconds))
        }
    }

    private static func cosigned(_ text: String, at seconds: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }

    /// Whether a text can be a signer's name: no space and no plus sign.
    package static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && $0 != "+" && !$0.properties.isWhitespace
            }
    }
}

extension String {
    /// Where a text begins that occurs last.
    fileprivate func utf8Index(ofLast text: String) -> String.Index? {
        var start = endIndex
        while start > startIndex {
            start = utf8.index(before: start)
            if utf8[start...].starts(with: text.utf8) { return start }
        }
        return nil
    }
}
