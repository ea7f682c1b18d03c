import Exchange
import Permits
import Registry

// Seasons, links between zones, and what passed through them.

extension SettlementSchema {
    /// Seasons and links.
    static let water = """
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
            min_balance INTEGER,                                   -- the least by trade back; NULL: no floor
            reopens INTEGER,                                       -- the balance at which the way out opens again
            back_reopens INTEGER,                                  -- the balance at which the way back does
            one_way INTEGER NOT NULL CHECK (one_way IN (0, 1)),    -- nothing goes back
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

        """
}

extension SettlementProjection {
    func write(
        _ season: Season,
        carried: Quantity? = nil,
        spillable: Quantity? = nil,
        forfeited: Quantity? = nil
    ) throws {
        try table("season", .replaces).insert([
            "program": season.program, "vintage": season.vintage, "ends": season.ends, "carry": season.carry.hundredths,
            "spills": season.spills, "carried": carried, "spillable": spillable, "forfeited": forfeited,
        ])
    }

    func write(
        announced percent: Percent,
        _ season: Season,
        to entitlements: ProgramID,
        credited: Quantity,
        _ at: Origin
    ) throws {
        try table("announcement").insert([
            "seq": at.seq, "program": season.program, "vintage": season.vintage, "entitlements": entitlements,
            "announced": percent.hundredths, "credited": credited, "time": at.time,
        ])
    }

    func write(_ link: Link) throws {
        try table("link", .replaces).insert([
            "code": link.code, "program": link.program, "from_zone": link.from, "to_zone": link.to,
            "max_balance": link.limit, "balance": link.balance, "ratio": link.ratio.text, "window": link.window,
            "opens": link.opens, "frozen": link.isFrozen, "changes": link.next?.starts,
            "min_balance": link.floor, "reopens": link.reopens, "back_reopens": link.backReopens,
            "one_way": link.isOneWay,
        ])
    }

    func write(delivered quantity: Quantity, through link: Link, _ at: Origin) throws {
        try write(link)
        try table("delivered").insert([
            "seq": at.seq, "link": link.code, "quantity": quantity, "time": at.time,
        ])
    }

    func write(
        moved left: Quantity,
        arrived: Quantity,
        isBack: Bool,
        _ member: MemberID,
        through link: Link,
        _ at: Origin
    ) throws {
        try write(link)
        try table("zone_move").insert([
            "seq": at.seq, "n": at.position, "link": link.code, "member": member, "left": left, "arrived": arrived,
            "back": isBack, "time": at.time,
        ])
    }
}
