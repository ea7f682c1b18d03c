import Foundation
import Permits
import Seals
import Storage
import Synchronization
import Testing
import WeirClient
import Wire

@testable import Server

@Suite("What a client may set, and what it costs")
struct CredentialTests {
    private static let dear = PasswordHash.Cost(logN: 6, blockSize: 8, parallelism: 1)

    @Test(
        "LOGIN with a password acts once: a repeat is told so, other content under its id is refused, after a restart too"
    )
    func login() async throws {
        let venue = try await TestVenue.start()
        let admin = try await venue.logOn("operator", "admin")
        let line = "LOGIN id=l1 member=bolt user=new password=correct-horse person=p-bo"
        let first = try await admin.send(line)
        #expect(first.isOK && first.line["dup"] == nil)
        func check(_ admin: WeirClient) async throws {
            let again = try await admin.send(line)
            #expect(again.line["dup"] == "1")
            #expect(again.line["seq"] == first.line["seq"])
            for other in [
                line.replacing("correct", with: "another"), line.replacing("user=new", with: "user=old"),
                line.replacing(" person=p-bo", with: ""), "DEPOSIT id=l1 member=bolt currency=EUR amount=1",
            ] {
                #expect(try await admin.send(other).code == "DUPLICATE_ID", "\(other)")
            }
            #expect(try await admin.send("STATUS id=l1").line["state"] == "accepted")
        }
        try await check(admin)
        // Another login's password does not end with what is repeated.
        let client = try await venue.connect()
        try await client.logOn(member: "bolt", user: "new", password: "correct-horse")
        #expect(try await client.send("ROTATE old=correct-horse password=new-password-2").isOK)
        try await check(admin)
        try await venue.server.stop()
        let second = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        try await check(try await second.logOn("operator", "admin"))
        let after = try await second.connect()
        try await after.logOn(member: "bolt", user: "new", password: "new-password-2")
        try await second.end()
    }

    @Test(
        "so does ROTATE, although the old password is no longer right then; another login of the member learns nothing"
    )
    func rotate() async throws {
        let venue = try await TestVenue.start()
        let li = try await venue.logOn("acme", "li")
        let line = "ROTATE id=r1 old=\(password) password=new-password-1"
        let first = try await li.send(line)
        #expect(first.isOK)
        let again = try await li.send(line)
        #expect(again.line["dup"] == "1" && again.line["seq"] == first.line["seq"])
        #expect(try await li.send(line.replacing("new-password-1", with: "new-password-3")).code == "DUPLICATE_ID")
        let mo = try await venue.logOn("acme", "mo")
        #expect(try await mo.send(line).code == "DUPLICATE_ID")
        // Without the id it is a new request, and the old password is wrong.
        #expect(try await li.send(line.replacing("id=r1 ", with: "")).code == "LOGON_FAILED")
        // An id of another request opens nothing.
        #expect(try await li.send("ORDER id=o1 market=M side=buy qty=1 price=70").isOK)
        #expect(try await li.send("ROTATE id=o1 old=wrong-password password=new-password-4").code == "DUPLICATE_ID")
        #expect(try await li.send("LOGOUT").isOK)
        let client = try await venue.connect()
        try await client.logOn(member: "acme", user: "li", password: "new-password-1")
        try await venue.end()
    }

    @Test("a hash comes by LOGIN alone, and costs at most what the venue's own cost, in a proposal too")
    func hashes() async throws {
        let venue = try await TestVenue.start { $0.passwordCost = CredentialTests.dear }
        let admin = try await venue.logOn("operator", "admin")
        let tail = String(repeating: "00", count: 16) + "$" + String(repeating: "00", count: 32)
        for (hash, code) in [
            ("scrypt$6$8$1$\(tail)", nil), ("scrypt$4$8$1$\(tail)", nil), ("scrypt$20$8$16$\(tail)", "OUT_OF_RANGE"),
            ("scrypt$6$8$2$\(tail)", "OUT_OF_RANGE"), ("scrypt$7$8$1$\(tail)", "OUT_OF_RANGE"),
            ("scrypt$6$9$1$\(tail)", "OUT_OF_RANGE"), ("scrypt$21$8$1$\(tail)", "BAD_VALUE"),
            ("scrypt$6$8$9223372036854775807$\(tail)", "BAD_VALUE"), ("scrypt$-6$8$1$\(tail)", "BAD_VALUE"),
            ("x", "BAD_VALUE"), ("scrypt$6$8$1$00", "BAD_VALUE"),
        ] as [(String, String?)] {
            #expect(try await admin.send("LOGIN member=bolt user=new hash=\(hash)").code == code, "\(hash)")
            let act = "act=\"LOGIN member=operator user=new hash=\(hash)\""
            #expect(try await admin.send("PROPOSE \(act)").code == code, "\(hash)")
            let approval = try await admin.send("APPROVE proposal=1 \(act)").code
            #expect(code == nil ? approval == "SAME_PERSON" : approval == code, "\(hash)")
            #expect(try await admin.send("ROTATE old=\(password) hash=\(hash)").code == "UNKNOWN_KEY", "\(hash)")
        }
        try await venue.end()
    }

