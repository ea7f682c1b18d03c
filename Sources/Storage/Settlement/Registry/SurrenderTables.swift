import Exchange
import Permits
import Registry

// Deadlines, surrender, and what each deadline found.

extension SettlementSchema {
    /// Deadlines and surrender.
    static let surrenders = """
        CREATE TABLE deadline (
            id INTEGER PRIMARY KEY,
            program INTEGER NOT NULL REFERENCES program,
            period INTEGER NOT NULL,                               -- the last year
            since INTEGER NOT NULL,                                -- the first year
            due TEXT NOT NULL,
            share INTEGER NOT NULL,                                -- hundredths of a per cent; 10000 is the final deadline
            set_seq INTEGER NOT NULL,
            replaced_seq INTEGER
        ) STRICT;

        CREATE TABLE surrender (
            -- Permits surrendered against verified use.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,                                    -- position within the command
            facility INTEGER NOT NULL REFERENCES facility,
            period INTEGER NOT NULL,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            counts TEXT NOT NULL CHECK (\(oneOf("counts", SurrenderKind.self))),
            automatic INTEGER NOT NULL CHECK (automatic IN (0, 1)), -- taken at a deadline or from an allocation
            time TEXT NOT NULL,
            reversed_seq INTEGER,                                  -- the command that undid it; NULL: it counts
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX surrender_facility ON surrender (facility, period);

        CREATE TABLE compliance (
            -- What each deadline found at each facility.
            deadline INTEGER NOT NULL REFERENCES deadline,
            facility INTEGER NOT NULL REFERENCES facility,
            use INTEGER NOT NULL,                                  -- verified since the period began
            due INTEGER NOT NULL CHECK (due >= 0),                 -- what had to be surrendered, debts and credits included
            surrendered INTEGER NOT NULL,
            offsets INTEGER NOT NULL,
            shortfall INTEGER NOT NULL CHECK (shortfall >= 0),
            verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
            seq INTEGER NOT NULL,
            PRIMARY KEY (deadline, facility)
        ) STRICT, WITHOUT ROWID;

        """
}

extension SettlementProjection {
    func write(_ deadline: Deadline, number: Int, _ at: Origin) throws {
        try table("deadline").insert([
            "id": number, "program": deadline.program, "period": deadline.period, "since": deadline.since,
            "due": deadline.due, "share": deadline.share.hundredths, "set_seq": at.seq,
        ])
    }

    func write(_ surrender: Surrender, _ at: Origin) throws {
        try table("surrender").insert([
            "seq": at.seq, "n": at.position, "facility": surrender.facility, "period": surrender.period,
            "permit_class": surrender.permitClass, "quantity": surrender.quantity, "counts": surrender.kind,
            "automatic": surrender.isAutomatic, "time": at.time,
        ])
    }

    func write(
        _ outcome: Obligation.Outcome,
        of facility: FacilityID,
        deadline: Int,
        surrendered: SurrenderTally,
        _ at: Origin
    ) throws {
        try table("compliance").insert([
            "deadline": deadline, "facility": facility, "use": outcome.use, "due": outcome.due,
            "surrendered": surrendered.total, "offsets": surrendered.offsets, "shortfall": outcome.shortfall,
            "verified": outcome.isVerified, "seq": at.seq,
        ])
    }
}
