package import Permits

/// A season of a water source: how much of each entitlement is announced, and what may be carried over at its end.
///
/// Source: Victoria's water shares: seasonal determinations in per cent, carry-over up to the entitlement, and above it a
/// spillable account that is locked until the risk of a spill is declared low.
package struct Season: Sendable, Equatable {
    package var program: ProgramID
    /// The year by which it is named.
    package var vintage: Int64
    package var ends: Timestamp
    /// How much of the entitlement may be carried over into the next season.
    package var carry: Percent
    /// Whether what is above that is kept in spillable accounts; otherwise it is forfeited.
    package var spills: Bool
    /// What has been announced so far of each program of entitlements, in order of the first announcement.
    package fileprivate(set) var announced: [Announced] = []
    package fileprivate(set) var isEnded = false

    /// What has been announced of one program's entitlements.
    package struct Announced: Sendable, Equatable {
        package var entitlements: ProgramID
        package var percent: Percent
        /// What rounding has left of holders' shares; empty once the season has ended.
        package var rests: [Announcement.Rest] = []
    }

    package init(program: ProgramID, vintage: Int64, ends: Timestamp, carry: Percent, spills: Bool) {
        self.program = program
        self.vintage = vintage
        self.ends = ends
        self.carry = carry
        self.spills = spills
    }

    /// What has been announced of a program's entitlements.
    package func announced(of entitlements: ProgramID) -> Percent {
        announced.first { $0.entitlements == entitlements }?.percent ?? .zero
    }

    /// What rounding has left of the shares in one class that a program's entitlements yield.
    package func rests(of entitlements: ProgramID, in permitClass: ClassID) -> [Announcement.Rest] {
        announced.first { $0.entitlements == entitlements }?.rests.filter { $0.permitClass == permitClass } ?? []
    }

    /// Raises what is announced of a program's entitlements; `rests` is what rounding has left.
    package mutating func announce(_ percent: Percent, of entitlements: ProgramID, rests: [Announcement.Rest]) {
        if let index = announced.firstIndex(where: { $0.entitlements == entitlements }) {
            (announced[index].percent, announced[index].rests) = (percent, rests)
        } else {
            announced.append(Announced(entitlements: entitlements, percent: percent, rests: rests))
        }
    }

    /// Ends it: nothing more is announced.
    mutating func end() {
        isEnded = true
        for index in announced.indices { announced[index].rests = [] }
    }

    /// Takes over what an earlier form of the season had announced.
    package mutating func takeAnnounced(from season: Season) { announced = season.announced }
}

extension Season: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Season?) throws(SnapshotError) -> Season {
        var new = Season(
            program: try coder.value("program", old?.program),
            vintage: try coder.value("vintage", old?.vintage),
            ends: try coder.value("ends", old?.ends),
            carry: try coder.value("carry", old?.carry),
            spills: try coder.value("spills", old?.spills)
        )
        new.announced = try coder.list("announced", old?.announced) { coder, old throws(SnapshotError) in
            Announced(
                entitlements: try coder.value("entitlements", old?.entitlements),
                percent: try coder.value("percent", old?.percent),
                rests: try coder.list("rests", old?.rests)
            )
        }
        new.isEnded = try coder.value("isEnded", old?.isEnded)
        return new
    }
}
