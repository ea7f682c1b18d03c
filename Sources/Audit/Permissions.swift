package import Permits

/// Which role may send which verb: everything that is not listed is refused.
package enum Permissions {
    /// Whether a member of `role` may send `verb`.
    package static func allows(_ role: Role, _ verb: Verb) -> Bool { allowed(verb).contains(role) }

    /// The roles that may send a verb.
    package static func roles(for verb: Verb) -> [Role] { Role.allCases.filter { allowed(verb).contains($0) } }

    /// Some roles, a bit each.
    private struct Roles: ExpressibleByArrayLiteral {
        private var bits: UInt8 = 0

        @inline(__always)
        init(arrayLiteral roles: Role...) { for role in roles { bits |= 1 << role.rawValue } }

        func contains(_ role: Role) -> Bool { bits >> role.rawValue & 1 != 0 }
    }

    private static func allowed(_ verb: Verb) -> Roles {
        switch verb {
        case .logon, .logout, .challenge, .rotate, .ping, .help, .status, .subscribe, .unsubscribe, .resume,
            .book, .trades, .markets, .programs, .members, .auctions, .result, .rules, .facilities, .reports,
            .obligations,
            .trace, .certificate, .penalties, .concentration, .seasons, .links, .reach, .swaps, .offers, .rights,
            .prices, .checkpoint, .proof, .interest, .join, .leave, .message, .reading, .fulfil, .complain, .answer,
            .observe, .compacts, .terms, .periods, .readings, .claims, .funds, .standing, .complaints, .labels:
            [.operator, .regulator, .participant, .verifier, .observer]
        case .account, .orders, .blocks:
            [.operator, .regulator, .participant]
        case .fourEyes, .propose, .approve, .decline, .proposals, .draft, .sign, .terminate:
            [.operator, .regulator, .participant]
        case .ledger:
            [.operator, .regulator, .verifier, .observer]
        case .member, .login, .revoke:
            [.operator, .venue]
        case .market, .reference, .dayEnd, .deposit, .withdraw:
            [.operator]
        case .phase:
            [.operator, .regulator]
        case .program, .cap, .allocate, .classify, .holiday, .facility, .monitor, .deadline, .suspend, .readmit, .bust,
            .season, .announce, .spill, .release, .link, .delivery, .cosign, .label:
            [.regulator]
        case .report:
            [.verifier, .regulator]
        case .auction, .openBids, .callOff, .spend, .settle, .waive:
            [.regulator, .participant]
        case .transfer, .retire, .order, .amend, .cancel, .massCancel, .quote, .deadman, .consign,
            .guarantee, .bid, .withdrawBid, .sealedBid, .bids, .swap, .unswap, .offer, .take, .unoffer, .move, .cover,
            .surrender, .recall,
            .trust, .distrust,
            .pay, .donate,
            .transfers:
            [.participant]
        case .clock, .restart:
            [.venue]
        case .disconnect:
            [.operator, .regulator, .participant, .verifier, .observer]
        }
    }

    /// Checks a verb.
    /// - Throws: `roleNotAllowed`, with the roles that may.
    package static func check(_ role: Role, _ verb: Verb) throws(Refusal) {
        guard !allows(role, verb) else { return }
        let allowed = roles(for: verb).filter { $0 != .venue }.map(\.text)
        let who = allowed.isEmpty ? "only the venue itself" : allowed.joined(separator: ", ")
        throw Refusal(.roleNotAllowed, "\(verb.text) is not for the role \(role.text); it is for: \(who)")
    }
}
