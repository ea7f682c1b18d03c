/// Every key of every request.
///
/// At most eight characters, so that a key is one machine word.
public enum Key: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case id, member, user, password, hash, version, cod, heartbeat, market, stream, from, timeout
    case role, name, program, vintage, tick, lot, maxqty, band, ref, maker, taker, phase, text, price
    case currency, amount, unit, cap, holding, qty, to
    case side, type, tif, stp, post, stop, display, min, expire, order, orig, bid, bidqty, ask, askqty
    case verb, code, depth, limit
    case auction, supply, opens, closes, rules, with, reserve, tiers, withhold, key, commit, hidden, shares
    case secret, floor, steps, nonce, box
    case zone, base, reduce, offsets, facility, history, output, saving, factor, date, close
    case verifier, second, split, within, period, evidence, kind, due, since, share
    case yields, starts, ends, carry, spills, percent, link, balance, ratio, back
    case offer, royalty, lease, window, give, giveqty, want, wantqty, swap
    case size, line, seq, n, leaf, cosigned, sign, takeover, person, old
    case compact, draft, more, measure, value, sample, clause, task, fund, purpose, claim, label, criteria, days
    case page, until, auctions, freeze, trade, first, transfer, penalty, on, act, proposal, serial, number, digest
    case above, reopen, backopen, oneway, timezone

    /// The key as it is written.
    public var name: String {
        switch self {
        case .heartbeat: "hb"
        default: "\(self)"
        }
    }
}
