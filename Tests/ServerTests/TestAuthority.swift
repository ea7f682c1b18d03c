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

    /// Runs a program without input; returns its status and all that it printed.
    ///
    /// By the shell, since Foundation's `Process` reads past the end of a directory's entries while over 1,360 files are open, as
    /// they are when the tests run side by side.
    static func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
        let words = ([program] + arguments).map { "'\($0.replacing("'", with: "'\\''"))'" }
        let command = words.joined(separator: " ") + " < /dev/null 2>&1"
        guard let output = popen(command, "re") else { throw ServerProblem(text: "\(command): error \(errno)") }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&piece, 1, piece.count, output)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        let status = pclose(output)
        return (status >> 8, String(decoding: bytes, as: UTF8.self))
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
