import Foundation

/// How much room a disk has left, for the message of a write that failed.
enum DiskRoom {
    /// What is worth telling: less than this many bytes.
    private static let scarce: UInt64 = 64 << 20

    /// " (the disk has 3 MB of room left)" if it is scarce where `file` stands, else nothing.
    static func note(file: String) -> String {
        let folder = (file as NSString).deletingLastPathComponent
        do {
            let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder)
            guard let free = (attributes[.systemFreeSize] as? NSNumber)?.uint64Value, free < scarce else { return "" }
            return " (the disk has \(free >> 20) MB of room left)"
        } catch {
            return ""
        }
    }
}
