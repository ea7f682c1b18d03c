import Exchange
import Permits
import Registry

// Swaps and offers by agreement, whose classes stand in one value each.

extension LineScanner {
    func readTrust(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let program = try required(code(.program, line), .program)
        let target = try required(code(.to, line), .to)
        return verb == .trust ? .trust(program: program, to: target) : .distrust(program: program, to: target)
    }

    func readRights(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let member = try code(.member, line)
        return .rights(member: member)
    }

    func newSwap(_ line: Span<UInt8>) throws(Refusal) -> NewSwap {
        NewSwap(
            give: try required(classText(.give, line), .give),
            giveQuantity: try required(quantity(.giveqty, line), .giveqty),
            want: try required(classText(.want, line), .want),
            wantQuantity: try required(quantity(.wantqty, line), .wantqty),
            partner: try code(.to, line),
            expires: try time(.expire, line)
        )
    }

    /// A class in one value: `CO2:2027` or `WATER:2027:murray`.
    func classText(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> ClassName? {
        guard let text = try text(key, line) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let name = className(parts) else {
            throw Refusal(.badValue, "\(key.name) must be PROGRAM:VINTAGE or PROGRAM:VINTAGE:ZONE")
        }
        return name
    }

    /// Digits alone, as everywhere in the grammar.
    func wholeNumber(_ text: String) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }

    func className(_ parts: [String]) -> ClassName? {
        guard parts.count == 2 || parts.count == 3, let program = Code(parts[0]), let vintage = wholeNumber(parts[1]),
            vintage == 0 || LineScanner.vintages.contains(vintage),
            let zone = parts.count == 3 ? Code(parts[2]) : Code.none
        else { return nil }
        return ClassName(program: program, vintage: vintage, zone: zone)
    }

    func newOffer(_ line: Span<UInt8>) throws(Refusal) -> NewOffer {
        NewOffer(
            items: try items(line),
            price: try required(decimal(.price, line), .price),
            royalty: try decimal(.royalty, line),
            lease: try integer(.lease, line, in: 1...Limits.leaseMax),
            partner: try code(.to, line),
            expires: try time(.expire, line)
        )
    }

    /// A bundle: `HIGH:0:up:100,WATER:2027:up:50`.
    func items(_ line: Span<UInt8>) throws(Refusal) -> [NewOffer.Item] {
        let text = try required(text(.give, line), .give)
        var items: [NewOffer.Item] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard let name = className(Array(parts.dropLast())), let last = parts.last, let units = wholeNumber(last),
                (1...Limits.quantityMax.units).contains(units)
            else {
                throw Refusal(
                    .badValue,
                    "give must be PROGRAM:VINTAGE:QTY or PROGRAM:VINTAGE:ZONE:QTY, several with commas, qty from 1 to \(Limits.quantityMax.units)"
                )
            }
            items.append(NewOffer.Item(permits: name, quantity: Quantity(units)))
        }
        guard items.count <= Limits.offerItemsMax else {
            throw Refusal(.outOfRange, "\(items.count) classes are in the bundle, more than \(Limits.offerItemsMax)")
        }
        return items
    }
}
