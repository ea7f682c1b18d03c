import NIOCore

/// What an event loop has read since it last looked for something to read; touched on that loop alone.
///
/// When it has read from every connection that had something, the sequencer gets all of it at once.
package final class LoopReads: @unchecked Sendable {
    private let sequencer: Sequencer
    private let inbox: Inbox
    private var reads: [(handler: ConnectionHandler, item: InboxItem, lines: [ReceivedLine])] = []
    private var lineCount = 0

    init(sequencer: Sequencer, inbox: Inbox) {
        self.sequencer = sequencer
        self.inbox = inbox
    }

    /// Adds what a connection of `loop` read.
    func add(_ lines: [ReceivedLine], bytes: [UInt8], of handler: ConnectionHandler, on loop: any EventLoop) {
        if reads.isEmpty { loop.execute { self.flush() } }
        reads.append((handler, .lines(handler.connection, lines, bytes: bytes), lines))
        lineCount += lines.count
    }

    private func flush() {
        let (taken, count) = (reads, lineCount)
        reads.removeAll(keepingCapacity: true)
        lineCount = 0
        guard !sequencer.runHere(taken.map(\.item), lineCount: count) else { return }
        for read in taken where !inbox.offer(read.item, lineCount: read.lines.count) {
            read.handler.refuse(read.lines)
        }
    }
}
