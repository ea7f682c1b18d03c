import Exchange
import Logging
import Permits
import Storage
import Wire

// Reading what is booked, on threads for that.

extension Projector {
    /// Reads a page of a stream, as far as it is booked.
    ///
    /// - Parameters:
    ///   - request: what is wanted.
    ///   - sequence: the last command before the request.
    ///   - body: gets the page; one without a line if the next one is not booked yet.
    func page(
        _ request: StreamRequest,
        after sequence: UInt64,
        _ body: @escaping @Sendable (Result<Settlement.FeedPage, Refusal>) -> Void
    ) {
        submit { [self] in
            // Before it reads: what is not there then is not kept.
            let isBooked = settled >= sequence
            do throws(SettlementError) {
                let page = try followers.settlement.feedPage(
                    stream: request.stream,
                    from: request.from,
                    through: request.through,
                    bytesMax: StreamRequest.pageBytesMax,
                    linesMax: request.limit
                )
                let first = page.first ?? (isBooked ? request.last + 1 : request.from)
                if first > request.from {
                    let text = "stream \(request.name) is kept from \(first) to \(request.last)"
                    return body(.failure(Refusal(.notRetained, text)))
                }
                body(.success(page))
            } catch {
                configuration.logger.error("cannot read a stream: \(error)")
                report(error)
                body(.failure(Refusal(.busy, "the stream cannot be read now; try again")))
            }
        }
    }

    /// Reads what an inquiry needs, once command `sequence` is booked.
    func read(
        _ need: Inquiry.Need,
        after sequence: UInt64,
        _ body: @escaping @Sendable (Result<Inquiry.Records, Refusal>) -> Void
    ) {
        var isForLog = false
        if case .log = need { isForLog = true }
        add(
            Waiter(sequence: sequence, isForLog: isForLog) { [self] isBooked in
                guard isBooked else {
                    let text = "command \(sequence) is not booked yet, and will not be soon; STATUS shows booked="
                    return body(.failure(Refusal(.busy, text)))
                }
                do {
                    body(.success(try records(for: need)))
                } catch let refusal as Refusal {
                    body(.failure(refusal))
                } catch {
                    configuration.logger.error("cannot read for an inquiry: \(error)")
                    if let fault = error as? any FileFault { report(fault) }
                    body(.failure(Refusal(.busy, "what was booked cannot be read now; try again")))
                }
            }
        )
    }

    private func records(for need: Inquiry.Need) throws -> Inquiry.Records {
        guard case .log(let need) = need else { return try followers.settlement.records(for: need) }
        guard let log = followers.log else { throw Refusal(.notSealed, "this venue keeps no sealed log") }
        return .log(try log.record(for: need))
    }
}

extension Settlement {
    fileprivate func records(for need: Inquiry.Need) throws(SettlementError) -> Inquiry.Records {
        switch need {
        case .path(let serial, let permitClass, let stepsMax):
            let moves = try path(of: serial, permitClass: permitClass, limit: stepsMax)
            return .path(moves.map { TraceStep(sequence: $0.sequence, time: $0.time, move: $0.move) })
        case .trades(let begin):
            let levels = Dictionary(grouping: try levels(since: begin), by: \.market).mapValues { levels in
                levels.map { TradeRecord.Level(price: $0.price, trades: $0.trades, quantity: $0.quantity) }
            }
            return .trades(TradeRecord(levels: levels, offMarket: try offMarket(since: begin)))
        case .certificate(let number): return .certificate(try certificate(number))
        case .log: preconditionFailure("the sealed log answers that")
        }
    }
}
