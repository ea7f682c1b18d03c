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

/// Files that their owner alone may read, whole or not there: who is killed on the way leaves nothing under the name.
enum PrivateFile {
    /// Makes a file.
    /// - Throws: `CommandError` if there is such a file, or it cannot be written.
    static func make(_ file: String, _ bytes: [UInt8]) throws {
        let partial = try write(bytes, beside: file)
        defer { unlink(partial) }
        guard link(partial, file) == 0 else {
            throw CommandError("cannot make \(file): \(String(cString: strerror(errno)))")
        }
    }

    /// Makes a file, or puts it in the place of the one that is there.
    /// - Throws: `CommandError` if it cannot be written.
    static func put(_ file: String, _ bytes: [UInt8]) throws {
        let partial = try write(bytes, beside: file)
        guard rename(partial, file) == 0 else {
            throw CommandError("cannot make \(file): \(String(cString: strerror(errno)))")
        }
    }

    private static func write(_ bytes: [UInt8], beside file: String) throws -> String {
        let partial = file + ".partial"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw CommandError("cannot make \(file): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(bytes))
        try handle.synchronize()
        return partial
    }
}
