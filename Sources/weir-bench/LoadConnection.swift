import Foundation

/// A blocking TCP connection of the load generator: writes a burst of lines, reads until all have replies.
final class LoadConnection: @unchecked Sendable {
    // Used by one thread at a time: its own load loop.
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var lineStart = true
    private(set) var refused = 0

    /// Connects to loopback.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, result == 0 else { throw LoadError(message: "cannot connect: errno \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Writes `lines`, which end with line ends, and reads until `replies` of OK or ERR have come.
    func exchange(_ lines: [UInt8], replies: Int) throws {
        var sent = 0
        while sent < lines.count {
            let count = lines[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { throw LoadError(message: "the connection broke while writing") }
            sent += count
        }
        var missing = replies
        while missing > 0 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw LoadError(message: "the connection broke while reading") }
            for byte in buffer[..<count] {
                // OK begins with O, ERR with E; no event does.
                if lineStart {
                    if byte == UInt8(ascii: "O") { missing -= 1 }
                    if byte == UInt8(ascii: "E") {
                        missing -= 1
                        refused += 1
                    }
                }
                lineStart = byte == 10
            }
        }
    }
}

/// Why a load run failed.
struct LoadError: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}
