import CEpoll
import Foundation
import Glibc

/// One thread that drives many connections to a server on loopback, by `epoll`.
///
/// Every line that it sends gets exactly one reply, `OK` or `ERR`; other lines are events.
final class LoadGenerator {
    /// One connection: what it still has to send, and what it waits for.
    struct Link {
        let descriptor: Int32
        var sent = 0
        var isLineStart = true
        /// How many replies are not there yet.
        var missing = 0
        var refused = 0
    }

    private(set) var links: [Link] = []
    private let epoll: Int32
    /// Wakes it at a deadline.
    private let timer: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)
    private var buffer = [UInt8](repeating: 0, count: 1 << 17)

    /// Connects `count` times.
    init(port: Int, count: Int) throws {
        epoll = epoll_create1(0)
        timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK))
        for index in 0..<count {
            links.append(Link(descriptor: try LoadGenerator.connect(port)))
            try watch(links[index].descriptor, UInt64(index))
        }
        try watch(timer, UInt64.max)
    }

    deinit {
        for link in links { close(link.descriptor) }
        close(timer)
        close(epoll)
    }

    private func watch(_ descriptor: Int32, _ tag: UInt64) throws {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = tag
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw LoadError(message: "cannot watch a connection: errno \(errno)")
        }
    }

    private static func connect(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, result == 0 else { throw LoadError(message: "cannot connect: errno \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// Sends lines, `replies` of them, on a connection.
    func send(_ lines: borrowing ArraySlice<UInt8>, replies: Int, on index: Int) throws {
        links[index].missing += replies
        var sent = 0
        while sent < lines.count {
            let count = lines.withUnsafeBytes {
                Glibc.send(
                    links[index].descriptor,
                    $0.baseAddress.map { $0 + sent },
                    lines.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw LoadError(message: "the connection broke while writing") }
            sent += count
        }
    }

    /// Waits until something comes, or until a deadline.
    /// - Parameters:
    ///   - deadline: on the monotonic clock, in nanoseconds.
    ///   - replied: called with a connection and how many replies it got.
    /// - Throws: `LoadError` if a connection broke, or what `replied` throws.
    func receive(until deadline: UInt64? = nil, _ replied: (Int, Int) throws -> Void) throws {
        if let deadline {
            var time = itimerspec()
            time.it_value.tv_sec = Int(deadline / 1_000_000_000)
            time.it_value.tv_nsec = Int(deadline % 1_000_000_000)
            timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &time, nil)
        }
        let count = epoll_wait(epoll, &events, Int32(events.count), -1)
        for event in events.prefix(Int(max(0, count))) {
            if event.data.u64 == UInt64.max {
                var expirations: UInt64 = 0
                Glibc.read(timer, &expirations, 8)
                continue
            }
            let index = Int(event.data.u64)
            let replies = try read(index)
            if replies > 0 { try replied(index, replies) }
        }
    }

    /// Reads what is there.
    /// - Returns: how many replies it held.
    private func read(_ index: Int) throws -> Int {
        let count = buffer.withUnsafeMutableBytes { recv(links[index].descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { throw LoadError(message: "the connection broke while reading") }
        var replies = 0
        var start = 0
        // A line counts by its first byte: OK begins with O, ERR with E, and no event does.
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            while start < count {
                if links[index].isLineStart {
                    if bytes[start] == UInt8(ascii: "O") { replies += 1 }
                    if bytes[start] == UInt8(ascii: "E") {
                        replies += 1
                        links[index].refused += 1
                    }
                }
                guard let end = memchr(base + start, 10, count - start) else {
                    links[index].isLineStart = false
                    return
                }
                links[index].isLineStart = true
                start = UnsafeRawPointer(end) - base + 1
            }
        }
        links[index].missing -= replies
        return replies
    }

    /// Sends lines on a connection and waits for their replies.
    func exchange(_ lines: [UInt8], replies: Int, on index: Int) throws {
        try send(lines[...], replies: replies, on: index)
        while links[index].missing > 0 { try receive { _, _ in } }
    }

    /// The monotonic clock, in nanoseconds.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Why a load run failed.
struct LoadError: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}
