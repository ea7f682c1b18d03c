import Auctions
import Permits
import Registry
import Seals

// An auction as bytes. Bids are in it as they are kept: sealed until the close.

extension ByteWriter {
    mutating func write(_ digest: Digest) { digest.bytes.forEach { write($0) } }

    fileprivate mutating func write(_ bytes: [UInt8]) {
        write(count: bytes.count)
        bytes.forEach { write($0) }
    }

    mutating func write<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    mutating func write<Value>(list: [Value], _ body: (inout ByteWriter, Value) -> Void) {
        write(count: list.count)
        for value in list { body(&self, value) }
    }
}

extension ByteReader {
    fileprivate mutating func readBytes() throws(SnapshotError) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<(try readCount()) { bytes.append(try read()) }
        return bytes
    }

    mutating func readOptional<Value>(
        _ body: (inout ByteReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value? {
        try readBool() ? try body(&self) : nil
    }

    mutating func readList<Value>(
        _ body: (inout ByteReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> [Value] {
        var list: [Value] = []
        for _ in 0..<(try readCount()) { list.append(try body(&self)) }
        return list
    }
}

extension Auction {
    func encode(to writer: inout ByteWriter) {
        terms.encode(to: &writer)
        writer.write(phase)
        writer.write(ended)
        writer.write(supply)
        writer.write(proposed)
        writer.write(list: consignments) { writer, consignment in
            writer.write(consignment.member.index)
            writer.write(consignment.quantity)
        }
        writer.write(list: guarantees) { writer, guarantee in
            writer.write(guarantee.member.index)
            writer.write(guarantee.amount)
        }
        writer.write(list: entries) { writer, entry in
            writer.write(entry.member.index)
            writer.write(entry.time)
            writer.write(entry.bid.quantity)
            writer.write(entry.bid.commitment)
            writer.write(entry.bid.box)
        }
        writer.write(result) { writer, result in result.encode(to: &writer) }
        writer.write(settlement) { writer, settlement in settlement.encode(to: &writer) }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        let terms = try Terms(from: &reader)
        self.terms = terms
        phase = try reader.readWord()
        ended = try reader.read()
        supply = try reader.readQuantity()
        proposed = try reader.readQuantity()
        consignments = try reader.readList { reader throws(SnapshotError) in
            Consignment(member: MemberID(try reader.read()), quantity: try reader.readQuantity())
        }
        guarantees = try reader.readList { reader throws(SnapshotError) in
            Guarantee(member: MemberID(try reader.read()), amount: try reader.readMoney())
        }
        entries = try reader.readList { reader throws(SnapshotError) in
            Entry(
                member: MemberID(try reader.read()),
                time: try reader.readTimestamp(),
                bid: SealedBid(
                    auction: terms.code,
                    quantity: try reader.readQuantity(),
                    commitment: try reader.readDigest(),
                    box: try reader.readBytes()
                )
            )
        }
        result = try reader.readOptional { reader throws(SnapshotError) in try Result(from: &reader) }
        settlement = try reader.readOptional { reader throws(SnapshotError) in try AuctionSettlement(from: &reader) }
    }
}

extension ContainmentTier {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(trigger)
        writer.write(quantity)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        self.init(trigger: try reader.readPrice(), quantity: try reader.readQuantity())
    }
}

extension Auction.Terms {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(id.number)
        writer.write(code)
        writer.write(permitClass.index)
        writer.write(currency)
        writer.write(seller.index)
        writer.write(issues)
        writer.write(rules)
        writer.write(policies)
        writer.write(lot)
        writer.write(reserve) { $0.write($1) }
        writer.write(list: tiers) { $1.encode(to: &$0) }
        writer.write(withheld) { $1.encode(to: &$0) }
        writer.write(opens)
        writer.write(closes)
        writer.write(sealKey)
        writer.write(commitment)
        writer.write(hiddenReserve) { $0.write($1) }
        writer.write(list: shares) { writer, share in
            writer.write(share.member.index)
            writer.write(share.percent)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        id = AuctionID(try reader.read())
        code = try reader.readCode()
        permitClass = ClassID(try reader.read())
        currency = try reader.readWord()
        seller = MemberID(try reader.read())
        issues = try reader.readBool()
        rules = try reader.readString()
        policies = try reader.readString()
        lot = try reader.readQuantity()
        reserve = try reader.readOptional { reader throws(SnapshotError) in try reader.readPrice() }
        tiers = try reader.readList { reader throws(SnapshotError) in try ContainmentTier(from: &reader) }
        withheld = try reader.readOptional { reader throws(SnapshotError) in try ContainmentTier(from: &reader) }
        opens = try reader.readTimestamp()
        closes = try reader.readTimestamp()
        sealKey = try reader.readDigest()
        commitment = try reader.readDigest()
        hiddenReserve = try reader.readOptional { reader throws(SnapshotError) in try reader.readDigest() }
        shares = try reader.readList { reader throws(SnapshotError) in
            Share(member: MemberID(try reader.read()), percent: try reader.read())
        }
    }
}

extension Auction.Result {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(price) { $0.write($1) }
        writer.write(failure) { $0.write($1) }
        writer.write(offered)
        writer.write(demanded)
        writer.write(sold)
        writer.write(proceeds)
        writer.write(count: statistics.bidders)
        writer.write(count: statistics.winners)
        writer.write(count: statistics.steps)
        writer.write(statistics.bid)
        for price in [
            statistics.highest, statistics.lowest, statistics.mean, statistics.medianBid, statistics.medianAllowance,
        ] { writer.write(price) { $0.write($1) } }
        writer.write(statistics.concentration)
        writer.write(list: statistics.soldByClass) { $0.write($1) }
        writer.write(list: steps) { writer, step in
            writer.write(step.member.index)
            writer.write(step.price)
            writer.write(step.quantity)
            writer.write(step.won)
            writer.write(step.paid)
            writer.write(list: step.cuts) { writer, cut in
                writer.write(count: cut.step)
                writer.write(cut.quantity)
                writer.write(cut.rule)
            }
        }
        writer.write(list: nonces) { $0.write($1) }
        writer.write(seed)
        writer.write(secret)
        writer.write(count: unopened)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        func readPrice(_ reader: inout ByteReader) throws(SnapshotError) -> Price? {
            try reader.readBool() ? try reader.readPrice() : nil
        }
        price = try readPrice(&reader)
        failure = try reader.readOptional { reader throws(SnapshotError) in try reader.readWord() }
        offered = try reader.readQuantity()
        demanded = try reader.readQuantity()
        sold = try reader.readQuantity()
        proceeds = try reader.readMoney()
        var statistics = AuctionStatistics()
        statistics.bidders = Int(try reader.read(UInt64.self))
        statistics.winners = Int(try reader.read(UInt64.self))
        statistics.steps = Int(try reader.read(UInt64.self))
        statistics.bid = try reader.readQuantity()
        statistics.highest = try readPrice(&reader)
        statistics.lowest = try readPrice(&reader)
        statistics.mean = try readPrice(&reader)
        statistics.medianBid = try readPrice(&reader)
        statistics.medianAllowance = try readPrice(&reader)
        statistics.concentration = try reader.read()
        statistics.soldByClass = try reader.readList { reader throws(SnapshotError) in try reader.readQuantity() }
        self.statistics = statistics
        steps = try reader.readList { reader throws(SnapshotError) in
            Auction.Step(
                member: MemberID(try reader.read()),
                price: try reader.readPrice(),
                quantity: try reader.readQuantity(),
                won: try reader.readQuantity(),
                paid: try reader.readMoney(),
                cuts: try reader.readList { reader throws(SnapshotError) in
                    Cut(
                        step: Int(try reader.read(UInt64.self)),
                        quantity: try reader.readQuantity(),
                        rule: try reader.readWord()
                    )
                }
            )
        }
        nonces = try reader.readList { reader throws(SnapshotError) in try reader.readString() }
        seed = try reader.readDigest()
        secret = try reader.readDigest()
        unopened = Int(try reader.read(UInt64.self))
    }
}
