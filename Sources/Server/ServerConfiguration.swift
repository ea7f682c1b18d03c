package import Logging
package import Seals
package import Storage

/// How a server runs.
package struct ServerConfiguration: Sendable {
    /// The data directory.
    package var directory: String
    /// What signs the sealed log; nil to keep none, which is for benchmarks that measure what it costs.
    package var logKey: Ed25519.PrivateKey?
    /// The name of a sealed log that begins; nil for one made of its key.
    package var logOrigin: String?
    /// The address to listen on; plaintext is for loopback only.
    package var host = "127.0.0.1"
    /// The port; 0 for any that is free.
    package var port = 7070
    /// Where time comes from.
    package var clock: @Sendable () -> ClockReading = { SystemClock.reading }
    /// Whether a journal may end later than the wall clock says it is, by more than `clockBoundSeconds`.
    package var acceptsFutureJournal = false
    /// Stream-file entries that an empty journal begins with; nil for the operator's login with a random password.
    package var bootstrap: [String]?
    /// What hashing a password costs.
    package var passwordCost = PasswordHash.Cost.standard
    /// What clients may do.
    package var limits = ServerLimits()
    /// TLS, if the venue speaks it; plaintext is for loopback alone.
    package var security: TransportSecurity?
    /// How many commands lie between two snapshots.
    package var commandsPerSnapshot: UInt64 = 500_000
    /// Whether each journal entry is read back by the journal's own reader before its command is applied; its form always is checked.
    package var readsEntriesBack = ServerConfiguration.isDebugBuild
    package var logger: Logger

    #if DEBUG
        private static let isDebugBuild = true
    #else
        private static let isDebugBuild = false
    #endif

    package init(directory: String, logKey: Ed25519.PrivateKey?, logger: Logger) {
        self.directory = directory
        self.logKey = logKey
        self.logger = logger
    }
}
