import Audit
import Exchange
import Permits

// Requests about the sealed log.

extension LineScanner {
    func logInquiry(_ line: Span<UInt8>) throws(Refusal) -> LogInquiry {
        let any = 0...Int64.max
        let size = try integer(.size, line, in: 1...Int64.max).map { UInt64($0) }
        switch verb {
        case .checkpoint:
            let isCosigned = try flag(.cosigned, line)
            guard size == nil || !isCosigned else {
                throw Refusal(.invalidCombination, "CHECKPOINT takes size= or cosigned=1")
            }
            return .checkpoint(size: size, isCosigned: isCosigned)
        case .proof:
            let sequence = try integer(.seq, line, in: any).map { UInt64($0) }
            let count = try integer(.n, line, in: any).map { UInt64($0) }
            let leaf = try integer(.leaf, line, in: any).map { UInt64($0) }
            let from = try integer(.from, line, in: any).map { UInt64($0) }
            let stream = try code(.stream, line)
            switch (sequence, count, leaf, from) {
            case (let sequence?, let count?, nil, nil):
                return .line(stream: stream ?? Exchange.privateStream, sequence: sequence, count: count, size: size)
            case (nil, nil, let leaf?, nil) where stream == nil: return .leaf(leaf, size: size)
            case (nil, nil, nil, let from?) where stream == nil: return .growth(from: from, size: size)
            default:
                throw Refusal(
                    .invalidCombination,
                    "PROOF needs seq= and n= of a line, with stream= unless it is private; or leaf=; or from="
                )
            }
        default:
            guard let signer = NoteSigner(text: try required(text(.key, line), .key)), signer.algorithm == .cosignature
            else { throw Refusal(.badValue, "key is no verifier key of a witness: NAME+HEX8+BASE64") }
            guard let signature = SignedNote.Signature(line: try required(text(.line, line), .line)) else {
                throw Refusal(.badValue, "line is no signature line: \u{2014} NAME BASE64")
            }
            return .cosign(size: try required(size, .size), signer, signature)
        }
    }
}
