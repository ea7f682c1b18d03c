import Exchange
import Foundation
import Testing
import Wire

/// The project's folder.
let projectFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Every stream file of the fixtures, by name.
let fixtureNames: [String] = {
    let files = try? FileManager.default.contentsOfDirectory(
        atPath: projectFolder.appendingPathComponent("fixtures").path
    )
    return (files ?? []).filter { $0.hasSuffix(".stream") }.map { String($0.dropLast(7)) }.sorted()
}()

/// A fixture's bytes.
func fixture(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: projectFolder.appendingPathComponent("fixtures/\(name)")))
}

/// What a stream prints.
func transcript(_ stream: [UInt8]) throws -> [UInt8] {
    var replay = StreamReplay(keepsRecords: true)
    var transcript = Transcript()
    try replay.run(stream) { step, venue in transcript.append(step, in: venue) }
    return transcript.take()
}

/// What a stream prints, as lines.
func lines(_ stream: String) throws -> [String] {
    String(decoding: try transcript(Array(stream.utf8)), as: UTF8.self).split(separator: "\n").map(String.init)
}

/// A venue with an operator, a regulator, two participants with cash and permits, and an open market CO2-2027.
let openMarket = """
    2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name="Venue operator"
    +0s operator MEMBER member=epa role=regulator name="Environment agency"
    +0s operator MEMBER member=acme role=participant name="Acme Steel"
    +0s operator MEMBER member=bolt role=participant name="Bolt Power"
    +0s operator DEPOSIT member=acme currency=EUR amount=100000
    +0s operator DEPOSIT member=bolt currency=EUR amount=100000
    +0s epa PROGRAM program=CO2 unit=tCO2e currency=EUR
    +0s epa CAP program=CO2 vintage=2027 cap=10000 holding=8000
    +0s epa ALLOCATE program=CO2 vintage=2027 member=acme qty=1000
    +0s epa ALLOCATE program=CO2 vintage=2027 member=bolt qty=5000
    +0s operator MARKET market=CO2-2027 program=CO2 vintage=2027 tick=0.01 lot=1 maxqty=5000 band=10 ref=71.25
    +0s operator PHASE market=CO2-2027 phase=preopen
    +0s operator PHASE market=CO2-2027 phase=open

    """
