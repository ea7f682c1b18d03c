import Storage
import Testing
import Seals

@Suite("Snapshot store")
struct SnapshotStoreTests {
    private let directory: TemporaryDirectory
    private let store: SnapshotStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try SnapshotStore(directory: directory.path)
    }

    private func save(_ sequence: UInt64) throws -> Snapshot {
        let payload = Array("state after \(sequence)".utf8)
        let snapshot = Snapshot(sequence: sequence, digest: SHA256.digest(of: payload), payload: payload)
        try store.save(sequence: sequence, digest: snapshot.digest, payload: payload)
        return snapshot
    }

    @Test("the newest within the bound is found, and only three are kept")
    func newest() throws {
        #expect(try store.newest().snapshot == nil)
        let snapshots = try [10, 20, 30, 40].map { try save($0) }
        #expect(try store.newest().snapshot == snapshots[3])
        #expect(try store.newest(atMost: 39).snapshot == snapshots[2])
        #expect(try store.newest(atMost: 20).snapshot == snapshots[1])
        #expect(try store.newest(atMost: 19).snapshot == nil)
        #expect(try directory.rows("snapshots.db", "SELECT seq FROM snapshot ORDER BY seq") == ["20", "30", "40"])
    }

    @Test("a damaged snapshot is passed over and named")
    func damaged() throws {
        let good = try save(10)
        _ = try save(20)
        _ = try save(30)
        try directory.execute("snapshots.db", "UPDATE snapshot SET payload = x'00' WHERE seq = 30")
        try directory.execute("snapshots.db", "UPDATE snapshot SET digest = x'00' WHERE seq = 20")
        let search = try store.newest()
        #expect(search.snapshot == good)
        #expect(search.problems.count == 2)
        #expect(search.problems.first?.contains("command 30") == true)
    }

    @Test("a digest that is not the payload's is refused")
    func wrongDigest() {
        #expect(throws: SnapshotStoreError.self) { try store.save(sequence: 1, digest: .zero, payload: [1]) }
    }
}
