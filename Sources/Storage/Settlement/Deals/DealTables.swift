import GRDB
import Exchange
import Permits
import Registry

// Waiting transfers, swaps, offers and what hangs on sales, trust.

extension SettlementSchema {
    /// Transfers off the exchange that did not execute at once.
    static let transfers = """
        CREATE TABLE pending_transfer (
            -- Transfers off the exchange that did not execute at once, and moves that waited for a link to open.
            number INTEGER PRIMARY KEY,
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            from_member INTEGER NOT NULL REFERENCES member,
            to_member INTEGER NOT NULL REFERENCES member,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            proposed_seq INTEGER NOT NULL,
            executes TEXT NOT NULL,
            link TEXT REFERENCES link,                             -- of a move; then both members are its owner
            state TEXT NOT NULL CHECK (\(oneOf("state", TransferState.self))),
            ended_seq INTEGER
        ) STRICT;

        """

    /// Swaps, offers, and what hangs on sales.
    static let deals = """
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

        """
}

extension SettlementProjection {
    /// Told to both sides; the second time nothing is new.
    func write(_ transfer: PendingTransfer, _ state: TransferState, _ at: Origin) throws {
        guard state == .waiting else {
            try table("pending_transfer").row("number", transfer.number).set(["state": state, "ended_seq": at.seq])
            return
        }
        try table("pending_transfer", .stays).insert([
            "number": transfer.number, "permit_class": transfer.permitClass, "from_member": transfer.from,
            "to_member": transfer.to, "quantity": transfer.quantity, "proposed_seq": at.seq,
            "executes": transfer.executes, "link": transfer.passage?.link, "state": state,
        ])
    }

    func write(_ swap: Swap, _ state: SwapState, _ at: Origin) throws {
        try table("swap", .updates("number")).insert([
            "number": swap.number, "member": swap.member, "give": swap.give, "give_quantity": swap.giveQuantity,
            "want": swap.want, "want_quantity": swap.wantQuantity, "partner": swap.partner, "state": state,
            "seq": at.seq,
        ])
    }

    func write(_ offer: Offer, _ state: OfferState, _ at: Origin) throws {
        try table("offer", .updates("number")).insert([
            "number": offer.number, "seller": offer.seller, "currency": offer.currency, "price": offer.price,
            "royalty": offer.royalty, "lease": offer.lease, "partner": offer.partner, "state": state, "seq": at.seq,
        ])
        for item in offer.items {
            try table("offer_item", .stays).insert([
                "offer": offer.number, "permit_class": item.permitClass, "quantity": item.quantity,
            ])
        }
    }

    func write(sale offer: Offer, to buyer: MemberID, _ at: Origin) throws {
        try table("sale").insert(["offer": offer.number, "buyer": buyer, "seq": at.seq, "time": at.time])
    }

    func write(_ right: Right, yielded: Quantity, paid: Money, _ at: Origin) throws {
        try table("royalty").insert([
            "seq": at.seq, "n": at.position, "sale": right.sale, "permit_class": right.entitlement,
            "yielded": yielded, "paid": paid, "owed": right.owed, "seasons_left": right.seasonsLeft, "time": at.time,
        ])
    }

    func write(_ trust: Trust, _ at: Origin) throws {
        try table("trust", .replaces).insert([
            "program": trust.program, "member": trust.member, "trusted": trust.trusted, "effective": trust.effective,
            "seq": at.seq,
        ])
    }

    func endTrust(_ program: ProgramID, _ member: MemberID, _ trusted: MemberID) throws {
        try database.execute(
            sql: "DELETE FROM trust WHERE program = ? AND member = ? AND trusted = ?",
            arguments: [program.index, member.index, trusted.index]
        )
    }
}
