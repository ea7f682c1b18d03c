import Foundation
import Permits

/// A disk in memory that forgets what was not synced, tears writes and fails when it is told to; SQLite uses it as a VFS.
///
/// What a file holds is kept twice: as programs see it, and as it would be found after a power cut. A sync makes them equal.
/// A power cut keeps of the writes since then an arbitrary part, in pieces of 512 bytes, in no order.
package final class SimulatedDisk: @unchecked Sendable {
    /// The unit in which a write reaches the medium whole or not at all.
    static let sectorBytes = 512

    /// A way to fail.
    package enum Fault: Sendable {
        /// The operation does nothing and says so; of a sync, what waited is lost although it still reads as written.
        case ioError
        /// Nothing more can be written; what is overwritten in place still can.
        case full
    }

    // Under `lock`: SQLite calls from whatever thread it runs on.
    private let lock = NSLock()
    private var state = State(random: SplitMix64(seed: 0))

    func withState<Result>(_ body: (inout State) -> Result) -> Result { lock.withLock { body(&state) } }

    struct State {
        var files: [String: SimulatedFile] = [:]
        /// Files that were deleted, as a power cut may bring them back.
        var ghosts: [String: [UInt8]] = [:]
        var random: SplitMix64
        /// In how many changing operations the fault comes; nil: never.
        var countdown: Int?
        var fault = Fault.ioError
        /// Whether it has come.
        var hasFailed = false
        /// How many operations have failed since it was erased.
        var failureCount = 0
        /// Changing operations so far: writes, syncs, truncations, creations, deletions.
        var operationCount = 0
        var temporaryCount = 0
    }

    /// Begins anew with an empty disk and other chances.
    package func erase(seed: UInt64) {
        withState { state in
            for file in state.files.values { file.die() }
            state = State(random: SplitMix64(seed: seed))
        }
    }

    /// Lets the n-th changing operation from now fail, and for a full disk all after it that need room.
    package func fail(_ fault: Fault, after count: Int) {
        withState {
            $0.countdown = count
            $0.fault = fault
        }
    }

    /// Ends what `fail` began.
    package func heal() {
        withState {
            $0.countdown = nil
            $0.hasFailed = false
        }
    }

    /// Whether an operation has failed since the last `heal`.
    package var hasFailed: Bool { withState { $0.hasFailed } }

    /// How many operations have failed since it was erased.
    package var failureCount: Int { withState { $0.failureCount } }

    /// How many changing operations there were.
    package var operationCount: Int { withState { $0.operationCount } }

    /// The process dies: files stay as it left them, its handles and locks are gone.
    package func kill() {
        withState { state in
            for (path, file) in state.files {
                state.files[path] = file.successor(file.content, file.durable, file.changes)
            }
        }
    }

    /// The power goes: what was not synced survives in part.
    package func cutPower() {
        withState { state in
            let share = state.random.pick([Int64](arrayLiteral: 0, 300, 500, 900, 1000))
            // In the order of the names, so that a seed gives the same cut again.
            for path in state.files.keys.sorted() {
                guard let file = state.files[path] else { continue }
                guard let durable = file.durable ?? (state.random.chance(500) ? [] : nil) else {
                    file.die()
                    state.files[path] = nil
                    continue
                }
                let left = State.survivors(of: file.changes, on: durable, perMille: share, &state.random)
                state.files[path] = file.successor(left, left, [])
            }
            for (path, content) in state.ghosts.sorted(by: { $0.key < $1.key })
            where state.files[path] == nil && state.random.chance(500) {
                state.files[path] = SimulatedFile(content: content, durable: content)
            }
            state.ghosts = [:]
        }
    }
}

