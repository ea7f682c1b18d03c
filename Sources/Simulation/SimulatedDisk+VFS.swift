import Foundation
import GRDBSQLite
import Permits

// The disk as SQLite sees it: a VFS of its own, with locks and a shared index for write-ahead logs.

extension SimulatedDisk {
    /// The disk of every database that this process opens from now on; made by the first use.
    package static let installed: SimulatedDisk = {
        let disk = SimulatedDisk()
        disk.install()
        return disk
    }()

    private func install() {
        var vfs = sqlite3_vfs()
        vfs.iVersion = 2
        vfs.szOsFile = Int32(OpenFile.byteCount)
        vfs.mxPathname = 1024
        vfs.zName = UnsafePointer(strdup("weir-simulation"))
        vfs.pAppData = Unmanaged.passRetained(self).toOpaque()
        vfs.xOpen = { vfs, name, file, flags, outFlags in
            guard let disk = SimulatedDisk.of(vfs), let file else { return SQLITE_MISUSE }
            outFlags?.pointee = flags
            return disk.open(name.map { String(cString: $0) }, flags, file)
        }
        vfs.xDelete = { vfs, name, syncDirectory in
            guard let disk = SimulatedDisk.of(vfs), let name else { return SQLITE_MISUSE }
            return disk.withState { state in
                guard state.files[String(cString: name)] != nil else { return IOError.deleteMissing }
                guard state.strike(needsRoom: false) == nil else { return IOError.delete }
                state.delete(String(cString: name), syncDirectory: syncDirectory != 0)
                return SQLITE_OK
            }
        }
        vfs.xAccess = { vfs, name, _, result in
            guard let disk = SimulatedDisk.of(vfs), let name else { return SQLITE_MISUSE }
            result?.pointee = disk.withState { $0.files[String(cString: name)] != nil } ? 1 : 0
            return SQLITE_OK
        }
        vfs.xFullPathname = { _, name, count, out in
            guard let name, let out, strlen(name) < Int(count) else { return SQLITE_CANTOPEN }
            strcpy(out, name)
            return SQLITE_OK
        }
        vfs.xRandomness = { vfs, count, out in
            guard let disk = SimulatedDisk.of(vfs), let out else { return 0 }
            disk.withState { state in
                for index in 0..<Int(count) { out[index] = CChar(truncatingIfNeeded: state.random.next()) }
            }
            return count
        }
        vfs.xSleep = { _, microseconds in microseconds }
        vfs.xCurrentTime = { _, out in
            out?.pointee = 2_461_500.5
            return SQLITE_OK
        }
        vfs.xCurrentTimeInt64 = { _, out in
            out?.pointee = 212_673_643_200_000
            return SQLITE_OK
        }
        let place = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        place.initialize(to: vfs)
        sqlite3_vfs_register(place, 1)
    }

    private static func of(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk? {
        guard let data = vfs?.pointee.pAppData else { return nil }
        return Unmanaged<SimulatedDisk>.fromOpaque(data).takeUnretainedValue()
    }

    private func open(_ name: String?, _ flags: Int32, _ place: UnsafeMutablePointer<sqlite3_file>) -> Int32 {
        place.pointee.pMethods = nil
        return withState { state in
            let path: String
            if let name {
                path = name
            } else {
                state.temporaryCount += 1
                path = "temporary-\(state.temporaryCount)"
            }
            if state.files[path] == nil {
                guard flags & SQLITE_OPEN_CREATE != 0 else { return SQLITE_CANTOPEN }
                guard state.strike(needsRoom: true) == nil else { return SQLITE_CANTOPEN }
                state.files[path] = SimulatedFile()
            }
            guard let file = state.files[path] else { return SQLITE_CANTOPEN }
            let isTemporary = flags & SQLITE_OPEN_DELETEONCLOSE != 0
            OpenFile(self, file, path, isTemporary: isTemporary).store(in: place)
            place.pointee.pMethods = methods
            return SQLITE_OK
        }
    }
}

/// Extended result codes, macros that Swift does not import: `SQLITE_IOERR | n << 8`.
private enum IOError {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let size = SQLITE_IOERR | 7 << 8
    static let delete = SQLITE_IOERR | 10 << 8
    static let checkReservedLock = SQLITE_IOERR | 14 << 8
    static let lock = SQLITE_IOERR | 15 << 8
    static let indexLock = SQLITE_IOERR | 20 << 8
    static let indexMap = SQLITE_IOERR | 21 << 8
    static let deleteMissing = SQLITE_IOERR | 23 << 8
}

/// A handle.
private final class OpenFile {
    let disk: SimulatedDisk
    let file: SimulatedFile
    let path: String
    let isTemporary: Bool
    var lock = SQLITE_LOCK_NONE
    var usesIndex = false
    /// Slots of the index that this handle has locked, a bit each.
    var indexShared: UInt8 = 0
    var indexExclusive: UInt8 = 0

