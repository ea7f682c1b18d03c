import Audit
import Seals
import Testing

/// A tree of leaves by the definition of RFC 6962, section 2.1, without any cleverness.
private func naiveRoot(_ leaves: ArraySlice<Digest>) -> Digest {
    guard leaves.count > 1 else { return leaves.first ?? SHA256.digest(of: []) }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return SHA256.digest(of: [1] + naiveRoot(leaves[..<middle]).bytes + naiveRoot(leaves[middle...]).bytes)
}

@Suite("Merkle tree")
struct MerkleTests {
    private static let leaves: [Digest] = (0..<70).map { SHA256.digest(of: [0, UInt8($0)]) }

    private func reader(_ leaves: [Digest]) -> MerkleReader<Never> {
        MerkleReader { (level, index) in
            let start = Int(index) << level
            return naiveRoot(leaves[start..<start + 1 << level])
        }
    }

    @Test("roots are those of the vectors that certificate transparency logs are tested with")
    func vectors() throws {
        let inputs = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = MerkleFrontier()
        #expect(tree.root.hex == roots[0])
        for (index, input) in inputs.enumerated() {
            tree.append(MerkleTree.leaf(try #require(Hex.bytes(input))))
            #expect(tree.root.hex == roots[index + 1])
        }
    }

    @Test("a growing edge, a reader of full subtrees and the definition agree on every size")
    func roots() {
        var tree = MerkleFrontier()
        for count in 0...MerkleTests.leaves.count {
            let expected = naiveRoot(MerkleTests.leaves[..<count])
            #expect(tree.root == expected)
            let reader = reader(MerkleTests.leaves)
            #expect(reader.root(count: UInt64(count)) == expected)
            #expect(reader.frontier(count: UInt64(count)).root == expected)
            if count < MerkleTests.leaves.count { tree.append(MerkleTests.leaves[count]) }
        }
    }

    @Test("every leaf of every size is proven, and by nothing else than its proof")
    func inclusion() {
        let (leaves, reader) = (MerkleTests.leaves, reader(MerkleTests.leaves))
        for count in UInt64(1)...40 {
            let root = reader.root(count: count)
            for index in 0..<count {
                let path = reader.inclusion(of: index, count: count)
                let leaf = leaves[Int(index)]
                #expect(MerkleProof.root(of: leaf, at: index, count: count, path) == root)
                for other in 0..<count where other != index {
                    #expect(MerkleProof.root(of: leaf, at: other, count: count, path) != root)
                }
                #expect(MerkleProof.root(of: leaves[Int(index) + 1], at: index, count: count, path) != root)
                #expect(MerkleProof.root(of: leaf, at: index, count: count, path + [leaf]) == nil)
                for place in path.indices {
                    var changed = path
                    changed[place] = leaf
                    #expect(MerkleProof.root(of: leaf, at: index, count: count, changed) != root)
                    changed.remove(at: place)
                    #expect(MerkleProof.root(of: leaf, at: index, count: count, changed) != root)
                }
            }
        }
    }

    @Test("every size goes on from every smaller one, and from no other tree")
    func consistency() {
        let reader = reader(MerkleTests.leaves)
        var forked = MerkleTests.leaves
        forked[3] = .zero
        let fork = self.reader(forked)
        for count in UInt64(0)...40 {
            let new = (count: count, root: reader.root(count: count))
            for old in 0...count {
                let path = reader.consistency(from: old, to: count)
                let before = (count: old, root: reader.root(count: old))
                #expect(MerkleProof.isConsistent(from: before, to: new, path))
                #expect(!MerkleProof.isConsistent(from: before, to: new, path + [.zero]))
                let other = (count: old, root: fork.root(count: old))
                if old > 3 { #expect(!MerkleProof.isConsistent(from: other, to: new, path)) }
                for place in path.indices {
                    var changed = path
                    changed[place] = .zero
                    #expect(!MerkleProof.isConsistent(from: before, to: new, changed))
                    changed.remove(at: place)
                    #expect(!MerkleProof.isConsistent(from: before, to: new, changed))
                }
            }
            #expect(!MerkleProof.isConsistent(from: new, to: (count: 0, root: MerkleTree.emptyRoot), []) || count == 0)
        }
    }

    @Test("tiles have one path each, as C2SP tlog-tiles writes them")
    func tiles() {
        let cases: [(Tile, String)] = [
            (Tile(.hashes(level: 0), index: 0), "tile/0/000"),
            (Tile(.hashes(level: 1), index: 1_234_067, width: 8), "tile/1/x001/x234/067.p/8"),
            (Tile(.entries, index: 67), "tile/entries/067"),
            (Tile(.entries, index: 999_000, width: 255), "tile/entries/x999/000.p/255"),
        ]
        for (tile, path) in cases {
            #expect(tile.path == path)
            #expect(Tile(path: path) == tile)
        }
        for path in [
            "", "tile", "tile/0", "tile/0/00", "tile/0/x000/000", "tile/-1/000", "tile/0/000.p/256", "tile/0/000.p/0",
            "tile/00/000", "tile/data/000", "tile/0/001/000", "tile/0/000/", "tile/0/000.p/08", "tile/64/000",
            "tile/0/+01",
        ] {
            #expect(Tile(path: path) == nil, "\(path)")
        }
        let tiles = Tile.all(count: 70_000).map(\.path)
        #expect(tiles.count == 2 * 274 + 2 + 1)
        #expect(tiles.contains("tile/entries/273.p/112") && tiles.contains("tile/1/001.p/17"))
        #expect(tiles.contains("tile/2/000.p/1"))
        #expect(Tile.all(count: 0).isEmpty)
    }
}
