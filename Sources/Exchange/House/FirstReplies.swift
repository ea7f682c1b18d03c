import DequeModule
package import Permits
import Registry
import Seals

/// The first reply to each id that a member used today or on the day before, or that a live order has, so that a repeat gets it
/// again and never acts twice; those of the venue's staff, who move money and permits of others, for a year.
///
/// Each member's ids have room of their own, so nobody's memory is another's: `Limits.idsMax` of them, and the whole text of
/// its last `Limits.refusalTextsMax` refusals. Beyond that its oldest id is forgotten, and a refusal keeps its code alone.
/// Layout: 56 bytes an id, linked in the order of each member's commands; a table finds them by member and id. Replies other
/// than to orders, cancels and old refusals are rare, so they lie beside.
package struct FirstReplies: Sendable {
    private struct Entry: BitwiseCopyable {
        var contentHash: UInt64
        var sequence: UInt64
        /// The order's number, or what `open` says.
        var number: UInt64
        /// What was open of the order, or one of the marks below.
        var open: UInt32
        var member: MemberID
        var id: PackedCode
        /// The place of the member's next id, or of the next free entry; 0 for none.
        var next: UInt32 = 0

        // No order has so much open: `Limits.quantityMax` is 10^9.
        /// The number is a place in `others`.
        static let elsewhere = UInt32.max
        /// The number is a reject code.
        static let refused = UInt32.max - 1
        /// The number is that of an order that was not live.
        static let notLive = UInt32.max - 4
        /// The number is a count.
        static let cancelled = UInt32.max - 2
        /// Nothing more is to be said.
        static let done = UInt32.max - 3
    }

    /// The ids of one member, as places from 1, and its refusals that have their text.
    private struct Queue {
        var first: UInt32 = 0
        var last: UInt32 = 0
        var count = 0
        /// The last command whose id was forgotten for want of room.
        var forgotten: UInt64 = 0
        var texts: Deque<UInt32> = []
    }

    /// The last end of a trading day on a date.
    private struct DayEnd {
        var date: Int64
        var sequence: UInt64
    }

    /// By place, the first one unused.
    private var entries = Buffer<Entry>()
    /// By `MemberID.index`.
    private var queues: ContiguousArray<Queue> = []
    private var others: ContiguousArray<Outcome> = []
    /// Places in `others` that may be used again.
    private var freeOthers: [UInt32] = []
    /// The first free entry; 0 for none.
    private var free: UInt32 = 0
    /// The command that ended the last day, and the one that ended the day before it.
    private var dayEnd: UInt64 = 0
    private var dayEndBefore: UInt64 = 0
    /// The last command that ended a day on each date of the year past, and of the last date before it; by date.
    private var yearOfEnds: Deque<DayEnd> = []
    private var table = SlotTable()
    private let seed = SlotTable.seed()

    init() { entries.append(FirstReplies.unused) }

    private static let unused = Entry(
        contentHash: 0,
        sequence: 0,
        number: 0,
        open: 0,
        member: .venue,
        id: PackedCode(.none)
    )

    /// Gives this copy memory of its own.
    mutating func makeOwn() {
        entries.makeOwn()
        table.makeOwn()
    }

    /// How a request relates to those before it.
    enum Match {
        case new
        case repeated(Reply)
        case differs(firstSequence: UInt64)
    }

    func match(_ id: Code, of member: MemberID, contentHash: UInt64) -> Match {
        let place = place(of: id, member: member)
        guard place != 0 else { return .new }
        guard entries[place].contentHash == contentHash else {
            return .differs(firstSequence: entries[place].sequence)
        }
        return .repeated(reply(at: place))
    }

    /// Remembers the reply to a request whose id is new.
    mutating func record(
        _ outcome: borrowing Outcome,
        sequence: UInt64,
        contentHash: UInt64,
        id: Code,
        member: MemberID
    ) {
        let slot = Int(member.index)
        while queues.count <= slot { queues.append(Queue()) }
        if queues[slot].count == Limits.idsMax { forgetFirst(of: slot) }
        let place = takePlace()
        var entry = Entry(
            contentHash: contentHash,
            sequence: sequence,
            number: 0,
            open: Entry.done,
            member: member,
            id: PackedCode(id)
        )
        switch outcome {
        case .done: break
        case .order(let order, let quantity): (entry.number, entry.open) = (order.number, UInt32(quantity.units))
        case .cancelled(let count): (entry.number, entry.open) = (UInt64(bitPattern: count), Entry.cancelled)
        case .refused(let refusal):
            if let order = refusal.notLiveOrder {
                (entry.number, entry.open) = (order.number, Entry.notLive)
            } else if refusal.isBare {
                (entry.number, entry.open) = (UInt64(refusal.code.rawValue), Entry.refused)
            } else {
                (entry.number, entry.open) = (keep(copy outcome), Entry.elsewhere)
                queues[slot].texts.append(place)
            }
        case .quote, .loggedOn, .registry: (entry.number, entry.open) = (keep(copy outcome), Entry.elsewhere)
        }
        entries[Int(place)] = entry
        if queues[slot].count == 0 {
            queues[slot].first = place
        } else {
            entries[Int(queues[slot].last)].next = place
        }
        queues[slot].last = place
        queues[slot].count += 1
        table.insert(place, hash(id, member))
        if queues[slot].texts.count > Limits.refusalTextsMax { shortenFirst(of: slot) }
    }

    private mutating func takePlace() -> UInt32 {
        guard free != 0 else {
            entries.append(FirstReplies.unused)
            return UInt32(entries.count - 1)
        }
        defer { free = entries[Int(free)].next }
        return free
    }

    private mutating func keep(_ outcome: Outcome) -> UInt64 {
        guard let place = freeOthers.popLast() else {
            others.append(outcome)
            return UInt64(others.count - 1)
        }
        others[Int(place)] = outcome
        return UInt64(place)
    }

    private mutating func drop(other place: UInt64) {
        others[Int(place)] = .done
        freeOthers.append(UInt32(place))
    }

    /// Forgets a member's oldest id, for want of room.
    private mutating func forgetFirst(of slot: Int) {
        queues[slot].forgotten = max(queues[slot].forgotten, entries[Int(queues[slot].first)].sequence)
        dropFirst(of: slot)
    }

    private mutating func dropFirst(of slot: Int) {
        let place = queues[slot].first
        let entry = entries[Int(place)]
        if entry.open == Entry.elsewhere { drop(other: entry.number) }
        if queues[slot].texts.first == place { queues[slot].texts.removeFirst() }
        table.remove(place, hash(entry.id.code, entry.member))
        queues[slot].first = entry.next
        queues[slot].count -= 1
        entries[Int(place)].next = free
        free = place
    }

    /// Keeps of a member's oldest refusal that has its text only the code.
    private mutating func shortenFirst(of slot: Int) {
        let place = Int(queues[slot].texts.removeFirst())
        guard case .refused(let refusal) = others[Int(entries[place].number)] else {
            preconditionFailure("a refusal's text lies elsewhere")
        }
        drop(other: entries[place].number)
        entries[place].open = Entry.refused
        entries[place].number = UInt64(refusal.code.rawValue)
    }

    /// The reply that `member`'s request `id` got, or nil if it is not remembered.
    package func reply(to id: Code, of member: MemberID) -> Reply? {
        let place = place(of: id, member: member)
        return place == 0 ? nil : reply(at: place)
    }

    /// Whether some ids are not remembered any more that a member used today or on the day before, or of staff in the year past.
    package func hasForgotten(ofMember member: MemberID, isStaff: Bool) -> Bool {
        queues.indices.contains(Int(member.index))
            && queues[Int(member.index)].forgotten > lastForgettable(isStaff: isStaff)
    }

    /// Ids up to that of this command are old.
    private func lastForgettable(isStaff: Bool) -> UInt64 {
        guard isStaff else { return dayEndBefore }
        guard let first = yearOfEnds.first, let last = yearOfEnds.last, last.date - first.date > 366 else { return 0 }
        return first.sequence
    }

    /// The order that `member`'s request `id` entered.
    func order(of id: Code, member: MemberID) -> OrderID? {
        let entry = entries[place(of: id, member: member)]
        return entry.open > UInt32(Limits.quantityMax.units) || entry.id.code.isEmpty
            ? nil : OrderID(number: entry.number)
    }

    /// A day ends with a command: what was used up to the end of the one before it is old now.
    mutating func endDay(with sequence: UInt64, at time: Timestamp) {
        (dayEndBefore, dayEnd) = (dayEnd, sequence)
        if yearOfEnds.last?.date == time.day { yearOfEnds.removeLast() }
        yearOfEnds.append(DayEnd(date: time.day, sequence: sequence))
        while yearOfEnds.count > 1, time.day - yearOfEnds[1].date > 366 { yearOfEnds.removeFirst() }
    }

    /// How many members may have used ids, and how many a member has that are remembered.
    var memberCount: Int { queues.count }
    func count(of slot: Int) -> Int { queues[slot].count }

    /// Forgets a member's first id if it is old; one that entered an order which lives goes behind the others.
    /// - Returns: false if it is not old.
    mutating func forgetOld(of slot: Int, isStaff: Bool, isLive: (OrderID, Code) -> Bool) -> Bool {
        let place = queues[slot].first
        guard place != 0, entries[Int(place)].sequence <= lastForgettable(isStaff: isStaff) else { return false }
        let entry = entries[Int(place)]
        guard entry.open <= UInt32(Limits.quantityMax.units), isLive(OrderID(number: entry.number), entry.id.code)
        else {
            dropFirst(of: slot)
            return true
        }
        guard place != queues[slot].last else { return true }
        queues[slot].first = entry.next
        entries[Int(queues[slot].last)].next = place
        entries[Int(place)].next = 0
        queues[slot].last = place
        return true
    }

    /// Where an id stands; 0 if it is not remembered.
    private func place(of id: Code, member: MemberID) -> Int {
        let packed = PackedCode(id)
        return Int(table.slot(hash(id, member)) { entries[Int($0)].member == member && entries[Int($0)].id == packed })
    }

    private func hash(_ id: Code, _ member: MemberID) -> UInt32 { id.hash(seed &+ UInt64(member.index)) }

    private func reply(at place: Int) -> Reply {
        let entry = entries[place]
        return Reply(id: entry.id.code, sequence: entry.sequence, isRepeat: true, outcome: outcome(of: entry))
    }

    private func outcome(of entry: Entry) -> Outcome {
        switch entry.open {
        case Entry.elsewhere: return others[Int(entry.number)]
        case Entry.refused:
            guard let code = RejectCode(rawValue: UInt16(entry.number)) else {
                preconditionFailure("\(entry.number) is no reject code")
            }
            return .refused(Refusal(bare: code))
        case Entry.notLive: return .refused(Refusal(notLive: OrderID(number: entry.number)))
        case Entry.cancelled: return .cancelled(count: Int64(bitPattern: entry.number))
        case Entry.done: return .done
        default: return .order(OrderID(number: entry.number), open: Quantity(Int64(entry.open)))
        }
    }
}

