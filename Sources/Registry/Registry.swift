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

    package init(code: Code, name: String, unit: String, currency: Currency, regulator: MemberID) {
        self.code = code
        self.name = name
        self.unit = unit
        self.currency = currency
        self.regulator = regulator
    }
}

/// A permit class: what is fungible, a program's permits of one vintage.
package struct PermitClass: Sendable, Equatable {
    package var program: ProgramID
    /// The compliance period for which the permits are issued, a year.
    package var vintage: Int64
    /// The most that may ever be issued.
    package var cap: Quantity
    /// What was issued so far; retired permits stay counted.
    package var issued: Quantity
    /// What auctions that are announced may still issue.
    package var pledged: Quantity
    /// The most that one member may hold, open buy orders included; nil for no limit.
    package var holdingLimit: Quantity?
}

/// Programs, their vintages, caps and what was issued under them.
package struct Registry: Sendable {
    package private(set) var programs: ContiguousArray<Program> = []
    package private(set) var classes: ContiguousArray<PermitClass> = []

    package init() {}

    /// The program with a code.
    package func program(_ code: Code) -> ProgramID? {
        programs.firstIndex { $0.code == code }.map { ProgramID(UInt32($0)) }
    }

    /// The class of a program and vintage.
    package func permitClass(_ program: ProgramID, vintage: Int64) -> ClassID? {
        classes.firstIndex { $0.program == program && $0.vintage == vintage }.map { ClassID(UInt32($0)) }
    }

    package subscript(program: ProgramID) -> Program { programs[Int(program.index)] }
    package subscript(permitClass: ClassID) -> PermitClass { classes[Int(permitClass.index)] }

    /// Adds a program; the caller has checked that its code is new.
    package mutating func define(_ program: Program) -> ProgramID {
        programs.append(program)
        return ProgramID(UInt32(programs.count - 1))
    }

    /// Sets the cap and holding limit of a vintage, which it creates if it is new.
    package mutating func setCap(
        _ cap: Quantity,
        holdingLimit: Quantity?,
        program: ProgramID,
        vintage: Int64
    ) -> ClassID {
        if let existing = permitClass(program, vintage: vintage) {
            classes[Int(existing.index)].cap = cap
            classes[Int(existing.index)].holdingLimit = holdingLimit
            return existing
        }
        classes.append(
            PermitClass(
                program: program,
                vintage: vintage,
                cap: cap,
                issued: .zero,
                pledged: .zero,
                holdingLimit: holdingLimit
            )
        )
        return ClassID(UInt32(classes.count - 1))
    }

    /// Counts permits as issued; the caller has checked the cap.
    package mutating func countIssued(_ quantity: Quantity, of permitClass: ClassID) {
        classes[Int(permitClass.index)].issued += quantity
    }

    /// Sets permits aside for an auction, which the caller has checked against the cap; negative gives back.
    package mutating func pledge(_ quantity: Quantity, of permitClass: ClassID) {
        classes[Int(permitClass.index)].pledged += quantity
    }

    /// Appends the registry in snapshot form.
    package func encode(to writer: inout ByteWriter) {
        writer.write(count: programs.count)
        for program in programs {
            writer.write(program.code)
            writer.write(program.name)
            writer.write(program.unit)
            writer.write(program.currency)
            writer.write(program.regulator.index)
        }
        writer.write(count: classes.count)
        for permitClass in classes {
            writer.write(permitClass.program.index)
            writer.write(permitClass.vintage)
            writer.write(permitClass.cap)
            writer.write(permitClass.issued)
            writer.write(permitClass.pledged)
            writer.write(permitClass.holdingLimit != nil)
            writer.write(permitClass.holdingLimit ?? .zero)
        }
    }

    /// Reads a registry from snapshot form.
    package init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) {
            let code = try reader.readCode()
            let name = try reader.readString()
            let unit = try reader.readString()
            let currency = try reader.readWord(Currency.self)
            programs.append(
                Program(code: code, name: name, unit: unit, currency: currency, regulator: MemberID(try reader.read()))
            )
        }
        for _ in 0..<(try reader.readCount()) {
            let program = ProgramID(try reader.read())
            let vintage: Int64 = try reader.read()
            let cap = try reader.readQuantity()
            let issued = try reader.readQuantity()
            let pledged = try reader.readQuantity()
            let isLimited = try reader.readBool()
            let limit = try reader.readQuantity()
            classes.append(
                PermitClass(
                    program: program,
                    vintage: vintage,
                    cap: cap,
                    issued: issued,
                    pledged: pledged,
                    holdingLimit: isLimited ? limit : nil
                )
            )
        }
    }
}
