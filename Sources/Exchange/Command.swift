package import Permits
package import Registry
package import Seals

/// What a member asks for, read from a line; symbols are still codes, decimals still unscaled.
///
/// The hot cases carry only inline values; the others are boxed.
package enum Command: Sendable, Equatable {
    case order(NewOrder)
    case amend(Amendment)
    case cancel(OrderTarget)
    case quote(Quote)
    case massCancel(MassCancel)
    case clock
    indirect case session(SessionCommand)
    indirect case auction(AuctionCommand)
    indirect case registry(RegistryCommand)
    indirect case deal(DealCommand)
    indirect case water(WaterCommand)
    indirect case approval(ApprovalCommand)
    indirect case compact(CompactCommand)
    indirect case admin(AdminCommand)
}

/// Which live order is meant: by its number, or by the id of the request that entered it.
package enum OrderTarget: Sendable, Equatable {
    case number(OrderID)
    case reference(Code)
}

/// `ORDER`: a new order.
package struct NewOrder: Sendable, Equatable {
    package var market: Code
    package var side: Side
    package var kind: OrderKind = .limit
    package var timeInForce: TimeInForce?
    package var selfTrade: SelfTradePrevention = .newest
    package var postOnly = false
    package var price: DecimalNumber?
    package var stop: DecimalNumber?
    package var quantity: Quantity
    package var display: Quantity?
    package var minimum: Quantity?
    package var expiry: Timestamp?
    /// Whether `expiry` was given as a date, whose end it is by UTC: the market's own is meant.
    package var isExpiryDate = false

    package init(market: Code, side: Side, quantity: Quantity) {
        self.market = market
        self.side = side
        self.quantity = quantity
    }
}

/// `AMEND`: a new total quantity (what is filled included), a new price or a new stop price.
package struct Amendment: Sendable, Equatable {
    package var target: OrderTarget
    package var quantity: Quantity?
    package var price: DecimalNumber?
    package var stop: DecimalNumber?

    package init(target: OrderTarget, quantity: Quantity?, price: DecimalNumber?, stop: DecimalNumber?) {
        self.target = target
        self.quantity = quantity
        self.price = price
        self.stop = stop
    }
}

/// `QUOTE`: replaces the login's quote in a market by a new one, of one or two sides or none.
package struct Quote: Sendable, Equatable {
    package var market: Code
    package var bid: DecimalNumber?
    package var bidQuantity: Quantity?
    package var ask: DecimalNumber?
    package var askQuantity: Quantity?

    package init(market: Code) { self.market = market }
}

/// `MASSCANCEL`: every live order of the member that matches all the filters given.
package struct MassCancel: Sendable, Equatable {
    package var market: Code?
    package var side: Side?
    package var user: Code?

    package init(market: Code? = nil, side: Side? = nil, user: Code? = nil) {
        self.market = market
        self.side = side
        self.user = user
    }
}

/// Commands about sessions.
package enum SessionCommand: Sendable, Equatable {
    /// A logon whose password the session layer has already checked.
    ///
    /// `takesOver`: a live session of the login ends as if its connection were lost.
    case logon(version: Int64, cancelOnDisconnect: Bool, takesOver: Bool)
    /// New credentials of one's own login.
    case rotate(CredentialChange)
    case logout
    /// The connection ended without a logout.
    case disconnect
    /// The venue started again: every session is gone.
    case restart(rules: Int64?)
    /// Cancels the login's orders unless it is sent again within `seconds`; 0 switches it off.
    case deadman(seconds: Int64)
}

/// What is new about a login; nil leaves what was.
package struct CredentialChange: Sendable, Equatable {
    /// A password's hash in its text form.
    package var passwordHash: String?
    /// The Ed25519 key of a machine.
    package var publicKey: Digest?
    /// Whose login it is, over all members; a login without one is a person of its own.
    package var person: Code?

    package init(passwordHash: String? = nil, publicKey: Digest? = nil, person: Code? = nil) {
        self.passwordHash = passwordHash
        self.publicKey = publicKey
        self.person = person
    }
}

/// Commands of the operator: rare, so plain.
package enum AdminCommand: Sendable, Equatable {
    case member(code: Code, role: Role, name: String)
    /// Gives a member another name.
    case rename(member: Code, name: String)
    case login(member: Code, user: Code, CredentialChange)
    /// Takes a login's credentials away and ends its session.
    case revoke(member: Code, user: Code)
    case market(NewMarket)
    /// Gives a closed market another tick, or another half-width of its band in per cent.
    case relist(market: Code, tick: DecimalNumber?, band: DecimalNumber?)
    case phase(market: Code, phase: Phase, text: String)
    case reference(market: Code, price: DecimalNumber)
    case dayEnd
    case deposit(member: Code, currency: Currency, amount: DecimalNumber)
    case withdraw(member: Code, currency: Currency, amount: DecimalNumber)
}

/// `MARKET`: lists a permit class for trading.
package struct NewMarket: Sendable, Equatable {
    package var code: Code
    package var permits: ClassName
    package var tick: DecimalNumber
    package var lot: Quantity
    package var quantityMax: Quantity
    /// Half the width of the price band, in per cent of the reference price.
    package var bandPercent: DecimalNumber
    package var reference: DecimalNumber
    /// Fees in per cent of the notional.
    package var makerPercent: DecimalNumber
    package var takerPercent: DecimalNumber
    /// Whose days its orders live by.
    package var timeZone: LocalZone

    package init(
        code: Code,
        permits: ClassName,
        tick: DecimalNumber,
        lot: Quantity,
        quantityMax: Quantity,
        bandPercent: DecimalNumber,
        reference: DecimalNumber,
        makerPercent: DecimalNumber,
        takerPercent: DecimalNumber,
        timeZone: LocalZone = .utc
    ) {
        self.code = code
        self.permits = permits
        self.tick = tick
        self.lot = lot
        self.quantityMax = quantityMax
        self.bandPercent = bandPercent
        self.reference = reference
        self.makerPercent = makerPercent
        self.takerPercent = takerPercent
        self.timeZone = timeZone
    }
}

/// A command with who sent it and when: what the journal holds, and all that the engine ever sees.
package struct Request: Sendable {
    /// The sequencer's stamp; never before the one before it.
    package var time: Timestamp
    package var member: MemberID
    /// The login, or `UserID.venue` when the entry names a member alone.
    package var user: UserID
    package var verb: Verb
    /// The member's own id of the request, or `Code.none`.
    package var id: Code
    /// A hash of the line's bytes: tells a repeat from another request with the same id.
    package var contentHash: UInt64
    package var command: Command

    package init(
        time: Timestamp,
        member: MemberID,
        user: UserID,
        verb: Verb,
        id: Code,
        contentHash: UInt64,
        command: Command
    ) {
        self.time = time
        self.member = member
        self.user = user
        self.verb = verb
        self.id = id
        self.contentHash = contentHash
        self.command = command
    }
}
