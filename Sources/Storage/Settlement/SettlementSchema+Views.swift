extension SettlementSchema {
    /// Questions that are asked often, answered in the field's words.
    static let views = """
        CREATE VIEW conservation AS
            -- Per asset, the sum over all accounts. Nothing is ever made or lost: every total must be 0.
            SELECT 'cash' AS kind, currency AS asset, SUM(total) AS total FROM cash_balance GROUP BY currency
            UNION ALL
            SELECT 'permits', program.code || '/' || permit_class.vintage
                    || CASE zone WHEN '' THEN '' ELSE '/' || zone END, SUM(quantity)
            FROM permit_balance
            JOIN permit_class ON permit_class.id = permit_balance.permit_class
            JOIN program ON program.id = permit_class.program
            GROUP BY permit_class.id;

        CREATE VIEW issuance AS
            -- Per permit class: issued = held + surrendered + retired + cancelled.
            SELECT permit_class.id AS permit_class,
                program.code AS program,
                permit_class.vintage AS vintage,
                permit_class.zone AS zone,
                COALESCE(-SUM(quantity) FILTER (WHERE account = 'issuance'), 0) AS issued,
                COALESCE(SUM(quantity) FILTER (WHERE account IN ('general', 'compliance', 'spillable')), 0) AS held,
                COALESCE(SUM(quantity) FILTER (WHERE account = 'surrendered'), 0) AS surrendered,
                COALESCE(SUM(quantity) FILTER (WHERE account = 'retirement'), 0) AS retired,
                COALESCE(SUM(quantity) FILTER (WHERE account = 'cancelled'), 0) AS cancelled
            FROM permit_class
            JOIN program ON program.id = permit_class.program
            LEFT JOIN permit_balance ON permit_balance.permit_class = permit_class.id
            GROUP BY permit_class.id;

        CREATE VIEW issued_vs_cap AS
            -- Per permit class: how much of the cap is issued; share is 0 to 1, NULL when the cap is 0.
            SELECT issuance.program, issuance.vintage, issuance.zone, permit_class.cap, issuance.issued,
                permit_class.cap - issuance.issued AS unissued,    -- negative: above a cap that was lowered, or carried over
                issuance.held, issuance.surrendered, issuance.retired, issuance.cancelled,
                1.0 * issuance.issued / NULLIF(permit_class.cap, 0) AS share
            FROM issuance
            JOIN permit_class ON permit_class.id = issuance.permit_class;

        CREATE VIEW holding_vs_cap AS
            -- Per member and permit class: how much of the cap is in one hand, facilities included; share as above.
            SELECT program.code AS program, permit_class.vintage, permit_class.zone, member.code AS member,
                SUM(permit_balance.quantity) AS quantity,
                1.0 * SUM(permit_balance.quantity) / NULLIF(permit_class.cap, 0) AS share,
                permit_class.cap, permit_class.holding_limit
            FROM permit_balance
            JOIN permit_class ON permit_class.id = permit_balance.permit_class
            JOIN program ON program.id = permit_class.program
            LEFT JOIN facility ON facility.id = permit_balance.facility
            JOIN member ON member.id = COALESCE(facility.member, permit_balance.member)
            WHERE permit_balance.account IN ('general', 'compliance', 'spillable') AND permit_balance.quantity > 0
            GROUP BY permit_class.id, member.id;

        CREATE VIEW who_holds_what AS
            -- All that members have; amount is decimal text.
            SELECT member.code AS member, member.role, 'cash' AS kind, cash_balance.currency AS asset,
                \(decimal("cash_balance.total")) AS amount
            FROM cash_balance
            JOIN member ON member.id = cash_balance.member
            JOIN currency ON currency.code = cash_balance.currency
            WHERE cash_balance.account = 'member' AND cash_balance.total > 0
            UNION ALL
            SELECT member, (SELECT role FROM member AS owner WHERE owner.code = holding_vs_cap.member), 'permits',
                program || '/' || vintage || CASE zone WHEN '' THEN '' ELSE '/' || zone END, CAST(quantity AS TEXT)
            FROM holding_vs_cap;

        CREATE VIEW counted_trade AS
            -- The trades that statistics go by: none that was undone, and each at the price it counts at.
            SELECT trade.number, trade.seq, trade.time, trade.day, trade.market, COALESCE(bust.price, trade.price) AS price,
                trade.quantity, trade.across_market
            FROM trade LEFT JOIN bust ON bust.trade = trade.number
            WHERE bust.trade IS NULL OR bust.price IS NOT NULL;

        CREATE VIEW trade_readable AS
            -- Trades with names and decimal prices, fees and turnover; bust: 'undone', or the price it counts at instead.
            SELECT trade.number, trade.seq, trade.time, trade.day, market.code AS market,
                \(decimal("trade.price")) AS price, trade.quantity, market.currency,
                \(decimal("trade.price * trade.quantity")) AS turnover,
                COALESCE(trade.aggressor, 'auction') AS aggressor,
                buyer.code AS buyer, seller.code AS seller,
                \(decimal("trade.buyer_fee")) AS buyer_fee, \(decimal("trade.seller_fee")) AS seller_fee,
                trade.buy_order, trade.sell_order,
                CASE WHEN bust.price IS NOT NULL THEN \(decimal("bust.price"))
                    WHEN bust.trade IS NOT NULL THEN 'undone' END AS bust
            FROM trade
            LEFT JOIN bust ON bust.trade = trade.number
            JOIN market ON market.id = trade.market
            JOIN currency ON currency.code = market.currency
            JOIN member AS buyer ON buyer.id = trade.buyer
            JOIN member AS seller ON seller.id = trade.seller;

        CREATE VIEW daily_market AS
            -- Per trading day and market with trades that count. Prices and turnover in minor units; vwap is turnover / volume, not rounded.
            SELECT market_day.day, trading_day.date, market.code AS market, open, high, low, close,
                volume, 1.0 * turnover / volume AS vwap, turnover, trades, market.currency
            FROM market_day
            JOIN market ON market.id = market_day.market
            JOIN trading_day ON trading_day.number = market_day.day;

        """

    /// What was paid for permits, as the public may trust it: trades that were undone do not count, and what changed hands
    /// without a price stands apart.
    static let priceViews = """
        CREATE VIEW zone_price AS
            -- Per permit class: trades, volume, turnover in minor units and the volume-weighted price; volume_across is what
            -- orders of another zone bought or sold here.
            SELECT program.code AS program, permit_class.vintage, permit_class.zone, market.currency,
                SUM(trades) AS trades, SUM(volume) AS volume, SUM(turnover) AS turnover,
                1.0 * SUM(turnover) / SUM(volume) AS vwap, SUM(volume_across) AS volume_across
            FROM market_day
            JOIN market ON market.id = market_day.market
            JOIN permit_class ON permit_class.id = market.permit_class
            JOIN program ON program.id = permit_class.program
            GROUP BY permit_class.id, market.currency;

        CREATE VIEW median_price AS
            -- Per market and day with trades: the median price in minor units of the seven days that end with it, where they
            -- have at least five trades (the rule of the Murray-Darling water market's published prices).
            SELECT market, date, trades, AVG(price) AS median
            FROM (
                SELECT market.code AS market, day.date, trade.price, COUNT(*) OVER series AS trades,
                    ROW_NUMBER() OVER (PARTITION BY day.market, day.date ORDER BY trade.price) AS place
                FROM (SELECT DISTINCT market, substr(time, 1, 10) AS date FROM counted_trade) AS day
                JOIN counted_trade AS trade ON trade.market = day.market
                    AND trade.time >= date(day.date, '-6 days') AND trade.time < date(day.date, '+1 day')
                JOIN market ON market.id = day.market
                WINDOW series AS (PARTITION BY day.market, day.date)
            )
            WHERE trades >= 5 AND place IN ((trades + 1) / 2, (trades + 2) / 2)
            GROUP BY market, date;

        CREATE VIEW off_market_transfer AS
            -- What changed hands without a price, in a swap, or by agreement at the price of a whole bundle (table sale).
            SELECT program.code AS program, permit_class.vintage, permit_class.zone, transfer.*
            FROM transfer
            JOIN permit_class ON permit_class.id = transfer.permit_class
            JOIN program ON program.id = permit_class.program
            WHERE transfer.kind IN ('transfer', 'swap', 'sale');

        """

    /// SQL for the decimal text of an amount in minor units of the `currency` row in scope.
    static func decimal(_ amount: String) -> String {
        """
        CASE currency.scale WHEN 0 THEN CAST(\(amount) AS TEXT) ELSE \
        printf('%s%d.%0*d', CASE WHEN \(amount) < 0 THEN '-' ELSE '' END, \
        abs(\(amount)) / currency.unit, currency.scale, abs(\(amount)) % currency.unit) END
        """
    }
}
