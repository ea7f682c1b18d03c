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
        let snapshot = Snapshot(position: .at(sequence), payload: payload)
        try store.save(snapshot)
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
        #expect(try directory.rows("snapshots.db", "SELECT applied_seq FROM state ORDER BY 1") == ["20", "30", "40"])
    }

    @Test("a damaged snapshot is passed over and named")
    func damaged() throws {
        let good = try save(10)
        _ = try save(20)
        _ = try save(30)
        try directory.execute("snapshots.db", "UPDATE state SET payload = x'00' WHERE applied_seq = 30")
        try directory.execute("snapshots.db", "UPDATE state SET digest = x'00' WHERE applied_seq = 20")
        let search = try store.newest()
        #expect(search.snapshot == good)
        #expect(search.problems.count == 2)
        #expect(search.problems.first?.contains("command 30") == true)
    }

    @Test("each says where in which journal it was taken")
    func positions() throws {
        let snapshots = try [10, 20].map { try save($0) }
        #expect(try store.positions() == [snapshots[1].position, snapshots[0].position])
    }

    @Test("a file without such a table has no snapshot, and gets one")
    func otherLayout() throws {
        let other = try TemporaryDirectory()
        try other.execute("snapshots.db", "CREATE TABLE snapshot (seq INTEGER PRIMARY KEY, payload BLOB)")
        let store = try SnapshotStore(directory: other.path)
        #expect(try store.newest().snapshot == nil)
        try store.save(Snapshot(position: .at(3), payload: [1]))
        #expect(try store.newest().snapshot?.sequence == 3)
    }
}
