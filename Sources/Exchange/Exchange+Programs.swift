import Audit
import Ledger
package import Permits
import Registry

// The regulator: programs, caps, allocation.

extension Exchange {
    /// Looks a program up by its code.
    /// - Throws: `unknownProgram`.
    package func findProgram(_ code: Code) throws(Refusal) -> ProgramID {
        guard let program = registry.program(code) else {
            throw Refusal(.unknownProgram, "no program \(code); PROGRAMS lists them")
        }
        return program
    }

    func findClass(_ program: Code, vintage: Int64) throws(Refusal) -> ClassID {
        guard let permitClass = registry.permitClass(try findProgram(program), vintage: vintage) else {
            throw Refusal(.unknownVintage, "\(program) has no vintage \(vintage); PROGRAMS lists them")
        }
        return permitClass
    }

    func checkRegulator(of program: ProgramID, _ sender: Sender) throws(Refusal) {
        let terms = registry[program]
        guard terms.regulator == sender.member else {
            throw Refusal(.notYourProgram, "\(terms.code) is regulated by \(members[terms.regulator].code)")
        }
    }

    mutating func defineProgram(
        code: Code,
        unit: String,
        currency: Currency,
        name: String,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        guard registry.program(code) == nil else {
            throw Refusal(.alreadyExists, "there is a program \(code) already")
        }
        let id = registry.define(
            Program(code: code, name: name, unit: unit, currency: currency, regulator: sender.member)
        )
        events.append(
            .programDefined(id, code: code, unit: unit, currency: currency, name: name, regulator: sender.member)
        )
    }

    /// Sets a vintage's cap.
    ///
    /// It may be lowered, but not below what is issued.
    mutating func setCap(
        program code: Code,
        vintage: Int64,
        cap: Quantity,
        holdingLimit: Quantity?,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let program = try findProgram(code)
        try checkRegulator(of: program, sender)
        if let existing = registry.permitClass(program, vintage: vintage) {
            let terms = registry[existing]
            guard terms.issued + terms.pledged <= cap else {
                let auctions = terms.pledged > .zero ? ", set aside for auctions \(terms.pledged.units)" : ""
                throw Refusal(
                    .capExceeded,
                    "\(label(of: existing)): issued \(terms.issued.units)\(auctions), so the cap cannot be \(cap.units)"
                )
            }
        }
        let id = registry.setCap(cap, holdingLimit: holdingLimit, program: program, vintage: vintage)
        events.append(.capSet(id, program: program, vintage: vintage, cap: cap, holdingLimit: holdingLimit))
    }

    /// Issues permits to a participant, under the cap and the holding limit.
    mutating func allocate(
        program code: Code,
        vintage: Int64,
        to memberCode: Code,
        quantity: Quantity,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let member = try findMember(memberCode)
        let id = try findClass(code, vintage: vintage)
        try checkRegulator(of: registry[id].program, sender)
        try checkParticipant(member)
        let terms = registry[id]
        try PermitLimits.checkIssue(
            of: quantity,
            issued: terms.issued,
            pledged: terms.pledged,
            cap: terms.cap,
            label: label(of: id)
        )
        try checkHolding(adding: quantity, member: member, permitClass: id)
        let outcome = ledger.transfer(quantity.units, of: .permits(id), from: .issuance, to: .general(member))
        precondition(outcome == .moved, "an issue under the cap cannot overflow")
        registry.countIssued(quantity, of: id)
        record(
            Transfer(
                kind: .allocation,
                from: sender.member,
                to: member,
                asset: .permits(id),
                amount: quantity.units,
                text: ""
            ),
            &events
        )
    }
}
