import Permits

/// The classes of bidders as words on the wire.
package enum BidderKind: UInt8, Word {
    case compliance, general

    package var word: StaticString { self == .compliance ? "compliance" : "general" }
}
