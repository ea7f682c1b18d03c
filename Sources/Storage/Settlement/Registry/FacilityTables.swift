import Exchange
import Permits
import Registry

// Facilities, what members are to limits, and measured use.

extension SettlementSchema {
    /// Facilities, allocations, and measured use.
    static let facilities = """
        CREATE TABLE classification (
            -- What participants are to limits, as last said; who is not here is a covered entity on its own.
            member INTEGER PRIMARY KEY REFERENCES member,
            type TEXT NOT NULL CHECK (\(oneOf("type", "compliance", "general"))),
            lead INTEGER REFERENCES member,                        -- under whom its associates go; NULL: itself, or on its own
            seq INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE facility (
            -- Installations whose use is measured, each with a compliance account.
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            program INTEGER NOT NULL REFERENCES program,
            member INTEGER NOT NULL REFERENCES member,
            zone TEXT NOT NULL,                                    -- '' for none
            name TEXT NOT NULL,
            verifier INTEGER REFERENCES member,                    -- who measures
            second INTEGER REFERENCES member,                      -- who measures with it
            split TEXT CHECK (\(oneOf("split", DisagreementRule.self))),
            within INTEGER,                                        -- tolerance, hundredths of a per cent
            registered_seq INTEGER NOT NULL,
            closed_seq INTEGER
        ) STRICT;
        CREATE INDEX facility_member ON facility (member);

        CREATE TABLE allocation (
            -- Permits issued other than by auction, and why so many.
            seq INTEGER PRIMARY KEY,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            member INTEGER NOT NULL REFERENCES member,
            facility INTEGER REFERENCES facility,
            method TEXT NOT NULL CHECK (\(oneOf("method", AllocationMethod.self))),
            basis INTEGER NOT NULL,                                -- history, output or saving; the quantity itself if direct
            factor TEXT NOT NULL,                                  -- decimal text
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            from_reserve INTEGER NOT NULL CHECK (from_reserve IN (0, 1)),
            deducted INTEGER NOT NULL CHECK (deducted BETWEEN 0 AND quantity),
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE report (
            -- Every report; a later one corrects an earlier one of the same verifier, facility, period and measure.
            seq INTEGER PRIMARY KEY,
            facility INTEGER NOT NULL REFERENCES facility,
            period INTEGER NOT NULL,
            measure TEXT NOT NULL CHECK (\(oneOf("measure", Measure.self))),
            verifier INTEGER NOT NULL REFERENCES member,
            quantity INTEGER NOT NULL CHECK (quantity >= 0),
            determination INTEGER NOT NULL CHECK (determination IN (0, 1)), -- 1: the regulator's own
            evidence TEXT NOT NULL,                                -- SHA-256, hexadecimal
            verified INTEGER,                                      -- what is verified with it; NULL: still open
            text TEXT NOT NULL,
            time TEXT NOT NULL
        ) STRICT;
        CREATE INDEX report_facility ON report (facility, period);

        CREATE TABLE verified_use (
            -- What is verified for each facility and year now.
            facility INTEGER NOT NULL REFERENCES facility,
            period INTEGER NOT NULL,
            measure TEXT NOT NULL CHECK (\(oneOf("measure", Measure.self))),
            quantity INTEGER CHECK (quantity >= 0),                -- NULL: a reading is missing, or two are in dispute
            seq INTEGER NOT NULL,                                  -- the command that it follows from
            PRIMARY KEY (facility, period, measure)
        ) STRICT, WITHOUT ROWID;

        """
}

extension SettlementProjection {
    func write(classification member: MemberID, isCompliance: Bool, lead: MemberID?, _ at: Origin) throws {
        try table("classification", .replaces).insert([
            "member": member, "type": isCompliance ? "compliance" : "general", "lead": lead, "seq": at.seq,
        ])
    }

    func write(_ facility: Facility, _ id: FacilityID, _ at: Origin) throws {
        try table("facility", .stays).insert([
            "id": id, "code": facility.code, "program": facility.program, "member": facility.member,
            "zone": facility.zone, "name": facility.name, "registered_seq": at.seq,
        ])
        // One that was there has another owner, zone or name now.
        try table("facility").row("id", id).set([
            "member": facility.member, "zone": facility.zone, "name": facility.name,
        ])
    }

    func write(_ monitoring: Monitoring, of id: FacilityID) throws {
        try table("facility").row("id", id).set([
            "verifier": monitoring.verifier, "second": monitoring.second, "split": monitoring.rule,
            "within": monitoring.tolerance.hundredths,
        ])
    }

    func write(_ report: Report, of id: FacilityID, text: String, verified: Quantity?, _ at: Origin) throws {
        try table("report").insert([
            "seq": at.seq, "facility": id, "period": report.period, "measure": report.measure,
            "verifier": report.verifier, "quantity": report.quantity, "determination": report.isDetermination,
            "evidence": report.evidence, "verified": verified, "text": text, "time": at.time,
        ])
        try write(verified: verified, id, report.period, report.measure, at)
    }

    func write(
        verified quantity: Quantity?,
        _ facility: FacilityID,
        _ period: Int64,
        _ measure: Measure,
        _ at: Origin
    ) throws {
        try table("verified_use", .replaces).insert([
            "facility": facility, "period": period, "measure": measure, "quantity": quantity, "seq": at.seq,
        ])
    }
}
