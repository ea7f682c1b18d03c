import HeapModule
import Permits

/// What falls due at a time.
enum TimerKind: Hashable {
    case expire(OrderID)
    case deadman(UserID)
    case auctionOpens(AuctionID)
    case auctionCloses(AuctionID)
    /// A transfer off the exchange executes.
    case transfer(UInt64)
    case proposalExpires(UInt64)
    /// A compliance deadline, by its place in the registry's list.
    case deadline(Int)
    case classExpires(ClassID)
    case suspensionEnds(ProgramID, MemberID)
    /// A season, by its place in the registry's list.
    case seasonEnds(Int)
    /// Orders that gathered before a link are cleared; by its place in the registry's list.
    case linkOpens(Int)
    /// Something of an agreement.
    case agreement(AgreementID)
    /// An answer is overdue.
    case complaint(UInt64)
    /// A facility's labels are looked at again.
    case labelEnds(FacilityID)
    /// New terms of a link take effect.
    case linkChanges(Int)
    case swapExpires(UInt64)
    case offerExpires(UInt64)
}

/// The engine's deadlines.
///
/// The sequencer sends `CLOCK` when the next one passes, so timers replay.
///
/// Entries are never withdrawn: one that no longer matches its order or login does nothing when it fires.
struct Timers: Sendable {
    struct Entry: Comparable, Sendable {
        let time: Timestamp
        /// The kind, in the order of `TimerKind`; breaks ties of time, then the number does.
        let rank: UInt8
        let number: UInt64

        static func < (a: Entry, b: Entry) -> Bool { (a.time, a.rank, a.number) < (b.time, b.rank, b.number) }
    }

    private var heap = Heap<Entry>()

    /// When the next entry falls due; `.never` if there is none.
    var next: Timestamp { heap.min?.time ?? .never }

    mutating func add(_ kind: TimerKind, at time: Timestamp) {
        switch kind {
        case .expire(let order): heap.insert(Entry(time: time, rank: 0, number: order.number))
        case .deadman(let user): heap.insert(Entry(time: time, rank: 1, number: UInt64(user.index)))
        case .auctionOpens(let auction): heap.insert(Entry(time: time, rank: 2, number: auction.number))
        case .auctionCloses(let auction): heap.insert(Entry(time: time, rank: 3, number: auction.number))
        case .transfer(let number): heap.insert(Entry(time: time, rank: 4, number: number))
        case .proposalExpires(let number): heap.insert(Entry(time: time, rank: 5, number: number))
        case .deadline(let index): heap.insert(Entry(time: time, rank: 6, number: UInt64(index)))
        case .classExpires(let permitClass): heap.insert(Entry(time: time, rank: 7, number: UInt64(permitClass.index)))
        case .suspensionEnds(let program, let member):
            let number = UInt64(program.index) << 32 | UInt64(member.index)
            heap.insert(Entry(time: time, rank: 8, number: number))
        case .seasonEnds(let index): heap.insert(Entry(time: time, rank: 9, number: UInt64(index)))
        case .swapExpires(let number): heap.insert(Entry(time: time, rank: 10, number: number))
        case .offerExpires(let number): heap.insert(Entry(time: time, rank: 12, number: number))
        case .linkOpens(let index): heap.insert(Entry(time: time, rank: 11, number: UInt64(index)))
        case .linkChanges(let index): heap.insert(Entry(time: time, rank: 13, number: UInt64(index)))
        case .agreement(let id): heap.insert(Entry(time: time, rank: 14, number: UInt64(id.index)))
        case .complaint(let number): heap.insert(Entry(time: time, rank: 15, number: number))
        case .labelEnds(let facility): heap.insert(Entry(time: time, rank: 16, number: UInt64(facility.index)))
        }
    }

    /// Takes the first entry that is due at `now`.
    mutating func popDue(at now: Timestamp) -> (kind: TimerKind, time: Timestamp)? {
        guard let first = heap.min, first.time <= now else { return nil }
        heap.removeMin()
        let kind: TimerKind =
            switch first.rank {
            case 0: .expire(OrderID(number: first.number))
            case 1: .deadman(UserID(UInt32(first.number)))
            case 2: .auctionOpens(AuctionID(first.number))
            case 3: .auctionCloses(AuctionID(first.number))
            case 4: .transfer(first.number)
            case 5: .proposalExpires(first.number)
            case 6: .deadline(Int(first.number))
            case 7: .classExpires(ClassID(UInt32(first.number)))
            case 9: .seasonEnds(Int(first.number))
            case 10: .swapExpires(first.number)
            case 12: .offerExpires(first.number)
            case 11: .linkOpens(Int(first.number))
            case 13: .linkChanges(Int(first.number))
            case 14: .agreement(AgreementID(UInt32(first.number)))
            case 15: .complaint(first.number)
            case 16: .labelEnds(FacilityID(UInt32(first.number)))
            default:
                .suspensionEnds(
                    ProgramID(UInt32(first.number >> 32)),
                    MemberID(UInt32(truncatingIfNeeded: first.number))
                )
            }
        return (kind, first.time)
    }

    func encode(to writer: inout ByteWriter) {
        let entries = heap.unordered.sorted()
        writer.write(count: entries.count)
        for entry in entries {
            writer.write(entry.time)
            writer.write(entry.rank)
            writer.write(entry.number)
        }
    }

    init() {}

    init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) {
            let time = try reader.readTimestamp()
            heap.insert(Entry(time: time, rank: try reader.read(), number: try reader.read()))
        }
    }
}
