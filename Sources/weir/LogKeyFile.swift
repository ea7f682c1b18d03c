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
        guard !files.fileExists(atPath: file) else { return (try read(file), false) }
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
        return (try make(file), true)
    }

    /// Reads a private key.
    /// - Throws: `CommandError` if the file cannot be read or holds another kind of key.
    static func read(_ file: String) throws -> Ed25519.PrivateKey {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw CommandError("cannot read \(file): \(error.localizedDescription)")
        }
        guard let key = Ed25519.PrivateKey(pem: text) else {
            throw CommandError("\(file) is no Ed25519 private key as `openssl genpkey -algorithm ed25519` makes it")
        }
        return key
    }

    /// Makes a private key in a new file that its owner alone may read.
    /// - Throws: `CommandError` if there is such a file, or it cannot be written.
    static func make(_ file: String) throws -> Ed25519.PrivateKey {
        guard let seed = Digest(try RandomBytes.make(count: Digest.byteCount)) else {
            preconditionFailure("32 bytes are a digest")
        }
        let key = Ed25519.PrivateKey(seed: seed)
        try PrivateFile.make(file, Array(key.pem.utf8))
        return key
    }
}

/// Files that their owner alone may read.
enum PrivateFile {
    /// Makes a file.
    /// - Throws: `CommandError` if there is such a file, or it cannot be written.
    static func make(_ file: String, _ bytes: [UInt8]) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw CommandError("cannot make \(file): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(bytes))
        try handle.synchronize()
    }
}
