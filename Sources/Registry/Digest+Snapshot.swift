package import Permits
package import Seals

extension ByteReader {
    /// Reads the 32 bytes of a digest.
    /// - Throws: `SnapshotError` at the end of the bytes.
    package mutating func readDigest() throws(SnapshotError) -> Digest {
        var bytes: [UInt8] = []
        for _ in 0..<Digest.byteCount { bytes.append(try read()) }
        guard let digest = Digest(bytes) else { throw SnapshotError("no digest") }
        return digest
    }
}
