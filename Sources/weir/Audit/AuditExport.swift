import ArgumentParser
import Audit
import Disclosure
import Foundation
import Seals
import Storage

/// Writes the public part of a sealed log as files.
struct AuditExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the sealed log as files: checkpoints and tiles, as a web server serves them.",
        discussion: """
            It may run beside a live server, and again into the same folder: whole tiles that are there are not written again.
            What members alone may know is not in them.
            """
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Argument(help: "The folder to write to; log/… is made in it.")
    var output: String

    func run() throws {
        let log = PublicLog(try SealedLog.reading(directory: directory))
        guard let (_, checkpoint) = try log.checkpoint() else {
            throw CommandError("the log is empty: nothing to export")
        }
        let files = FileManager.default
        let paths = log.paths(of: checkpoint)
        var bar = ProgressBar("exporting", total: UInt64(paths.count))
        // The checkpoint comes last: who reads meanwhile finds all that it speaks of.
        for (done, path) in paths.enumerated() where !files.fileExists(atPath: "\(output)/\(path)") {
            try write(path, of: log)
            bar.advance(to: UInt64(done))
        }
        bar.finish()
        for path in ["log/key", "log/checkpoint.cosigned"] where try log.file(path) != nil { try write(path, of: log) }
        try write("log/checkpoint", of: log)
        Console.line(
            "\(checkpoint.origin): \(checkpoint.size) leaves in \(paths.count) tiles, root \(Base64.text(checkpoint.root.bytes))"
        )
    }

    private func write(_ path: String, of log: PublicLog) throws {
        guard let file = try log.file(path) else { throw CommandError("the log has no \(path)") }
        try FileManager.default.replace("\(output)/\(path)", with: file.bytes)
    }
}
