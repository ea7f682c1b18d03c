/// A refusal: the code, and a text that names the cause with its numbers, and the cure.
public struct Refusal: Error, Hashable, Sendable {
    /// Why, by the catalogue.
    public let code: RejectCode
    private let detail: Detail

    private enum Detail: Sendable {
        case text(String)
        /// The commonest by far, as members cancel what has just traded: its text is written only if it is read.
        case notLive(OrderID)
        /// Only the code is still known.
        case bare
        /// Who has sent too much, and after how many milliseconds it may be sent again.
        case throttled(String, Int64)
        case delayedLogon(Int64)
    }

    /// A refusal with its code and text.
    public init(_ code: RejectCode, _ text: String) {
        self.code = code
        detail = .text(text)
    }

    /// A refusal of which only the code is still known; its text says what the code means.
    public init(bare code: RejectCode) {
        self.code = code
        detail = .bare
    }

    /// Whether only the code is still known.
    public var isBare: Bool { if case .bare = detail { true } else { false } }

    /// The order that is not live, if that is why.
    public var notLiveOrder: OrderID? { if case .notLive(let order) = detail { order } else { nil } }

    /// An order is not live.
    public init(notLive order: OrderID) {
        code = .unknownOrder
        detail = .notLive(order)
    }

    /// A login has failed so often at a source that it may be tried again in `milliseconds`.
    public init(delayedLogon milliseconds: Int64) {
        code = .throttled
        detail = .delayedLogon(milliseconds)
    }

    /// There is no stream of that name.
    public init(noStream name: Code) {
        self.init(.unknownStream, "no stream \(name); it is private, a market's code, auctions or registry")
    }

    /// More requests than the limit of `sender` allows; the next may come in `milliseconds`.
    public init(throttled sender: String, retryAfter milliseconds: Int64) {
        code = .throttled
        detail = .throttled(sender, milliseconds)
    }

    /// After how many milliseconds the request may be sent again; nil if that does not help.
    public var retryAfter: Int64? {
        switch detail {
        case .throttled(_, let milliseconds), .delayedLogon(let milliseconds): milliseconds
        case .text, .notLive, .bare: nil
        }
    }

    /// What, with the values and the bounds.
    public var text: String {
        switch detail {
        case .text(let text): text
        case .bare: "\(code.cause) \(code.cure)"
        case .notLive(let order): "order \(order.number) is not live; it may be filled or cancelled"
        case .throttled(let sender, let milliseconds):
            "the \(sender) has sent more than its limit; send it again in \(milliseconds) ms"
        case .delayedLogon(let milliseconds):
            "too many logons have failed from there; try again in \(milliseconds) ms"
        }
    }

    /// Compares code and text.
    public static func == (a: Refusal, b: Refusal) -> Bool { a.code == b.code && a.text == b.text }

    /// Hashes code and text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(text)
    }
}
