import ArgumentParser
import Audit
import Foundation
import Permits
import Seals
import Server
import Storage
import Wire

/// Checks a sealed log against the journal that it tells of.
struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the sealed log: every leaf against a replay of the journal, every hash, every signature.",
        discussion: """
            Reads the whole journal, replays it, and compares each fact with the leaf that the log holds; computes every tile and
            the root at every checkpoint from the leaves. Checkpoints kept elsewhere must be of the same history. Hidden leaves are
            compared in full if the directory holds log-key.pem. It may run beside a live server. `ops/verify-log` does what a
            stranger can do without the journal and without this program.
            """
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Option(help: "The log's verifier key, as text or in a file; else the one that the log names.")
    var key: SignerOption?

    @Option(help: "A witness's verifier key: the newest cosigned checkpoint must have its signature; may be repeated.")
    var witness: [SignerOption] = []

    @Option(help: "A file with a checkpoint that was kept; may be repeated.")
    var checkpoint: [String] = []

    func validate() throws {
        try key?.require(.note)
        for witness in witness { try witness.require(.cosignature) }
    }

    func run() throws {
        let log = try SealedLog.reading(directory: directory)
        let own = try log.signer()
        let signer = key?.signer ?? own
        let (position, size) = try log.position()
        let applied = position.command
        var check = LogCheck(log: log, size: size)
        if own != signer { check.problems.append("the log says that its key is \(own.text)") }
        let kept = try checkpoints(of: log, signer, &check)
        let keyFile = directory + "/log-key.pem"
        let blinding =
            FileManager.default.fileExists(atPath: keyFile) ? Blinding(key: try KeyFile.read(keyFile)) : nil
        let journal = try Journal(directory: directory, readOnly: true)
        var bar = ProgressBar("replaying", total: applied)
        var replay = StreamReplay()
        try journal.forEachBatch { batch in
            guard batch.firstCommand <= applied else { return }
            try replay.run(batch, of: journal.file) { step, sequence, venue in
                guard sequence <= applied else { return }
                let facts = step.output.facts(
                    sequence: sequence,
                    of: venue.exchange,
                    blinding: blinding ?? Blinding(key: Ed25519.PrivateKey(seed: .zero))
                )
                for fact in facts { try check.take(fact, opensHidden: blinding != nil, checkpoints: kept) }
            }
            bar.advance(to: batch.lastCommand)
        }
        bar.finish()
        try check.finish(checkpoints: kept)
        switch try journal.match(position) {
        case .holds: break
        case .isAhead: check.problems.append("the log goes on behind the journal's last command")
        case .differs: check.problems.append("the log is of another journal, or of one that went another way")
        }
        Console.line(
            "log: \(signer.name), \(size) leaves of \(applied) commands, root \(Base64.text(check.root.bytes))"
        )
        let hidden = blinding == nil ? "; hidden ones but for their digests, since log-key.pem is not there" : ""
        Console.line("leaves: every one as a replay of the journal makes it\(hidden)")
        Console.line("tiles: \(check.tileCount), every byte as computed from the leaves")
        Console.line("checkpoints: \(kept.count), each signed and of this history; so any two of them are consistent")
        if applied == 0, journal.lastCommand > 0 {
            check.problems.append(
                "the log holds nothing of \(journal.lastCommand) commands; a start of the venue seals them"
            )
        } else if applied < journal.lastCommand {
            Console.line("the journal has \(journal.lastCommand - applied) more commands; a running venue seals them")
        }
        guard check.problems.isEmpty else {
            for problem in check.problems { Console.line("PROBLEM \(problem)") }
            throw ExitCode(1)
        }
        Console.line("all is well")
    }

    /// The roots that the log must have come to, by size: of its own checkpoints and those that were given.
    private func checkpoints(
        of log: SealedLogReader,
        _ signer: NoteSigner,
        _ check: inout LogCheck
    ) throws -> [UInt64: [Checkpoint]] {
        var notes: [(place: String, note: SignedNote)] = []
        for kept in try log.checkpoints() {
            notes.append(("log.db", kept.note))
            if Checkpoint(text: kept.note.text)?.size != kept.size {
                check.problems.append("log.db keeps a checkpoint under the size \(kept.size) that has another")
            }
            check.sequences[kept.size] = kept.sequence
        }
        if check.size > 0, check.sequences[check.size] == nil {
            check.problems.append("log.db has no checkpoint of its \(check.size) leaves")
        }
        for file in checkpoint {
            guard let note = SignedNote(note: try FileManager.default.text(of: file)) else {
                throw ValidationError("\(file) holds no signed note")
            }
            notes.append((file, note))
        }
        var bySize: [UInt64: [Checkpoint]] = [:]
        for (place, note) in notes {
            guard note.isSigned(by: signer), let checkpoint = Checkpoint(text: note.text),
                checkpoint.origin == signer.name
            else {
                check.problems.append("\(place): a checkpoint is not signed by \(signer.text)")
                continue
            }
            bySize[checkpoint.size, default: []].append(checkpoint)
        }
        for witness in witness.map(\.signer) {
            guard try log.checkpoint(isCosigned: true)?.isSigned(by: witness) == true else {
                check.problems.append("the newest cosigned checkpoint has no right signature of \(witness.name)")
                continue
            }
        }
        return bySize
    }
}

