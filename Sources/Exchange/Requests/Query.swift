package import Audit
package import Permits
package import Registry
package import Seals

/// A request that reads.
package enum Query: Sendable, Equatable {
    case ping
    case help(verb: String?, code: String?)
    case status(original: Code?)
    case account(member: Code?)
    case orders(market: Code?, member: Code?, from: UInt64, limit: Int)
    case book(market: Code, depth: Int)
    case trades(market: Code, limit: Int)
    case markets(Code?)
    case programs(Code?)
    case members(from: Code?)
    case ledger
    case auctions(Code?)
    /// The sender's own.
    case bids(auction: Code)
    case result(auction: Code, from: Int, limit: Int)
    indirect case registry(RegistryQuery)
    indirect case compact(CompactQuery)
    /// A page of what another query lists.
    indirect case page(Int, Query)
}

/// A request that reads the registry.
package enum RegistryQuery: Sendable, Equatable {
    case rules(program: Code)
    case facilities(program: Code?, member: Code?, facility: Code?, from: Code?)
    case reports(facility: Code, period: Int64?)
    case deadlines(program: Code?)
    case obligations(program: Code?, member: Code?, facility: Code?, period: Int64?, from: Code?)
    case blocks(ClassName, member: Code?, facility: Code?, from: Int, limit: Int)
    case transfers(program: Code?)
    case penalties(program: Code?, member: Code?, from: UInt64)
    case proposals
    case concentration(ClassName)
    case seasons(program: Code?)
    case links(program: Code?)
    case reach(market: Code, depth: Int)
    case swaps
    case offers
    case rights(member: Code?)
}

/// A request that reads agreements.
package enum CompactQuery: Sendable, Equatable {
    case compacts(Code?, member: Code?, from: Code?)
    case terms(Code, ofDraft: Bool)
    case periods(Code)
    case readings(Code, measure: Code?, period: Code?, from: UInt64)
    case claims(Code?, member: Code?, from: UInt64)
    case funds(Code)
    case standing(member: Code?, from: Code?)
    case complaints(Code?, member: Code?, from: UInt64)
    case labels(Code?, member: Code?, facility: Code?, from: Code?)
}

/// A query about what happened, answered from what was booked: the engine's memory does not grow with trades.
package enum Inquiry: Sendable, Equatable {
    /// `page` of the path, from 1.
    case trace(ClassName, serial: Int64, page: Int)
    /// `least`: trades below that price are left out.
    case prices(market: Code?, least: DecimalNumber?)
    case certificate(number: UInt64, digest: Digest?)
    /// About the sealed log.
    case log(LogInquiry)

    /// The most pages of a path that are told; settlement has all of it.
    static let pathPagesMax: Int64 = 100
}

/// A request about the sealed log; `size` chooses the checkpoint; nil for the newest, of proofs the newest with a witness if it covers them.
package enum LogInquiry: Sendable, Equatable {
    /// `CHECKPOINT`.
    case checkpoint(size: UInt64?, isCosigned: Bool)
    /// `PROOF` of a line of one's private stream or a public one.
    case line(stream: Code, sequence: UInt64, count: UInt64, size: UInt64?)
    /// `PROOF` of a leaf by its index.
    case leaf(UInt64, size: UInt64?)
    /// `PROOF` that the log only grew.
    case growth(from: UInt64, size: UInt64?)
    /// `COSIGN`: a witness's signature.
    case cosign(size: UInt64, NoteSigner, SignedNote.Signature)
}