    @Test("a wrong old password is counted like a failed logon")
    func guessing() async throws {
        let venue = try await TestVenue.start()
        let li = try await venue.logOn("acme", "li")
        for _ in 1...5 {
            #expect(try await li.send("ROTATE old=wrong-password password=new-password-1").code == "LOGON_FAILED")
        }
        #expect(try await li.send("ROTATE old=\(password) password=new-password-1").code == "THROTTLED")
        venue.clock.advance(seconds: 1)
        #expect(try await li.send("ROTATE old=\(password) password=new-password-1").isOK)
        try await venue.end()
    }

    @Test("hashes that cost more than the venue's own are checked one at a time, and hold up nobody else")
    func dearHashes() throws {
        let worker = HeldWorker()
        let workers = try PasswordWorkers(cost: .trivial, worker: worker)
        let dear = try PasswordHash.make(password: password, cost: CredentialTests.dear)
        let cheap = try PasswordHash.make(password: password, cost: .trivial)
        let asker = PasswordWorkers.Asker(source: Doorkeeper.Source(nil), isKnown: true)
        let order = Order()
        for name in ["dear 1", "dear 2", "dear 3", "dear 4"] {
            #expect(workers.verify("wrong", against: dear, for: asker) { _ in order.add(name) })
        }
        #expect(!workers.verify("wrong", against: dear, for: asker) { _ in order.add("dear 5") })
        #expect(workers.verify(password, against: cheap, for: asker) { _ in order.add("cheap") })
        // The dear ones came first, and still go last.
        worker.runAll()
        #expect(order.names == ["cheap", "dear 1", "dear 2", "dear 3", "dear 4"])
    }

    @Test(
        "while the workers get no time, one check is done in their stead every two seconds, and each is answered once"
    )
    func starvation() async throws {
        let worker = HeldWorker()
        let workers = try PasswordWorkers(cost: .trivial, worker: worker)
        let hash = try PasswordHash.make(password: password, cost: .trivial)
        let asker = PasswordWorkers.Asker(source: Doorkeeper.Source(nil), isKnown: true)
        let order = Order()
        for name in ["first", "second", "third"] {
            #expect(workers.verify(password, against: hash, for: asker) { _ in order.add(name) })
        }
        let start = SteadyTime()
        for (seconds, names) in [
            (1.0, []), (2.5, ["first"]), (4.0, ["first"]), (5.0, ["first", "second"]), (6.5, ["first", "second"]),
        ] as [(Double, [String])] {
            workers.help(at: start.addingTimeInterval(seconds))
            #expect(order.names == names, "after \(seconds) s")
        }
        // One that a worker has begun.
        let dear = try PasswordHash.make(
            password: password,
            cost: PasswordHash.Cost(logN: 14, blockSize: 8, parallelism: 1)
        )
        #expect(workers.verify("wrong", against: dear, for: asker) { _ in order.add("fourth") })
        let work = Task.detached { worker.runAll() }
        var seconds = 10.0
        while !order.names.contains("fourth") {
            workers.help(at: start.addingTimeInterval(seconds))
            seconds += 10
        }
        await work.value
        #expect(Set(order.names) == ["first", "second", "third", "fourth"] && order.names.count == 4)
    }
}

/// Keeps what it is given until it is told to do it.
private final class HeldWorker: Worker {
    private let jobs = Mutex<[@Sendable () -> Void]>([])

    func submit(_ body: @escaping @Sendable () -> Void) { jobs.withLock { $0.append(body) } }
    func drain() { runAll() }

    func runAll() {
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { job() }
    }
}

/// In which order things came.
private final class Order: Sendable {
    private let list = Mutex<[String]>([])

    var names: [String] { list.withLock { $0 } }
    func add(_ name: String) { list.withLock { $0.append(name) } }
}
