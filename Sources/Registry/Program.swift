package import Permits

/// A cap-and-trade or water-share scheme.
package struct Program: Sendable, Equatable {
    package var code: Code
    package var name: String
    /// What one permit allows: tCO2e, kg, m3, ML.
    package var unit: String
    /// In which currency its permits are priced.
    package var currency: Currency
    /// The regulator that sets its caps and issues its permits.
    package var regulator: MemberID
    /// How use is covered and shortfalls are punished, how transfers wait.
    package var rules: ComplianceRules
    /// The program whose obligations these credits may cover in part; nil for allowances.
    package var offsetsFor: ProgramID?
    /// The program whose allocations its permits, which are entitlements then, yield season by season.
    package var yields: ProgramID?
    /// Money for each permit short.
    package var penaltyPrice = Money.zero
    /// When its registry works.
    package var calendar = WorkingCalendar()

    package init(
        code: Code,
        name: String,
        unit: String,
        currency: Currency,
        regulator: MemberID,
        rules: ComplianceRules
    ) {
        self.code = code
        self.name = name
        self.unit = unit
        self.currency = currency
        self.regulator = regulator
        self.rules = rules
    }
}

/// A permit class: what is fungible, a program's permits of one vintage and zone.
package struct PermitClass: Sendable, Equatable {
    package var program: ProgramID
    /// The compliance period for which the permits are issued, a year.
    package var vintage: Int64
    /// Where they may be used, or none.
    package var zone: Code
    /// The most that may ever be issued.
    ///
    /// The cap of the class without a zone bounds all zones of its vintage together.
    package var cap: Quantity
    /// What was issued so far; permits that are gone stay counted.
    package var issued = Quantity.zero
    /// What auctions that are announced may still issue.
    package var pledged = Quantity.zero
    /// What an announcement is still to credit.
    package var promised = Quantity.zero
    /// What is set aside for new entrants.
    package var reserve = Quantity.zero
    /// The most that a member and its associates may hold, open buy orders included; nil for no limit.
    package var holdingLimit: Quantity?
    /// What its auctions have not sold and later ones are to offer.
    package var rolledOver: RolledOver?
    /// The part of what was issued for permits of the season before, or of another zone; it does not count against the cap.
    package var carried = Quantity.zero
    /// The part of what was issued that was taken back as allocated in excess; it does not count against the cap.
    package var returned = Quantity.zero
    /// When its permits are cancelled; `.never` for permits that last.
    package var expiry = Timestamp.never
    package var isExpired = false

    package init(program: ProgramID, vintage: Int64, zone: Code, cap: Quantity) {
        self.program = program
        self.vintage = vintage
        self.zone = zone
        self.cap = cap
    }

    /// All that counts against the cap.
    package var committed: Quantity { issued - carried - returned + pledged + promised + reserve }
    /// What is issued above a cap that was lowered.
    package var excess: Quantity { max(.zero, issued - carried - returned - cap) }
}

/// Permits that were not sold, kept for auctions that are still to be announced.
package struct RolledOver: Sendable, Equatable {
    /// What each of the next auctions gets.
    package var parts: [Quantity] = []
    /// The most an auction offers, in per cent of its first volume; nil for no such cap.
    package var capPercent: Int64?
    /// The only calendar year whose auctions get something; nil for any.
    package var year: Int64?

    package init() {}
}

/// Who names a class: program, vintage and zone as they stand in a request.
package struct ClassName: Sendable, Equatable {
    package var program: Code
    package var vintage: Int64
    package var zone: Code

    package init(program: Code, vintage: Int64, zone: Code = .none) {
        self.program = program
        self.vintage = vintage
        self.zone = zone
    }

    /// As it is written in one word: `WATER:2027:murray`.
    package var text: String { "\(program):\(vintage)" + (zone.isEmpty ? "" : ":\(zone)") }
}
