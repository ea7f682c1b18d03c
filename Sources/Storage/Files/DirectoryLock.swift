import Foundation

/// The exclusive right to write in a data directory, held through `flock` on its file `lock`.
///
/// The kernel drops it when the process ends, however it ends, so a lock is never stale.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or says who has it.
    init(directory: String) throws(JournalError) {
        let file = directory + "/lock"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw JournalError(.failed, file: file, "cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = DirectoryLock.holder(descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw JournalError(.failed, file: file, "cannot be locked: \(String(cString: strerror(reason)))")
            }
            throw JournalError(
                .locked,
                file: file,
                "the data directory is in use by \(holder); stop that server first, or choose another directory"
            )
        }
        // The number is only for the message above, so a failure to write it does not matter.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    /// Makes names in the directory durable.
    func syncDirectory(_ directory: String) throws(JournalError) {
        let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if opened >= 0 { close(opened) } }
        guard opened >= 0, fsync(opened) == 0 else {
            throw JournalError(.failed, file: directory, "cannot be synced: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        // Closing would leave it to a child of this process that has not begun its own program yet.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "another process" : "process " + String(decoding: digits, as: UTF8.self)
    }
}
