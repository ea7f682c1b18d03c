import Seals
import WeirClient

/// A member's program, which checks what it is told.
///
/// It sends requests, loses its connection, comes back, asks for what it missed, and sends again what was not answered.
final class SimulatedClient {
    /// What an answer is expected to.
    private enum Sent {
        case challenge
        case logon
        case resume(SimulatedStream)
        case subscribe(SimulatedStream)
        case request(id: String)
        /// A line without an id, right or wrong.
        case other
    }

    /// What a session may begin with.
    enum Credential: CaseIterable {
        case password
        /// A machine's signature of what `CHALLENGE` gave.
        case key
        /// A client certificate; the operator and regulators give a password beside it.
        case certificate
    }

    /// What is sent right behind a logon, before its answer: a request with its id, or a line that has none.
    typealias Pipelined = (id: String?, line: String)

    let member: String
    let password: String
    let key: Ed25519.PrivateKey
    private let isOfficial: Bool
    private var behind: [Pipelined] = []
    private(set) var link: SimulatedLink?
    private(set) var isLoggedOn = false
    private var received: [UInt8] = []
    private var awaited: [Sent] = []
    private var rowsMissing: UInt64 = 0

    /// Requests that were not answered, in order.
    private(set) var open: [(id: String, line: String)] = []
    /// The first answer to each id, without `dup=1`.
    private(set) var answers: [String: String] = [:]
    /// Ids of which an answer tells that the engine has them, with the number of their command.
    private(set) var acknowledged: [(id: String, sequence: UInt64)] = []
    /// Its private stream, and the public ones that it follows.
    private(set) var streams: [SimulatedStream]
    /// How often each thing happened.
    private(set) var reconnects = 0
    private(set) var resent = 0
    private(set) var refusedForNow = 0

    /// - Parameters:
    ///   - member: who it is; its login is `u`.
    ///   - password: the login's.
    ///   - key: the login's.
    ///   - isOfficial: whether it is the operator or a regulator.
    ///   - markets: whose public streams it follows.
    init(member: String, password: String, key: Ed25519.PrivateKey, isOfficial: Bool, markets: [String]) {
        self.member = member
        self.password = password
        self.key = key
        self.isOfficial = isOfficial
        streams = (["private"] + markets).map { SimulatedStream($0) }
    }

    // MARK: Sending

    /// Begins a session.
    /// - Parameters:
    ///   - link: the connection; with a certificate for this member, if it logs on by that.
    ///   - credential: what it logs on with.
    ///   - behind: what it sends with the logon, before that is answered.
    func connect(_ link: SimulatedLink, by credential: Credential, behind: [Pipelined]) {
        self.link = link
        self.behind = behind
        reconnects += 1
        switch credential {
        case .password: logOn("password=\(password)")
        case .certificate: logOn(isOfficial ? "password=\(password)" : "")
        case .key:
            link.send("CHALLENGE\n")
            awaited = [.challenge]
        }
    }

    private func logOn(_ proof: String) {
        link?.send("LOGON member=\(member) user=u \(proof) version=1\n")
        awaited.append(.logon)
        for (id, line) in behind {
            if let id { request(id, line) } else { probe(line) }
        }
        behind = []
    }

    /// Answers a challenge.
    private func answer(nonce: String) {
        let text = "weir logon 1\n\(nonce)\nplaintext\n\(member)/u\n"
        logOn("sign=\(Hex.text(key.signature(of: Array(text.utf8))))")
    }

    /// Sends a request that has an id, and goes on sending it until it is answered.
    func request(_ id: String, _ line: String) {
        open.append((id, line))
        send(id, line)
    }

    private func send(_ id: String, _ line: String) {
        link?.send(line + "\n")
        awaited.append(.request(id: id))
    }

    /// Sends a line that nothing comes of but an answer.
    func probe(_ line: String) {
        link?.send(line + "\n")
        awaited.append(.other)
    }

    /// Asks for what is missing of its streams.
    func resume() {
        for stream in streams {
            guard let missing = stream.missing else { continue }
            link?.send("RESUME stream=\(stream.name) from=\(missing)\n")
            awaited.append(.resume(stream))
        }
    }

    /// With nothing under way: sends again what was not answered, by a new session, or asks for what is missing.
    func goOn() {
        guard awaited.isEmpty else { return }
        if open.isEmpty { resume() } else { cut() }
    }

