import ArgumentParser
import Audit
import Foundation

/// `weir audit`: the sealed log, for whoever runs a venue, watches it, or holds its receipts.
struct AuditCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check the sealed log, export it, fetch and check receipts, witness it; who did what.",
        subcommands: [
            AuditVerify.self, AuditExport.self, AuditReceipt.self, AuditCheck.self, AuditWitness.self, AuditTrail.self,
        ]
    )
}

/// A verifier key, given as text or as a file that holds it.
struct SignerOption: ExpressibleByArgument {
    let signer: NoteSigner

    init?(argument: String) {
        let text =
            FileManager.default.contents(atPath: argument).map { String(decoding: $0, as: UTF8.self) } ?? argument
        guard let signer = NoteSigner(text: text.trimmingCharacters(in: .whitespacesAndNewlines)) else { return nil }
        self.signer = signer
    }

    /// Checks that it is a log's key, or a witness's.
    func require(_ algorithm: NoteSigner.Algorithm) throws {
        guard signer.algorithm == algorithm else {
            throw ValidationError(
                "the key of \(signer.name) is a \(algorithm == .note ? "witness's, not a log's" : "log's, not a witness's")"
            )
        }
    }
}

extension FileManager {
    /// Reads a file as text.
    /// - Throws: `ValidationError` if it cannot be read.
    func text(of file: String) throws -> String {
        guard let data = contents(atPath: file), let text = String(validating: data, as: UTF8.self) else {
            throw ValidationError("\(file): cannot be read as text")
        }
        return text
    }

    /// Writes a file whole or not at all.
    func replace(_ file: String, with bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: file)
        try createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url, options: .atomic)
    }
}
