package import Permits

/// What a winner pays for a permit.
package enum Pricing: Spelling, Word {
    /// Everyone pays the clearing price: the lowest price that is served.
    case uniform
    /// Everyone pays its own bid (discriminatory; US EPA).
    case payAsBid = "pay-as-bid"
    /// Everyone pays half-way between the lowest price served and the highest price not served, rounded down to the minor unit: so
    /// the lowest price served if that one is rationed, or if nothing was left out.
    case midpoint
}
