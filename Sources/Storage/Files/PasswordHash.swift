import CLibcrypto
package import Seals

/// Password hashes by scrypt (RFC 7914) through libcrypto, in the text form `scrypt$17$8$1$<salt hex>$<key hex>`.
///
/// One hash at the default cost takes 128 MiB and some tenths of a second: never on the engine's thread.
package enum PasswordHash {
    /// What a hash costs to compute, and so to guess.
    package struct Cost: Sendable, Equatable {
        /// The binary logarithm of N: memory is 128 · r · N bytes.
        package var logN: Int
        package var blockSize: Int
        package var parallelism: Int

        package init(logN: Int, blockSize: Int, parallelism: Int) {
            self.logN = logN
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// N = 2^17, r = 8, p = 1: 128 MiB.
        ///
        /// Source: OWASP Password Storage Cheat Sheet, scrypt.
        package static let standard = Cost(logN: 17, blockSize: 8, parallelism: 1)
        /// N = 2^4: for tests and fixtures, which do not guard anything.
        package static let trivial = Cost(logN: 4, blockSize: 8, parallelism: 1)

        /// Whether we are willing to compute it: at most 1 GiB and 16 passes, so that a forged text cannot stop us.
        var isAcceptable: Bool {
            (1...20).contains(logN) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
                && memory <= 1 << 30
        }

        /// The bytes that it takes.
        private var memory: Int { 128 * blockSize << logN }
        /// The time that it takes, in a unit of its own.
        private var work: Int { blockSize * parallelism << logN }

        /// Whether it takes more time or more memory than another; of two acceptable ones.
        package func isDearer(than other: Cost) -> Bool { work > other.work || memory > other.memory }

        /// As a person reads it.
        package var text: String { "N=2^\(logN) r=\(blockSize) p=\(parallelism)" }
    }

    /// The number of random bytes that keep equal passwords apart.
    package static let saltByteCount = 16
    /// The number of bytes of the derived key.
    package static let keyByteCount = 32

    /// Hashes a password, with a new salt unless one is given.
    /// - Throws: `CryptoError` if the cost is out of bounds, or memory or randomness ran out.
    package static func make(
        password: String,
        cost: Cost = .standard,
        salt given: [UInt8]? = nil
    ) throws(CryptoError) -> String {
        let salt = if let given { given } else { try RandomBytes.make(count: saltByteCount) }
        let key = try derive(password: Array(password.utf8), salt: salt, cost: cost, count: keyByteCount)
        return "scrypt$\(cost.logN)$\(cost.blockSize)$\(cost.parallelism)$\(Hex.text(salt))$\(Hex.text(key))"
    }

    /// Whether `password` is the one that `text` was made from, with the costs that the text names.
    ///
    /// Malformed text, or one whose cost is out of bounds, matches nothing. The comparison takes the same time for every key.
    /// - Throws: `CryptoError` if memory ran out.
    package static func verify(password: String, against text: String) throws(CryptoError) -> Bool {
        guard let parts = Parts(text) else { return false }
        let count = parts.key.count
        let candidate = try derive(password: Array(password.utf8), salt: parts.salt, cost: parts.cost, count: count)
        return CRYPTO_memcmp(candidate, parts.key, count) == 0
    }

    /// What a hash costs to compute; nil if the text is none, or one whose cost is out of bounds.
    package static func cost(of text: String) -> Cost? { Parts(text)?.cost }

    /// A hash's text, taken apart; every number is checked before anything is computed.
    private struct Parts {
        let cost: Cost
        let salt: [UInt8]
        let key: [UInt8]

        init?(_ text: String) {
            func number(_ field: Substring) -> Int? {
                (1...2).contains(field.utf8.count) && field.utf8.allSatisfy { (48...57).contains($0) }
                    ? Int(field) : nil
            }
            guard text.utf8.count <= 256 else { return nil }
            let fields = text.split(separator: "$", omittingEmptySubsequences: false)
            guard fields.count == 6, fields[0] == "scrypt", let logN = number(fields[1]),
                let blockSize = number(fields[2]), let parallelism = number(fields[3]),
                let salt = Hex.bytes(fields[4]), let key = Hex.bytes(fields[5]), !salt.isEmpty,
                key.count == keyByteCount
            else { return nil }
            cost = Cost(logN: logN, blockSize: blockSize, parallelism: parallelism)
            guard cost.isAcceptable else { return nil }
            (self.salt, self.key) = (salt, key)
        }
    }

    /// A password of 20 characters and 100 random bits, in four groups, without `l`, `o`, `0` and `1`.
    /// - Throws: `CryptoError` if the system has no randomness to give.
    package static func randomPassword() throws(CryptoError) -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
        var text: [UInt8] = []
        for (index, byte) in try RandomBytes.make(count: 20).enumerated() {
            if index > 0, index.isMultiple(of: 5) { text.append(UInt8(ascii: "-")) }
            text.append(alphabet[Int(byte & 31)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The scrypt key of `count` bytes.
    static func derive(password: [UInt8], salt: [UInt8], cost: Cost, count: Int) throws(CryptoError) -> [UInt8] {
        guard cost.isAcceptable else {
            throw CryptoError("scrypt cost N=2^\(cost.logN) r=\(cost.blockSize) p=\(cost.parallelism) is out of bounds")
        }
        // libcrypto counts the N blocks, the p blocks and some scratch; its own default limit is 32 MiB.
        let memoryMax = 128 * cost.blockSize * ((1 << cost.logN) + cost.parallelism + 8) + (32 << 20)
        var key = [UInt8](repeating: 0, count: count)
        let result = password.withUnsafeBytes { bytes in
            EVP_PBE_scrypt(
                // An empty password must be a pointer to nothing, not a null pointer, or libcrypto only checks the cost.
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? UnsafePointer(bitPattern: 1),
                bytes.count,
                salt,
                salt.count,
                UInt64(1) << cost.logN,
                UInt64(cost.blockSize),
                UInt64(cost.parallelism),
                UInt64(memoryMax),
                &key,
                count
            )
        }
        guard result == 1 else {
            throw CryptoError(
                "scrypt failed: it needs \(memoryMax >> 20) MiB of memory; raise MemoryMax of the venue's unit, or ulimit -v"
            )
        }
        return key
    }
}
