import Foundation
import Server

/// A certificate authority of its own in a folder, by `ops/certificates`.
struct TestAuthority {
    let folder: String
    private static let project = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Makes the authority and a server certificate for these names.
    init(_ names: [String] = ["localhost", "127.0.0.1"], until: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-ca-\(UUID().uuidString)").path
        try make(["server"] + names, until: until)
    }

    /// Makes or revokes certificates: `client acme/li`, `revoke acme/li`.
    func make(_ arguments: [String], until: String? = nil) throws {
        let times = until.map { ["--from", "20200101000000Z", "--until", $0] } ?? []
        let (status, text) = try TestAuthority.run(
            TestAuthority.project + "/ops/certificates",
            times + [folder] + arguments
        )
        guard status == 0 else { throw ServerProblem(text: text) }
    }

    /// Runs a program with `input`; returns its status and all that it printed.
    static func run(_ program: String, _ arguments: [String], input: String = "") throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (into, out) = (Pipe(), Pipe())
        process.standardInput = into
        process.standardOutput = out
        process.standardError = out
        try process.run()
        try into.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try into.fileHandleForWriting.close()
        let text = try out.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    func file(_ name: String) -> String { "\(folder)/\(name)" }

    var files: TLSFiles {
        TLSFiles(
            certificate: file("server.pem"),
            key: file("server.key"),
            clientAuthorities: file("authority.pem"),
            revocations: file("revoked.pem")
        )
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }
}

/// Why a helper program failed.
struct ServerProblem: Error {
    let text: String
}
