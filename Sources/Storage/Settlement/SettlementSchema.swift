import Exchange
import Permits
import GRDB

/// The public SQL schema of `settlement.db`.
///
/// Its comments are stored with the tables: `.schema` in the sqlite3 shell prints them. The file is a projection, so a
/// change of schema is a new name of the one migration: a file of an older name is emptied and rebuilt from the journal.
enum SettlementSchema {
    /// The names that the schema had before.
    static let older = [
        "1: the venue", "2: the registry", "3: seasons", "4: swaps", "5: trades across zones",
        "6: sales by agreement", "7: event lines in blocks", "8: persons", "9: agreements", "10: auctions by number",
        "11: whose journal", "12: trades that count", "13: time zones, days and books",
    ]

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("14: what anyone may read") { db in
            try db.execute(sql: directory)
            try db.execute(sql: activity)
            try db.execute(sql: markets)
            try db.execute(sql: accounts)
            try db.execute(sql: auctions)
            try db.execute(sql: registry)
            try db.execute(sql: compacts)
            try db.execute(sql: bookkeeping)
            try db.execute(sql: views)
            try db.execute(sql: registryViews)
            try db.execute(sql: priceViews)
            try db.execute(sql: compactViews)
            try db.execute(sql: publicViews)
        }
        return migrator
    }

    /// SQL for a vocabulary's constraint.
    ///
    /// Not `IN (…)`: SQLite builds a table of such a list for every row it checks, which made inserts twice as slow.
    static func oneOf(_ column: String, _ words: String...) -> String {
        oneOf(column, words: words)
    }

    private static func oneOf(_ column: String, words: [String]) -> String {
        words.map { "\(column) = '\($0)'" }.joined(separator: " OR ")
    }

    /// SQL for the words of a vocabulary.
    static func oneOf<Vocabulary: Word>(_ column: String, _: Vocabulary.Type) -> String {
        oneOf(column, words: Vocabulary.allCases.map(\.text))
    }

    /// Who and what there is.
    private static let directory = """
        CREATE TABLE currency (
            -- ISO 4217. Every amount of money is an integer in the currency's minor unit (cents).
            code TEXT PRIMARY KEY,
            scale INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 4),  -- digits after the decimal point
            unit INTEGER NOT NULL CHECK (unit >= 1)                -- minor units in one: 10 to the power of scale
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE member (
            -- Legal entities. Member 0 is the venue itself.
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL
                CHECK (\(oneOf("role", Role.self))),
            name TEXT NOT NULL
        ) STRICT;

        CREATE TABLE login (
            -- Persons and programs that log on for a member. Passwords are not here.
            id INTEGER PRIMARY KEY,
            member INTEGER NOT NULL REFERENCES member,
            code TEXT NOT NULL,
            person TEXT NOT NULL,     -- whose it is, over all members; empty for a person of its own
            revoked INTEGER NOT NULL, -- 1: it can no longer log on
            UNIQUE (member, code)
        ) STRICT;

        CREATE TABLE program (
            -- Cap-and-trade or water-share schemes.
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            unit TEXT NOT NULL,                                    -- what one permit allows: tCO2e, kg, m3, ML
            currency TEXT NOT NULL REFERENCES currency,
            name TEXT NOT NULL,
            regulator INTEGER NOT NULL REFERENCES member,
            rules TEXT NOT NULL,                                   -- the rule book
            policies TEXT NOT NULL,                                -- what it comes to: NAME=VALUE, a space between two
            offsets_for INTEGER REFERENCES program,                -- whose obligations its credits may cover
            yields INTEGER REFERENCES program,                     -- whose allocations its entitlements yield
            timezone TEXT NOT NULL                                 -- by whose clock its registry works: a name of the tz database
        ) STRICT;

        CREATE TABLE permit_class (
            -- The fungible permits of one program, compliance period and zone.
            id INTEGER PRIMARY KEY,
            program INTEGER NOT NULL REFERENCES program,
            vintage INTEGER NOT NULL,
            zone TEXT NOT NULL,                                    -- '' for none
            cap INTEGER NOT NULL CHECK (cap >= 0),                 -- the most permits that may be issued
            holding_limit INTEGER CHECK (holding_limit >= 0),      -- the most that a member may hold; NULL: no limit
            expires TEXT,                                          -- when what is held is cancelled
            expired_seq INTEGER,
            UNIQUE (program, vintage, zone)
        ) STRICT;

        CREATE TABLE market (
            -- Where a permit class is traded. Prices are minor units of the currency for one permit.
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            currency TEXT NOT NULL REFERENCES currency,
            tick INTEGER NOT NULL CHECK (tick > 0),                -- prices are multiples of it
            lot INTEGER NOT NULL CHECK (lot > 0),                  -- quantities are multiples of it
            quantity_max INTEGER NOT NULL CHECK (quantity_max > 0),
            band_basis_points INTEGER NOT NULL,                    -- half the band's width, in 1/10000 of the reference
            maker_ppm INTEGER NOT NULL,                            -- fee of the resting side, millionths of the turnover
            taker_ppm INTEGER NOT NULL,                            -- fee of the incoming side
            phase TEXT NOT NULL CHECK (\(oneOf("phase", Phase.self))),
            reference INTEGER NOT NULL,                            -- the price that the band is laid around
            band_low INTEGER,                                      -- lowest price allowed; NULL until first set
            band_high INTEGER,                                     -- highest price allowed
            indicative_price INTEGER,                              -- where the call would trade now; NULL: nowhere, or no call
            indicative_volume INTEGER,
            indicative_surplus INTEGER,                            -- what one side could not trade
            indicative_side TEXT,                                  -- the side that has the surplus; NULL: none
            listed_seq INTEGER NOT NULL,
            listed_time TEXT NOT NULL,
            timezone TEXT NOT NULL                                 -- whose days its orders live by: a name of the tz database
        ) STRICT;

        """

    /// What happened: every row names the command that caused it: `seq`, as in the journal.
    private static let activity = """
        CREATE TABLE trading_day (
            number INTEGER PRIMARY KEY,                            -- from 1
            date TEXT NOT NULL,                                    -- UTC: when it ended; while it lasts, when it began
            first_seq INTEGER NOT NULL,
            ended_seq INTEGER,                                     -- NULL: the current day
            ended_time TEXT
        ) STRICT;

        CREATE TABLE orders (
            -- Every order that was accepted, with its last state.
            number INTEGER PRIMARY KEY,
            member INTEGER NOT NULL REFERENCES member,
            login INTEGER NOT NULL REFERENCES login,
            market INTEGER NOT NULL REFERENCES market,
            client_id TEXT NOT NULL,                               -- the member's own; '' if none
            side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
            kind TEXT NOT NULL CHECK (\(oneOf("kind", OrderKind.self))),
            tif TEXT NOT NULL CHECK (\(oneOf("tif", TimeInForce.self))),
            price INTEGER,                                         -- the limit; NULL: none
            stop INTEGER,                                          -- the trigger of a stop order
            quantity INTEGER NOT NULL CHECK (quantity > 0),        -- the total, filled part included
            filled INTEGER NOT NULL CHECK (filled BETWEEN 0 AND quantity),
            display INTEGER,                                       -- what an iceberg shows at a time
            state TEXT NOT NULL                                    -- open, filled, or why the rest was cancelled
                CHECK (\(oneOf("state", "open", "filled")) OR \(oneOf("state", DoneReason.self))),
            entered_seq INTEGER NOT NULL,
            entered_time TEXT NOT NULL,
            triggered_time TEXT,                                   -- when a stop order was
            ended_seq INTEGER,
            ended_time TEXT,
            CHECK ((state = 'open') = (ended_seq IS NULL)),
            CHECK (state <> 'filled' OR filled = quantity)
        ) STRICT;

        CREATE TABLE trade (
            number INTEGER PRIMARY KEY,                            -- over the venue, from 1
            seq INTEGER NOT NULL,
            time TEXT NOT NULL,
            day INTEGER NOT NULL REFERENCES trading_day,
            market INTEGER NOT NULL REFERENCES market,
            price INTEGER NOT NULL CHECK (price > 0),
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            aggressor TEXT CHECK (aggressor IN ('buy', 'sell')),   -- who took liquidity; NULL: a call auction
            buyer INTEGER NOT NULL REFERENCES member,
            seller INTEGER NOT NULL REFERENCES member,
            buy_order INTEGER NOT NULL REFERENCES orders,
            sell_order INTEGER NOT NULL REFERENCES orders,
            buyer_fee INTEGER NOT NULL CHECK (buyer_fee >= 0),     -- on top of price * quantity
            seller_fee INTEGER NOT NULL CHECK (seller_fee >= 0),   -- taken from price * quantity
            across_market INTEGER REFERENCES market,               -- where the order of another zone stood; NULL: none did
            across_quantity INTEGER                                -- what left or arrived there
        ) STRICT;
        CREATE INDEX trade_market_day ON trade (market, day);

        CREATE TABLE transfer (
            -- Cash and permits that moved other than by a trade.
            -- Member 0 stands for the bank (deposit, withdrawal), the fee account (bust, agreement) and the end (retirement, surrender,
            -- expiry). An allocation or
            -- award (to the winner of an auction) is new permits: from_member is the regulator that issued them, and its own holding does not change.
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,                                    -- position within the command, from 1
            kind TEXT NOT NULL
                CHECK (\(oneOf("kind", Transfer.Kind.self))),
            from_member INTEGER NOT NULL REFERENCES member,
            to_member INTEGER NOT NULL REFERENCES member,
            currency TEXT REFERENCES currency,                     -- of money
            permit_class INTEGER REFERENCES permit_class,          -- of permits
            amount INTEGER NOT NULL CHECK (amount > 0),            -- minor units, or permits
            text TEXT NOT NULL,                                    -- the member's words: for whom permits are retired
            time TEXT NOT NULL,
            from_facility INTEGER,                                 -- the compliance account that gives; NULL: the general one
            to_facility INTEGER,                                   -- the compliance account that takes
            from_spillable INTEGER NOT NULL CHECK (from_spillable IN (0, 1)),
            to_spillable INTEGER NOT NULL CHECK (to_spillable IN (0, 1)),
            from_fund INTEGER,                                     -- the account of an agreement that gives, instead of a member
            to_fund INTEGER,                                       -- the account of an agreement that takes
            PRIMARY KEY (seq, n),
            CHECK ((currency IS NULL) <> (permit_class IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX transfer_from ON transfer (from_member, seq);
        CREATE INDEX transfer_to ON transfer (to_member, seq);

        CREATE TABLE cap_change (
            -- Every cap and holding limit that was ever set.
            seq INTEGER NOT NULL,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            cap INTEGER NOT NULL,
            holding_limit INTEGER,
            reserve INTEGER NOT NULL,                              -- set aside for new entrants
            issued INTEGER NOT NULL,                               -- what was issued then
            time TEXT NOT NULL,
            PRIMARY KEY (seq, permit_class)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE phase_change (
            seq INTEGER NOT NULL,
            n INTEGER NOT NULL,                                    -- position within the command, from 1
            market INTEGER NOT NULL REFERENCES market,
            phase TEXT NOT NULL,
            text TEXT NOT NULL,                                    -- the reason given
            time TEXT NOT NULL,
            PRIMARY KEY (seq, n)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX phase_change_market ON phase_change (market, seq);

        """

    /// Who has what, added up from trades and transfers alone, so it checks the engine's own ledger.
    private static let accounts = """
        CREATE TABLE cash_balance (
            account TEXT NOT NULL CHECK (\(oneOf("account", CashBalance.Account.self))),
            member INTEGER NOT NULL REFERENCES member,             -- 0, the venue, for bank, fee and fund
            fund INTEGER NOT NULL,                                 -- which account of an agreement; -1 for the others
            currency TEXT NOT NULL REFERENCES currency,
            total INTEGER NOT NULL,                                -- bank is the money outside, negative
            PRIMARY KEY (account, member, fund, currency),
            CHECK (CASE account WHEN 'bank' THEN total <= 0 ELSE total >= 0 END),
            CHECK ((account = 'member') = (member <> 0)),
            CHECK ((account = 'fund') = (fund >= 0))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cash_balance_member ON cash_balance (member);

        CREATE TABLE permit_balance (
            account TEXT NOT NULL
                CHECK (\(oneOf("account", PermitBalance.Account.self))),
            member INTEGER NOT NULL REFERENCES member,             -- of a general or spillable account; 0, the venue, for the others
            facility INTEGER NOT NULL,                             -- of a compliance account; -1 for the others
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            quantity INTEGER NOT NULL,                             -- issuance is what was issued, negative
            PRIMARY KEY (account, member, facility, permit_class),
            CHECK (CASE account WHEN 'issuance' THEN quantity <= 0 ELSE quantity >= 0 END),
            CHECK ((account = 'general' OR account = 'spillable') = (member <> 0)),
            CHECK ((account = 'compliance') = (facility >= 0))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX permit_balance_class ON permit_balance (permit_class, account);
        CREATE INDEX permit_balance_member ON permit_balance (member);

        """

    /// The feeds' memory and the projection's place.
    private static let bookkeeping = """
        CREATE TABLE feed_even (
            -- Event lines as sent, of trading days with an even number. Read the view feed instead.
            -- Two tables, since emptying one whole at the day's end is far cheaper than deleting rows.
            stream INTEGER NOT NULL,                               -- member id * 2, or market id * 2 + 1
            n INTEGER NOT NULL,                                    -- the first line's number, gapless in the stream
            seq INTEGER NOT NULL,                                  -- the first line's command
            lines TEXT NOT NULL,                                   -- the lines, a line feed between two
            PRIMARY KEY (stream, n)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE feed_odd (
            -- The same, of trading days with an odd number.
            stream INTEGER NOT NULL,
            n INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            lines TEXT NOT NULL,
            PRIMARY KEY (stream, n)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW feed AS
            -- The event lines of the current trading day and the one before, one a row.
            WITH RECURSIVE split (stream, n, line, rest) AS (
                SELECT stream, n - 1, NULL, lines || char(10)
                FROM (SELECT stream, n, lines FROM feed_even UNION ALL SELECT stream, n, lines FROM feed_odd)
                UNION ALL
                SELECT stream, n + 1, substr(rest, 1, instr(rest, char(10)) - 1), substr(rest, instr(rest, char(10)) + 1)
                FROM split WHERE rest <> ''
            )
            SELECT stream, n, line FROM split WHERE line IS NOT NULL;

        CREATE TABLE watermark (
            -- How far the journal is booked.
            only INTEGER PRIMARY KEY CHECK (only = 1),
            \(JournalPosition.columns)
        ) STRICT;

        INSERT INTO watermark VALUES (1, 0, 0, zeroblob(32));
        INSERT INTO member VALUES (0, 'venue', 'venue', 'The venue');
        INSERT INTO login VALUES (0, 0, 'venue', '', 0);

        """
}
