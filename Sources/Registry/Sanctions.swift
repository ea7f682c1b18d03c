package import Permits
package import Seals

/// What a shortfall costs.
package struct Penalty: Sendable, Equatable {
    /// From 1.
    package var number: UInt64
    package var time: Timestamp
    package var program: ProgramID
    package var facility: FacilityID
    package var member: MemberID
    package var period: Int64
    package var shortfall: Quantity
    /// Money due to the program's regulator.
    package var amount: Money
    /// Permits owed: at the next deadline, or from the next allocation.
    package var permits: Quantity
    package var isPaid: Bool
    /// Whether its money is not known yet, since it is a multiple of a price that no market of the program has: the regulator says it.
    package var isUndetermined: Bool

    package init(
        number: UInt64,
        time: Timestamp,
        program: ProgramID,
        facility: FacilityID,
        member: MemberID,
        period: Int64,
        shortfall: Quantity,
        amount: Money,
        permits: Quantity,
        isUndetermined: Bool = false
    ) {
        self.number = number
        self.time = time
        self.program = program
        self.facility = facility
        self.member = member
        self.period = period
        self.shortfall = shortfall
        self.amount = amount
        self.permits = permits
        self.isUndetermined = isUndetermined
        isPaid = amount == .zero && !isUndetermined
    }

    /// Sets the money of one that was undetermined.
    package mutating func determine(_ amount: Money) {
        self.amount = amount
        isUndetermined = false
        isPaid = amount == .zero
    }
}

/// A member barred from a program's markets and auctions.
///
/// Source: 17 CCR 95914: an entity may be barred for a number of auctions or for ever.
package struct Suspension: Sendable, Equatable {
    package var program: ProgramID
    package var member: MemberID
    /// When it ends by itself; `.never` until readmission.
    package var until: Timestamp
    /// After how many more of the program's auctions it ends by itself; nil if it does not.
    package var auctions: Int64?
    /// Whether nothing may leave the member's accounts.
    package var isFrozen: Bool

    package init(program: ProgramID, member: MemberID, until: Timestamp, auctions: Int64?, isFrozen: Bool) {
        self.program = program
        self.member = member
        self.until = until
        self.auctions = auctions
        self.isFrozen = isFrozen
    }
}

/// An account to which a member's permits go without the longer delay.
package struct Trust: Sendable, Equatable {
    package var program: ProgramID
    package var member: MemberID
    package var trusted: MemberID
    package var effective: Timestamp

    package init(program: ProgramID, member: MemberID, trusted: MemberID, effective: Timestamp) {
        self.program = program
        self.member = member
        self.trusted = trusted
        self.effective = effective
    }
}

/// A transfer off the exchange that waits, or a move for which a link has yet to open; its permits are held.
package struct PendingTransfer: Sendable, Equatable {
    /// Where a member's own permits are to go.
    package struct Passage: Sendable, Equatable {
        package var link: Code
        /// The class as which they would arrive, and how many.
        package var target: ClassID
        package var arrives: Quantity

        package init(link: Code, target: ClassID, arrives: Quantity) {
            self.link = link
            self.target = target
            self.arrives = arrives
        }
    }

    /// From 1.
    package var number: UInt64
    package var permitClass: ClassID
    package var from: MemberID
    package var to: MemberID
    package var quantity: Quantity
    /// The first serial number, if the sender chose it.
    package var first: Int64?
    package var proposed: Timestamp
    package var executes: Timestamp
    /// Of a move; nil for a transfer.
    package var passage: Passage?

    package init(
        number: UInt64,
        permitClass: ClassID,
        from: MemberID,
        to: MemberID,
        quantity: Quantity,
        first: Int64?,
        proposed: Timestamp,
        executes: Timestamp,
        passage: Passage? = nil
    ) {
        self.number = number
        self.permitClass = permitClass
        self.from = from
        self.to = to
        self.quantity = quantity
        self.first = first
        self.proposed = proposed
        self.executes = executes
        self.passage = passage
    }
}

/// Proof that permits were retired.
package struct Certificate: Sendable, Equatable {
    /// From 1.
    package var number: UInt64
    package var time: Timestamp
    package var member: MemberID
    /// The member's name then.
    package var name: String
    package var permitClass: ClassID
    package var quantity: Quantity
    /// First and last serial numbers, in the order in which they left the holding.
    package var serials: [ClosedRange<Int64>]
    /// For whom, or why; may be empty.
    package var text: String
    /// SHA-256 of the certificate's text.
    package var digest: Digest
    /// Whether the retirement was undone.
    package var isReversed = false

    package init(
        number: UInt64,
        time: Timestamp,
        member: MemberID,
        name: String,
        permitClass: ClassID,
        quantity: Quantity,
        serials: [ClosedRange<Int64>],
        text: String,
        digest: Digest
    ) {
        self.number = number
        self.time = time
        self.member = member
        self.name = name
        self.permitClass = permitClass
        self.quantity = quantity
        self.serials = serials
        self.text = text
        self.digest = digest
    }
}

extension Certificate {
    /// What it says, and what its digest is taken of: lines, each with its end.
    ///
    /// Member and program are codes; no zone is empty.
    package func document(member: String, program: String, unit: String, vintage: Int64, zone: String) -> String {
        let serials = serials.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
        return """
            weir certificate of retirement 1
            number \(number)
            time \(time)
            member \(member) \(quoted(name))
            program \(program)
            vintage \(vintage)
            zone \(zone.isEmpty ? "-" : zone)
            quantity \(quantity.units)
            unit \(quoted(unit))
            serials \(serials)
            text \(quoted(text))

            """
    }

    /// Free text as a JSON string, so that it cannot pass for another line.
    private func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.append(quoted: text)
        return String(decoding: bytes, as: UTF8.self)
    }
}
