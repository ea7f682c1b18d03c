import Hummingbird
import NIOCore
import NIOPosix
import Storage

/// The public streams as server-sent events: who listens gets what is booked, a quarter of a second later at most.
///
/// While anybody listens to a stream, one task reads on in settlement, once for all of them; who is behind reads for himself. So nothing
/// is kept for slow readers, and the venue does not know that there are any.
actor LiveFeeds {
    /// A part of a stream, ready to be sent.
    struct Chunk: Sendable {
        let first: UInt64
        let last: UInt64
        let events: ByteBuffer
    }

    private struct Feed {
        var last: UInt64
        var newest: Chunk?
        var waiting: [CheckedContinuation<Chunk?, any Error>] = []
        var listeners = 0
        var reader: Task<Void, Never>?
    }

    private let record: PublicRecord
    private let pool: NIOThreadPool
    private var feeds: [UInt64: Feed] = [:]

    /// How long a stream may be silent before a comment says that the connection lives.
    static let silence = 60
    private static let pause = Duration.milliseconds(250)
    private static let bytesMax = 256 << 10

    init(record: PublicRecord, pool: NIOThreadPool) { (self.record, self.pool) = (record, pool) }

    /// Sends a stream's events behind a number until the reader goes.
    nonisolated func send(
        _ stream: UInt64,
        after number: UInt64,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        await join(stream, at: number)
        do {
            var position = number
            try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
            while !Task.isCancelled {
                guard let chunk = try await next(stream, after: position) else {
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                    continue
                }
                try await writer.write(chunk.events)
                position = chunk.last
            }
        } catch {
            await leave(stream)
            throw error
        }
        await leave(stream)
    }

    private func join(_ stream: UInt64, at number: UInt64) {
        var feed = feeds[stream] ?? Feed(last: number)
        feed.listeners += 1
        if feed.reader == nil { feed.reader = Task { [self] in await follow(stream) } }
        feeds[stream] = feed
    }

    private func leave(_ stream: UInt64) {
        guard var feed = feeds[stream] else { return }
        feed.listeners -= 1
        feeds[stream] = feed
        guard feed.listeners == 0 else { return }
        feed.reader?.cancel()
        feeds[stream] = nil
    }

    /// What comes behind a number; waits for it.
    /// - Returns: nil if nothing came for a while.
    private func next(_ stream: UInt64, after number: UInt64) async throws -> Chunk? {
        guard let feed = feeds[stream] else { return nil }
        if let newest = feed.newest, newest.first == number + 1 { return newest }
        // Somebody else may have begun further back or ahead.
        if number < feed.last, let chunk = try await read(stream, after: number) { return chunk }
        return try await withCheckedThrowingContinuation { feeds[stream]?.waiting.append($0) }
    }

    private func read(_ stream: UInt64, after number: UInt64) async throws -> Chunk? {
        try await pool.runIfActive { [record] in
            let page = try record.settlement().feedPage(
                stream: stream,
                from: number + 1,
                through: .max,
                bytesMax: LiveFeeds.bytesMax
            )
            guard let first = page.first else { return nil }
            return Chunk(first: first, last: page.last, events: LiveFeeds.events(page.bytes, from: first))
        }
    }

    /// Reads on, and wakes who waits.
    private func follow(_ stream: UInt64) async {
        var silent = 0
        while !Task.isCancelled, let last = feeds[stream]?.last {
            do {
                let chunk = try await read(stream, after: last)
                guard !Task.isCancelled, feeds[stream] != nil else { return }
                silent = chunk == nil ? silent + 1 : 0
                if let chunk {
                    feeds[stream]?.last = chunk.last
                    feeds[stream]?.newest = chunk
                }
                if chunk != nil || silent == LiveFeeds.silence {
                    silent = 0
                    wake(stream, .success(chunk))
                }
                if chunk == nil { try await Task.sleep(for: LiveFeeds.pause) }
            } catch is CancellationError {
                return
            } catch {
                // Settlement cannot be read now: readers come again by themselves.
                wake(stream, .failure(error))
                do { try await Task.sleep(for: LiveFeeds.pause) } catch { return }
            }
        }
    }

    /// Ends all waiting: the site stops.
    func stop() {
        for stream in feeds.keys { wake(stream, .failure(CancellationError())) }
    }

    private func wake(_ stream: UInt64, _ result: Result<Chunk?, any Error>) {
        let waiting = feeds[stream]?.waiting ?? []
        feeds[stream]?.waiting = []
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// Lines as server-sent events: `id` is the line's number in the stream, `data` the line.
    static func events(_ lines: [UInt8], from first: UInt64) -> ByteBuffer {
        var events = ByteBuffer()
        events.reserveCapacity(lines.count * 2)
        for (place, line) in lines.split(separator: UInt8(ascii: "\n")).enumerated() {
            events.writeString("id: \(first + UInt64(place))\ndata: ")
            events.writeBytes(line)
            events.writeString("\n\n")
        }
        return events
    }
}
