import WeirClient

/// A numbered stream as a client has got it, live and by RESUME.
final class SimulatedStream {
    /// `private`, or a market.
    let name: String
    /// The lines by number.
    private(set) var lines: [UInt64: String] = [:]
    /// The next number that a live line has; 0 before the first subscription.
    private var nextLive: UInt64 = 0
    /// The next number that the answer to a RESUME brings, and the last one.
    private var nextAgain: UInt64 = 1
    private var lastAgain: UInt64 = 0

    init(_ name: String) { self.name = name }

    /// The first number that it has not got; nil if it has all that it knows of.
    var missing: UInt64? { (1..<max(1, nextLive)).first { lines[$0] == nil } }

    /// Live lines will follow number `last`.
    func goesOn(after last: UInt64) { nextLive = last + 1 }

    /// A RESUME was answered: these lines follow.
    func answered(from: UInt64, to: UInt64) { (nextAgain, lastAgain) = (from, to) }

    /// The connection is gone.
    func forgetAnswer() { (nextAgain, lastAgain) = (1, 0) }

    /// Takes a line.
    /// - Returns: what is wrong with it, or nil.
    func take(_ line: ClientLine) -> String? {
        guard let number = line.number("n") else { return "an event without a number" }
        if number == nextLive {
            nextLive += 1
        } else if number == nextAgain, number <= lastAgain {
            nextAgain += 1
        } else {
            return "an event out of turn; expected \(nextLive), or \(nextAgain) to \(lastAgain)"
        }
        if let known = lines[number], known != line.text { return "an event that was \"\(known)\"" }
        lines[number] = line.text
        return nil
    }
}
