package import Logging
package import Seals
package import Storage
import Synchronization
import Wire

/// The files that follow the journal: snapshots, settlement, the sealed log, and what is known of the journal's end.
///
/// Each says which journal it follows, how far, and the hash that the journal has there. What is damaged, or is of another
/// journal, is set aside under another name, and made anew from the journal. If one knows more than the journal, then the
/// journal has lost its end, which nothing here can mend.
package final class Followers: Sendable {
    private let directory: String
    private let journal: Journal
    private let key: Ed25519.PrivateKey?
    private let origin: String?
    private let logger: Logger
    private let opened: Mutex<(settlement: Settlement, log: SealedLog?)>
    /// The newest states of the engine.
    package let snapshots: SnapshotStore
    /// How far the journal has come, kept apart from it.
    let journalEnd: JournalEnd

    /// Opens the files of a data directory, or makes them.
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - journal: its journal.
    ///   - logKey: what signs the sealed log; nil to keep none.
    ///   - logOrigin: the name that the log must have; nil for the one that it began with.
    ///   - logger: where it is said what was set aside.
    /// - Throws: `JournalError` if the journal has lost its end; what storage throws if a file cannot be made.
    package init(
        directory: String,
        journal: Journal,
        logKey: Ed25519.PrivateKey?,
        logOrigin: String? = nil,
        logger: Logger
    ) throws {
        (self.directory, self.journal, self.logger) = (directory, journal, logger)
        (key, origin) = (logKey, logOrigin)
        let opening = Opening(directory: directory, journal: journal, logger: logger)
        snapshots = try opening.open("snapshots.db") {
            try SnapshotStore(directory: directory)
        } positions: {
            try $0.positions()
        } close: {
            try $0.close()
        }
        journalEnd = try opening.open("journal-end.db") {
            try JournalEnd(directory: directory)
        } positions: {
            [try $0.position()]
        } close: {
            try $0.close()
        }
        let settlement = try opening.open("settlement.db") {
            try Settlement(directory: directory)
        } positions: {
            [$0.position]
        } close: {
            try $0.close()
        }
        let name = try journal.logName()
        let log = try logKey.map { key in
            try opening.open("log.db") {
                try SealedLog(directory: directory, key: key, origin: logOrigin, beganAs: name)
            } positions: {
                [$0.position]
            } close: {
                try $0.close()
            }
        }
        opened = Mutex((settlement, log))
        if let log, log.origin != name { try journal.keepLogName(log.origin) }
    }

    /// What is booked.
    package var settlement: Settlement { opened.withLock { $0.settlement } }

    /// The sealed log; nil if none is kept.
    package var log: SealedLog? { opened.withLock { $0.log } }

    /// The files that can be made anew beside trading.
    var files: [String] { [settlement.file] + (log.map { [$0.file] } ?? []) }

    /// Sets settlement or the sealed log aside and begins it anew.
    ///
    /// The log goes on under the name that it had: the journal and the key give the same leaves, so what was signed before stays
    /// true of it.
    /// - Returns: false if it is none of them that is at fault.
    /// - Throws: what storage throws if that cannot be.
    func replace(because fault: any FileFault) throws -> Bool {
        let (settlement, log) = opened.withLock { $0 }
        if fault.file == settlement.file {
            release { try settlement.close() }
            try setAside("settlement.db", because: fault)
            let new = try Settlement(directory: directory)
            opened.withLock { $0.settlement = new }
        } else if let log, let key, fault.file == log.file {
            release { try log.close() }
            try setAside("log.db", because: fault)
            let new = try SealedLog(directory: directory, key: key, origin: origin, beganAs: log.origin)
            opened.withLock { $0.log = new }
        } else {
            return false
        }
        return true
    }

    private func setAside(_ name: String, because fault: any FileFault) throws {
        let aside = try SetAside.move(directory + "/" + name)
        logger.error("\(fault); it is kept as \(aside ?? "nothing"), and made anew from the journal beside trading")
    }

    /// Closes what is about to go; that it does not close well changes nothing.
    private func release(_ body: () throws -> Void) {
        do { try body() } catch { logger.warning("not closed well: \(error)") }
    }

    /// Closes the files.
    package func close() throws {
        try settlement.close()
        try log?.close()
        try snapshots.close()
        try journalEnd.note(journal.position)
        try journalEnd.close()
    }
}

/// Opens the files that follow a journal.
private struct Opening {
    let directory: String
    let journal: Journal
    let logger: Logger

    /// Opens a file; one that cannot be used is set aside, and another is made.
    func open<File>(
        _ name: String,
        _ make: () throws -> File,
        positions: (File) throws -> [JournalPosition],
        close: (File) throws -> Void
    ) throws -> File {
        do {
            let file = try make()
            do {
                try check(name, positions(file))
                return file
            } catch {
                // Before it gets another name: else SQLite would remove what then lies beside the old one.
                try close(file)
                throw error
            }
        } catch let fault as any FileFault where fault.isDamage && fault.file != journal.file {
            guard let aside = try SetAside.move(directory + "/" + name) else { throw fault }
            logger.error("\(fault); it is kept as \(aside), and made anew from the journal beside trading")
            return try make()
        }
    }

    private func check(_ name: String, _ positions: [JournalPosition]) throws {
        for position in positions {
            switch try journal.match(position) {
            case .holds: continue
            case .isAhead: throw JournalError.lostEnd(of: journal, known: position.command, by: name)
            case .differs: throw Stranger(file: directory + "/" + name, command: position.command)
            }
        }
    }

    /// A file of another journal, or of one that went another way.
    private struct Stranger: FileFault, CustomStringConvertible {
        let file: String
        let command: UInt64

        var isDamage: Bool { true }
        var description: String { "\(file): is of another history: its command \(command) is not this journal's" }
    }
}
