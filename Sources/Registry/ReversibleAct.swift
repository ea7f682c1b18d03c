package import Permits

/// Something that a member has done with its permits and that its program's regulator may undo for a time: it was a mistake.
///
/// Source: the Union Registry Regulation, on the reversal of finalised processes that were initiated in error: transfers, surrenders
/// and deletions of allowances, within a month.
package struct ReversibleAct: Sendable, Equatable {
    /// What it was.
    package enum Process: Spelling, Word {
        case transfer, retirement, surrender
    }

    /// What names it among all of its kind.
    package struct Name: Hashable, Sendable {
        package var process: Process
        /// A transfer's or certificate's number; of a surrender that of its command.
        package var number: UInt64

        package init(_ process: Process, _ number: UInt64) {
            self.process = process
            self.number = number
        }
    }

    package var name: Name
    package var time: Timestamp
    /// Whose permits they were.
    package var member: MemberID
    package var permitClass: ClassID
    /// Which, in order of leaving.
    package var serials: [ClosedRange<Int64>]
    /// Who got them by a transfer.
    package var receiver: MemberID?
    /// For what they were surrendered.
    package var surrender: Purpose?
    /// Its place among all acts.
    fileprivate(set) var place: UInt64 = 0

    /// What permits were surrendered for.
    package struct Purpose: Sendable, Equatable {
        package var facility: FacilityID
        package var period: Int64
        package var kind: SurrenderKind

        package init(facility: FacilityID, period: Int64, kind: SurrenderKind) {
            self.facility = facility
            self.period = period
            self.kind = kind
        }
    }

    package init(
        _ name: Name,
        at time: Timestamp,
        of member: MemberID,
        _ permitClass: ClassID,
        serials: [ClosedRange<Int64>]
    ) {
        self.name = name
        self.time = time
        self.member = member
        self.permitClass = permitClass
        self.serials = serials
    }

    /// How many permits.
    package var quantity: Quantity { Quantity(serials.reduce(0) { $0 + Int64($1.count) }) }

    /// For how many days it may be undone.
    package static let days: Int64 = 30
    /// One that moved more serial blocks is not remembered.
    package static let blocksMax = 32

    /// Whether it may still be undone.
    package func isReversible(at time: Timestamp) -> Bool {
        time <= self.time.adding(microseconds: ReversibleAct.days * Timestamp.microsecondsPerDay)
    }
}

/// The acts that may still be undone, oldest first: of each member the last `Limits.actsMax`.
package struct ReversibleActs: Sendable {
    private var acts = NumberedList<ReversibleAct>()
    private var places: [ReversibleAct.Name: UInt64] = [:]
    private var ofMember: [MemberID: NumberedList<UInt64>] = [:]
    private var last: UInt64 = 0
    /// Up to here there is none any more, so that nobody looks there again.
    private var passed: UInt64 = 0

    /// The act with a name, if it may still be undone.
    package func find(_ name: ReversibleAct.Name, at time: Timestamp) -> ReversibleAct? {
        places[name].flatMap { acts[$0] }.flatMap { $0.isReversible(at: time) ? $0 : nil }
    }

    /// Remembers an act; forgets those whose time is over, and a member's oldest one beyond its bound.
    package mutating func add(_ act: ReversibleAct) {
        guard act.serials.count <= ReversibleAct.blocksMax else { return }
        while let first = acts.first(after: passed) {
            passed = first.place - 1
            guard !first.isReversible(at: act.time) else { break }
            remove(first.name)
        }
        take(act)
        guard let own = ofMember[act.member], own.count > Limits.actsMax, let oldest = own.first(after: 0) else {
            return
        }
        if let name = acts[oldest]?.name { remove(name) }
    }

    mutating func take(_ act: ReversibleAct) {
        last += 1
        var act = act
        act.place = last
        acts.append(act, number: last)
        places[act.name] = last
        ofMember[act.member, default: NumberedList()].append(last, number: last)
    }

    /// Forgets an act.
    package mutating func remove(_ name: ReversibleAct.Name) {
        guard let place = places.removeValue(forKey: name), let act = acts.remove(place) else { return }
        ofMember[act.member]?.remove(place)
        if ofMember[act.member]?.count == 0 { ofMember[act.member] = nil }
    }

    /// All, oldest first.
    var all: [ReversibleAct] { acts.map { $0 } }
}

extension ReversibleAct: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: ReversibleAct?
    ) throws(SnapshotError) -> ReversibleAct {
        var new = ReversibleAct(
            Name(
                try coder.value("process", old?.name.process),
                try coder.value("number", old?.name.number)
            ),
            at: try coder.value("time", old?.time),
            of: try coder.value("member", old?.member),
            try coder.value("permitClass", old?.permitClass),
            serials: []
        )
        new.serials = try coder.list("serials", old?.serials) { coder, old throws(SnapshotError) in
            let first = try coder.value("first", old?.lowerBound)
            let last = try coder.value("last", old?.upperBound)
            guard first <= last else { throw SnapshotError("serial numbers from \(first) to \(last)") }
            return first...last
        }
        new.receiver = try coder.value("receiver", old?.receiver, none: MemberID(.max))
        new.surrender = try coder.optional("surrender", old?.surrender) { coder, old throws(SnapshotError) in
            Purpose(
                facility: try coder.value("facility", old?.facility),
                period: try coder.value("period", old?.period),
                kind: try coder.value("kind", old?.kind)
            )
        }
        return new
    }
}
