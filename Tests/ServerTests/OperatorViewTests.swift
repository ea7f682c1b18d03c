import Foundation
import Server
import Storage
import Testing
import WeirClient

@Suite("What the operator sees, and what a crash leaves")
struct OperatorViewTests {
    @Test("a disk with less room than the bound is an alarm in STATUS, told without names of directories")
    func disk() async throws {
        let venue = try await TestVenue.start { $0.limits.diskRoomMin = 1 << 30 }
        let client = try await venue.connect()
        var alarm: ClientLine?
        while alarm == nil { alarm = try await client.send("STATUS").rows.first { $0["alarm"] == "disk" } }
        let text = try #require(alarm?["text"])
        #expect(text.hasPrefix("the disk of journal.db, settlement.db, snapshots.db, log.db has "))
        #expect(text.hasSuffix(" MB of room left, less than 1073741824 MB"))
        try await venue.end()
    }

    @Test(
        "with little room settlement waits, trading goes on, what needs settlement is refused; a start with room makes up for it"
    )
    func reserve() async throws {
        let venue = try await TestVenue.start { $0.limits.diskReserve = 1 << 30 }
        let client = try await venue.logOn("acme", "li")
        var text = ""
        while !text.hasSuffix("settlement waits") {
            text = try await client.send("STATUS").rows.first { $0["alarm"] == "disk" }?["text"] ?? ""
        }
        #expect(try await client.send("ORDER market=M side=buy qty=1 price=70 tif=gtc").isOK)
        #expect(try await client.send("TRACE program=CO2 vintage=2027 serial=1").code == "BUSY")
        try await venue.server.stop()
        let again = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        let second = try await again.logOn("acme", "li")
        #expect(try await second.send("TRACE program=CO2 vintage=2027 serial=1").isOK)
        #expect(try await second.send("ORDERS").rows.count == 1)
        try await again.end()
    }

    @Test(
        "files on one disk are told together, links are followed, and files that are not there count where they would be"
    )
    func disks() throws {
        let folder = TestVenue.temporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let files = ["/a", "/b", "/c"].map { folder + $0 }
        #expect(FileManager.default.createFile(atPath: files[0], contents: nil))
        try FileManager.default.createSymbolicLink(atPath: files[1], withDestinationPath: "/proc/version")
        let disks = DiskRoom.disks(of: files)
        #expect(disks.map(\.files) == [[files[0], files[2]], [files[1]]])
        #expect(disks.last?.freeMegabytes == 0)
        try FileManager.default.removeItem(atPath: folder)
    }

    #if os(Linux)
        @Test("no socket of the venue outlives it in a program that it starts")
        func closeOnExec() async throws {
            let venue = try await TestVenue.start()
            let client = try await venue.logOn("acme", "li")
            var flags: [Bool] = []
            for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                guard let descriptor = Int32(name), port(of: descriptor) == venue.port else { continue }
                flags.append(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
            }
            // The listener and the accepted connection.
            #expect(flags == [true, true])
            #expect(try await client.send("PING").isOK)
            try await venue.end()
        }

        /// The port to which a socket of ours is bound; nil if it is none.
        private func port(of descriptor: Int32) -> Int? {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
            return result == 0 && address.sin_family == AF_INET ? Int(UInt16(bigEndian: address.sin_port)) : nil
        }
    #endif
}
