package import Audit
package import Storage

/// The sealed log as files: what is served over HTTP and exported is the same bytes under the same paths.
///
/// Source: C2SP tlog-tiles, with the prefix `log/`.
package struct PublicLog: Sendable {
    /// One file.
    package struct File: Sendable {
        package var bytes: [UInt8]
        package var contentType: String
        /// Whether it never changes: a tile does not, a checkpoint does.
        package var isImmutable: Bool
    }

    private let current: @Sendable () -> SealedLogReader
    private var reader: SealedLogReader { current() }

    /// The log that `reader` reads.
    package init(_ reader: SealedLogReader) { self.init { reader } }

    /// The log as it is at each moment: a venue may have to make its file anew.
    package init(_ current: @escaping @Sendable () -> SealedLogReader) { self.current = current }

    /// The file with a path below the site's root, such as `log/tile/0/000.p/17`.
    /// - Returns: nil if there is none.
    /// - Throws: `SealedLogError` if the log cannot be read.
    package func file(_ path: String) throws(SealedLogError) -> File? {
        switch path {
        case "log/checkpoint": return try reader.checkpoint().map { PublicLog.text($0.note) }
        case "log/checkpoint.cosigned":
            return try reader.checkpoint(isCosigned: true).map { PublicLog.text($0.note) }
        case "log/key": return PublicLog.text(try reader.signer().text + "\n")
        default:
            guard path.hasPrefix("log/"), let tile = Tile(path: path.dropFirst(4)),
                let bytes = try reader.bytes(of: tile)
            else { return nil }
            return File(bytes: bytes, contentType: "application/octet-stream", isImmutable: true)
        }
    }

    private static func text(_ text: String) -> File {
        File(bytes: Array(text.utf8), contentType: "text/plain; charset=utf-8", isImmutable: false)
    }

    /// Every path of the log as it stands, the checkpoints first.
    ///
    /// Tiles belong to the checkpoint that `checkpoint` names, so that what is exported together fits together.
    /// - Returns: the paths; none if the log has no checkpoint yet.
    /// - Throws: `SealedLogError` if the log cannot be read.
    package func paths(of checkpoint: Checkpoint) -> [String] {
        Tile.all(count: checkpoint.size).map { "log/\($0.path)" }
    }

    /// The newest checkpoint.
    /// - Returns: nil if there is none yet.
    /// - Throws: `SealedLogError` if the log cannot be read.
    package func checkpoint() throws(SealedLogError) -> (note: SignedNote, checkpoint: Checkpoint)? {
        guard let note = try reader.checkpoint(), let checkpoint = Checkpoint(text: note.text) else { return nil }
        return (note, checkpoint)
    }
}