/// A log while it is compared: what its leaves come to, tile by tile.
private struct LogCheck {
    let log: SealedLogReader
    let size: UInt64
    var problems: [String] = []
    private(set) var tileCount = 0
    private var tileBytes = 0
    /// The command under which each checkpoint is kept, by its size.
    var sequences: [UInt64: UInt64] = [:]
    /// The commands of the bundle that is being read, and of the leaf before.
    private var bundle: ClosedRange<UInt64>?
    private var last: UInt64 = 0
    private var entries: SealedLogReader.Cursor
    private var frontier = MerkleFrontier()
    /// The hashes of the tile that is being filled, level by level, and its number.
    private var edge: [(index: UInt64, bytes: [UInt8])] = []
    private static let problemsMax = 20

    init(log: SealedLogReader, size: UInt64) {
        self.log = log
        self.size = size
        entries = log.entries()
    }

    var root: Digest { frontier.root }

    /// Compares the next leaf with the fact that it should be.
    mutating func take(_ fact: LogEntry, opensHidden: Bool, checkpoints: [UInt64: [Checkpoint]]) throws {
        let index = frontier.count
        guard let entry = try entries.next() else { return note("leaf \(index) is missing") }
        let isEqual =
            opensHidden || fact.content.isEmpty
            ? entry.leaf == fact.leaf : entry.leaf.dropLast(64) == fact.leaf.dropLast(64)
        if !isEqual || entry.content != fact.content || entry.stream != fact.stream || entry.count != fact.count {
            note("leaf \(index) of command \(fact.sequence) is not what the journal says")
        }
        try compareSequence(fact.sequence)
        let hash = MerkleTree.leaf(entry.leaf)
        frontier.append(hash)
        try append(hash, level: 0)
        compare(checkpoints)
    }

    /// Compares what is left: the last tiles, and that nothing is too much.
    mutating func finish(checkpoints: [UInt64: [Checkpoint]]) throws {
        while try entries.next() != nil { note("the log has more leaves than the journal has facts") }
        for level in edge.indices where !edge[level].bytes.isEmpty { try compareTile(level) }
        if let kept = sequences[frontier.count], kept < last {
            note("the newest checkpoint is kept under command \(kept), before its last leaf's")
        }
        let extent = try log.extent()
        if extent.tiles != tileCount || extent.tileBytes != tileBytes
            || extent.bundles != Int((frontier.count + 255) / 256)
        {
            note("log.db has other bundles or tiles than \(frontier.count) leaves need")
        }
        if frontier.count != size { note("the log says that it has \(size) leaves, the journal \(frontier.count)") }
        for size in checkpoints.keys.sorted() where size > frontier.count {
            note("a checkpoint has \(size) leaves, the log \(frontier.count): it was cut back")
        }
    }

    /// Compares the commands under which bundles and checkpoints are kept, by which lines are found again.
    private mutating func compareSequence(_ sequence: UInt64) throws {
        if let kept = sequences[frontier.count], frontier.count > 0, !(last...max(last, sequence)).contains(kept) {
            note("the checkpoint of size \(frontier.count) is kept under command \(kept)")
        }
        last = sequence
        let place = Int(frontier.count % UInt64(Tile.widthMax))
        bundle = place == 0 ? sequence...sequence : (bundle?.lowerBound ?? sequence)...sequence
        guard place == Tile.widthMax - 1 || frontier.count + 1 == size else { return }
        let number = frontier.count / UInt64(Tile.widthMax)
        if try log.sequences(ofBundle: number) != bundle { note("bundle \(number) is kept under other commands") }
    }

    private mutating func compare(_ checkpoints: [UInt64: [Checkpoint]]) {
        for checkpoint in checkpoints[frontier.count] ?? [] where checkpoint.root != frontier.root {
            note(
                "FORK: the checkpoint of size \(frontier.count) has the root \(checkpoint.root), the log \(frontier.root)"
            )
        }
    }

    private mutating func append(_ hash: Digest, level: Int) throws {
        if edge.count == level { edge.append((0, [])) }
        edge[level].bytes += hash.bytes
        guard edge[level].bytes.count == Tile.widthMax * Digest.byteCount else { return }
        let above = Tile.root(of: edge[level].bytes)
        try compareTile(level)
        edge[level] = (edge[level].index + 1, [])
        try append(above, level: level + 1)
    }

    private mutating func compareTile(_ level: Int) throws {
        let width = edge[level].bytes.count / Digest.byteCount
        let tile = Tile(.hashes(level: level), index: edge[level].index, width: width)
        tileCount += 1
        tileBytes += edge[level].bytes.count
        if try log.bytes(of: tile) != edge[level].bytes { note("\(tile.path) is not what the leaves come to") }
    }

    private mutating func note(_ problem: String) {
        if problems.count < LogCheck.problemsMax { problems.append(problem) }
    }
}
