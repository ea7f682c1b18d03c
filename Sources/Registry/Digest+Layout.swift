package import Permits
package import Seals

extension Digest: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Digest?) throws(SnapshotError) -> Digest {
        guard let digest = Digest(try coder.bytes(old?.bytes, count: Digest.byteCount)) else {
            preconditionFailure("so many bytes are a digest")
        }
        return digest
    }
}
