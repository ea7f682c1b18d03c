package import Compacts
package import Permits
import Registry

// Complaints and their answers, and the standing of members.

extension Exchange {
    /// A member's counts, with what the registry knows of it.
    package func standing(of member: MemberID) -> Standing {
        var standing = compacts.standing(of: member)
        for id in registry.facilityIDs(of: member) {
            for obligation in registry[id].obligations {
                guard let outcome = obligation.outcome, outcome.isVerified, outcome.shortfall == .zero else { continue }
                standing.surrendered += 1
            }
        }
        standing.penalties = Int64(registry.penalties(of: member).count)
        return standing
    }

    /// Counts something of a member, whose labels may depend on it.
    mutating func count(_ what: WritableKeyPath<Standing, Int64>, of member: MemberID) {
        compacts.count(what, of: member)
        markLabels(of: member)
    }

    /// A complaint about a member, or about a reading of an agreement, which then is not settled before it is answered.
    mutating func complain(_ new: NewComplaint, _ sender: Sender) throws(Refusal) -> Outcome {
        let about = try findMember(new.about)
        guard about != sender.member, about != .venue else {
            throw Refusal(.invalidCombination, "a complaint is about another member")
        }
        guard (new.measure == nil) == (new.period == nil), new.measure == nil || new.agreement != nil else {
            throw Refusal(.invalidCombination, "measure= and period= go together, with compact=")
        }
        var days = Exchange.answerDays
        var agreement: AgreementID?
        if let code = new.agreement {
            let id = try findContract(code, seenBy: sender.member)
            agreement = id
            guard let terms = compacts[id].terms, !terms.parties(of: new.about).isEmpty else {
                throw Refusal(.invalidCombination, "\(new.about) has no part in \(code)")
            }
            // Who has not signed has not agreed to another time than everyone's.
            if terms.signatories.contains(new.about) { days = terms.schedule.answerDays }
            if let measure = new.measure, let period = new.period {
                try checkDispute(measure, period, id, about: new.about, sender)
            }
        }
        guard compacts.openComplaints(by: sender.member) < Limits.complaintsMax else {
            throw Refusal(
                .limitReached,
                "\(Limits.complaintsMax) complaints of yours are open, the most a member can have"
            )
        }
        // Nothing below may fail.
        let complaint = compacts.add(
            Complaint(
                number: 0,
                by: sender.member,
                about: about,
                agreement: agreement,
                measure: new.measure ?? .none,
                period: new.period ?? .none,
                due: now.adding(microseconds: days * Timestamp.microsecondsPerDay),
                evidence: new.evidence,
                text: new.text
            )
        )
        timers.add(.complaint(complaint.number), at: complaint.due)
        report(complaint, text: complaint.text)
        return .registry(.complaint(complaint.number, due: complaint.due))
    }

    private func checkDispute(
        _ measure: Code,
        _ period: Code,
        _ id: AgreementID,
        about: Code,
        _ sender: Sender
    ) throws(Refusal) {
        guard compacts[id].state == .contract, let terms = compacts[id].terms else {
            throw Refusal(.wrongStage, "\(compacts[id].code) has ended")
        }
        guard !terms.parties(of: members[sender.member].code).isEmpty else {
            throw Refusal(.notYourAgreement, "only parties and monitors dispute a reading")
        }
        guard let found = terms.measures.first(where: { $0.name == measure }),
            case .readings(let sampling) = found.source
        else { throw Refusal(.unknownMeasure, "\(compacts[id].code) has no measure \(measure) that is read") }
        let readers = [sampling.first, sampling.second, sampling.arbiter].compactMap(\.self)
        guard readers.contains(where: { terms.parties[$0].member == about }) else {
            throw Refusal(.notAppointed, "\(about) neither measures \(measure) nor decides about it")
        }
        guard let index = terms.schedule.period(period) else {
            throw Refusal(.unknownPeriod, "\(compacts[id].code) has no period \(period)")
        }
        guard !compacts[id].progress[index].isSettled else {
            throw Refusal(.periodClosed, "period \(period) is settled")
        }
    }

    mutating func answer(complaint number: UInt64, text: String, _ sender: Sender) throws(Refusal) {
        guard let index = compacts.complaint(number),
            compacts.complaints[index].about == sender.member, compacts.complaints[index].state != .answered
        else { throw Refusal(.unknownComplaint, "no complaint \(number) waits for your answer; COMPLAINTS lists them") }
        // Nothing below may fail.
        compacts.set(.answered, answer: text, complaint: index)
        report(compacts.complaints[index], text: text)
        if let id = compacts.complaints[index].agreement { advance(id) }
    }

    /// The time to answer a complaint is over.
    mutating func expire(complaint number: UInt64) {
        guard let index = compacts.complaint(number), compacts.complaints[index].state == .open else { return }
        let complaint = compacts.complaints[index]
        // Counted once for each who complains, however often.
        if !compacts.hasIgnored(complaint.by, complaint.about) { count(\.unanswered, of: complaint.about) }
        compacts.set(.unanswered, complaint: index)
        report(compacts.complaints[index], text: "")
        if let id = compacts.complaints[index].agreement { advance(id) }
    }

    /// Tells both sides and the public.
    private mutating func report(_ complaint: Complaint, text: String) {
        for member in [complaint.by, complaint.about] {
            events.append(.complaint(member: member, count: nextCount(of: member), complaint: complaint, text: text))
        }
        publish(.complaint(complaint, text: text))
    }

    /// How many days an answer may take where no agreement says so.
    private static let answerDays: Int64 = 30
}
