import ArgumentParser
import Audit
import Foundation
import Seals
import Storage

/// Keys of logs, witnesses and machines.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make Ed25519 keys, and show what others need to know of them.",
        subcommands: [KeysMake.self, KeysShow.self, KeysHash.self]
    )
}

/// Makes a private key.
struct KeysMake: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Make a private key in a new file that you alone may read."
    )

    @Argument(help: "The file; PEM, as openssl reads it.")
    var file: String

    func run() throws { Console.write(Array(try KeyFile.make(file).publicKey.pem.utf8)) }
}

/// Hashes a password, for `LOGIN hash=` in a proposal or a stream file.
struct KeysHash: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash",
        abstract: "Hash a password, for LOGIN hash=; it is read from WEIR_PASSWORD or typed."
    )

    func run() throws {
        let typed = isatty(STDIN_FILENO) == 1 ? LineEditor.readSecret("password: ") : nil
        guard let password = ProcessInfo.processInfo.environment["WEIR_PASSWORD"] ?? typed, password.utf8.count >= 8
        else { throw ValidationError("set WEIR_PASSWORD to a password of 8 bytes at least") }
        Console.line(try PasswordHash.make(password: password))
    }
}

/// Shows the public side of a private key.
struct KeysShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the public key of a private one: in PEM, or as a log's or a witness's verifier key."
    )

    @Argument(help: "The file with the private key.")
    var file: String

    @Option(help: "As the verifier key of the log with this name.")
    var log: String?

    @Option(help: "As the verifier key of the witness with this name.")
    var witness: String?

    @Flag(help: "As 64 hexadecimal digits, for LOGIN key=.")
    var hex = false

    func run() throws {
        let key = try KeyFile.read(file).publicKey
        for (name, algorithm) in [(log, NoteSigner.Algorithm.note), (witness, .cosignature)] {
            if let name { Console.line(NoteSigner(name: name, algorithm: algorithm, key: key).text) }
        }
        if hex { Console.line(key.bytes.hex) }
        if log == nil, witness == nil, !hex { Console.write(Array(key.pem.utf8)) }
    }
}
