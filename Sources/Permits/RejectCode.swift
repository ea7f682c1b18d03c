/// Why a request was refused: the catalogue that `PROTOCOL.md` lists and `HELP code=` explains.
///
/// Numbers and names are wire protocol: never reused or renumbered.
/// Cases stand in the order in which they are tested; the first that holds is reported.
public enum RejectCode: UInt16, CaseIterable, Sendable {
    // The line.
    case lineTooLong = 101
    case notUTF8 = 102
    case badSyntax = 103
    case unknownVerb = 104
    case unknownKey = 105
    case duplicateKey = 106
    case missingKey = 107
    case badValue = 108
    case badNumber = 109
    case outOfRange = 110
    // The session.
    case busy = 120
    case throttled = 130
    case notLoggedOn = 121
    case logonFailed = 122
    case versionNotSupported = 123
    case alreadyLoggedOn = 124
    case roleNotAllowed = 125
    case duplicateID = 126
    case needsApproval = 127
    case samePerson = 128
    case contentDiffers = 129
    case certificateRequired = 131
    case sessionEnded = 132
    case roleConflict = 133
    case internalFault = 134
    // What is named.
    case unknownMember = 201
    case unknownUser = 202
    case unknownProgram = 203
    case unknownVintage = 204
    case unknownMarket = 205
    case unknownOrder = 206
    case unknownStream = 207
    case alreadyExists = 208
    case notYourOrder = 209
    case notYourProgram = 210
    case limitReached = 211
    case notRetained = 212
    case unknownAuction = 213
    case unknownFacility = 214
    case unknownTransfer = 215
    case unknownProposal = 216
    case unknownPenalty = 217
    case unknownTrade = 218
    case unknownCertificate = 219
    case unknownSerial = 220
    case notYourFacility = 221
    case unknownSeason = 222
    case unknownLink = 223
    case notSealed = 224
    case unknownAgreement = 225
    case notYourAgreement = 226
    case unknownDraft = 227
    case unknownClaim = 228
    case unknownPeriod = 229
    case unknownClause = 230
    case unknownFund = 231
    case unknownMeasure = 232
    case unknownComplaint = 233
    case historyChanged = 234
    // The order.
    case wrongPhase = 301
    case invalidCombination = 302
    case offTick = 303
    case offLot = 304
    case orderTooLarge = 305
    case outsideBand = 306
    case expiryPassed = 307
    case alreadyFilled = 308
    case wouldCross = 309
    case belowReserve = 310
    case badSecret = 311
    case notAppointed = 312
    case notVerified = 313
    case periodClosed = 314
    case suspended = 315
    case badSignature = 316
    case wrongStage = 317
    case badTerms = 318
    case standingTooLow = 319
    case purposeNotAllowed = 320
    // Money, permits and their limits.
    case capExceeded = 401
    case holdingLimitExceeded = 402
    case insufficientFunds = 403
    case insufficientPermits = 404
    case overflow = 405
    case purchaseLimitExceeded = 406
    case insufficientGuarantee = 407
    case reserveExceeded = 408
    case bankingLimitExceeded = 409
    case borrowingLimitExceeded = 410
    case offsetLimitExceeded = 411
    case serialsNotHeld = 412
    case capacityExceeded = 413

    /// The name on the wire.
    public var name: String { entry.name }
    /// What is wrong, in one sentence.
    public var cause: String { entry.cause }
    /// What the sender can do about it.
    public var cure: String { entry.cure }

    private typealias Entry = (name: String, cause: String, cure: String)

