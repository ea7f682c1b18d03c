import Exchange
import Foundation
import GRDB
import Logging
import Permits
import Seals
import Server
import Storage
import Synchronization
import Wire

@testable import WeirClient

/// A clock that a test sets.
final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ time: Timestamp) { self.time = Mutex(time) }

    var now: Timestamp { time.withLock { $0 } }
    func set(_ now: Timestamp) { time.withLock { $0 = now } }
    func advance(seconds: Int64) { advance(microseconds: seconds * Timestamp.microsecondsPerSecond) }
    func advance(microseconds: Int64) { time.withLock { $0 = $0.adding(microseconds: microseconds) } }
}

/// The password of every login in these tests.
let password = "test-password"
/// Its hash, at the lowest cost.
let passwordHash: String = {
    do { return try PasswordHash.make(password: password, cost: .trivial) } catch { preconditionFailure("\(error)") }
}()

/// A venue with an open market M and the members acme and bolt, as stream entries without times.
let openMarket: [String] = [
    "venue MEMBER member=operator role=operator name=\"Venue operator\"",
    "venue LOGIN member=operator user=admin hash=\(passwordHash)",
    "operator MEMBER member=epa role=regulator name=\"Environment agency\"",
    "operator LOGIN member=epa user=ann hash=\(passwordHash)",
    "operator MEMBER member=acme role=participant name=\"Acme Steel\"",
    "operator LOGIN member=acme user=li hash=\(passwordHash)",
    "operator LOGIN member=acme user=mo hash=\(passwordHash)",
    "operator MEMBER member=bolt role=participant name=\"Bolt Power\"",
    "operator LOGIN member=bolt user=bo hash=\(passwordHash)",
    "operator DEPOSIT member=acme currency=EUR amount=100000",
    "operator DEPOSIT member=bolt currency=EUR amount=100000",
    "epa PROGRAM program=CO2 unit=tCO2e currency=EUR",
    "epa CAP program=CO2 vintage=2027 cap=10000 holding=8000",
    "epa ALLOCATE program=CO2 vintage=2027 member=acme qty=1000",
    "epa ALLOCATE program=CO2 vintage=2027 member=bolt qty=5000",
    "operator MARKET market=M program=CO2 vintage=2027 tick=0.01 lot=1 maxqty=5000 band=10 ref=71.25 maker=0.1 taker=0.2",
    "operator PHASE market=M phase=preopen",
    "operator PHASE market=M phase=open",
]

/// A server on a directory of its own and a port of its own.
struct TestVenue {
    let server: ExchangeServer
    let port: Int
    let directory: String
    let clock: ManualClock

    /// Signs the sealed logs of tests.
    static let logKey = Ed25519.PrivateKey(seed: .zero)

    static func start(
        _ bootstrap: [String] = openMarket,
        directory: String? = nil,
        clock: ManualClock = ManualClock(Timestamp(microseconds: 1_803_895_200_000_000)),
        adjust: (inout ServerConfiguration) -> Void = { _ in }
    ) async throws -> TestVenue {
        let folder = directory ?? temporaryDirectory()
        var configuration = ServerConfiguration(
            directory: folder,
            logKey: logKey,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.port = 0
        configuration.bootstrap = bootstrap
        configuration.clock = { ClockReading(clock.now) }
        configuration.passwordCost = .trivial
        // Tests wait for one another: on a slow machine some go on only after many minutes.
        configuration.limits.logonSecondsMax = 100_000
        adjust(&configuration)
        let server = try ExchangeServer(configuration: configuration)
        return TestVenue(server: server, port: try await server.start(), directory: folder, clock: clock)
    }

    static func temporaryDirectory() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("weir-test-\(UUID().uuidString)").path
    }

    func connect() async throws -> WeirClient { try await WeirClient.connect(host: "127.0.0.1", port: port) }

    func logOn(_ member: String, _ user: String, cancelOnDisconnect: Bool = false) async throws -> WeirClient {
        let client = try await connect()
        try await client.logOn(
            member: member,
            user: user,
            password: password,
            cancelOnDisconnect: cancelOnDisconnect
        )
        return client
    }

    /// Stops the server and removes its directory.
    func end() async throws {
        try await server.stop()
        try FileManager.default.removeItem(atPath: directory)
    }
}

/// The state digest after a journal's last command, replayed from the first.
func digestOfJournal(_ directory: String) throws -> Digest {
    var replay = StreamReplay()
    try Journal(directory: directory, readOnly: true).forEachBatch { batch in
        try replay.run(batch.payload) { _, _ in }
    }
    return SHA256.digest(of: replay.venue.exchange.stateBytes())
}

/// The next event that satisfies a condition.
func next(_ client: WeirClient, _ isWanted: @Sendable (ClientEvent) -> Bool) async -> ClientEvent? {
    await client.events.first { isWanted($0) }
}

/// What a venue's settlement file answers: a text for each row, its values with bars between.
func rows(_ directory: String, _ sql: String) throws -> [String] {
    try DatabaseQueue(path: directory + "/settlement.db").read { db in
        try Row.fetchAll(db, sql: sql).map { row in
            row.databaseValues.map { $0.isNull ? "-" : "\($0.storage.value ?? "-")" }.joined(separator: "|")
        }
    }
}
