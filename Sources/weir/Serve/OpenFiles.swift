import ArgumentParser
import Foundation
import Logging

/// The process's limit of open files.
enum OpenFiles {
    /// What a venue opens besides its connections: databases with their logs, event loops, standard streams.
    private static let own: UInt64 = 48

    /// Raises the limit for `connections`, as far as it may be raised.
    ///
    /// A connection beyond the limit would wait without an answer; one beyond the venue's own maximum is told.
    /// - Parameters:
    ///   - connections: how many are wanted.
    ///   - logger: where it is said if fewer fit.
    /// - Returns: how many fit.
    /// - Throws: `ValidationError` if none does.
    static func makeRoom(for connections: Int, _ logger: Logger) throws -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return connections }
        let wanted = rlim_t(connections) + rlim_t(own)
        let before = limit.rlim_cur
        limit.rlim_cur = max(before, min(wanted, limit.rlim_max))
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        guard limit.rlim_cur > own else {
            throw ValidationError(
                "the process may open \(limit.rlim_cur) files; the venue needs \(own) and one a connection: raise ulimit -n"
            )
        }
        guard limit.rlim_cur < wanted else { return connections }
        let room = Int(limit.rlim_cur - rlim_t(own))
        logger.warning(
            "the process may open \(limit.rlim_cur) files: room for \(room) connections instead of \(connections)"
        )
        return room
    }
}
