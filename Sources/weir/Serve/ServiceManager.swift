import Foundation
import Server

/// Tells systemd how the service stands: ready, alive, stopping.
///
/// Without systemd it does nothing.
///
/// Source: sd_notify(3), whose protocol is a datagram of `KEY=VALUE` lines to the socket that NOTIFY_SOCKET names.
struct ServiceManager {
    private let address: [UInt8]

    /// The service manager that started this process; nil if none did.
    init?() {
        guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"],
            path.hasPrefix("/") || path.hasPrefix("@")
        else { return nil }
        // An @ stands for the zero byte of the abstract namespace.
        var bytes = Array(path.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        guard bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        address = bytes
    }

    /// Sends a state: `READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`.
    func notify(_ state: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let message = Array(state.utf8)
        _ = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, 0, $0, length)
            }
        }
    }

    /// Says that the service lives, as often as it is asked for, as long as the venue answers.
    /// - Returns: the timer; nil if no sign of life is wanted.
    func watch(_ server: ExchangeServer) -> (any DispatchSourceTimer)? {
        guard let text = ProcessInfo.processInfo.environment["WATCHDOG_USEC"], let interval = Int(text), interval > 0
        else { return nil }
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now(), repeating: .microseconds(interval / 3))
        timer.setEventHandler { server.whenAlive { notify("WATCHDOG=1") } }
        timer.resume()
        return timer
    }
}
