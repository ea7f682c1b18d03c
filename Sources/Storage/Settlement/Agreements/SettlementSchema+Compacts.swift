import Compacts

extension SettlementSchema {
    /// Agreements between members, and what follows from them.
    static let compacts = """
        CREATE TABLE compact (
            -- Agreements, in order of their first word.
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL,                                    -- a later one may have it again
            stage TEXT NOT NULL CHECK (\(oneOf("stage", Agreement.State.self))),
            ending TEXT CHECK (\(oneOf("ending", Agreement.Ending.self))),
            contract INTEGER,                                      -- the draft in force, or that was until the end
            concluded TEXT,                                        -- when it first bound
            leaves TEXT,                                           -- when a party that gave notice leaves
            seq INTEGER NOT NULL                                   -- the command of the last change
        ) STRICT;
        CREATE INDEX compact_code ON compact (code);

        CREATE TABLE compact_message (
            -- What was said in a dialogue: only who takes part is told, but for an open interest.
            seq INTEGER PRIMARY KEY,
            compact INTEGER NOT NULL REFERENCES compact,
            member INTEGER NOT NULL REFERENCES member,
            kind TEXT NOT NULL CHECK (\(oneOf("kind", "interest", "joined", "left", "message"))),
            text TEXT NOT NULL,
            time TEXT NOT NULL
        ) STRICT;
        CREATE INDEX compact_message_compact ON compact_message (compact, seq);

        CREATE TABLE compact_draft (
            -- Every text that was put forward; digest is the SHA-256 of the text, which the parties sign.
            compact INTEGER NOT NULL REFERENCES compact,
            number INTEGER NOT NULL,
            author INTEGER NOT NULL REFERENCES member,
            kind TEXT NOT NULL CHECK (\(oneOf("kind", Terms.Kind.self))),
            title TEXT NOT NULL,
            currency TEXT NOT NULL REFERENCES currency,
            text TEXT NOT NULL,
            digest TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (compact, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE compact_party (
            -- Who is named in the text in force, or in the last one.
            compact INTEGER NOT NULL REFERENCES compact,
            name TEXT NOT NULL,
            member INTEGER NOT NULL REFERENCES member,
            signs INTEGER NOT NULL CHECK (signs IN (0, 1)),        -- 0: a monitor, which only measures and decides
            PRIMARY KEY (compact, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX compact_party_member ON compact_party (member);

        CREATE TABLE compact_signature (
            compact INTEGER NOT NULL REFERENCES compact,
            draft INTEGER NOT NULL,                                -- 0: of the contract's end
            member INTEGER NOT NULL REFERENCES member,
            login INTEGER NOT NULL REFERENCES login,
            seq INTEGER NOT NULL,
            time TEXT NOT NULL,
            PRIMARY KEY (compact, draft, login, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE compact_reading (
            -- Every reading; a later one corrects an earlier one of the same sampler, measure, period and sample.
            seq INTEGER PRIMARY KEY,
            compact INTEGER NOT NULL REFERENCES compact,
            measure TEXT NOT NULL,
            period TEXT NOT NULL,
            sample INTEGER NOT NULL,                               -- 0: a decision about the whole period
            sampler TEXT NOT NULL,
            member INTEGER NOT NULL REFERENCES member,
            value INTEGER NOT NULL CHECK (value >= 0),             -- in millionths of the measure's unit
            determination INTEGER NOT NULL CHECK (determination IN (0, 1)),
            evidence TEXT NOT NULL,                                -- SHA-256, hexadecimal; '' for none
            time TEXT NOT NULL
        ) STRICT;
        CREATE INDEX compact_reading_compact ON compact_reading (compact, period, measure);

        CREATE TABLE compact_figure (
            -- What measures and indices came to when a period was settled; decimal text, exact.
            compact INTEGER NOT NULL REFERENCES compact,
            period TEXT NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (compact, period, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE compact_payment (
            -- What a clause paid, and what it should have paid: the rest is a claim. Also bonds and what is left at the end.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,                                    -- position within the command, from 1
            compact INTEGER NOT NULL REFERENCES compact,
            clause TEXT NOT NULL,
            period TEXT NOT NULL,                                  -- entry: a bond is put up; end: what is left
            payer TEXT NOT NULL,                                   -- a party's or fund's name in the terms, or fees
            payee TEXT NOT NULL,
            currency TEXT NOT NULL REFERENCES currency,
            paid INTEGER NOT NULL CHECK (paid >= 0),               -- minor units
            due INTEGER NOT NULL CHECK (due >= paid),
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX compact_payment_compact ON compact_payment (compact, period);

        CREATE TABLE compact_claim (
            -- What was not paid when it was due, with its last state.
            number INTEGER PRIMARY KEY,
            compact INTEGER NOT NULL REFERENCES compact,
            clause TEXT NOT NULL,
            period TEXT NOT NULL,
            debtor INTEGER NOT NULL REFERENCES member,
            creditor INTEGER REFERENCES member,                    -- NULL: a fund of the agreement
            currency TEXT NOT NULL REFERENCES currency,
            owed INTEGER NOT NULL CHECK (owed >= 0),               -- minor units, penalties included
            permit_class INTEGER REFERENCES permit_class,          -- of permits that are still to be delivered
            quantity INTEGER,
            state TEXT NOT NULL CHECK (\(oneOf("state", Claim.State.self))),
            cure TEXT NOT NULL,                                    -- when it is broken
            text TEXT NOT NULL,                                    -- why it last changed
            since TEXT NOT NULL,
            seq INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE compact_event (
            -- What else happened: waivers, deliveries, tasks, clauses that said nothing, reports of others, the end.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,
            compact INTEGER NOT NULL REFERENCES compact,
            kind TEXT NOT NULL CHECK (\(oneOf(
                "kind", "waived", "delivered", "task", "undetermined", "observation", "leaving", "ended", "motion", "vote",
                "expelled"
            ))),
            clause TEXT NOT NULL,                                  -- or the task's name; '' for none
            period TEXT NOT NULL,                                  -- '' for none
            member INTEGER REFERENCES member,
            text TEXT NOT NULL,
            evidence TEXT NOT NULL,                                -- SHA-256, hexadecimal; '' for none
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX compact_event_compact ON compact_event (compact, seq);

        CREATE TABLE compact_spending (
            -- What funds paid for their purposes, what they were given, and what they refused to pay.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,
            compact INTEGER NOT NULL REFERENCES compact,
            fund TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (\(oneOf("kind", "spending", "misuse", "donation"))),
            purpose TEXT NOT NULL,                                 -- '' for a donation
            member INTEGER NOT NULL REFERENCES member,             -- who spent, tried to, or gave
            payee INTEGER REFERENCES member,
            currency TEXT NOT NULL REFERENCES currency,
            amount INTEGER NOT NULL CHECK (amount > 0),            -- minor units
            text TEXT NOT NULL,
            evidence TEXT NOT NULL,
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE complaint (
            number INTEGER PRIMARY KEY,
            complainer INTEGER NOT NULL REFERENCES member,
            member INTEGER NOT NULL REFERENCES member,             -- who must answer
            compact INTEGER REFERENCES compact,
            measure TEXT NOT NULL,                                 -- of the reading that is disputed; '' for none
            period TEXT NOT NULL,
            state TEXT NOT NULL CHECK (\(oneOf("state", Complaint.State.self))),
            text TEXT NOT NULL,
            answer TEXT NOT NULL,
            evidence TEXT NOT NULL,
            due TEXT NOT NULL,
            seq INTEGER NOT NULL,
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE label (
            code TEXT PRIMARY KEY,
            program INTEGER NOT NULL REFERENCES program,
            name TEXT NOT NULL,
            criteria TEXT NOT NULL,
            days INTEGER NOT NULL,                                 -- for how long an award is good
            closed INTEGER NOT NULL CHECK (closed IN (0, 1)),
            seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE label_award (
            -- Every award, renewal, withdrawal and lapse; the last one of a label and facility says whether it holds.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,
            label TEXT NOT NULL REFERENCES label,
            facility INTEGER NOT NULL REFERENCES facility,
            state TEXT NOT NULL CHECK (\(oneOf("state", LabelAward.State.self))),
            until TEXT NOT NULL,
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX label_award_facility ON label_award (facility, label, seq);

        """

