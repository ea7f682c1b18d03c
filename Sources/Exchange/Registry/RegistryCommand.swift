package import Permits
package import Registry
package import Seals

/// Commands of the registry: caps, issue, facilities, measured use, surrender, sanctions.
package enum RegistryCommand: Sendable, Equatable {
    case program(NewProgram)
    case cap(NewCap)
    case allocate(NewAllocation)
    case holiday(program: Code, date: Timestamp)
    case facility(NewFacility)
    case monitor(facility: Code, verifier: Code, second: Code?, rule: DisagreementRule, tolerance: DecimalNumber)
    case report(NewReport)
    case deadline(NewDeadline)
    case suspend(NewSuspension)
    case readmit(program: Code, member: Code, text: String)
    case bust(market: Code, trade: UInt64, price: DecimalNumber?, text: String)
    case retire(PermitAmount, text: String)
    /// `from` is another facility of the member; nil for its general account.
    case cover(facility: Code, PermitAmount, from: Code?)
    case surrender(facility: Code, period: Int64, PermitAmount)
    case pay(penalty: UInt64)
    case determine(penalty: UInt64, price: DecimalNumber)
    /// Undoes what was done by mistake.
    case reverse(ReversibleAct.Name, text: String)
    /// Takes back what was allocated in excess.
    case takeBack(PermitAmount, from: Code, toReserve: Bool, text: String)
}

/// Permits that a request moves: of a class, so many, and which.
package struct PermitAmount: Sendable, Equatable {
    package var permits: ClassName
    package var quantity: Quantity
    /// The first of `quantity` consecutive serial numbers; nil for first in, first out.
    package var first: Int64?

    package init(_ permits: ClassName, _ quantity: Quantity, first: Int64? = nil) {
        self.permits = permits
        self.quantity = quantity
        self.first = first
    }
}

/// `PROGRAM`.
package struct NewProgram: Sendable, Equatable {
    package var code: Code
    package var unit: String
    package var currency: Currency
    package var name: String
    package var rules = "plain"
    package var policies = ""
    /// The program whose obligations its credits may cover.
    package var offsets: Code?
    /// The program whose allocations its entitlements yield.
    package var yields: Code?
    /// When its registry works, and in whose days its dates are.
    package var timeZone = LocalZone.brussels

    package init(code: Code, unit: String, currency: Currency, name: String) {
        self.code = code
        self.unit = unit
        self.currency = currency
        self.name = name
    }
}

/// `CAP`: a number, or the cap of another vintage less a share of it for each year between.
package struct NewCap: Sendable, Equatable {
    /// How the cap is given.
    package enum Level: Sendable, Equatable {
        case quantity(Quantity)
        /// As it is.
        case kept
        /// Reduced by so many per cent of the base vintage's cap a year.
        case reduced(base: Int64, percent: DecimalNumber)
    }
    package var permits: ClassName
    package var level: Level
    /// 0 for no limit; nil as it is.
    package var holdingLimit: Quantity?
    /// Nil as it is.
    package var reserve: Quantity?
    package var expiry: Timestamp?

    package init(_ permits: ClassName, _ level: Level, holdingLimit: Quantity? = nil) {
        self.permits = permits
        self.level = level
        self.holdingLimit = holdingLimit
    }
}

/// `ALLOCATE`: to whom, by which method, out of what.
package struct NewAllocation: Sendable, Equatable {
    package var permits: ClassName
    package var member: Code?
    package var facility: Code?
    package var method: AllocationMethod
    package var basis: Quantity
    /// What the basis is multiplied by; 1 for a direct allocation.
    package var factor: DecimalNumber
    package var fromReserve = false

    package init(
        _ permits: ClassName,
        member: Code?,
        facility: Code? = nil,
        method: AllocationMethod,
        basis: Quantity,
        factor: DecimalNumber
    ) {
        self.permits = permits
        self.member = member
        self.facility = facility
        self.method = method
        self.basis = basis
        self.factor = factor
    }
}

/// How many permits an allocation gives.
package enum AllocationMethod: Spelling, Word {
    case direct
    /// History × factor (grandfathering).
    case history
    /// Output × benchmark.
    case benchmark
    /// Verified saving × transfer factor.
    ///
    /// Source: Ningxia and Inner Mongolia, where industry gets the water that its works save.
    case saving
}

/// `FACILITY`.
package struct NewFacility: Sendable, Equatable {
    package var code: Code
    package var program: Code
    package var member: Code
    /// What it has, or none for a new one, if it is left out.
    package var zone: Code?
    /// What it has, or its code for a new one, if it is left out.
    package var name: String?
    package var closes: Bool
}

/// `REPORT`.
package struct NewReport: Sendable, Equatable {
    package var facility: Code
    package var period: Int64
    package var quantity: Quantity
    package var measure: Measure
    package var evidence: Digest
    package var text: String
}

/// `DEADLINE`.
package struct NewDeadline: Sendable, Equatable {
    package var program: Code
    package var period: Int64
    package var due: Timestamp
    package var since: Int64?
    /// In per cent.
    package var share: DecimalNumber
}

/// `SUSPEND`.
package struct NewSuspension: Sendable, Equatable {
    package var program: Code
    package var member: Code
    package var until: Timestamp?
    package var auctions: Int64?
    package var isFrozen: Bool
    package var text: String
}
