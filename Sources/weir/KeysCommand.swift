import ArgumentParser
import Audit
import Foundation
import Seals

/// Keys of logs, witnesses and machines.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make Ed25519 keys, and show what others need to know of them.",
        subcommands: [KeysMake.self, KeysShow.self]
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

    func run() throws { Console.write(Array(try LogKeyFile.make(file).publicKey.pem.utf8)) }
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

    func run() throws {
        let key = try LogKeyFile.read(file).publicKey
        for (name, algorithm) in [(log, NoteSigner.Algorithm.note), (witness, .cosignature)] {
            if let name { Console.line(NoteSigner(name: name, algorithm: algorithm, key: key).text) }
        }
        if log == nil, witness == nil { Console.write(Array(key.pem.utf8)) }
    }
}
