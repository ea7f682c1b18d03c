package import Seals

/// A tile: up to 256 hashes of one level of the tree, or the entries under a tile of level 0.
///
/// Source: C2SP tlog-tiles. A tile of level L holds the hashes of full subtrees of 256^L leaves; the tile with number N begins at
/// hash 256 × N. Only the last tile of a level is partial, and its path says how wide it is.
package struct Tile: Hashable, Sendable {
    /// What a tile holds.
    package enum Kind: Hashable, Sendable {
        case hashes(level: Int)
        case entries
    }
    package var kind: Kind
    /// Its number on its level, from 0.
    package var index: UInt64
    /// How many hashes or entries it has: 1 to 256.
    package var width: Int

    /// How many a full tile has.
    package static let widthMax = 256
    /// How many levels of the tree a tile spans.
    package static let levels = 8

    /// A tile of its parts.
    package init(_ kind: Kind, index: UInt64, width: Int = Tile.widthMax) {
        self.kind = kind
        self.index = index
        self.width = width
    }

    /// `tile/0/x001/067`, `tile/entries/000.p/17`.
    package var path: String {
        let level: String =
            switch kind {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1000
        } while rest > 0
        let number = groups.enumerated().map { $0.offset == 0 ? $0.element : "x" + $0.element }.reversed()
        let partial = width == Tile.widthMax ? "" : ".p/\(width)"
        return "tile/\(level)/\(number.joined(separator: "/"))\(partial)"
    }

    /// Reads a path; nil if it is no tile's, or not in the one form that a tile has.
    package init?(path: some StringProtocol) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
        let level = parts.removeFirst()
        width = Tile.widthMax
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            guard let width = Int(parts.removeLast()), (1..<Tile.widthMax).contains(width) else { return nil }
            self.width = width
            parts[parts.count - 1] = parts[parts.count - 1].dropLast(2)
        }
        index = 0
        for part in parts {
            let digits = part.hasPrefix("x") ? part.dropFirst() : part
            guard digits.utf8.count == 3, let group = UInt64(digits), index < UInt64.max / 1000 - 1 else { return nil }
            index = index * 1000 + group
        }
        if level == "entries" {
            kind = .entries
        } else {
            guard let number = Int(level), (0..<64).contains(number) else { return nil }
            kind = .hashes(level: number)
        }
        // One tile, one path.
        guard self.path == path else { return nil }
    }

    /// What the hashes of a full tile, or of a part of it that is a full subtree, come to.
    package static func root(of bytes: some Collection<UInt8>) -> Digest {
        var hashes: [Digest] = []
        var rest = Array(bytes)[...]
        while let hash = Digest(Array(rest.prefix(Digest.byteCount))) {
            hashes.append(hash)
            rest = rest.dropFirst(Digest.byteCount)
        }
        precondition(rest.isEmpty && hashes.count.nonzeroBitCount == 1, "a full subtree")
        var hash = SHA256()
        while hashes.count > 1 {
            for place in 0..<hashes.count / 2 {
                hashes[place] = MerkleTree.node(hashes[2 * place], hashes[2 * place + 1], &hash)
            }
            hashes.removeLast(hashes.count / 2)
        }
        return hashes[0]
    }

    /// Every tile that a tree of `count` leaves consists of, entries included.
    package static func all(count: UInt64) -> [Tile] {
        var tiles: [Tile] = []
        var (level, rest) = (0, count)
        while rest > 0 {
            for index in 0..<(rest + 255) / 256 {
                let width = Int(min(256, rest - 256 * index))
                tiles.append(Tile(.hashes(level: level), index: index, width: width))
                if level == 0 { tiles.append(Tile(.entries, index: index, width: width)) }
            }
            (level, rest) = (level + 1, rest >> UInt64(levels))
        }
        return tiles
    }
}