extension FirstReplies: Layout {
    /// The ids of each member, by member, oldest first.
    package static func layout(_ coder: inout some SnapshotCoder, _ old: FirstReplies?) throws(SnapshotError)
        -> FirstReplies
    {
        var new = FirstReplies()
        new.dayEnd = try coder.value("dayEnd", old?.dayEnd)
        new.dayEndBefore = try coder.value("dayEndBefore", old?.dayEndBefore)
        new.yearOfEnds = Deque(
            try coder.list("yearOfEnds", old?.yearOfEnds) { coder, end throws(SnapshotError) in
                DayEnd(
                    date: try coder.value("date", end?.date),
                    sequence: try coder.value("sequence", end?.sequence)
                )
            }
        )
        var member = MemberID(0)
        _ = try coder.list("members", old?.queues) { coder, queue throws(SnapshotError) in
            let forgotten = try coder.value("forgotten", queue?.forgotten)
            if type(of: coder).isReader {
                new.queues.append(Queue())
                new.queues[Int(member.index)].forgotten = forgotten
            }
            let entries = queue.flatMap { old?.entries(of: $0) }
            // There are millions of them: each is taken as it is read.
            _ = try coder.list("replies", entries) { coder, entry throws(SnapshotError) in
                let id = try coder.value("id", entry?.id.code)
                let contentHash = try coder.value("contentHash", entry?.contentHash)
                let sequence = try coder.value("sequence", entry?.sequence)
                let outcome = try coder.value("outcome", entry.flatMap { old?.outcome(of: $0) })
                guard type(of: coder).isReader else { return }
                guard new.place(of: id, member: member) == 0 else { throw SnapshotError("id \(id) stands twice") }
                new.record(outcome, sequence: sequence, contentHash: contentHash, id: id, member: member)
            }
            member.index += 1
        }
        return new
    }

    private func entries(of queue: Queue) -> UnfoldSequence<Entry, UInt32> {
        sequence(state: queue.first) { place in
            guard place != 0 else { return nil }
            defer { place = entries[Int(place)].next }
            return entries[Int(place)]
        }
    }
}
