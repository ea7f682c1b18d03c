import ArgumentParser
import Foundation
import OrderBook
import Permits

/// A file of messages to a book, one a line, as benchmarks of matching engines exchange them.
///
/// ```
/// # anything                            a remark
/// A,ORDER,B|S,PRICE,QUANTITY            adds a limit order that buys or sells
/// I,ORDER,B|S,PRICE,QUANTITY            adds one whose rest is cancelled at once
/// C,ORDER                               cancels what is left of an order
/// R,ORDER,PRICE,QUANTITY                replaces: another price, another open quantity
/// ```
/// All are whole numbers: prices in ticks, quantities from 1. An order's number is its own. A replacement keeps its place in the queue
/// if the price stays and the quantity does not grow. Whoever cancels or replaces an order that has gone changes nothing.
struct MessageFile {
    var messages: [Message] = []
    /// The lowest price, which is level 0.
    private(set) var low: Int32 = 1
    /// How many prices there are from the lowest to the highest.
    private(set) var levelCount = 1

    static let help = """
        A message file has one message a line; prices are in ticks:
          A,ORDER,B|S,PRICE,QUANTITY   adds a limit order that buys or sells
          I,ORDER,B|S,PRICE,QUANTITY   adds one whose rest is cancelled at once
          C,ORDER                      cancels what is left of an order
          R,ORDER,PRICE,QUANTITY       replaces: another price, another open quantity
          # …                          a remark
        """

    /// Messages of a flow, for writing.
    init(_ messages: [Message]) {
        self.messages = messages
        levelCount = Flow.levelCount
    }

    /// Reads a file.
    /// - Throws: `ValidationError` with the line that is wrong; what Foundation throws if the file cannot be read.
    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        var orders: Set<UInt64> = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated()
        where line.first != UInt8(ascii: "#") {
            guard let message = MessageFile.message(line) else {
                throw ValidationError(
                    "\(path), line \(index + 1): no message: \(String(decoding: line.prefix(80), as: UTF8.self))\n\(MessageFile.help)"
                )
            }
            if message.kind == .new, !orders.insert(message.order).inserted {
                throw ValidationError("\(path), line \(index + 1): order \(message.order) was added before")
            }
            messages.append(message)
        }
        let prices = messages.lazy.filter { $0.kind != .cancel }.map(\.level)
        guard let low = prices.min(), let high = prices.max() else { throw ValidationError("\(path): no orders") }
        let count = Int(high) - Int(low) + 1
        guard count <= Limits.levelsMax else {
            throw ValidationError(
                "\(path): prices from \(low) to \(high) are \(count) ticks; a book has \(Limits.levelsMax) at most"
            )
        }
        (self.low, levelCount) = (low, count)
        for index in messages.indices where messages[index].kind != .cancel { messages[index].level -= low }
    }

    private static func message(_ line: Data) -> Message? {
        let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        func number<Number: FixedWidthInteger>(_ index: Int, in range: ClosedRange<Number>) -> Number? {
            Number(String(decoding: fields[index], as: UTF8.self)).flatMap { range.contains($0) ? $0 : nil }
        }
        guard fields.count >= 2, let order: UInt64 = number(1, in: 1...UInt64(Int64.max)) else { return nil }
        switch (String(decoding: fields[0], as: UTF8.self), fields.count) {
        case ("A", 5), ("I", 5):
            guard let price: Int32 = number(3, in: 1...priceMax), let quantity: Int32 = number(4, in: 1...Int32.max),
                let side = [Side.buy, .sell].first(where: { fields[2].elementsEqual(letter($0).utf8) })
            else { return nil }
            let isIOC = fields[0].elementsEqual("I".utf8)
            return Message(kind: .new, side: side, isIOC: isIOC, order: order, level: price, quantity: quantity)
        case ("C", 2):
            return Message(kind: .cancel, side: .buy, isIOC: false, order: order, level: 0, quantity: 0)
        case ("R", 4):
            guard let price: Int32 = number(2, in: 1...priceMax), let quantity: Int32 = number(3, in: 1...Int32.max)
            else { return nil }
            return Message(kind: .amend, side: .buy, isIOC: false, order: order, level: price, quantity: quantity)
        default: return nil
        }
    }

    private static let priceMax = Int32(clamping: Limits.priceMax.minorUnits)

    private static func letter(_ side: Side) -> String { side == .buy ? "B" : "S" }

    /// Writes the file.
    func write(to path: String) throws {
        var text = ""
        for message in messages {
            let price = message.level + low
            switch message.kind {
            case .new:
                let kind = message.isIOC ? "I" : "A"
                text += "\(kind),\(message.order),\(MessageFile.letter(message.side)),\(price),\(message.quantity)\n"
            case .cancel: text += "C,\(message.order)\n"
            case .amend: text += "R,\(message.order),\(price),\(message.quantity)\n"
            }
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
