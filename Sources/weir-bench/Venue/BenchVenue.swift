import Foundation
import Logging
import Permits
import Seals
import Server
import Storage

/// A server on a data directory of its own, with members, a program and open markets, for benchmarks.
struct BenchVenue {
    let server: ExchangeServer
    let port: Int
    /// The data directory.
    let directory: String
    private let memberCount: Int
    private static let password = "bench-password"
    /// Signs the sealed log of a benchmark.
    static let logKey = Ed25519.PrivateKey(seed: .zero)

    /// Starts one under `parent`; without its sealed log only to tell what that costs.
    static func start(in parent: String, members: Int, seals: Bool = true) async throws -> BenchVenue {
        let directory = BenchDirectory.path(in: parent)
        let logger = Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        var configuration = ServerConfiguration(
            directory: directory,
            logKey: seals ? BenchVenue.logKey : nil,
            logger: logger
        )
        configuration.port = 0
        configuration.limits.inboxMax = 1 << 20
        configuration.limits.unauthenticatedMax = 4096
        configuration.limits.connectionsMax = 4096
        configuration.limits.memberSessionsMax = 4096
        configuration.passwordCost = .trivial
        (configuration.limits.sessionQuota, configuration.limits.memberQuota) = (nil, nil)
        configuration.bootstrap = try bootstrap(members: members)
        let server = try ExchangeServer(configuration: configuration)
        return BenchVenue(server: server, port: try await server.start(), directory: directory, memberCount: members)
    }

    /// Stops it and removes its directory.
    func end() async throws {
        try await server.stop()
        try FileManager.default.removeItem(atPath: directory)
    }

    /// Connects `count` times, each as a login of its own member.
    func connect(_ count: Int) throws -> LoadGenerator {
        let generator = try LoadGenerator(port: port, count: count)
        for index in 0..<count { try logOn(index % memberCount, "u\(index / memberCount)", generator, index) }
        return generator
    }

    /// Connects once, as the last member.
    func connectLast() throws -> LoadGenerator {
        let generator = try LoadGenerator(port: port, count: 1)
        try logOn(memberCount - 1, "u0", generator, 0)
        return generator
    }

    private func logOn(_ member: Int, _ user: String, _ generator: LoadGenerator, _ link: Int) throws {
        let logon = "LOGON member=m\(member) user=\(user) password=\(BenchVenue.password) version=1\n"
        try generator.exchange(Array(logon.utf8), replies: 1, on: link)
    }

    /// The entries that set it up, without their times.
    static func bootstrap(members: Int) throws -> [String] {
        let hash = try PasswordHash.make(password: password, cost: .trivial)
        var entries = [
            "venue MEMBER member=op role=operator name=op", "op MEMBER member=reg role=regulator name=reg",
            "reg PROGRAM program=P unit=t currency=EUR", "reg CAP program=P vintage=2027 cap=1000000000000",
        ]
        for index in 0..<members {
            entries += [
                "op MEMBER member=m\(index) role=participant name=m", "op LOGIN member=m\(index) user=u0 hash=\(hash)",
                "op DEPOSIT member=m\(index) currency=EUR amount=1000000000000",
                "reg ALLOCATE program=P vintage=2027 member=m\(index) qty=1000000000",
            ]
        }
        return entries + [
            "op MARKET market=M program=P vintage=2027 tick=0.01 lot=1 maxqty=1000000 band=20 ref=70 maker=0.01 taker=0.02",
            "op PHASE market=M phase=preopen", "op PHASE market=M phase=open",
        ]
    }

    /// A member's line by its number: orders around the middle, of which about a third trade, and from the 41st on every other one
    /// cancels an order of 41 before, unless it has traded; so no more than some dozens of a member live.
    static func line(_ number: Int, _ random: inout SplitMix64) -> String {
        guard number < 41 || number.isMultiple(of: 2) else { return "CANCEL orig=\(number - 41)\n" }
        let side = random.below(2) == 0 ? "buy" : "sell"
        let cents = 7000 + random.below(200) - 100 + (side == "buy" ? -40 : 40)
        let price = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
        return "ORDER id=\(number) market=M side=\(side) qty=\(1 + random.below(100)) price=\(price) tif=gtc\n"
    }

    /// What one write of 4 KiB and its `fdatasync` takes on the same disk.
    func syncLatencies(count: Int = 500) throws -> Histogram {
        let file = open("\(directory)/yardstick", O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        guard file >= 0 else { throw LoadError(message: "cannot write to \(directory)") }
        defer { close(file) }
        let page = [UInt8](repeating: 7, count: 4096)
        var histogram = Histogram()
        for _ in 0..<count {
            let start = LoadGenerator.now
            _ = page.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            fdatasync(file)
            histogram.add(LoadGenerator.now - start)
        }
        return histogram
    }
}
