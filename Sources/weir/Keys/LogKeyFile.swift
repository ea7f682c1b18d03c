import Foundation
import Seals

/// The key that signs a venue's sealed log, `log-key.pem` in its data directory.
///
/// It is no part of a backup: who has it could sign another history. Keep a copy apart.
enum LogKeyFile {
    /// Reads the key, or makes it for a venue whose log has not begun.
    /// - Returns: the key, and whether it is new.
    /// - Throws: `CommandError` if it is missing though there is a log, or is no such key.
    static func open(directory: String) throws -> (key: Ed25519.PrivateKey, isNew: Bool) {
        let file = directory + "/log-key.pem"
        let files = FileManager.default
        guard !files.fileExists(atPath: file) else { return (try KeyFile.read(file), false) }
        guard !files.fileExists(atPath: directory + "/log.db") else {
            throw CommandError(
                "\(file) is missing, and \(directory)/log.db was signed with it: put the key back, or move log.db away to begin "
                    + "another log"
            )
        }
        try files.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return (try KeyFile.make(file), true)
    }
}
