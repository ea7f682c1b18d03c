import GRDB

extension Settlement {
    /// A part of a stream, as it was sent.
    package struct FeedPage: Sendable {
        /// The number of its first line; nil if nothing of what was asked for is kept.
        package var first: UInt64?
        /// The number of its last line.
        package var last: UInt64
        /// The lines with their line ends.
        package var bytes: [UInt8]
    }

    /// The kept lines of a stream, numbered `first` to `last`, in order; of this trading day and the one before at least.
    ///
    /// Callable from any thread. Complexity: the lines that it gives, and one block of `feed_even` or `feed_odd`.
    /// - Parameters:
    ///   - stream: its number, as in a table of blocks.
    ///   - first: the first line wanted.
    ///   - last: the last one.
    ///   - bytesMax: after how many bytes it ends; one line is given at least.
    ///   - linesMax: how many lines it gives at most.
    /// - Returns: the lines, in order.
    /// - Throws: `SettlementError` if SQLite fails.
    package func feedPage(
        stream: UInt64,
        from first: UInt64,
        through last: UInt64,
        bytesMax: Int = .max,
        linesMax: Int = .max
    ) throws(SettlementError) -> FeedPage {
        try SettlementError.wrapping(file: file) {
            try pool.read { db in
                // Blocks that begin in the range, and the one in which it begins.
                var rows = try RawStatement(
                    db,
                    """
                    SELECT n, lines FROM feed_even WHERE stream = ?1 AND n BETWEEN COALESCE((
                        SELECT MAX(n) FROM feed_even WHERE stream = ?1 AND n <= ?2), 0) AND ?3
                    UNION ALL SELECT n, lines FROM feed_odd WHERE stream = ?1 AND n BETWEEN COALESCE((
                        SELECT MAX(n) FROM feed_odd WHERE stream = ?1 AND n <= ?2), 0) AND ?3
                    ORDER BY n
                    """
                )
                rows.add(stream)
                rows.add(Int64(clamping: first))
                rows.add(Int64(clamping: last))
                defer { rows.reset() }
                var page = FeedPage(first: nil, last: first &- 1, bytes: [])
                var lineCount = 0
                while page.bytes.count < bytesMax, lineCount < linesMax, try rows.step() {
                    var count = rows.number(0)
                    for line in rows.bytes(1).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                        defer { count += 1 }
                        guard first <= count, count <= last else { continue }
                        guard page.bytes.isEmpty || page.bytes.count + line.count < bytesMax, lineCount < linesMax
                        else {
                            return page
                        }
                        // What is kept has no gaps but between a day that has gone and one that is there.
                        guard page.first == nil || count == page.last + 1 else { return page }
                        page.first = page.first ?? count
                        page.last = count
                        page.bytes += line
                        page.bytes.append(UInt8(ascii: "\n"))
                        lineCount += 1
                    }
                }
                return page
            }
        }
    }
}