    /// Questions about agreements that are asked often.
    static let compactViews = """
        CREATE VIEW compact_paid AS
            -- Per agreement, clause, payer and payee: what was due and what was paid, later payments of claims included.
            SELECT compact.code AS compact, clause, payer, payee, currency, SUM(due) FILTER (WHERE payment.seq = first_seq AND n = first_n) AS due,
                SUM(paid) AS paid
            FROM (
                SELECT *, FIRST_VALUE(n) OVER each AS first_n, FIRST_VALUE(seq) OVER each AS first_seq
                FROM compact_payment
                WINDOW each AS (PARTITION BY compact, clause, period, payer, payee ORDER BY seq, n)
            ) AS payment
            JOIN compact ON compact.id = payment.compact
            GROUP BY compact.id, clause, payer, payee, currency;

        CREATE VIEW label_holder AS
            -- Which facilities have which labels.
            SELECT award.label, facility.code AS facility, member.code AS member, award.until
            FROM label_award AS award
            JOIN facility ON facility.id = award.facility
            JOIN member ON member.id = facility.member
            WHERE award.state IN ('awarded', 'renewed') AND NOT EXISTS (
                SELECT 1 FROM label_award AS later
                WHERE later.label = award.label AND later.facility = award.facility
                    AND (later.seq, later.n) > (award.seq, award.n)
            );

        """
}