    private var entry: Entry {
        switch self {
        case .lineTooLong:
            (
                "LINE_TOO_LONG", "The line is longer than 4096 bytes (512 before logon).",
                "Send shorter lines; the connection is closed."
            )
        case .notUTF8: ("NOT_UTF8", "The line is not valid UTF-8.", "Encode text as UTF-8.")
        case .badSyntax:
            (
                "BAD_SYNTAX", "The line is not VERB key=value key=value.",
                "Separate by spaces; quote values that hold spaces."
            )
        case .unknownVerb: ("UNKNOWN_VERB", "No such verb.", "HELP lists the verbs; they are upper case.")
        case .unknownKey: ("UNKNOWN_KEY", "The verb has no such key.", "HELP verb=NAME lists its keys.")
        case .duplicateKey: ("DUPLICATE_KEY", "A key stands twice.", "Give each key once.")
        case .missingKey: ("MISSING_KEY", "A key that the verb needs is missing.", "HELP verb=NAME lists its keys.")
        case .badValue:
            (
                "BAD_VALUE", "A value is not one of the words or not in the form that the key takes.",
                "HELP verb=NAME shows the form."
            )
        case .badNumber:
            (
                "BAD_NUMBER", "A value is not a decimal number, or has more decimals than its unit.",
                "Write plain digits, a point for decimals, no exponent."
            )
        case .outOfRange: ("OUT_OF_RANGE", "A number is outside what the key allows.", "The text gives the bounds.")
        case .busy:
            (
                "BUSY", "The venue's queue is full, or what was begun for all is not done yet.",
                "Wait a moment and send it again with the same id."
            )
        case .throttled:
            (
                "THROTTLED", "More requests than the limit of the session or the member allows.",
                "Send it again, with the same id, after retry_after milliseconds; taking back has a larger limit."
            )
        case .notLoggedOn: ("NOT_LOGGED_ON", "The connection has not logged on.", "Send LOGON first.")
        case .logonFailed:
            ("LOGON_FAILED", "Member, user or password is wrong.", "Check them; ask the operator for a new password.")
        case .versionNotSupported:
            ("VERSION_NOT_SUPPORTED", "The venue does not speak that protocol version.", "Use the version in the text.")
        case .alreadyLoggedOn:
            ("ALREADY_LOGGED_ON", "The login has a live session.", "End it with LOGOUT, or use another login.")
        case .roleNotAllowed:
            ("ROLE_NOT_ALLOWED", "The member's role may not send this verb.", "The text names the roles that may.")
        case .duplicateID:
            (
                "DUPLICATE_ID", "The id was used before with other content.",
                "Choose a new id; STATUS id= shows the first use."
            )
        case .needsApproval:
            (
                "NEEDS_APPROVAL", "The member has four eyes on, and this needs a second person.",
                "PROPOSE it; another login of the member approves it."
            )
        case .samePerson:
            (
                "SAME_PERSON", "Who proposed it cannot approve it, and nobody signs twice.",
                "Another person of the member must approve or sign."
            )
        case .contentDiffers:
            (
                "CONTENT_DIFFERS", "What is approved or signed is not, byte for byte, what was proposed.",
                "PROPOSALS, or TERMS draft=1, shows the exact content."
            )
        case .certificateRequired:
            (
                "CERTIFICATE_REQUIRED", "The login needs a connection with a client certificate of its own.",
                "Connect by TLS with the certificate that names weir:MEMBER/USER."
            )
        case .sessionEnded:
            (
                "SESSION_ENDED", "The venue ended the session: another took it over, or its login was revoked.",
                "Log on again if you did not mean it to; ask the operator if it was revoked."
            )
        case .roleConflict:
            (
                "ROLE_CONFLICT", "A person would act for the operator and for a regulator.",
                "Give the login to another person."
            )
        case .internalFault:
            (
                "INTERNAL", "The venue met a fault of its own, and did nothing.",
                "Tell the operator, whose log has the details."
            )
        case .unknownMember: ("UNKNOWN_MEMBER", "No such member.", "MEMBERS lists them.")
        case .unknownUser: ("UNKNOWN_USER", "The member has no such login.", "Ask the operator to create it.")
        case .unknownProgram: ("UNKNOWN_PROGRAM", "No such program.", "PROGRAMS lists them.")
        case .unknownVintage:
            ("UNKNOWN_VINTAGE", "The program has no such vintage.", "PROGRAMS lists them; CAP creates one.")
        case .unknownMarket: ("UNKNOWN_MARKET", "No such market.", "MARKETS lists them.")
        case .unknownOrder:
            (
                "UNKNOWN_ORDER", "No live order has that number or id.",
                "It may be filled or cancelled: STATUS id= and ORDERS tell."
            )
        case .unknownStream: ("UNKNOWN_STREAM", "No such stream.", "Use private or the code of a market.")
        case .alreadyExists: ("ALREADY_EXISTS", "The code is taken.", "Choose another code.")
        case .notYourOrder: ("NOT_YOUR_ORDER", "The order belongs to another member.", "ORDERS lists your own.")
        case .notYourProgram:
            ("NOT_YOUR_PROGRAM", "The program has another regulator.", "Only its regulator may do this.")
        case .limitReached:
            ("LIMIT_REACHED", "The venue holds as many of these as it can.", "The text gives the limit.")
        case .unknownAuction: ("UNKNOWN_AUCTION", "No such auction.", "AUCTIONS lists them.")
        case .unknownFacility:
            ("UNKNOWN_FACILITY", "No such facility.", "FACILITIES lists them.")
        case .unknownTransfer:
            ("UNKNOWN_TRANSFER", "No transfer with that number waits.", "TRANSFERS lists those that wait.")
        case .unknownProposal:
            (
                "UNKNOWN_PROPOSAL", "The member has no open proposal with that number.",
                "PROPOSALS lists them; it may have expired."
            )
        case .unknownPenalty:
            ("UNKNOWN_PENALTY", "No unpaid penalty has that number.", "PENALTIES lists them.")
        case .unknownTrade:
            (
                "UNKNOWN_TRADE", "The trade is not among the last of its market.",
                "TRADES lists those that can be busted."
            )
        case .unknownCertificate:
            (
                "UNKNOWN_CERTIFICATE", "No certificate has that number, or not with that digest.",
                "Check the number and digest; a certificate with another digest is not genuine."
            )
        case .unknownSerial:
            (
                "UNKNOWN_SERIAL", "No permit with that serial number was issued.",
                "PROGRAMS shows how many were issued; they count from 1."
            )
        case .notYourFacility:
            (
                "NOT_YOUR_FACILITY", "The facility belongs to another member, or to another program.",
                "FACILITIES shows whose it is."
            )
        case .unknownSeason:
            (
                "UNKNOWN_SEASON", "The program has no such season, or it is not in the state for this.",
                "SEASONS lists them."
            )
        case .unknownLink: ("UNKNOWN_LINK", "No such link between zones.", "LINKS lists them.")
        case .notRetained:
            ("NOT_RETAINED", "That part of the stream is not there.", "The text gives the numbers that are.")
        case .historyChanged:
            (
                "HISTORY_CHANGED", "The venue was set back, and what was seen after that is not in its history.",
                "Drop what came after the command in the text, and RESUME from there without history=."
            )
        case .notSealed:
            (
                "NOT_SEALED", "The sealed log has no such line, leaf or checkpoint.",
                "Facts are sealed a moment after their command; CHECKPOINT says how far the log has come."
            )
        case .unknownAgreement: ("UNKNOWN_AGREEMENT", "No such agreement.", "COMPACTS lists them.")
        case .notYourAgreement:
            (
                "NOT_YOUR_AGREEMENT", "The member takes no part in the agreement, or not the part that this needs.",
                "COMPACTS shows who takes part; TERMS shows who may do what."
            )
        case .unknownDraft:
            (
                "UNKNOWN_DRAFT", "That draft is not the one at hand.",
                "COMPACTS shows its number, TERMS draft=1 its text."
            )
        case .unknownClaim:
            ("UNKNOWN_CLAIM", "No such claim, or it is not the sender's to pay or give up.", "CLAIMS lists them.")
        case .unknownPeriod: ("UNKNOWN_PERIOD", "The agreement has no such period.", "PERIODS lists them.")
        case .unknownClause:
            ("UNKNOWN_CLAUSE", "The agreement has no clause or task of that name.", "TERMS shows its text.")
        case .unknownFund: ("UNKNOWN_FUND", "The agreement has no such fund.", "FUNDS lists them.")
        case .unknownMeasure:
            ("UNKNOWN_MEASURE", "The agreement has no such measure that is read.", "TERMS shows its text.")
        case .unknownComplaint:
            ("UNKNOWN_COMPLAINT", "No such complaint waits for the sender's answer.", "COMPLAINTS lists them.")
        case .wrongPhase:
            (
                "WRONG_PHASE", "The market's phase does not allow this.",
                "MARKETS shows the phase; wait for it to change."
            )
        case .invalidCombination:
            ("INVALID_COMBINATION", "The values do not go together.", "The text says which do not.")
        case .offTick:
            ("OFF_TICK", "The price is not a positive multiple of the tick.", "Round it to the tick in the text.")
        case .offLot:
            ("OFF_LOT", "The quantity is not a positive multiple of the lot.", "Round it to the lot in the text.")
        case .orderTooLarge: ("ORDER_TOO_LARGE", "The quantity is above the market's largest order.", "Split it.")
        case .outsideBand:
            ("OUTSIDE_BAND", "The price is outside the price band.", "Use a price within the bounds in the text.")
        case .expiryPassed: ("EXPIRY_PASSED", "A date that must be in the future has passed.", "Give a later one.")
        case .alreadyFilled:
            ("ALREADY_FILLED", "The new quantity is not above what is filled.", "Cancel the order instead.")
        case .belowReserve:
            ("BELOW_RESERVE", "A price is below the auction's reserve price.", "Bid at least the price in the text.")
        case .badSecret:
            (
                "BAD_SECRET", "What is released is not what the auction was announced with.",
                "Send the secret that its key and commitment were made from."
            )
        case .notAppointed:
            (
                "NOT_APPOINTED", "The sender is not the one who measures or confirms that.",
                "A regulator appoints verifiers by MONITOR; TERMS shows who measures for an agreement."
            )
        case .notVerified:
            (
                "NOT_VERIFIED", "What this rests on has not been verified.",
                "A verifier reports it first; REPORTS shows what there is."
            )
        case .periodClosed:
            (
                "PERIOD_CLOSED", "The period, or the task, is settled.",
                "Use a later period: corrections of use are carried to it, an agreement is amended."
            )
        case .suspended:
            (
                "SUSPENDED", "The member is suspended or its account frozen in that program.",
                "The text says until when; the regulator readmits."
            )
        case .wouldCross:
            (
                "WOULD_CROSS", "A post-only order would trade at once.",
                "Use a price that does not cross the best one in the text."
            )
        case .badSignature:
            (
                "BAD_SIGNATURE", "The signature is not of that key and that content.",
                "Sign exactly the bytes that the text names."
            )
        case .wrongStage:
            (
                "WRONG_STAGE", "The agreement is in another stage: dialogue, contract or ended.",
                "COMPACTS shows the stage."
            )
        case .badTerms:
            (
                "BAD_TERMS", "A text of terms or criteria cannot be read, or names what is not there.",
                "The text gives the line; weir compact check reads a file."
            )
        case .standingTooLow:
            ("STANDING_TOO_LOW", "A party's standing is below what the terms ask for.", "STANDING shows the counts.")
        case .purposeNotAllowed:
            (
                "PURPOSE_NOT_ALLOWED", "The fund may not pay that; the attempt is public.",
                "TERMS shows the fund's purposes and payees."
            )
        case .capExceeded:
            ("CAP_EXCEEDED", "More would be issued than the cap allows.", "Issue at most what the text says is left.")
        case .holdingLimitExceeded:
            (
                "HOLDING_LIMIT_EXCEEDED", "The member would hold more than the holding limit.",
                "Take at most what the text says is left."
            )
        case .insufficientFunds:
            (
                "INSUFFICIENT_FUNDS", "The free cash, or the fund, does not cover it.",
                "Deposit, cancel orders, or ask for less."
            )
        case .insufficientPermits:
            ("INSUFFICIENT_PERMITS", "The free permits do not cover it.", "Buy, cancel orders, or ask for less.")
        case .purchaseLimitExceeded:
            (
                "PURCHASE_LIMIT_EXCEEDED", "The bidder and its associates would bid for more than the purchase limit.",
                "Bid for at most what the text says is left."
            )
        case .insufficientGuarantee:
            (
                "INSUFFICIENT_GUARANTEE", "The bid guarantee does not cover the bid.",
                "Raise it by GUARANTEE to the amount in the text."
            )
        case .reserveExceeded:
            ("RESERVE_EXCEEDED", "The reserve does not hold that much.", "Allocate at most what the text says is left.")
        case .bankingLimitExceeded:
            (
                "BANKING_LIMIT_EXCEEDED",
                "Permits of earlier vintages would cover more of the obligation than the program allows.",
                "Surrender at most what the text says, and permits of the period for the rest."
            )
        case .borrowingLimitExceeded:
            (
                "BORROWING_LIMIT_EXCEEDED",
                "Permits of later vintages would cover more of the obligation than the program allows.",
                "Surrender permits of the period or earlier ones."
            )
        case .offsetLimitExceeded:
            (
                "OFFSET_LIMIT_EXCEEDED", "Offsets would cover more of the obligation than the program allows.",
                "Surrender at most what the text says, and allowances for the rest."
            )
        case .serialsNotHeld:
            (
                "SERIALS_NOT_HELD", "The account does not hold all of those serial numbers.",
                "BLOCKS lists what it holds."
            )
        case .capacityExceeded:
            (
                "CAPACITY_EXCEEDED", "The link between the zones has not that much opportunity.",
                "Move at most what the text says, or wait for deliveries and trade back."
            )
        case .overflow: ("OVERFLOW", "A sum would leave the range of 64 bits.", "Use smaller amounts.")
        }
    }
}
