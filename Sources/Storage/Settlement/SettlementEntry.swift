package import Exchange
package import Ledger
package import Permits

/// What one command did: what settlement books.
package struct SettlementEntry: Sendable {
    /// The command's sequence number.
    package var sequence: UInt64
    /// The command's stamp.
    package var time: Timestamp
    /// Its events, in order.
    package var events: ContiguousArray<Event>

    package init(sequence: UInt64, time: Timestamp, events: ContiguousArray<Event>) {
        self.sequence = sequence
        self.time = time
        self.events = events
    }
}

/// Event lines of streams, kept so that `RESUME` can send the same bytes again; in order of their commands.
package struct FeedLines: Sendable {
    /// One line, in UTF-8 and without its end.
    struct Line {
        /// A member's index × 2, or a market's index × 2 + 1.
        var stream: UInt64
        /// Its gapless number in its stream.
        var count: UInt64
        /// The command that caused it.
        var sequence: UInt64
        /// Where its bytes are.
        var range: Range<Int>
    }

    private(set) var lines: [Line] = []
    private(set) var bytes: [UInt8] = []

    package init() {}

    /// How many there are.
    package var count: Int { lines.count }

    /// Adds a line.
    /// - Parameters:
    ///   - line: as sent, in UTF-8, without its end.
    ///   - stream: a member's index × 2, or a market's index × 2 + 1.
    ///   - count: its gapless number in the stream.
    ///   - sequence: the command that caused it.
    package mutating func append(_ line: Span<UInt8>, stream: UInt64, count: UInt64, sequence: UInt64) {
        let start = bytes.count
        line.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        lines.append(Line(stream: stream, count: count, sequence: sequence, range: start..<bytes.count))
    }

    /// Forgets them, keeping their memory.
    package mutating func removeAll() {
        lines.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
}

/// What one account holds of one currency, as settlement added it up.
package struct CashBalance: Sendable, Hashable {
    /// Whose account.
    package enum Account: Spelling, Word {
        /// A member's own.
        case member
        /// Money outside the venue: what was deposited and not withdrawn, negative.
        case bank
        /// Fees that the venue has earned.
        case fee
        /// An agreement's.
        case fund

        /// The ledger's account of that kind; `owner` is a member, or the number of an agreement's account.
        func account(of owner: UInt32) -> AccountID {
            switch self {
            case .member: .general(MemberID(owner))
            case .bank: .bank
            case .fee: .fee
            case .fund: .fund(FundID(owner))
            }
        }

        /// The kind of a ledger's account, which holds money.
        init(_ account: AccountID) {
            switch account {
            case .bank: self = .bank
            case .fee: self = .fee
            default: self = account.fund == nil ? .member : .fund
            }
        }
    }
    package var account: AccountID
    package var currency: Currency
    package var total: Money

    package init(account: AccountID, currency: Currency, total: Money) {
        self.account = account
        self.currency = currency
        self.total = total
    }
}

/// What one account holds of one permit class, as settlement added it up.
package struct PermitBalance: Sendable, Hashable {
    /// Whose account.
    package enum Account: Spelling, Word {
        /// A member's own.
        case general
        /// A facility's.
        case compliance
        /// A member's water that a spill takes first.
        case spillable
        /// Where permits come from: what was issued, negative.
        case issuance
        // Where permits end.
        case surrendered, retirement, cancelled

        /// The ledger's account of that kind; `owner` is a member, or the facility of a compliance account.
        func account(of owner: UInt32) -> AccountID {
            switch self {
            case .general: .general(MemberID(owner))
            case .compliance: .compliance(FacilityID(owner))
            case .spillable: .spillable(MemberID(owner))
            case .issuance: .issuance
            case .surrendered: .surrendered
            case .retirement: .retirement
            case .cancelled: .cancelled
            }
        }

        /// The kind of a ledger's account, which holds permits.
        init(_ account: AccountID) {
            switch account {
            case .issuance: self = .issuance
            case .surrendered: self = .surrendered
            case .retirement: self = .retirement
            case .cancelled: self = .cancelled
            default: self = account.facility != nil ? .compliance : account.spiller != nil ? .spillable : .general
            }
        }
    }
    package var account: AccountID
    package var permitClass: ClassID
    package var quantity: Quantity
}

/// Why settlement could not book or read; a fault.
///
/// Nothing of the batch is booked then; the journal can rebuild the file.
package struct SettlementError: FileFault, CustomStringConvertible {
    /// The file concerned.
    package let file: String
    /// The command that could not be booked, if it is one.
    package let sequence: UInt64?
    /// What happened, and what to do.
    package let message: String
    /// Whether the file is not what it should be, so that it is to be made anew from the journal.
    package let isDamage: Bool

    init(file: String, sequence: UInt64? = nil, isDamage: Bool = false, _ message: String) {
        self.file = file
        self.sequence = sequence
        self.isDamage = isDamage
        self.message = message
    }

    package var description: String {
        if let sequence { "\(file): command \(sequence): \(message)" } else { "\(file): \(message)" }
    }

    /// Runs `body`; an error that is not ours already is told with its cause.
    static func wrapping<Result>(file: String, _ body: () throws -> Result) throws(SettlementError) -> Result {
        do {
            return try body()
        } catch let error as SettlementError {
            throw error
        } catch let error as BookingFault {
            throw SettlementError(file: file, sequence: error.sequence, isDamage: true, error.message)
        } catch {
            throw SettlementError(
                file: file,
                isDamage: SetAside.isDamage(error),
                "\(error)\(DiskRoom.note(file: file))"
            )
        }
    }
}

/// An event that contradicts what is booked.
struct BookingFault: Error {
    var sequence: UInt64
    var message: String
}
