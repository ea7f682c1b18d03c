/// Seconds that `body` takes by the monotonic clock.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let elapsed = ContinuousClock.now - start
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
}

extension [Double] {
    /// The middle value.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
