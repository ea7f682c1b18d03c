/// Chance for simulations, benchmarks and tests, from a seed: small, and the same everywhere.
///
/// Source: Sebastiano Vigna, public domain, prng.di.unimi.it/splitmix64.c.
@usableFromInline
package struct SplitMix64: Sendable {
    @usableFromInline var state: UInt64

    @inlinable package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    @inlinable
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of the range.
    @inlinable
    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// A number from 0 to `bound` − 1; the bias is below 2^-50 for bounds below 2^14.
    @inlinable
    package mutating func below<Value: FixedWidthInteger>(_ bound: Value) -> Value { Value(next() % UInt64(bound)) }

    /// True in so many of a thousand cases.
    @inlinable
    package mutating func chance(_ perMille: Int64) -> Bool { number(0...999) < perMille }

    /// One of them.
    @inlinable
    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int(number(0...Int64(choices.count - 1)))]
    }
}
