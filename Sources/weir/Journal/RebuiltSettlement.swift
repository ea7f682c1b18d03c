import Foundation
import Server
import Storage
import Wire

/// A settlement file built from the journal in a directory of its own, to compare with.
final class RebuiltSettlement {
    private let image: SettlementImage
    private let directory: URL
    private let settlement: Settlement
    private var bookings = Bookings()

    /// A name under `parent` that is not taken.
    static func place(in parent: String) -> URL {
        URL(fileURLWithPath: parent).appendingPathComponent("weir-verify-\(UUID().uuidString)")
    }

    /// - Parameters:
    ///   - image: what it is compared with; it is booked as far.
    ///   - directory: made for its owner alone; it goes with the object.
    /// - Throws: what the file system or SQLite refuses.
    init(of image: SettlementImage, at directory: URL) throws {
        self.image = image
        self.directory = directory
        try FileManager.default.createDirectory(
            at: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        do { settlement = try Settlement(directory: directory.path) } catch {
            RebuiltSettlement.remove(directory)
            throw error
        }
    }

    deinit { RebuiltSettlement.remove(directory) }

    /// Removes what was built, if it was.
    static func remove(_ directory: URL) {
        guard FileManager.default.fileExists(atPath: directory.path) else { return }
        do { try FileManager.default.removeItem(at: directory) } catch {
            Console.note("\(directory.path) could not be removed: \(error)")
        }
    }

    /// Books a command.
    func add(_ step: StreamReplay.Step, _ sequence: UInt64) throws {
        let last = image.balances.appliedSequence
        guard sequence <= last else { return }
        bookings.add(step)
        guard bookings.isFull || sequence == last else { return }
        // Within a batch there is no position; the last booking has that of the file that it is compared with.
        var position = image.balances.position
        position.command = sequence
        try bookings.book(in: settlement, through: position)
    }

    /// Where the two differ, once every command is booked.
    func differences() throws -> [String] {
        try image.differences(from: settlement).map { "settlement.db: \($0)" }
    }
}
