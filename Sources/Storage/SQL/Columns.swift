import Auctions
import Audit
import Compacts
import Exchange
import GRDB
import Permits
import Registry
import Seals

/// What stands in a column of settlement, as SQL has it: codes, words and times as text, ids, quantities and money as integers.
protocol ColumnValue {
    var column: DatabaseValue { get }
}

/// The columns of a row, by name.
typealias Columns = KeyValuePairs<String, any ColumnValue>

/// What happens to a row whose key is there already.
enum RowConflict {
    case fails
    /// The old row goes.
    case replaces
    /// The old row stays.
    case stays
    /// The old row takes every other column of the new one; the text names the key.
    case updates(String)
}

/// Where a fact comes from: its command, its place among that one's events from 1, and its time.
struct Origin {
    let seq: UInt64
    let position: Int
    let time: Timestamp
}

/// A table of settlement, to be written to.
struct Table {
    let database: Database
    let name: String
    let conflict: RowConflict

    /// Inserts a row.
    func insert(_ columns: Columns) throws {
        let names = columns.map(\.key)
        var sql = "INSERT "
        switch conflict {
        case .replaces: sql += "OR REPLACE "
        case .stays: sql += "OR IGNORE "
        case .fails, .updates: break
        }
        sql += "INTO \(name) (\(names.joined(separator: ", ")))"
        sql += " VALUES (\(repeatElement("?", count: names.count).joined(separator: ", ")))"
        if case .updates(let key) = conflict {
            let updates = names.filter { $0 != key }.map { "\($0) = excluded.\($0)" }
            sql += " ON CONFLICT (\(key)) DO UPDATE SET \(updates.joined(separator: ", "))"
        }
        try execute(sql, columns.map(\.value))
    }

    /// The row whose `key` is `value`.
    func row(_ key: String, _ value: any ColumnValue) -> Row { Row(table: self, key: key, value: value) }

    /// A row, to be changed.
    struct Row {
        fileprivate let table: Table
        fileprivate let key: String
        fileprivate let value: any ColumnValue

        /// Changes some columns.
        func set(_ columns: Columns) throws {
            let changes = columns.map { "\($0.key) = ?" }.joined(separator: ", ")
            try table.execute("UPDATE \(table.name) SET \(changes) WHERE \(key) = ?", columns.map(\.value) + [value])
        }
    }

    /// Runs a statement, which stays prepared.
    fileprivate func execute(_ sql: String, _ values: [any ColumnValue]) throws {
        try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(values.map(\.column)))
    }
}

extension SettlementProjection {
    /// A table to write to; `conflict` says what happens to a row whose key is there already.
    func table(_ name: String, _ conflict: RowConflict = .fails) -> Table {
        Table(database: database, name: name, conflict: conflict)
    }
}

extension Int64: ColumnValue { var column: DatabaseValue { databaseValue } }
extension Int: ColumnValue { var column: DatabaseValue { databaseValue } }
extension Bool: ColumnValue { var column: DatabaseValue { databaseValue } }
extension String: ColumnValue { var column: DatabaseValue { databaseValue } }
extension UInt8: ColumnValue { var column: DatabaseValue { databaseValue } }
extension Int32: ColumnValue { var column: DatabaseValue { databaseValue } }
extension UInt32: ColumnValue { var column: DatabaseValue { databaseValue } }
/// Numbers that are counted up stand with the same bits.
extension UInt64: ColumnValue { var column: DatabaseValue { Int64(bitPattern: self).databaseValue } }
extension Optional: ColumnValue where Wrapped: ColumnValue {
    var column: DatabaseValue { self?.column ?? .null }
}

extension Code: ColumnValue { var column: DatabaseValue { description.databaseValue } }
extension Timestamp: ColumnValue { var column: DatabaseValue { description.databaseValue } }
extension DecimalNumber: ColumnValue { var column: DatabaseValue { description.databaseValue } }
extension Digest: ColumnValue { var column: DatabaseValue { hex.databaseValue } }
extension Quantity: ColumnValue { var column: DatabaseValue { units.databaseValue } }
extension Money: ColumnValue { var column: DatabaseValue { minorUnits.databaseValue } }
extension Price: ColumnValue { var column: DatabaseValue { minorUnits.databaseValue } }
extension Percent: ColumnValue { var column: DatabaseValue { hundredths.databaseValue } }

extension MemberID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension UserID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension MarketID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension ProgramID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension ClassID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension FacilityID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension FundID: ColumnValue { var column: DatabaseValue { index.databaseValue } }
extension AgreementID: ColumnValue { var column: DatabaseValue { number.column } }

extension ColumnValue where Self: Word { var column: DatabaseValue { text.databaseValue } }
extension Agreement.Ending: ColumnValue {}
extension AllocationMethod: ColumnValue {}
extension Alert.Kind: ColumnValue {}
extension AuctionPhase: ColumnValue {}
extension Claim.State: ColumnValue {}
extension Clearing.Failure: ColumnValue {}
extension Complaint.State: ColumnValue {}
extension Currency: ColumnValue {}
extension CutRule: ColumnValue {}
extension DisagreementRule: ColumnValue {}
extension LabelAward.State: ColumnValue {}
extension Measure: ColumnValue {}
extension OfferState: ColumnValue {}
extension Phase: ColumnValue {}
extension ProposalState: ColumnValue {}
extension ReversibleAct.Process: ColumnValue {}
extension Role: ColumnValue {}
extension SurrenderKind: ColumnValue {}
extension SwapState: ColumnValue {}
extension Terms.Kind: ColumnValue {}
extension Transfer.Kind: ColumnValue {}
extension TransferState: ColumnValue {}
