import Exchange
import Permits
import Storage
import Wire

/// What reaches the sequencer.
enum InboxItem: Sendable {
    case opened(Connection)
    /// What one read brought: the lines, and the bytes in which they stand.
    case lines(Connection, [ReceivedLine], bytes: [UInt8])
    case closed(Connection)
    /// Somebody asks whether the sequencer lives.
    case probe(@Sendable () -> Void)
    /// Credentials were checked.
    case checked(Connection, Logon, CredentialCheck)
    /// A new password was hashed; nil if there was none to hash.
    case hashed(Connection, NewCredentials, Result<String?, Refusal>)
    /// A page of a stream was read.
    case page(Ticket, StreamRequest, Result<Settlement.FeedPage, Refusal>)
    /// What an inquiry needs was read.
    case read(Ticket, Inquiry, Result<Inquiry.Records, Refusal>)
}

/// A line as the connection read it.
enum ReceivedLine: Sendable {
    /// The request, and where its line stands in the bytes of the read.
    case request(ParsedLine, Range<Int>)
    case failure(ParseFailure)
    /// The line was over the limit; the connection closes after the reply.
    case tooLong(Refusal)
    /// The client sends nothing more; the connection closes once it has its answers.
    case ended
}

/// What the check of a logon's credentials has found.
enum CredentialCheck: Sendable {
    /// `newHash` is there if the password's hash had another cost than the configured one.
    case right(newHash: String?)
    case wrong
    /// It could not be made.
    case failed(Refusal)
}

/// A request that gives a login new credentials, while its password is hashed.
enum NewCredentials: Sendable {
    case login(NewLogin)
    /// `isRepeat` tells that its id was used today, so that its old password was not checked.
    case rotation(Rotation, isRepeat: Bool)

    var id: Code {
        switch self {
        case .login(let login): login.id
        case .rotation(let rotation, _): rotation.id
        }
    }
}

/// The sequencer's queue: filled by event loops and workers, drained by one thread.
final class Inbox: @unchecked Sendable {
    // Every access is under `condition`.
    private let condition = SteadyCondition()
    private var items: [InboxItem] = []
    private var lineCount = 0
    private var isWoken = false
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// Adds what a connection read, unless too much is waiting: a read of any size goes in when nothing is.
    /// - Returns: false if it is full; nothing was added.
    func offer(_ item: InboxItem, lineCount added: Int) -> Bool {
        condition.withLock {
            guard lineCount == 0 || lineCount + added <= capacity else { return false }
            lineCount += added
            items.append(item)
            condition.signal()
            return true
        }
    }

    /// Adds what must not be lost.
    func add(_ item: InboxItem) {
        condition.withLock {
            items.append(item)
            condition.signal()
        }
    }

    /// Whether nothing waits.
    var isEmpty: Bool { condition.withLock { items.isEmpty } }

    /// Makes a waiting `wait` return.
    func wake() {
        condition.withLock {
            isWoken = true
            condition.signal()
        }
    }

    /// Waits until something is there, `wake` is called or so much time has passed.
    func wait(microseconds: Int64) {
        condition.withLock {
            let deadline = SteadyTime(timeIntervalSinceNow: Double(microseconds) / 1e6)
            while items.isEmpty, !isWoken, condition.wait(until: deadline) {}
            isWoken = false
        }
    }

    /// Takes everything.
    func take() -> [InboxItem] {
        condition.withLock {
            lineCount = 0
            let taken = items
            items = []
            return taken
        }
    }
}
