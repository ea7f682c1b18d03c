import Foundation
import Seals

/// Private keys in files: of a log, a witness or a machine.
enum KeyFile {
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
        let key = Ed25519.PrivateKey(seed: try RandomBytes.makeDigest())
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
