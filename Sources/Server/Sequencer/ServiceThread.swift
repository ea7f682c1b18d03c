import Foundation

/// A thread of the venue's own.
///
/// Foundation's `Thread` says nothing when the system has no memory or no threads left, and whoever waits for its work waits for ever.
enum ServiceThread {
    /// Its stack, in bytes: replays and agreements recurse somewhat.
    private static let stackBytes = 8 << 20

    private final class Job {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Runs `body` on a thread of its own, whose name has at most 15 bytes, as the kernel shows it.
    ///
    /// - Throws: `ServerError` if there is none to have.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ServerError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(name: name, body: body))
        let code = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                Thread.current.name = job.name
                job.body()
                return nil
            },
            job.toOpaque()
        )
        guard code != 0 else { return }
        job.release()
        throw ServerError(
            "no thread \(name) can be started (\(String(cString: strerror(code)))): the venue needs more memory or more threads; "
                + "raise MemoryMax and TasksMax of its unit, or ulimit -v and -u"
        )
    }
}
