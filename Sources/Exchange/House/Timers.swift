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
    /// Stops that one command could not trigger act.
    case resumes(MarketID)
    /// Labels that one command could not review are.
    case review
    /// The next slice of what is gone over.
    case sweep
}

/// The engine's deadlines.
///
/// The sequencer sends `CLOCK` when the next one passes, so timers replay.
///
/// Entries are not withdrawn when their order or offer ends: one that no longer matches does nothing when it fires. But for each
/// entry that is added some others are looked at in turn, and those that are over are taken out, so that they never are many
/// more than what lives, and no command looks at many.
///
/// A binary heap: the children of the entry at `i` stand at `2i + 1` and `2i + 2`, and none is earlier than it.
struct Timers: Sendable {
    struct Entry: Comparable, Sendable {
        let time: Timestamp
        /// The kind, in the order of `TimerKind`; breaks ties of time, then the number does.
        let rank: UInt8
        let number: UInt64

        static func < (a: Entry, b: Entry) -> Bool { (a.time, a.rank, a.number) < (b.time, b.rank, b.number) }
    }

    private var heap: ContiguousArray<Entry> = []
    /// The entry that is looked at next.
    private var cursor = 0
    /// How many entries are to be looked at; 0 between commands.
    private var looks = 0

    /// How many entries are looked at for each that is added, beyond the first so many.
    private static let looksEach = 4
    private static let unlookedMax = 1000

    /// When the next entry falls due; `.never` if there is none.
    var next: Timestamp { heap.first?.time ?? .never }

    /// How many entries there are.
    var count: Int { heap.count }

    /// Whether entries are to be looked at.
    var wantsLook: Bool { looks > 0 }

    /// The entry to be looked at next; nil if enough are.
    mutating func look() -> (kind: TimerKind, time: Timestamp)? {
        guard looks > 0, !heap.isEmpty else {
            looks = 0
            return nil
        }
        looks -= 1
        if cursor >= heap.count { cursor = 0 }
        return (Timers.kind(of: heap[cursor]), heap[cursor].time)
    }

    /// Takes out the entry that was looked at, or leaves it.
    mutating func endLook(isOver: Bool) { if isOver { remove(at: cursor) } else { cursor += 1 } }

    private mutating func insert(_ entry: Entry) {
        heap.append(entry)
        rise(from: heap.count - 1)
        if heap.count > Timers.unlookedMax { looks += Timers.looksEach }
    }

    private mutating func remove(at place: Int) {
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        rise(from: place)
        sink(from: place)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[place] else { return }
            heap.swapAt(place, child)
            place = child
        }
    }

    mutating func add(_ kind: TimerKind, at time: Timestamp) {
        switch kind {
        case .expire(let order): insert(Entry(time: time, rank: 0, number: order.number))
        case .deadman(let user): insert(Entry(time: time, rank: 1, number: UInt64(user.index)))
        case .auctionOpens(let auction): insert(Entry(time: time, rank: 2, number: auction.number))
        case .auctionCloses(let auction): insert(Entry(time: time, rank: 3, number: auction.number))
        case .transfer(let number): insert(Entry(time: time, rank: 4, number: number))
        case .proposalExpires(let number): insert(Entry(time: time, rank: 5, number: number))
        case .deadline(let index): insert(Entry(time: time, rank: 6, number: UInt64(index)))
        case .classExpires(let permitClass): insert(Entry(time: time, rank: 7, number: UInt64(permitClass.index)))
        case .suspensionEnds(let program, let member):
            let number = UInt64(program.index) << 32 | UInt64(member.index)
            insert(Entry(time: time, rank: 8, number: number))
        case .seasonEnds(let index): insert(Entry(time: time, rank: 9, number: UInt64(index)))
        case .swapExpires(let number): insert(Entry(time: time, rank: 10, number: number))
        case .offerExpires(let number): insert(Entry(time: time, rank: 12, number: number))
        case .linkOpens(let index): insert(Entry(time: time, rank: 11, number: UInt64(index)))
        case .linkChanges(let index): insert(Entry(time: time, rank: 13, number: UInt64(index)))
        case .agreement(let id): insert(Entry(time: time, rank: 14, number: id.number))
        case .complaint(let number): insert(Entry(time: time, rank: 15, number: number))
        case .review: insert(Entry(time: time, rank: 18, number: 0))
        case .sweep: insert(Entry(time: time, rank: 19, number: 0))
        case .resumes(let market): insert(Entry(time: time, rank: 17, number: UInt64(market.index)))
        case .labelEnds(let facility): insert(Entry(time: time, rank: 16, number: UInt64(facility.index)))
        }
    }

    /// Takes the first entry that is due at `now`.
    mutating func popDue(at now: Timestamp) -> (kind: TimerKind, time: Timestamp)? {
        guard let first = heap.first, first.time <= now else { return nil }
        remove(at: 0)
        return (Timers.kind(of: first), first.time)
    }

    private static func kind(of entry: Entry) -> TimerKind {
        switch entry.rank {
        case 0: .expire(OrderID(number: entry.number))
        case 1: .deadman(UserID(UInt32(entry.number)))
        case 2: .auctionOpens(AuctionID(entry.number))
        case 3: .auctionCloses(AuctionID(entry.number))
        case 4: .transfer(entry.number)
        case 5: .proposalExpires(entry.number)
        case 6: .deadline(Int(entry.number))
        case 7: .classExpires(ClassID(UInt32(entry.number)))
        case 9: .seasonEnds(Int(entry.number))
        case 10: .swapExpires(entry.number)
        case 12: .offerExpires(entry.number)
        case 11: .linkOpens(Int(entry.number))
        case 13: .linkChanges(Int(entry.number))
        case 14: .agreement(AgreementID(entry.number))
        case 15: .complaint(entry.number)
        case 18: .review
        case 19: .sweep
        case 17: .resumes(MarketID(UInt32(entry.number)))
        case 16: .labelEnds(FacilityID(UInt32(entry.number)))
        default:
            .suspensionEnds(ProgramID(UInt32(entry.number >> 32)), MemberID(UInt32(truncatingIfNeeded: entry.number)))
        }
    }
}

extension Timers: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: Timers?) throws(SnapshotError) -> Timers {
        var new = Timers()
        new.cursor = try coder.value("cursor", old?.cursor)
        let entries = try coder.list("entries", old?.heap) { coder, old throws(SnapshotError) in
            Entry(
                time: try coder.value("time", old?.time),
                rank: try coder.value("rank", old?.rank),
                number: try coder.value("number", old?.number)
            )
        }
        guard entries.indices.dropFirst().allSatisfy({ entries[($0 - 1) / 2] <= entries[$0] }) else {
            throw SnapshotError("timers are out of order")
        }
        new.heap = ContiguousArray(entries)
        return new
    }
}
