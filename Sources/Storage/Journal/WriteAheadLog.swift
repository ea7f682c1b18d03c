import Foundation

/// Looks behind the end of a write-ahead log, which SQLite finds at the first frame that is not whole.
///
/// One transaction at a time is under way, so a loss of power leaves at most one whose frames are not all there, and nobody
/// was told that it is kept. If more transactions stand behind the end, then a frame before them was damaged later, and what
/// SQLite would pass over in silence was acknowledged.
/// Format: sqlite.org/fileformat2.html, section 4.
enum WriteAheadLog {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    /// What is wrong with a log, or nil.
    static func fault(in bytes: Data) -> String? {
        guard bytes.count > headerBytes else { return nil }
        return bytes.withUnsafeBytes { fault(in: $0) }
    }

    private static func fault(in bytes: UnsafeRawBufferPointer) -> String? {
        func word(_ offset: Int) -> UInt32 {
            UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        guard word(0) & ~1 == 0x377F_0682 else {
            return bytes.contains { $0 != 0 } ? "its write-ahead log has a header that is none" : nil
        }
        let isBigEndian = word(0) & 1 == 1
        let pageBytes = Int(word(8))
        guard pageBytes >= 512, pageBytes <= 65_536, pageBytes.nonzeroBitCount == 1 else {
            return "its write-ahead log has pages of \(pageBytes) bytes"
        }
        /// SQLite's checksum, continued.
        func sum(_ start: (UInt32, UInt32), _ range: Range<Int>) -> (UInt32, UInt32) {
            var (first, second) = start
            for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                let pair = (
                    bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self),
                    bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                )
                first &+= (isBigEndian ? UInt32(bigEndian: pair.0) : UInt32(littleEndian: pair.0)) &+ second
                second &+= (isBigEndian ? UInt32(bigEndian: pair.1) : UInt32(littleEndian: pair.1)) &+ first
            }
            return (first, second)
        }
        var checksum = sum((0, 0), 0..<24)
        guard checksum == (word(24), word(28)) else { return "its write-ahead log's header is damaged" }
        let salts = (word(16), word(20))
        let frameBytes = frameHeaderBytes + pageBytes
        let frameCount = (bytes.count - headerBytes) / frameBytes
        var end: Int?
        var lost = 0
        for frame in 0..<frameCount {
            let offset = headerBytes + frame * frameBytes
            guard (word(offset + 8), word(offset + 12)) == salts else {
                end = end ?? frame
                continue
            }
            if end == nil {
                checksum = sum(checksum, offset..<offset + 8)
                checksum = sum(checksum, offset + frameHeaderBytes..<offset + frameBytes)
                if checksum != (word(offset + 16), word(offset + 20)) { end = frame }
            }
            // Not zero in the last frame of a transaction alone.
            if end != nil, word(offset + 4) != 0 { lost += 1 }
        }
        guard let end, lost > 1 else { return nil }
        return "its write-ahead log is damaged in frame \(end + 1), before \(lost) batches that were acknowledged"
    }
}
