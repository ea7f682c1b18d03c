package import Permits

/// What an announcement credits for one class of entitlements: to all holders together the announced share of the whole, exactly,
/// however it is cut among them.
///
/// Each holder is due its entitlement × the rise, and what earlier announcements of the season rounded away from it or gave it too
/// much. All together get the sum rounded down; each its part rounded down, and who is short of most one more. So a holder of all
/// is credited as if nothing was ever rounded, and pieces are worth what they were as one.
///
/// What rounding left hangs on the member, not on its entitlements: if it went with them, a buyer could get some that yield nothing
/// more for a while, and one would not be worth what another is. So who was given part of a permit too much and sells all leaves
/// that part to the others, less than one permit in a season.
package struct Announcement {
    /// What rounding left of a holder's share in an open season: in ten-thousandths of a permit, below zero if it got more.
    package struct Rest: Sendable, Equatable {
        package var permitClass: ClassID
        package var member: MemberID
        package var units: Int64

        package init(permitClass: ClassID, member: MemberID, units: Int64) {
            (self.permitClass, self.member, self.units) = (permitClass, member, units)
        }
    }

    /// What a holder is credited.
    package struct Credit: Sendable, Equatable {
        package var member: MemberID
        package var quantity: Quantity
    }

    private static let unit: Int64 = 10_000

    private let permitClass: ClassID
    /// `rest` is what earlier announcements owe a holder, in ten-thousandths of a permit.
    private var holders: [(member: MemberID, entitled: Int64, rest: Int64)] = []
    private var places: [MemberID: Int] = [:]

    /// Begins with nobody; `permitClass` is what the entitlements yield.
    package init(of permitClass: ClassID) { self.permitClass = permitClass }

    /// Counts an entitlement for a member, or with a negative quantity one that it has leased out.
    package mutating func add(_ entitled: Quantity, of member: MemberID) {
        holders[place(of: member)].entitled += entitled.units
    }

    private mutating func place(of member: MemberID) -> Int {
        if let place = places[member] { return place }
        places[member] = holders.count
        holders.append((member, entitled: 0, rest: 0))
        return holders.count - 1
    }

    /// Shares out a rise.
    /// - Parameters:
    ///   - rise: the difference between what is announced and what was.
    ///   - rests: what the season's announcements have left so far for this class.
    /// - Returns: the credits above zero, and what is left now.
    package mutating func shares(of rise: Percent, _ rests: [Rest]) -> (credits: [Credit], rests: [Rest]) {
        for rest in rests { holders[place(of: rest.member)].rest += rest.units }
        let due = holders.map { $0.entitled * rise.hundredths + $0.rest }
        var parts = due.map { max(0, $0 / Announcement.unit) }
        let total = Int64(max(0, due.reduce(Int128(0)) { $0 + Int128($1) } / Int128(Announcement.unit)))
        func short(_ place: Int) -> Int64 { due[place] - parts[place] * Announcement.unit }
        var left = total - parts.reduce(0, +)
        while left != 0 {
            let able = left > 0 ? Array(parts.indices) : parts.indices.filter { parts[$0] > 0 }
            let ranked = able.sorted { a, b in
                let (shortOfA, shortOfB) = (short(a), short(b))
                return shortOfA == shortOfB ? a < b : (shortOfA > shortOfB) == (left > 0)
            }
            for place in ranked.prefix(Int(abs(left))) {
                parts[place] += left.signum()
            }
            left = total - parts.reduce(0, +)
        }
        var credits: [Credit] = []
        var after: [Rest] = []
        for (place, holder) in holders.enumerated() {
            if parts[place] > 0 { credits.append(Credit(member: holder.member, quantity: Quantity(parts[place]))) }
            guard short(place) != 0 else { continue }
            after.append(Rest(permitClass: permitClass, member: holder.member, units: short(place)))
        }
        return (credits, after)
    }
}

extension Announcement.Rest: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Announcement.Rest?
    ) throws(SnapshotError) -> Announcement.Rest {
        Announcement.Rest(
            permitClass: try coder.value("permitClass", old?.permitClass),
            member: try coder.value("member", old?.member),
            units: try coder.value("units", old?.units)
        )
    }
}
