/// Latencies in nanoseconds, each known to 1 part in 64: a high dynamic range histogram.
///
/// Layout: values below 128 have a bucket each; above, every power of two has 64.
struct Histogram {
    private var buckets = [UInt64](repeating: 0, count: 64 * 60)
    private(set) var count: UInt64 = 0

    private static func bucket(of value: UInt64) -> Int {
        guard value >= 128 else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount - 6
        return exponent * 64 + Int(value >> UInt64(exponent))
    }

    private static func value(of bucket: Int) -> UInt64 {
        guard bucket >= 128 else { return UInt64(bucket) }
        let exponent = UInt64(bucket / 64 - 1)
        return (UInt64(bucket % 64 + 64) << exponent) + (1 << exponent) / 2
    }

    mutating func add(_ value: UInt64) {
        buckets[Histogram.bucket(of: value)] += 1
        count += 1
    }

    /// The value that `share` of all do not exceed, in microseconds.
    func microseconds(_ share: Double) -> Double {
        let wanted = UInt64((Double(count) * share).rounded(.up))
        var seen: UInt64 = 0
        for (bucket, number) in buckets.enumerated() where number > 0 {
            seen += number
            if seen >= wanted { return Double(Histogram.value(of: bucket)) / 1000 }
        }
        return 0
    }

    /// The percentiles that tables show.
    var summary: [String: Double] {
        var summary: [String: Double] = [:]
        for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1)] {
            summary[name] = (microseconds(share) * 10).rounded() / 10
        }
        return summary
    }
}
