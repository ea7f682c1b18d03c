import Exchange
import Permits
import Registry

// Programs, their classes and caps, and what was issued: `program`, `permit_class`, `cap_change`, `allocation`, `certificate`.

extension SettlementProjection {
    func write(_ program: Program, _ id: ProgramID) throws {
        try table("program").insert([
            "id": id, "code": program.code, "unit": program.unit, "currency": program.currency, "name": program.name,
            "regulator": program.regulator, "rules": program.rules.code,
            "policies": program.rules.policies.map { "\($0.name)=\($0.value)" }.joined(separator: " "),
            "offsets_for": program.offsetsFor, "yields": program.yields, "timezone": program.calendar.zone.rawValue,
        ])
    }

    func write(_ terms: PermitClass, _ id: ClassID, _ at: Origin) throws {
        try table("permit_class", .updates("id")).insert([
            "id": id, "program": terms.program, "vintage": terms.vintage, "zone": terms.zone, "cap": terms.cap,
            "holding_limit": terms.holdingLimit, "expires": terms.expiry == .never ? nil : terms.expiry,
        ])
        try table("cap_change").insert([
            "seq": at.seq, "permit_class": id, "cap": terms.cap, "holding_limit": terms.holdingLimit,
            "reserve": terms.reserve, "issued": terms.issued, "time": at.time,
        ])
    }

    func write(_ allocation: Allocation, _ at: Origin) throws {
        try table("allocation").insert([
            "seq": at.seq, "permit_class": allocation.permitClass, "member": allocation.member,
            "facility": allocation.facility, "method": allocation.method, "basis": allocation.basis,
            "factor": allocation.factor, "quantity": allocation.quantity, "from_reserve": allocation.fromReserve,
            "deducted": allocation.deducted, "time": at.time,
        ])
    }
}
