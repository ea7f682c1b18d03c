import Foundation
import GRDB

extension Row {
    /// A column's value of a file that may be damaged, where GRDB's own subscript would end the process.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws(DatabaseError) -> Value {
        let found: DatabaseValue = self[column]
        guard let value = Value.fromDatabaseValue(found) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "column \(column) holds \(found)")
        }
        return value
    }

    /// A column's bytes.
    func bytes(_ column: String) throws(DatabaseError) -> [UInt8] { Array(try value(column) as Data) }
}
