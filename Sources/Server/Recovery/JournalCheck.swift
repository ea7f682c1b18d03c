import Foundation
import Logging
import Storage
import Synchronization

/// Reads the whole journal once after a start, beside trading, and then looks whether the files that follow it are whole.
///
/// A start itself checks the last batch alone. What is wrong further back would else be found when somebody needs it.
final class JournalCheck: Sendable {
    private let journal: Journal
    private let projector: Projector
    private let logger: Logger
    private let isStopped = Atomic<Bool>(false)
    private let finished = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    private struct State {
        var checked: UInt64 = 0
        var damage: String?
        /// What is under way after the journal.
        var check: FileCheck?
    }

    /// How much it reads at once, in bytes of journal text.
    private static let partBytes = 1 << 20

    init(_ journal: Journal, projector: Projector, logger: Logger) {
        (self.journal, self.projector, self.logger) = (journal, projector, logger)
    }

    /// The last command whose batch was found whole, and what is wrong with the journal; nil if nothing was found.
    var found: (checked: UInt64, damage: String?) { state.withLock { ($0.checked, $0.damage) } }

    /// Starts the thread.
    /// - Throws: `ServerError` if there is none to have.
    func start() throws(ServerError) {
        try ServiceThread.start("weir.check") { [self] in
            PacedWork.yieldToOthers()
            checkJournal()
            checkFollowers()
            finished.signal()
        }
    }

    /// Ends the thread.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        // One that has not begun yet would not notice.
        while finished.wait(timeout: .now() + 0.05) == .timedOut { state.withLock { $0.check }?.interrupt() }
    }

    private func checkJournal() {
        do {
            while !isStopped.load(ordering: .relaxed) {
                let checked = found.checked
                guard checked < journal.lastCommand else {
                    return logger.info("the journal is whole", metadata: ["commands": "\(checked)"])
                }
                try journal.forEachBatch(fromCommand: checked + 1, bytesMax: JournalCheck.partBytes) { batch in
                    state.withLock { $0.checked = batch.lastCommand }
                }
            }
        } catch {
            state.withLock { $0.damage = "\(error)" }
            logger.critical("the journal is damaged; trading goes on, stop and restore a backup: \(error)")
        }
    }

    private func checkFollowers() {
        for file in projector.followers.files {
            do {
                let check = try FileCheck(file)
                state.withLock { $0.check = check }
                guard !isStopped.load(ordering: .relaxed) else { return }
                if let fault = try check.fault() { projector.report(FoundDamage(file: file, fault)) }
            } catch {
                logger.warning("\(file) could not be looked through: \(error)")
            }
        }
    }
}
