import ArgumentParser
import Exchange
import Foundation
import Storage
import Wire
import Seals

/// Runs stream files, each on a fresh exchange.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run stream files and print what the venue answers.",
        discussion: """
            Each FILE runs on a fresh exchange; - is standard input. A line of output is MEMBER< and the line that this
            member was sent, *< for a market's public events, -< for a connection that has not logged on.
            A data directory stands for its journal: `weir replay DIR` repeats a venue's history, and
            `weir replay DIR --quiet --until 5000 --ask "operator ACCOUNT member=acme"` tells an account as it was.
            """
    )

    @Argument(help: "Stream files, data directories, or - for standard input.")
    var files: [String]

    @Flag(help: "Print the state digest last.")
    var digest = false

    @Option(help: "Stop behind the command with this sequence number.")
    var until: UInt64?

    @Option(help: "At the end, print what the venue answers to this query: MEMBER VERB key=value …; may be repeated.")
    var ask: [String] = []

    @Flag(help: "Print nothing but answers to --ask and the digest.")
    var quiet = false

    @Flag(help: "Compare with NAME.expected beside each file, and print only what differs.")
    var check = false

    @Flag(help: "Write NAME.expected beside each file.")
    var write = false

    @Option(help: "Keep the result as a data directory (one file only).")
    var data: String?

    func validate() throws {
        guard data == nil || files.count == 1 else { throw ValidationError("--data takes one file") }
        guard !(check || write) || !files.contains("-") else {
            throw ValidationError("--check and --write need files with names")
        }
    }

    func run() throws {
        var differing = 0
        for file in files {
            var transcript = Transcript()
            var kept: [UInt8] = []
            var replay = StreamReplay(keepsRecords: true)
            let recorder = try data.map { try Recorder(directory: $0) }
            try feed(file) { chunk, firstLine in
                defer {
                    let bytes = transcript.take()
                    if check || write { kept.append(contentsOf: bytes) } else { Console.write(bytes) }
                }
                try replay.run(chunk, firstLine: firstLine) { step, venue in
                    if !quiet { transcript.append(step, in: venue) }
                    try recorder?.record(step, venue)
                    if let until, let sequence = step.sequence, sequence >= until { throw Reached() }
                }
            }
            if let until, replay.venue.exchange.sequence < until {
                throw ValidationError("\(file) ends with command \(replay.venue.exchange.sequence), before \(until)")
            }
            try recorder?.finish(replay.venue)
            try answer(on: replay)
            if digest {
                let hex = SHA256.digest(of: replay.venue.exchange.stateBytes()).hex
                Console.line("digest=\(hex) seq=\(replay.venue.exchange.sequence)")
            }
            if write { try Data(kept).write(to: expected(file)) }
            if check, try !matches(kept, file) { differing += 1 }
        }
        if check { Console.note("\(files.count - differing) of \(files.count) as expected") }
        if differing > 0 { throw ExitCode(1) }
    }

    /// Prints the answers to `ask`; the replay stays as it is.
    private func answer(on replay: StreamReplay) throws {
        for question in ask {
            var (copy, transcript) = (replay, Transcript())
            do {
                try copy.run(Array("+0s \(question)".utf8)) { step, venue in
                    guard step.sequence == nil else { throw ValidationError("--ask takes queries, not \(question)") }
                    transcript.append(step, in: venue)
                }
            } catch let error as StreamError {
                throw ValidationError("--ask \(question): \(error)")
            }
            Console.write(transcript.take())
        }
    }

    private func expected(_ file: String) -> URL {
        URL(fileURLWithPath: file).deletingPathExtension().appendingPathExtension("expected")
    }

    private func matches(_ kept: [UInt8], _ file: String) throws -> Bool {
        let golden = try [UInt8](Data(contentsOf: expected(file)))
        guard golden != kept else { return true }
        let wanted = golden.split(separator: 10, omittingEmptySubsequences: false)
        let found = kept.split(separator: 10, omittingEmptySubsequences: false)
        let line = zip(wanted, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let place = line ?? min(wanted.count, found.count)
        Console.line("\(file): line \(place + 1) of the output differs")
        Console.line("  expected \(place < wanted.count ? String(decoding: wanted[place], as: UTF8.self) : "(end)")")
        Console.line("  found    \(place < found.count ? String(decoding: found[place], as: UTF8.self) : "(end)")")
        return false
    }

    /// Reads a file, or a data directory's journal, in pieces that end with a line end, until the last command asked for.
    private func feed(_ file: String, _ body: ([UInt8], Int) throws -> Void) throws {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory)
        do {
            guard exists, isDirectory.boolValue else { return try feed(text: file, body) }
            try feed(journal: try Journal(directory: file, readOnly: true), body)
        } catch is Reached {}
    }

    private func feed(journal: Journal, _ body: ([UInt8], Int) throws -> Void) throws {
        var bar = ProgressBar("replaying", total: until ?? journal.lastCommand)
        defer { bar.finish() }
        try journal.forEachBatch { batch in
            try body(batch.payload, Int(batch.firstCommand))
            bar.advance(to: batch.lastCommand)
        }
    }

    private func feed(text file: String, _ body: ([UInt8], Int) throws -> Void) throws {
        let isInput = file == "-"
        guard let handle = isInput ? FileHandle.standardInput : FileHandle(forReadingAtPath: file) else {
            throw ValidationError("\(file): cannot be read")
        }
        let size = isInput ? 0 : try handle.seekToEnd()
        if !isInput { try handle.seek(toOffset: 0) }
        var bar = ProgressBar(file, total: size)
        var rest: [UInt8] = []
        var line = 1
        var read: UInt64 = 0
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            read += UInt64(piece.count)
            rest.append(contentsOf: piece)
            guard let end = rest.lastIndex(of: 10) else { continue }
            let whole = Array(rest[...end])
            do { try body(whole, line) } catch let error as StreamError {
                bar.finish()
                throw ValidationError("\(file): \(error)")
            }
            line += whole.count { $0 == 10 }
            rest.removeSubrange(...end)
            bar.advance(to: read)
        }
        do { if !rest.isEmpty { try body(rest, line) } } catch let error as StreamError {
            throw ValidationError("\(file): \(error)")
        }
        bar.finish()
    }
}

/// The last command that was asked for has run.
private struct Reached: Error {}
