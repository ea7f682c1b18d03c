import GRDB
import Exchange
import Permits
import Registry

// Penalties, suspensions, certificates of retirement, busts.

extension SettlementSchema {
    /// Penalties and suspensions, certificates, busts.
    static let sanctions = """
        CREATE TABLE penalty (
            number INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            program INTEGER NOT NULL REFERENCES program,
            facility INTEGER NOT NULL REFERENCES facility,
            member INTEGER NOT NULL REFERENCES member,
            period INTEGER NOT NULL,
            shortfall INTEGER NOT NULL CHECK (shortfall > 0),
            amount INTEGER CHECK (amount >= 0),                    -- minor units of the program's currency; NULL: not determined
            permits INTEGER NOT NULL CHECK (permits >= 0),         -- owed on top
            paid INTEGER NOT NULL CHECK (paid IN (0, 1)),
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE suspension (
            seq INTEGER NOT NULL,
            program INTEGER NOT NULL REFERENCES program,
            member INTEGER NOT NULL REFERENCES member,
            until TEXT,
            auctions INTEGER,
            frozen INTEGER NOT NULL CHECK (frozen IN (0, 1)),
            text TEXT NOT NULL,
            ended_seq INTEGER,
            PRIMARY KEY (program, member, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE certificate (
            -- Proof of retirement.
            number INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            member INTEGER NOT NULL REFERENCES member,
            name TEXT NOT NULL,                                    -- the member's, then
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            serials TEXT NOT NULL,                                 -- 1-400,900-950
            text TEXT NOT NULL,
            digest TEXT NOT NULL,                                  -- SHA-256 of the certificate's text, hexadecimal
            time TEXT NOT NULL,
            reversed_seq INTEGER                                   -- the command that undid the retirement; NULL: it stands
        ) STRICT;

        CREATE TABLE reversal (
            -- Transfers, retirements and surrenders that were undone, and allocations that were taken back.
            seq INTEGER PRIMARY KEY,
            what TEXT NOT NULL CHECK (\(oneOf("what", ReversibleAct.Process.self)) OR what = 'allocation'),
            number INTEGER,                                        -- the transfer's or certificate's, or the surrender's seq
            member INTEGER NOT NULL REFERENCES member,             -- whose it was
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            text TEXT NOT NULL,                                    -- why
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE bust (
            -- Trades undone, or with a price of their own here; the transfers of the same seq give back what is due.
            seq INTEGER PRIMARY KEY,
            trade INTEGER NOT NULL UNIQUE REFERENCES trade DEFERRABLE INITIALLY DEFERRED,
            price INTEGER CHECK (price > 0),                       -- what the trade counts at instead; NULL: it does not count
            text TEXT NOT NULL
        ) STRICT;

        """
}

extension SettlementProjection {
    func write(_ penalty: Penalty, _ at: Origin) throws {
        try table("penalty", .replaces).insert([
            "number": penalty.number, "seq": at.seq, "program": penalty.program, "facility": penalty.facility,
            "member": penalty.member, "period": penalty.period, "shortfall": penalty.shortfall,
            "amount": penalty.isUndetermined ? nil : penalty.amount, "permits": penalty.permits, "paid": penalty.isPaid,
            "time": at.time,
        ])
    }

    func write(_ suspension: Suspension, text: String, _ at: Origin) throws {
        try endSuspension(suspension.program, suspension.member, at)
        try table("suspension").insert([
            "seq": at.seq, "program": suspension.program, "member": suspension.member,
            "until": suspension.until == .never ? nil : suspension.until, "auctions": suspension.auctions,
            "frozen": suspension.isFrozen, "text": text,
        ])
    }

    func endSuspension(_ program: ProgramID, _ member: MemberID, _ at: Origin) throws {
        try database.execute(
            sql: "UPDATE suspension SET ended_seq = ? WHERE program = ? AND member = ? AND ended_seq IS NULL",
            arguments: [at.seq, program.index, member.index]
        )
    }

    func write(_ act: ReversibleAct, text: String, _ at: Origin) throws {
        try table("reversal").insert([
            "seq": at.seq, "what": act.name.process, "number": act.name.number, "member": act.member,
            "permit_class": act.permitClass, "quantity": act.quantity, "text": text, "time": at.time,
        ])
        switch act.name.process {
        case .transfer: break
        case .retirement: try table("certificate").row("number", act.name.number).set(["reversed_seq": at.seq])
        case .surrender: try table("surrender").row("seq", act.name.number).set(["reversed_seq": at.seq])
        }
    }

    func write(takenBack id: ClassID, _ member: MemberID, _ quantity: Quantity, text: String, _ at: Origin) throws {
        try table("reversal").insert([
            "seq": at.seq, "what": "allocation", "member": member, "permit_class": id, "quantity": quantity,
            "text": text, "time": at.time,
        ])
    }

    func write(_ certificate: Certificate, _ at: Origin) throws {
        let serials = certificate.serials.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
        try table("certificate").insert([
            "number": certificate.number, "seq": at.seq, "member": certificate.member, "name": certificate.name,
            "permit_class": certificate.permitClass, "quantity": certificate.quantity, "serials": serials,
            "text": certificate.text, "digest": certificate.digest, "time": at.time,
        ])
    }
}
