import Foundation

/// A plain blocking socket, for what a well-behaved client does not send.
final class RawSocket {
    struct Ended: Error {}

    private let descriptor: Int32
    private var pending: [UInt8] = []

    /// Connects to the loopback address, from another loopback address if one is given.
    init(port: Int, from source: String? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if let source {
            guard RawSocket.with(source, port: 0, { bind(descriptor, $0, $1) }) == 0 else { throw Ended() }
        }
        guard RawSocket.with("127.0.0.1", port: port, { connect(descriptor, $0, $1) }) == 0 else { throw Ended() }
    }

    private static func with(
        _ host: String,
        port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Ended() }
            sent += count
        }
    }

    /// Everything until the other side closes.
    func readAll() throws -> [UInt8] {
        var all = pending
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw Ended() }
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    func readLine() throws -> String {
        while true {
            if let end = pending.firstIndex(of: 10) {
                defer { pending.removeSubrange(...end) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { throw Ended() }
            pending += buffer[..<count]
        }
    }

    /// The next line that answers a request.
    func readAnswer() throws -> String {
        while true {
            let line = try readLine()
            if line.hasPrefix("OK") || line.hasPrefix("ERR") { return line }
        }
    }

    /// Sends nothing more.
    func finish() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    func close() { _ = Foundation.close(descriptor) }
}

/// Runs what blocks on a thread of its own: the tasks of a server in this process need theirs.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Result(catching: body)) }
    }
}