    init(_ disk: SimulatedDisk, _ file: SimulatedFile, _ path: String, isTemporary: Bool) {
        self.disk = disk
        self.file = file
        self.path = path
        self.isTemporary = isTemporary
    }

    // SQLite reserves room for the methods and what we put behind them: a reference to the handle.
    static let byteCount = MemoryLayout<sqlite3_file>.stride + MemoryLayout<UnsafeRawPointer>.stride

    func store(in place: UnsafeMutablePointer<sqlite3_file>) {
        UnsafeMutableRawPointer(place).storeBytes(
            of: Unmanaged.passRetained(self).toOpaque(),
            toByteOffset: MemoryLayout<sqlite3_file>.stride,
            as: UnsafeMutableRawPointer.self
        )
    }

    static func reference(_ place: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<OpenFile> {
        guard let place else { preconditionFailure("SQLite gave no file") }
        let pointer = UnsafeMutableRawPointer(place).load(
            fromByteOffset: MemoryLayout<sqlite3_file>.stride,
            as: UnsafeMutableRawPointer.self
        )
        return Unmanaged.fromOpaque(pointer)
    }

    /// Runs `body` on a live file; a handle of a process that has died gets `failure`.
    static func on(
        _ place: UnsafeMutablePointer<sqlite3_file>?,
        failure: Int32,
        _ body: (OpenFile, inout SimulatedDisk.State) -> Int32
    ) -> Int32 {
        let open = reference(place).takeUnretainedValue()
        return open.disk.withState { state in open.file.isDead ? failure : body(open, &state) }
    }

    // MARK: Locks

    var identity: ObjectIdentifier { ObjectIdentifier(self) }

    func raise(to level: Int32) -> Int32 {
        guard level > lock else { return SQLITE_OK }
        func isMineOrFree(_ owner: ObjectIdentifier?) -> Bool { owner == nil || owner == identity }
        switch level {
        case SQLITE_LOCK_SHARED:
            guard isMineOrFree(file.pending) else { return SQLITE_BUSY }
            file.sharedCount += 1
        case SQLITE_LOCK_RESERVED:
            guard isMineOrFree(file.reserved) else { return SQLITE_BUSY }
            file.reserved = identity
        default:
            guard isMineOrFree(file.reserved), isMineOrFree(file.pending) else { return SQLITE_BUSY }
            (file.reserved, file.pending) = (identity, identity)
            guard file.sharedCount == 1 else {
                lock = SQLITE_LOCK_PENDING
                return SQLITE_BUSY
            }
        }
        lock = level
        return SQLITE_OK
    }

    func lower(to level: Int32) {
        guard level < lock else { return }
        if lock >= SQLITE_LOCK_RESERVED {
            if file.reserved == identity { file.reserved = nil }
            if file.pending == identity { file.pending = nil }
        }
        if level == SQLITE_LOCK_NONE { file.sharedCount -= 1 }
        lock = level
    }

    func lockIndex(_ slots: Range<Int>, _ flags: Int32) -> Int32 {
        let mask = slots.reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
        if flags & SQLITE_SHM_UNLOCK != 0 {
            for slot in slots where (indexShared | indexExclusive) & 1 << UInt8(slot) != 0 {
                if indexShared & 1 << UInt8(slot) != 0 {
                    file.indexShared[slot] -= 1
                } else {
                    file.indexExclusive[slot] = false
                }
            }
            indexShared &= ~mask
            indexExclusive &= ~mask
        } else if flags & SQLITE_SHM_SHARED != 0 {
            guard slots.allSatisfy({ !file.indexExclusive[$0] || indexExclusive & 1 << UInt8($0) != 0 }) else {
                return SQLITE_BUSY
            }
            for slot in slots where indexShared & 1 << UInt8(slot) == 0 { file.indexShared[slot] += 1 }
            indexShared |= mask
        } else {
            guard
                slots.allSatisfy({ slot in
                    let own = indexShared & 1 << UInt8(slot) != 0 ? 1 : 0
                    return file.indexShared[slot] == own && !file.indexExclusive[slot]
                })
            else { return SQLITE_BUSY }
            for slot in slots { file.indexExclusive[slot] = true }
            indexExclusive |= mask
        }
        return SQLITE_OK
    }

    func leaveIndex() {
        guard usesIndex else { return }
        usesIndex = false
        file.indexUsers -= 1
        if file.indexUsers == 0 { file.freeIndex() }
    }
}

/// What SQLite may do with a handle.
private nonisolated(unsafe) let methods: UnsafePointer<sqlite3_io_methods> = {
    var methods = sqlite3_io_methods()
    methods.iVersion = 2
    methods.xClose = { place in
        let reference = OpenFile.reference(place)
        let open = reference.takeUnretainedValue()
        open.disk.withState { state in
            open.leaveIndex()
            open.lower(to: SQLITE_LOCK_NONE)
            if open.isTemporary { state.files[open.path] = nil }
        }
        reference.release()
        return SQLITE_OK
    }
    methods.xRead = { place, out, count, offset in
        guard let out else { return IOError.read }
        return OpenFile.on(place, failure: IOError.read) { open, _ in
            let (count, offset) = (Int(count), Int(offset))
            let have = max(0, min(count, open.file.content.count - offset))
            if have > 0 {
                open.file.content.withUnsafeBytes {
                    out.copyMemory(from: $0.baseAddress.unsafelyUnwrapped + offset, byteCount: have)
                }
            }
            guard have < count else { return SQLITE_OK }
            memset(out + have, 0, count - have)
            return IOError.shortRead
        }
    }
    methods.xWrite = { place, bytes, count, offset in
        guard let bytes else { return IOError.write }
        return OpenFile.on(place, failure: IOError.write) { open, state in
            let content = Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            switch state.strike(needsRoom: Int(offset) + Int(count) > open.file.content.count) {
            case .ioError?: return IOError.write
            case .full?: return SQLITE_FULL
            case nil:
                open.file.write(content, at: Int(offset))
                return SQLITE_OK
            }
        }
    }
    methods.xTruncate = { place, count in
        OpenFile.on(place, failure: IOError.truncate) { open, state in
            guard state.strike(needsRoom: false) == nil else { return IOError.truncate }
            open.file.truncate(to: Int(count))
            return SQLITE_OK
        }
    }
    methods.xSync = { place, _ in
        OpenFile.on(place, failure: IOError.sync) { open, state in
            state.sync(open.file) == nil ? SQLITE_OK : IOError.sync
        }
    }
    methods.xFileSize = { place, out in
        OpenFile.on(place, failure: IOError.size) { open, _ in
            out?.pointee = Int64(open.file.content.count)
            return SQLITE_OK
        }
    }
    methods.xLock = { place, level in
        OpenFile.on(place, failure: IOError.lock) { open, _ in open.raise(to: level) }
    }
    methods.xUnlock = { place, level in
        OpenFile.on(place, failure: SQLITE_OK) { open, _ in
            open.lower(to: level)
            return SQLITE_OK
        }
    }
    methods.xCheckReservedLock = { place, out in
        OpenFile.on(place, failure: IOError.checkReservedLock) { open, _ in
            out?.pointee = open.file.reserved == nil ? 0 : 1
            return SQLITE_OK
        }
    }
    methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    methods.xSectorSize = { _ in Int32(SimulatedDisk.sectorBytes) }
    methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    methods.xShmMap = { place, region, byteCount, extend, out in
        OpenFile.on(place, failure: IOError.indexMap) { open, _ in
            if !open.usesIndex {
                open.usesIndex = true
                open.file.indexUsers += 1
            }
            while open.file.index.count <= Int(region) {
                guard extend != 0 else {
                    out?.pointee = nil
                    return SQLITE_OK
                }
                let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(byteCount), alignment: 8)
                memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(byteCount))
                open.file.index.append(memory)
            }
            out?.pointee = UnsafeMutableRawPointer(open.file.index[Int(region)])
            return SQLITE_OK
        }
    }
    methods.xShmLock = { place, first, count, flags in
        OpenFile.on(place, failure: flags & SQLITE_SHM_UNLOCK != 0 ? SQLITE_OK : IOError.indexLock) { open, _ in
            open.lockIndex(Int(first)..<Int(first + count), flags)
        }
    }
    methods.xShmBarrier = { place in
        let open = OpenFile.reference(place).takeUnretainedValue()
        open.disk.withState { _ in }
    }
    methods.xShmUnmap = { place, _ in
        let open = OpenFile.reference(place).takeUnretainedValue()
        open.disk.withState { _ in open.leaveIndex() }
        return SQLITE_OK
    }
    let place = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    place.initialize(to: methods)
    return UnsafePointer(place)
}()
