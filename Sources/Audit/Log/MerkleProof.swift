package import Seals

/// Checks of proofs, which need no tree.
package enum MerkleProof {
    /// The root that a leaf leads to with an inclusion proof; nil if the proof is too long or too short for its place.
    ///
    /// Source: RFC 9162, section 2.1.3.2, which states the check for the same tree as RFC 6962.
    package static func root(of leaf: Digest, at index: UInt64, count: UInt64, _ path: [Digest]) -> Digest? {
        guard index < count else { return nil }
        var (place, last, hash) = (index, count - 1, leaf)
        for sibling in path {
            guard last > 0 else { return nil }
            if place & 1 == 1 || place == last {
                hash = MerkleTree.node(sibling, hash)
                while place & 1 == 0, place > 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                hash = MerkleTree.node(hash, sibling)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }

    /// Whether a tree of `old` leaves is the beginning of one of `count`.
    ///
    /// Source: RFC 9162, section 2.1.4.2.
    package static func isConsistent(
        from old: (count: UInt64, root: Digest),
        to new: (count: UInt64, root: Digest),
        _ path: [Digest]
    ) -> Bool {
        guard old.count <= new.count else { return false }
        guard old.count < new.count else { return old.root == new.root && path.isEmpty }
        guard old.count > 0 else { return old.root == MerkleTree.emptyRoot && path.isEmpty }
        var rest = path[...]
        if old.count.nonzeroBitCount == 1 { rest = [old.root] + rest }
        guard let first = rest.popFirst() else { return false }
        var (place, last) = (old.count - 1, new.count - 1)
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var (oldRoot, newRoot) = (first, first)
        for sibling in rest {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                (oldRoot, newRoot) = (MerkleTree.node(sibling, oldRoot), MerkleTree.node(sibling, newRoot))
                while place & 1 == 0, place > 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                newRoot = MerkleTree.node(newRoot, sibling)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && oldRoot == old.root && newRoot == new.root
    }
}