extension SimulatedDisk.State {
    /// What is left of changes: each sector of a write is there or is not.
    static func survivors(
        of changes: [SimulatedFile.Change],
        on durable: [UInt8],
        perMille: Int64,
        _ random: inout SplitMix64
    ) -> [UInt8] {
        var content = durable
        for change in changes {
            switch change {
            case .truncate(let count):
                if random.chance(perMille), content.count > count { content.removeLast(content.count - count) }
            case .write(let offset, let bytes):
                var start = 0
                while start < bytes.count {
                    let boundary = SimulatedDisk.sectorBytes - (offset + start) % SimulatedDisk.sectorBytes
                    let end = min(bytes.count, start + boundary)
                    if random.chance(perMille) {
                        SimulatedFile.write(bytes[start..<end], at: offset + start, in: &content)
                    }
                    start = end
                }
            }
        }
        return content
    }

    /// Counts a changing operation.
    /// - Parameter needsRoom: whether a full disk refuses it.
    /// - Returns: how it fails; nil if it does not.
    mutating func strike(needsRoom: Bool) -> SimulatedDisk.Fault? {
        operationCount += 1
        guard let left = countdown else { return nil }
        countdown = max(0, left - 1)
        guard left <= 1 else { return nil }
        switch fault {
        case .ioError:
            guard left == 1 else { return nil }
            hasFailed = true
            failureCount += 1
            return .ioError
        case .full:
            guard needsRoom else { return nil }
            hasFailed = true
            failureCount += 1
            return .full
        }
    }

    /// Syncs a file.
    mutating func sync(_ file: SimulatedFile) -> SimulatedDisk.Fault? {
        if strike(needsRoom: false) != nil {
            // The kernel says once that it could not write, and holds the pages for clean from then on.
            file.changes = []
            return .ioError
        }
        // A new file's name goes to disk with it, and so does every deletion in the directory.
        if file.durable == nil { ghosts = [:] }
        file.durable = file.content
        file.changes = []
        return nil
    }

    /// Deletes a file; a power cut may bring it back unless the directory is synced.
    mutating func delete(_ path: String, syncDirectory: Bool) {
        guard let file = files.removeValue(forKey: path) else { return }
        if syncDirectory {
            ghosts = [:]
        } else if let durable = file.durable {
            ghosts[path] = durable
        }
    }
}

/// A file, and who has locked it; touched under the disk's lock.
final class SimulatedFile {
    enum Change {
        case write(offset: Int, [UInt8])
        case truncate(Int)
    }

    var content: [UInt8]
    /// What a power cut leaves at least; nil: not even the name.
    var durable: [UInt8]?
    /// What has changed since the last sync, in order.
    var changes: [Change]
    /// Whether its process has died: handles of then do nothing any more.
    private(set) var isDead = false

    // SQLite's locks on the file, and on the shared index of its write-ahead log.
    var sharedCount = 0
    var reserved: ObjectIdentifier?
    var pending: ObjectIdentifier?
    var index: [UnsafeMutableRawPointer] = []
    var indexUsers = 0
    var indexShared = [Int](repeating: 0, count: 8)
    var indexExclusive = [Bool](repeating: false, count: 8)

    init(content: [UInt8] = [], durable: [UInt8]? = nil, changes: [Change] = []) {
        self.content = content
        self.durable = durable
        self.changes = changes
    }

    deinit { freeIndex() }

    func freeIndex() {
        for region in index { region.deallocate() }
        index = []
    }

    func die() { isDead = true }

    /// The file as the next process finds it.
    func successor(_ content: [UInt8], _ durable: [UInt8]?, _ changes: [Change]) -> SimulatedFile {
        die()
        return SimulatedFile(content: content, durable: durable, changes: changes)
    }

    func write(_ bytes: [UInt8], at offset: Int) {
        SimulatedFile.write(bytes[...], at: offset, in: &content)
        changes.append(.write(offset: offset, bytes))
    }

    func truncate(to count: Int) {
        guard count < content.count else { return }
        content.removeLast(content.count - count)
        changes.append(.truncate(count))
    }

    static func write(_ bytes: ArraySlice<UInt8>, at offset: Int, in content: inout [UInt8]) {
        if content.count < offset + bytes.count {
            content += [UInt8](repeating: 0, count: offset + bytes.count - content.count)
        }
        content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
