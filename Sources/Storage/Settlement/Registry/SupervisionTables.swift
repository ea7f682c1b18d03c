import Audit
import Exchange
import Permits

// What was proposed to a second person, what regulators were told, and the paths of serial numbers.

extension SettlementSchema {
    /// What was proposed to a second person.
    static let proposals = """
        CREATE TABLE proposal (
            -- What was proposed to a second person, and what became of it.
            number INTEGER PRIMARY KEY,
            member INTEGER NOT NULL REFERENCES member,
            act TEXT NOT NULL,                                     -- the request, as it had to be approved
            author INTEGER NOT NULL REFERENCES login,
            proposed_seq INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (\(oneOf("state", ProposalState.self))),
            decided_by INTEGER REFERENCES login,
            decided_seq INTEGER
        ) STRICT;

        """

    /// What regulators were told; the paths of serial numbers.
    static let supervision = """
        CREATE TABLE alert (
            -- What regulators were told to look at.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,
            regulator INTEGER NOT NULL REFERENCES member,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE serial_move (
            -- Every move of serial numbers, trades included: the path of a permit is its rows in this order.
            -- An account is issuance, general (owner is a member), compliance (owner is a facility), surrendered,
            -- retirement or cancelled.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,                                    -- position within the command
            permit_class INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            kind TEXT NOT NULL,                                    -- of the transfer, or trade
            from_account TEXT NOT NULL,
            from_owner INTEGER NOT NULL,
            to_account TEXT NOT NULL,
            to_owner INTEGER NOT NULL,
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;

        """
}

extension SettlementProjection {
    func write(_ proposal: Proposal, _ state: ProposalState, by user: UserID, _ at: Origin) throws {
        guard state == .open else {
            return try table("proposal").row("number", proposal.number).set([
                "state": state, "decided_by": user, "decided_seq": at.seq,
            ])
        }
        try table("proposal").insert([
            "number": proposal.number, "member": proposal.member, "act": proposal.act, "author": proposal.author,
            "proposed_seq": at.seq, "state": state,
        ])
    }

    func write(_ alert: Alert, to regulator: MemberID, _ at: Origin) throws {
        try table("alert").insert([
            "seq": at.seq, "n": at.position, "regulator": regulator, "kind": alert.kind, "text": alert.text,
            "time": at.time,
        ])
    }
}
