import Permits

/// The lines that come most, `ORDER`, `AMEND` and `CANCEL`, read in one pass from bytes to values.
///
/// It knows what such lines are made of nearly always. Any other line, and all that is wrong with one, it leaves to `LineScanner`,
/// which reads every line and says what is wrong. What both read they read alike: a test holds them against each other.
struct TradingLine {
    private var verb = Verb.order
    private var given = KeySet()
    private var id = Code.none
    private var original = Code.none
    private var number: Int64 = 0
    /// What an order asks for; an amendment's quantity and price too.
    private var order = NewOrder(market: .none, side: .buy, quantity: .zero)

    private static let space = UInt8(ascii: " ")

    /// Reads a line.
    /// - Returns: whether that was a line that it reads.
    @inline(__always)
    mutating func read(_ line: Span<UInt8>) -> Bool {
        guard line.count >= 8, line.count <= Limits.lineBytesMax else { return false }
        let start = ByteWords.window(line, 0)
        let end = ByteWords.tokenEnd(in: start)
        guard end < 8, line[end] == TradingLine.space,
            let verb = VerbTable.shared.verb(start & ByteWords.low(end), 0),
            verb == .order || verb == .cancel || verb == .amend
        else { return false }
        self.verb = verb
        return readFields(of: line, from: end + 1) && isWhole
    }

    /// What was read, as what it asks for.
    @inline(__always)
    func parsed(_ line: Span<UInt8>) -> ParsedLine {
        let hash = id.isEmpty ? 0 : LineParser.hash(line)
        let command: Command =
            if verb == .order { .order(order) } else if verb == .cancel { .cancel(target) } else {
                .amend(
                    Amendment(
                        target: target,
                        quantity: given.contains(.qty) ? order.quantity : nil,
                        price: order.price,
                        stop: nil
                    )
                )
            }
        return ParsedLine(verb: verb, id: id, contentHash: hash, body: .command(command))
    }

    /// Whether all fields that the verb needs are there, and none too many.
    @inline(__always)
    private var isWhole: Bool {
        guard KeyTable.shared.missing(verb, given) == nil else { return false }
        if verb == .order { return true }
        return given.contains(.order) != given.contains(.orig)
            && (verb == .cancel || given.contains(.qty) || given.contains(.price))
    }

    private var target: OrderTarget {
        given.contains(.orig) ? .reference(original) : .number(OrderID(number: UInt64(number)))
    }

    /// Reads all fields, with one space between two.
    @inline(__always)
    private mutating func readFields(of line: Span<UInt8>, from start: Int) -> Bool {
        let table = KeyTable.shared
        var index = start
        while index < line.count {
            let word = ByteWords.window(line, index)
            let length = ByteWords.place(of: UInt8(ascii: "="), in: word)
            // A zero behind a key's letters would not show in the number that stands for it.
            guard (1..<8).contains(length), word &>> UInt64(8 &* length &- 8) & 0xFF != 0,
                let key = table.key(word & ByteWords.low(length), of: verb), !given.contains(key)
            else { return false }
            given.insert(key)
            index += length + 1
            let value = ByteWords.window(line, index)
            let count = ByteWords.tokenEnd(in: value)
            guard count < 8 else {
                // A longer one: an id, mostly.
                let end = line.firstIndex(of: TradingLine.space, from: index + 8)
                guard readLong(key, line.extracting(index..<end)) else { return false }
                index = end + 1
                continue
            }
            let end = index + count
            guard end >= line.count || line[end] == TradingLine.space, read(key, value & ByteWords.low(count), count)
            else {
                return false
            }
            index = end + 1
        }
        return true
    }

    /// Reads a value of less than eight bytes; false leaves the line to the scanner, also for a key that is new.
    @inline(__always)
    private mutating func read(_ key: Key, _ value: UInt64, _ count: Int) -> Bool {
        switch key {
        case .id: return TradingLine.take(Code(value, count: count), &id)
        case .market: return TradingLine.take(Code(value, count: count), &order.market)
        case .orig: return TradingLine.take(Code(value, count: count), &original)
        case .qty, .order, .price: return read(key, DecimalNumber(value, count: count))
        case .side: return TradingLine.take(Side(packed: value), &order.side)
        case .tif: return TradingLine.take(TimeInForce(packed: value), &order.timeInForce)
        case .stp: return TradingLine.take(SelfTradePrevention(packed: value), &order.selfTrade)
        case .post:
            order.postOnly = value == 49
            return value == 48 || value == 49
        default: return false
        }
    }

    /// Reads a value of eight bytes or more; false as above.
    private mutating func readLong(_ key: Key, _ value: Span<UInt8>) -> Bool {
        switch key {
        case .id: TradingLine.take(Code(value), &id)
        case .market: TradingLine.take(Code(value), &order.market)
        case .orig: TradingLine.take(Code(value), &original)
        case .qty, .order, .price: readLong(number: key, value)
        default: false
        }
    }

    private mutating func readLong(number key: Key, _ value: Span<UInt8>) -> Bool {
        do throws(RejectCode) { return read(key, try DecimalNumber(value)) } catch { return false }
    }

    @inline(__always)
    private mutating func read(_ key: Key, _ value: DecimalNumber?) -> Bool {
        guard let value else { return false }
        if key == .price {
            order.price = value
            return true
        }
        guard value.fractionCount == 0, value.digits > 0 else { return false }
        if key == .order {
            number = value.digits
            return true
        }
        order.quantity = Quantity(value.digits)
        return value.digits <= Limits.quantityMax.units
    }

    @inline(__always)
    private static func take<Value>(_ value: Value?, _ place: inout Value) -> Bool {
        guard let value else { return false }
        place = value
        return true
    }

    @inline(__always)
    private static func take<Value>(_ value: Value?, _ place: inout Value?) -> Bool {
        place = value
        return value != nil
    }
}