    /// Whether everything was answered and nothing of the streams is missing.
    var isSatisfied: Bool {
        isLoggedOn && open.isEmpty && awaited.isEmpty && streams.allSatisfy { $0.missing == nil }
    }

    func cut() {
        link?.cut()
        link = nil
        isLoggedOn = false
        awaited = []
        received = []
        rowsMissing = 0
        for stream in streams { stream.forgetAnswer() }
    }

    // MARK: Receiving

    /// Reads some of what the venue has sent.
    func read(atMost count: Int) throws {
        guard let link else { return }
        received += try link.carryToClient(atMost: count)
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            let line = ClientLine(String(decoding: received[..<end], as: UTF8.self))
            received.removeFirst(end + 1)
            try take(line)
        }
        if link.isAtEnd { cut() }
    }

    private func take(_ line: ClientLine) throws {
        switch line.word {
        case "OK", "ERR": try takeAnswer(line)
        case "ROW":
            guard rowsMissing > 0 else { throw failure("a row that nobody asked for", line) }
            rowsMissing -= 1
        default: try takeEvent(line)
        }
    }

    private func takeAnswer(_ line: ClientLine) throws {
        // A line that took too long, or no logon in time.
        if line.word == "ERR", line.text.hasSuffix("; the connection is closed\"") { return cut() }
        guard !awaited.isEmpty else { throw failure("an answer that nobody asked for", line) }
        rowsMissing = line.number("rows") ?? 0
        switch awaited.removeFirst() {
        case .challenge:
            guard let nonce = line["nonce"] else {
                guard isRefusedForNow(line) else { throw failure("no challenge", line) }
                return cut()
            }
            answer(nonce: nonce)
        case .logon:
            guard line.word == "OK", let last = line.number("n") else {
                // The session of before may not have ended yet; or the venue is full.
                guard isRefusedForNow(line) || line["code"] == "ALREADY_LOGGED_ON" else {
                    throw failure("no logon", line)
                }
                return cut()
            }
            isLoggedOn = true
            streams[0].goesOn(after: last)
            for stream in streams.dropFirst() {
                link?.send("SUBSCRIBE market=\(stream.name)\n")
                awaited.append(.subscribe(stream))
            }
            resume()
            resent += open.count
            for (id, line) in open { send(id, line) }
        case .subscribe(let stream):
            guard let last = line.number("n") else {
                guard isRefusedForNow(line) else { throw failure("no subscription", line) }
                return cut()
            }
            stream.goesOn(after: last)
        case .resume(let stream):
            guard line.word == "OK", let from = line.number("from"), let to = line.number("to") else {
                guard isRefusedForNow(line) else { throw failure("no RESUME", line) }
                return
            }
            stream.answered(from: from, to: to)
        case .request(let id):
            guard line["id"] == id else { throw failure("an answer to \(id)", line) }
            try takeAnswer(line, to: id)
        case .other: break
        }
    }

    /// Whether what was refused is to be sent again as it is; counted.
    private func isRefusedForNow(_ line: ClientLine) -> Bool {
        guard let code = line["code"], ["BUSY", "THROTTLED"].contains(code) else { return false }
        refusedForNow += 1
        return true
    }

    private func takeAnswer(_ line: ClientLine, to id: String) throws {
        guard let sequence = line.number("seq") else {
            // Refused before it reached the engine: it is no command, and sent again it is refused again.
            guard line.word == "ERR" else { throw failure("an answer without a command", line) }
            if !isRefusedForNow(line) { open.removeAll { $0.id == id } }
            return
        }
        var text = line.text
        if text.hasSuffix(" dup=1") { text.removeLast(" dup=1".count) }
        if let first = answers[id] {
            guard first == text else { throw failure("before it was \"\(first)\"", line) }
        } else {
            answers[id] = text
            acknowledged.append((id, sequence))
        }
        open.removeAll { $0.id == id }
    }

    private func takeEvent(_ line: ClientLine) throws {
        let isPublic = ["TRADE", "BOOK", "PHASE", "INDICATIVE", "REFERENCE"].contains(line.word)
        guard let stream = streams.first(where: { $0.name == (isPublic ? line["market"] : "private") }) else {
            throw failure("an event of a stream that nobody follows", line)
        }
        if let problem = stream.take(line) { throw failure(problem, line) }
    }

    private func failure(_ text: String, _ line: ClientLine) -> SimulationFailure {
        SimulationFailure("client \(member): \(text): \"\(line.text)\"")
    }
}
