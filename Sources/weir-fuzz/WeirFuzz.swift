import Exchange
import Foundation
import Simulation
import Wire

/// Feeds the bytes that libFuzzer makes to a whole session, or to the parser alone (`WEIR_FUZZ_PARSER=1`).
///
/// A trap, a report of the address sanitizer, or a line without exactly one answer ends it; the input is kept.
@main
enum WeirFuzz {
    nonisolated(unsafe) static var session: FuzzedSession?

    static func main() throws {
        if ProcessInfo.processInfo.environment["WEIR_FUZZ_PARSER"] == nil {
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent("weir-fuzz-\(getpid())").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            session = try FuzzedSession(directory: directory)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                WeirFuzz.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        )
    }

    private static func text(_ read: () throws(ParseFailure) -> ParsedLine) -> String {
        do throws(ParseFailure) { return "\(try read())" } catch { return "\(error)" }
    }

    private static func run(_ bytes: [UInt8]) {
        guard let session else {
            // What it refuses, it refuses with an error; anything else would have ended the process. A line that is read at once is
            // read as the scanner reads it.
            let read = text { () throws(ParseFailure) in try LineParser.parse(bytes.span) }
            guard read == text({ () throws(ParseFailure) in try LineParser.scan(bytes.span) }) else { abort() }
            return
        }
        do { try session.feed(bytes) } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            abort()
        }
    }
}

/// libFuzzer's loop; it returns when its time is over.
@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
