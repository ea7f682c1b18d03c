import Exchange
import Permits
import Synchronization

/// How many requests may be sent: `perSecond` in the long run, `burst` at once.
///
/// Orders in a time unit are limited for each participant, over all its sessions, by Regulation (EU) 2017/584 (RTS 7),
/// article 18.
package struct RequestQuota: Sendable {
    package var perSecond: Int64
    package var burst: Int64

    package init(perSecond: Int64, burst: Int64) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// One sender's limits: its requests have a quota, and what takes back has a quota of its own, ten times as large.
///
/// Event loops share it without a lock.
final class Throttle: Sendable {
    private let requests: TokenBucket
    private let takingBack: TokenBucket

    init(_ quota: RequestQuota) {
        requests = TokenBucket(quota)
        takingBack = TokenBucket(RequestQuota(perSecond: 10 * quota.perSecond, burst: 10 * quota.burst))
    }

    /// Takes a request's token, if there is one.
    /// - Returns: 0, or the nanoseconds until there is one.
    func take(_ verb: Verb?, at now: Int64) -> Int64 { bucket(of: verb).take(at: now) }

    /// Takes tokens for a request that made more work than most; what is not there is owed, up to a whole burst.
    func charge(_ count: Int, at now: Int64) { requests.take(count, at: now) }

    /// Gives a token back that was taken for nothing.
    func giveBack(_ verb: Verb?) { bucket(of: verb).giveBack() }

    private func bucket(of verb: Verb?) -> TokenBucket { verb?.takesBack == true ? takingBack : requests }
}

/// A bucket of tokens as one number: the time at which it is full again (the generic cell rate algorithm, ITU-T I.371).
private final class TokenBucket: Sendable {
    private let nanosecondsPerToken: Int64
    private let nanosecondsWhenEmpty: Int64
    private let fullAt = Atomic<Int64>(0)

    init(_ quota: RequestQuota) {
        nanosecondsPerToken = 1_000_000_000 / quota.perSecond
        nanosecondsWhenEmpty = nanosecondsPerToken * quota.burst
    }

    /// Takes tokens whether they are there or not.
    func take(_ count: Int, at now: Int64) {
        var old = fullAt.load(ordering: .relaxed)
        while true {
            let new = min(max(old, now) + Int64(count) * nanosecondsPerToken, now + nanosecondsWhenEmpty)
            let (exchanged, original) = fullAt.compareExchange(expected: old, desired: new, ordering: .relaxed)
            guard !exchanged else { return }
            old = original
        }
    }

    func giveBack() { fullAt.subtract(nanosecondsPerToken, ordering: .relaxed) }

    func take(at now: Int64) -> Int64 {
        var old = fullAt.load(ordering: .relaxed)
        while true {
            // A clock that was set back leaves the bucket empty, not in debt.
            let held = min(max(old, now), now + nanosecondsWhenEmpty)
            let missing = held + nanosecondsPerToken - now - nanosecondsWhenEmpty
            let new = missing > 0 ? held : held + nanosecondsPerToken
            let (exchanged, original) = fullAt.compareExchange(expected: old, desired: new, ordering: .relaxed)
            guard !exchanged else { return max(0, missing) }
            old = original
        }
    }
}
