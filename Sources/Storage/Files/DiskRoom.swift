import Foundation

/// How much room disks have left.
package enum DiskRoom {
    /// What is worth telling with a write that failed: less than this many megabytes.
    private static let scarceMegabytes: Int64 = 64

    /// A file system, and which of the files asked for stand on it.
    package struct Disk: Sendable, Equatable {
        package var files: [String]
        /// What others than the superuser may still write, in units of 2^20 bytes.
        package var freeMegabytes: Int64
    }

    /// The disks on which files stand, or would stand, each once, in the order of the files; links are followed.
    ///
    /// A file system that does not answer is left out.
    package static func disks(of files: [String]) -> [Disk] {
        var devices: [dev_t] = []
        var disks: [Disk] = []
        for file in files {
            var place = file
            var status = stat()
            if stat(place, &status) != 0 {
                place = folder(of: file)
                guard stat(place, &status) == 0 else { continue }
            }
            if let known = devices.firstIndex(of: status.st_dev) {
                disks[known].files.append(file)
            } else if let free = freeMegabytes(place) {
                devices.append(status.st_dev)
                disks.append(Disk(files: [file], freeMegabytes: free))
            }
        }
        return disks
    }

    private static func folder(of file: String) -> String {
        let folder = (file as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    private static func freeMegabytes(_ place: String) -> Int64? {
        var room = statvfs()
        guard statvfs(place, &room) == 0 else { return nil }
        return Int64(
            clamping: UInt64(room.f_bavail).multipliedReportingOverflow(by: UInt64(room.f_frsize)).partialValue >> 20
        )
    }

    /// " (the disk has 3 MB of room left: make room, then start again)" if it is scarce where `file` stands, else nothing.
    static func note(file: String) -> String {
        guard let free = freeMegabytes(folder(of: file)), free < scarceMegabytes else { return "" }
        return " (the disk has \(free) MB of room left: make room, then start again)"
    }
}
