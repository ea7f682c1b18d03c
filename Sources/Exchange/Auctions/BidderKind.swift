package import Permits

/// The classes of bidders as words on the wire.
package enum BidderKind: Spelling, Word {
    case compliance, general
}
