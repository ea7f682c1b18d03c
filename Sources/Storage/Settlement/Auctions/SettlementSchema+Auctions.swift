import Exchange
import Permits

extension SettlementSchema {
    /// Sealed-bid auctions.
    ///
    /// Nothing of a bid is here before its auction is cleared.
    static let auctions = """
        CREATE TABLE auction (
            -- Prices are minor units of the currency for one permit; the figures of the result are NULL until it is cleared.
            id INTEGER PRIMARY KEY,                                -- its number
            code TEXT NOT NULL,                                    -- a later auction may have it again
            permit_class INTEGER NOT NULL REFERENCES permit_class,
            currency TEXT NOT NULL REFERENCES currency,
            seller INTEGER NOT NULL REFERENCES member,             -- a regulator issues what is won, others sell what they hold
            rules TEXT NOT NULL,                                   -- the rule book
            policies TEXT NOT NULL,                                -- what differs from it
            lot INTEGER NOT NULL CHECK (lot > 0),
            reserve INTEGER,
            tiers TEXT NOT NULL,                                   -- cost containment, PRICE:QUANTITY in minor units and permits, a space between two
            withheld TEXT,                                         -- emissions containment, PRICE:QUANTITY; NULL: none
            opens TEXT NOT NULL,
            closes TEXT NOT NULL,
            seal_key TEXT NOT NULL,                                -- what bids are sealed to, hexadecimal
            commitment TEXT NOT NULL,                              -- to the draw, hexadecimal
            phase TEXT NOT NULL
                CHECK (\(oneOf("phase", AuctionPhase.self))),
            offered INTEGER NOT NULL CHECK (offered >= 0),
            announced_seq INTEGER NOT NULL,
            cleared_seq INTEGER,
            cleared_time TEXT,
            price INTEGER,                                         -- the clearing price; NULL: nothing was sold
            failure TEXT,                                          -- why nothing was sold
            initial INTEGER,                                       -- offered before containment
            bid INTEGER,                                           -- permits bid for, before any limit
            demanded INTEGER,                                      -- after limits
            sold INTEGER CHECK (sold <= offered),
            proceeds INTEGER,
            bidders INTEGER,
            bidders_compliance INTEGER,
            bidders_general INTEGER,
            winners INTEGER,
            successful INTEGER,                                    -- price steps of which something was served
            highest INTEGER,
            lowest INTEGER,
            mean INTEGER,
            winning_mean INTEGER,                                  -- what winners bid for what they won
            median_bid INTEGER,
            median_allowance INTEGER,
            hhi INTEGER,                                           -- Herfindahl-Hirschman index of the winners, 0 to 10,000
            sold_compliance INTEGER,
            sold_general INTEGER,
            unopened INTEGER,                                      -- bids that could not be opened
            seed TEXT                                              -- of the draw, hexadecimal
        ) STRICT;
        CREATE INDEX auction_code ON auction (code);

        CREATE TABLE auction_step (
            -- Every price step of every bid, in the order of entry, with what it won.
            auction INTEGER NOT NULL REFERENCES auction,
            step INTEGER NOT NULL,                                 -- from 1
            member INTEGER NOT NULL REFERENCES member,
            price INTEGER NOT NULL CHECK (price > 0),
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            won INTEGER NOT NULL CHECK (won BETWEEN 0 AND quantity),
            paid INTEGER NOT NULL CHECK (paid >= 0),
            PRIMARY KEY (auction, step)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX auction_step_member ON auction_step (member, auction);

        CREATE TABLE auction_cut (
            -- What of a step was not served, and the number of the rule that took it away.
            auction INTEGER NOT NULL,
            step INTEGER NOT NULL,
            n INTEGER NOT NULL,
            rule INTEGER NOT NULL,
            name TEXT NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            PRIMARY KEY (auction, step, n),
            FOREIGN KEY (auction, step) REFERENCES auction_step
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW auction_result AS
            -- Cleared auctions in the field's words; cover is what was demanded for each permit on offer, initial_cover for each
            -- before containment.
            SELECT auction.id AS number, auction.code AS auction, program.code AS program, permit_class.vintage, auction.rules,
                auction.phase, auction.failure, auction.currency, auction.price, auction.offered, auction.sold,
                1.0 * auction.demanded / NULLIF(auction.offered, 0) AS cover,
                1.0 * auction.demanded / NULLIF(auction.initial, 0) AS initial_cover, auction.proceeds, auction.bidders,
                auction.winners, auction.hhi, auction.cleared_time
            FROM auction
            JOIN permit_class ON permit_class.id = auction.permit_class
            JOIN program ON program.id = permit_class.program
            WHERE auction.cleared_seq IS NOT NULL;

        """
}
