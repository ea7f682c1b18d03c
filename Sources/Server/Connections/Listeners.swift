import Permits
import Wire

/// Which sessions get which streams.
struct Listeners {
    /// How many each stream has, for the renderer.
    private(set) var audience = Audience()
    private var ofMember: ContiguousArray<[Session]> = []
    private var ofMarket: [MarketID: [Session]] = [:]

    /// The sessions that get a member's private stream.
    func of(_ member: MemberID) -> [Session] {
        Int(member.index) < ofMember.count ? ofMember[Int(member.index)] : []
    }

    /// The sessions that get a public stream.
    func of(_ market: MarketID) -> [Session] { ofMarket[market] ?? [] }

    mutating func add(_ session: Session, to member: MemberID) {
        while ofMember.count <= Int(member.index) { ofMember.append([]) }
        ofMember[Int(member.index)].append(session)
        audience.count(1, of: member)
    }

    mutating func add(_ session: Session, to market: MarketID) {
        ofMarket[market, default: []].append(session)
        audience.count(1, of: market)
    }

    mutating func remove(_ session: Session, from market: MarketID) {
        ofMarket[market]?.removeAll { $0 === session }
        audience.count(-1, of: market)
    }

    /// Takes a session of `member`, which listens to `markets`, off every stream.
    mutating func remove(_ session: Session, of member: MemberID?, _ markets: Set<MarketID>) {
        for market in markets { remove(session, from: market) }
        guard let member else { return }
        ofMember[Int(member.index)].removeAll { $0 === session }
        audience.count(-1, of: member)
    }
}
