import ArgumentParser
import Audit
import Foundation
import Permits
import Seals
import Server
import WeirClient

/// Watches a venue's log for a regulator, and signs what goes on from what it saw before.
struct AuditWitness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Watch a venue's log as a regulator, and cosign its checkpoints while they only grow.",
        discussion: """
            Runs on the regulator's own machine. STATE keeps the last checkpoint that was signed; every newer one must go on from
            it, or nothing is signed, the evidence is kept in STATE.fork, and the command ends with 3.
            `weir keys make witness.pem` makes a key; `weir keys show witness.pem --witness NAME` tells the public its other side.
            """
    )

    @Option(help: "The log's verifier key, as text or in a file.")
    var logKey: SignerOption

    @Option(help: "The file with the witness's private key.")
    var key: String

    @Option(help: "The file that keeps what was signed last.")
    var state: String

    @Option(
        help:
            "The witness's name: the member's code, or that and a slash and more; the member's code unless said otherwise."
    )
    var name: String?

    @Option(help: "Look again after so many seconds; without it, look once.")
    var every: Int?

    @OptionGroup var options: VenueOptions

    func validate() throws {
        try logKey.require(.note)
        guard every ?? 1 >= 1 else { throw ValidationError("--every is a number of seconds, 1 at least") }
    }

    func run() async throws {
        let key = try KeyFile.read(self.key)
        guard let every else {
            let client = try await options.logOn()
            try await look(client, key)
            return try await client.close()
        }
        while true {
            // A venue that starts again, or whose log is still empty, is looked at again; a fork ends the watch.
            do {
                let client = try await options.logOn()
                while true {
                    try await look(client, key)
                    try await Task.sleep(for: .seconds(every))
                }
            } catch let error where error is ExitCode {
                throw error
            } catch {
                Console.note("weir: \(error); looking again in \(every) s")
                try await Task.sleep(for: .seconds(every))
            }
        }
    }

    private func look(_ client: WeirClient, _ key: Ed25519.PrivateKey) async throws {
        let lines = try await client.ask("CHECKPOINT").rows.map { $0["line"] ?? "" }
        let text = lines.joined(separator: "\n") + "\n"
        guard let note = SignedNote(note: text), let new = Checkpoint(text: note.text),
            note.isSigned(by: logKey.signer),
            new.origin == logKey.signer.name
        else { try refuse("the checkpoint is not signed by \(logKey.signer.name)", [text]) }
        var (old, before) = (Checkpoint(origin: new.origin, size: 0, root: MerkleTree.emptyRoot), "")
        if FileManager.default.fileExists(atPath: state) {
            before = try FileManager.default.text(of: state)
            guard let kept = SignedNote(note: before), kept.isSigned(by: logKey.signer),
                let checkpoint = Checkpoint(text: kept.text)
            else { throw ValidationError("\(state) holds no checkpoint of \(new.origin)") }
            old = checkpoint
        }
        guard new.size >= old.size else {
            try refuse("the log was cut back from \(old.size) to \(new.size)", [before, text])
        }
        if new.size == old.size {
            guard new.root == old.root else { try refuse("two histories of size \(new.size)", [before, text]) }
            // What was signed may not have arrived, or the venue may have lost it.
            if let own = SignedNote(note: before)?.signatures.last, !note.signatures.contains(own) {
                return try await send(own, new.size, client, key)
            }
            return Console.note("weir: still \(new.size) leaves")
        }
        let proof = try await client.ask("PROOF from=\(old.size) size=\(new.size)").rows.map { $0["line"] ?? "" }
        let path = proof.dropFirst().prefix { !$0.isEmpty }.compactMap { Base64.bytes($0).flatMap { Digest($0) } }
        guard MerkleProof.isConsistent(from: (old.size, old.root), to: (new.size, new.root), path) else {
            try refuse("the log does not go on from what was signed at \(old.size)", [before, text] + proof)
        }
        try await cosign(note, new, client, key)
    }

    private func cosign(
        _ note: SignedNote,
        _ checkpoint: Checkpoint,
        _ client: WeirClient,
        _ key: Ed25519.PrivateKey
    ) async throws {
        var own = SignedNote(note.text)
        own.cosign(
            as: name ?? options.member,
            with: key,
            at: UInt64(SystemClock.now.microseconds / Timestamp.microsecondsPerSecond)
        )
        guard let signature = own.signatures.last else { return }
        var signed = note
        signed.append(signature)
        // Kept before it is sent: what was once signed binds.
        try FileManager.default.replace(state, with: Array(signed.note.utf8))
        try await send(signature, checkpoint.size, client, key)
    }

    private func send(
        _ signature: SignedNote.Signature,
        _ size: UInt64,
        _ client: WeirClient,
        _ key: Ed25519.PrivateKey
    ) async throws {
        let signer = NoteSigner(name: signature.name, algorithm: .cosignature, key: key.publicKey)
        let line = "COSIGN size=\(size) key=\(signer.text) line=\(ClientLine.quoted(signature.line))"
        let reply = try await client.send(line)
        // The venue keeps the newest 1,000 alone: a busy one may have passed this one by.
        guard reply.isOK || reply.code == "NOT_SEALED" else { throw ValidationError(reply.line.text) }
        Console.note("weir: signed \(size) leaves")
    }

    private func refuse(_ reason: String, _ evidence: [String]) throws -> Never {
        try FileManager.default.replace(state + ".fork", with: Array(evidence.joined(separator: "\n").utf8))
        Console.line("PROBLEM \(reason); nothing was signed, the evidence is in \(state).fork")
        throw ExitCode(3)
    }
}
