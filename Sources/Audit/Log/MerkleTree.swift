package import Seals

/// Hashes of a Merkle tree over the log's leaves.
///
/// Source: RFC 6962, section 2.1: a leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖ right); a tree of n leaves
/// splits at the largest power of two below n.
package enum MerkleTree {
    /// The root of a tree without leaves: SHA-256 of nothing.
    package static var emptyRoot: Digest { SHA256.digest(of: []) }

    /// The hash of a leaf.
    package static func leaf(_ data: [UInt8]) -> Digest {
        var hash = SHA256()
        return leaf(data, &hash)
    }

    /// The hash of a leaf, by a hash at its beginning, where it is again afterwards: many leaves need no new one each.
    package static func leaf(_ data: [UInt8], _ hash: inout SHA256) -> Digest {
        hash.update(0)
        hash.update(data)
        return hash.finish()
    }

    /// The hash of a node over two subtrees.
    package static func node(_ left: Digest, _ right: Digest) -> Digest {
        var hash = SHA256()
        return node(left, right, &hash)
    }

    /// The hash of a node, by a hash at its beginning.
    package static func node(_ left: Digest, _ right: Digest, _ hash: inout SHA256) -> Digest {
        hash.update(1)
        hash.update(left)
        hash.update(right)
        return hash.finish()
    }

    /// Where a tree of `count` leaves, at least two, splits.
    static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }
}

/// A growing tree of which only the right edge is kept: enough for its root.
package struct MerkleFrontier: Sendable {
    /// How many leaves it has.
    package private(set) var count: UInt64 = 0
    /// The hashes of the full subtrees that it consists of, the largest first: one for each bit of `count`.
    private var subtrees: [Digest] = []

    /// A tree without leaves.
    package init() {}

    /// A tree whose full subtrees are given, the largest first.
    package init(count: UInt64, subtrees: [Digest]) {
        precondition(subtrees.count == count.nonzeroBitCount, "a full subtree for each bit of the count")
        self.count = count
        self.subtrees = subtrees
    }

    /// Appends a leaf by its hash.
    package mutating func append(_ leaf: Digest) {
        var hash = SHA256()
        append(leaf, &hash)
    }

    /// Appends a leaf by its hash, with a hash at its beginning for the nodes above.
    package mutating func append(_ leaf: Digest, _ hash: inout SHA256) {
        var top = leaf
        for _ in 0..<(~count).trailingZeroBitCount { top = MerkleTree.node(subtrees.removeLast(), top, &hash) }
        subtrees.append(top)
        count += 1
    }

    /// The root hash.
    package var root: Digest {
        guard var hash = subtrees.last else { return MerkleTree.emptyRoot }
        for left in subtrees.dropLast().reversed() { hash = MerkleTree.node(left, hash) }
        return hash
    }
}

/// The full subtrees of a tree of a given size, from which proofs are made.
package struct MerkleReader<Failure: Error> {
    /// The hash of the full subtree of 2^level leaves that begins at leaf index × 2^level.
    private let subtree: (_ level: Int, _ index: UInt64) throws(Failure) -> Digest

    /// Reads full subtrees by `subtree`.
    package init(_ subtree: @escaping (_ level: Int, _ index: UInt64) throws(Failure) -> Digest) {
        self.subtree = subtree
    }

    /// The hash over leaves `range`, which begins at a multiple of the power of two that is not below its count.
    private func hash(_ range: Range<UInt64>) throws(Failure) -> Digest {
        let count = range.upperBound - range.lowerBound
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try subtree(level, range.lowerBound >> UInt64(level))
        }
        let middle = range.lowerBound + MerkleTree.split(count)
        return MerkleTree.node(try hash(range.lowerBound..<middle), try hash(middle..<range.upperBound))
    }

    /// The root of the tree's first `count` leaves.
    package func root(count: UInt64) throws(Failure) -> Digest {
        count == 0 ? MerkleTree.emptyRoot : try hash(0..<count)
    }

    /// The full subtrees that make up the first `count` leaves, the largest first.
    package func frontier(count: UInt64) throws(Failure) -> MerkleFrontier {
        var (subtrees, start): ([Digest], UInt64) = ([], 0)
        for level in (0..<64).reversed() where count >> UInt64(level) & 1 == 1 {
            subtrees.append(try subtree(level, start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return MerkleFrontier(count: count, subtrees: subtrees)
    }

    /// What leads from leaf `index` to the root of the first `count` leaves, the leaf's sibling first.
    ///
    /// Source: RFC 6962, section 2.1.1.
    package func inclusion(of index: UInt64, count: UInt64) throws(Failure) -> [Digest] {
        precondition(index < count, "a leaf of the tree")
        var (range, path): (Range<UInt64>, [Digest]) = (0..<count, [])
        while range.count > 1 {
            let middle = range.lowerBound + MerkleTree.split(UInt64(range.count))
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            path.append(try hash(index < middle ? right : left))
            range = index < middle ? left : right
        }
        return path.reversed()
    }

    /// What shows that the first `old` leaves are the beginning of the first `count`; nothing if they are the same.
    ///
    /// Source: RFC 6962, section 2.1.2.
    package func consistency(from old: UInt64, to count: UInt64) throws(Failure) -> [Digest] {
        precondition(old <= count, "a tree only grows")
        guard old > 0, old < count else { return [] }
        var (range, path): (Range<UInt64>, [Digest]) = (0..<count, [])
        while range.upperBound != old {
            let middle = range.lowerBound + MerkleTree.split(UInt64(range.count))
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            path.append(try hash(old <= middle ? right : left))
            range = old <= middle ? left : right
        }
        // The old tree itself is known to whoever checks.
        if range.lowerBound > 0 { path.append(try hash(range)) }
        return path.reversed()
    }
}
