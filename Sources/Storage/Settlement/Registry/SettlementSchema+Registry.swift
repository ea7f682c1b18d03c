import Audit
import Exchange
import Registry

extension SettlementSchema {
    /// Facilities, measured use, surrender, and what follows from it.
    static let registry = """
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

        CREATE TABLE season (
            -- Seasons of water sources. Shares are hundredths of a per cent of the entitlement.
            program INTEGER NOT NULL REFERENCES program,
            vintage INTEGER NOT NULL,
            ends TEXT NOT NULL,
            carry INTEGER NOT NULL,                                -- what may be carried over
            spills INTEGER NOT NULL CHECK (spills IN (0, 1)),      -- whether more goes to spillable accounts
            carried INTEGER,                                       -- at the end; NULL: it lasts
            spillable INTEGER,
            forfeited INTEGER,
            PRIMARY KEY (program, vintage)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE link (
            -- Ways between zones, with their accounts as they stand now.
            code TEXT PRIMARY KEY,
            program INTEGER NOT NULL REFERENCES program,
            from_zone TEXT NOT NULL,
            to_zone TEXT NOT NULL,
            max_balance INTEGER,                                   -- NULL: no limit
            balance INTEGER NOT NULL,                              -- went out, neither delivered nor traded back
            ratio TEXT NOT NULL,                                   -- what arrives : what leaves
            window INTEGER NOT NULL CHECK (window >= 0),           -- seconds for which orders gather when it opens
            opens TEXT,                                            -- when what gathers is cleared; NULL: nothing gathers
            frozen INTEGER NOT NULL CHECK (frozen IN (0, 1)),      -- deliveries make no more room
            changes TEXT                                           -- when new terms start; NULL: none are scheduled
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE delivered (
            -- Water that was delivered through links, which made room in their accounts.
            seq INTEGER PRIMARY KEY,
            link TEXT NOT NULL REFERENCES link,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE zone_move (
            -- What members moved through links; left - arrived is lost on the way, but for the ratio of trade back.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,                                    -- its place in the command
            link TEXT NOT NULL REFERENCES link,
            member INTEGER NOT NULL REFERENCES member,
            left INTEGER NOT NULL CHECK (left > 0),
            arrived INTEGER NOT NULL CHECK (arrived > 0),
            back INTEGER NOT NULL CHECK (back IN (0, 1)),
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT;

        CREATE TABLE announcement (
            seq INTEGER PRIMARY KEY,
            program INTEGER NOT NULL REFERENCES program,
            vintage INTEGER NOT NULL,
            entitlements INTEGER NOT NULL REFERENCES program,      -- to whose holders it was credited
            announced INTEGER NOT NULL,                            -- hundredths of a per cent of the entitlement, in all
            credited INTEGER NOT NULL CHECK (credited >= 0),
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE penalty (
            number INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            program INTEGER NOT NULL REFERENCES program,
            facility INTEGER NOT NULL REFERENCES facility,
            member INTEGER NOT NULL REFERENCES member,
            period INTEGER NOT NULL,
            shortfall INTEGER NOT NULL CHECK (shortfall > 0),
            amount INTEGER NOT NULL CHECK (amount >= 0),           -- minor units of the program's currency
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
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            serials TEXT NOT NULL,                                 -- 1-400,900-950
            text TEXT NOT NULL,
            digest TEXT NOT NULL,                                  -- SHA-256 of the certificate's text, hexadecimal
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE bust (
            -- Trades undone; the transfers of the same seq give cash and permits back.
            seq INTEGER PRIMARY KEY,
            trade INTEGER NOT NULL UNIQUE REFERENCES trade DEFERRABLE INITIALLY DEFERRED,
            text TEXT NOT NULL
        ) STRICT;

        CREATE TABLE pending_transfer (
            -- Transfers off the exchange that did not execute at once.
            number INTEGER PRIMARY KEY,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            from_member INTEGER NOT NULL REFERENCES member,
            to_member INTEGER NOT NULL REFERENCES member,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            proposed_seq INTEGER NOT NULL,
            executes TEXT NOT NULL,
            state TEXT NOT NULL CHECK (\(oneOf("state", TransferState.self))),
            ended_seq INTEGER
        ) STRICT;

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

        CREATE TABLE swap (
            -- Offers to give permits of one class for another; what moved stands in transfer, kind swap.
            number INTEGER PRIMARY KEY,
            member INTEGER NOT NULL REFERENCES member,
            give INTEGER NOT NULL REFERENCES permit_class,
            give_quantity INTEGER NOT NULL CHECK (give_quantity > 0),
            want INTEGER NOT NULL REFERENCES permit_class,
            want_quantity INTEGER NOT NULL CHECK (want_quantity > 0),
            partner INTEGER REFERENCES member,                     -- with whom alone
            state TEXT NOT NULL CHECK (\(oneOf("state", SwapState.self))),
            seq INTEGER NOT NULL                                   -- the command that brought it there
        ) STRICT;

        CREATE TABLE offer (
            -- Permits offered by agreement, as a bundle at one price, which is no market's.
            number INTEGER PRIMARY KEY,
            seller INTEGER NOT NULL REFERENCES member,
            currency TEXT NOT NULL REFERENCES currency,
            price INTEGER NOT NULL CHECK (price >= 0),             -- for all of it
            royalty INTEGER NOT NULL CHECK (royalty >= 0),         -- for each unit of yield, at each season's end
            lease INTEGER NOT NULL CHECK (lease >= 0),             -- for how many seasons the yield alone; 0: the permits
            partner INTEGER REFERENCES member,                     -- to whom alone; NULL: anyone
            state TEXT NOT NULL CHECK (state IN ('open', 'taken', 'withdrawn', 'expired', 'ended')),
            seq INTEGER NOT NULL                                   -- the command that brought it there
        ) STRICT;

        CREATE TABLE offer_item (
            offer INTEGER NOT NULL REFERENCES offer,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            PRIMARY KEY (offer, permit_class)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sale (
            -- Offers that were taken.
            offer INTEGER PRIMARY KEY REFERENCES offer,
            buyer INTEGER NOT NULL REFERENCES member,
            seq INTEGER NOT NULL,
            time TEXT NOT NULL
        ) STRICT;

        CREATE TABLE royalty (
            -- What entitlements that were sold or leased yielded in a season, and what was paid for it.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,
            sale INTEGER NOT NULL REFERENCES sale,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            yielded INTEGER NOT NULL CHECK (yielded >= 0),
            paid INTEGER NOT NULL CHECK (paid >= 0),               -- minor units
            owed INTEGER NOT NULL CHECK (owed >= 0),               -- what the buyer had no money for, earlier seasons included
            seasons_left INTEGER,                                  -- of a lease
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trust (
            -- To whose account a member's permits go without the longer delay.
            program INTEGER NOT NULL REFERENCES program,
            member INTEGER NOT NULL REFERENCES member,
            trusted INTEGER NOT NULL REFERENCES member,
            effective TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (program, member, trusted)
        ) STRICT, WITHOUT ROWID;

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

    /// The registry's questions, answered in the field's words.
    static let registryViews = """
        CREATE VIEW compliance_readable AS
            -- What each deadline found, with names.
            SELECT program.code AS program, deadline.period, deadline.share / 100.0 AS share_percent, deadline.due AS due_time,
                facility.code AS facility, member.code AS member, compliance.use, compliance.due, compliance.surrendered,
                compliance.offsets, compliance.shortfall, compliance.verified
            FROM compliance
            JOIN deadline ON deadline.id = compliance.deadline
            JOIN program ON program.id = deadline.program
            JOIN facility ON facility.id = compliance.facility
            JOIN member ON member.id = facility.member;

        CREATE VIEW retirement_readable AS
            -- Certificates of retirement, with names.
            SELECT certificate.number, certificate.time, member.code AS member, program.code AS program,
                permit_class.vintage, permit_class.zone, certificate.quantity, certificate.serials, certificate.text, certificate.digest
            FROM certificate
            JOIN member ON member.id = certificate.member
            JOIN permit_class ON permit_class.id = certificate.permit_class
            JOIN program ON program.id = permit_class.program;

        """
}
