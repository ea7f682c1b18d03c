import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Permits

/// What the site answers: a status, bytes and their type.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var type: String
    var body: [UInt8]
    /// How long others may keep it.
    var caching = "no-cache"
    var entityTag: String?
    var allow: String?

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, type: "text/html; charset=utf-8", body: Array(text.utf8))
    }

    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    static func json(_ body: [UInt8], status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, type: "application/json", body: body)
    }

    /// A refusal of open data: a code and what would be right, as on the protocol.
    static func refusal(_ status: HTTPResponse.Status, _ code: String, _ text: String) -> Answer {
        var body: [UInt8] = []
        body.append(text: "{\"error\":{\"code\":")
        body.append(quoted: code)
        body.append(text: ",\"text\":")
        body.append(quoted: text)
        body.append(text: "}}\n")
        return .json(body, status: status)
    }

    /// The response, or 304 if who asks has it already.
    func response(to request: Request) -> Response {
        var headers: HTTPFields = [.contentType: type, .cacheControl: caching]
        if let entityTag { headers[.eTag] = entityTag }
        if let allow { headers[.allow] = allow }
        if status == .ok, let entityTag, request.headers[.ifNoneMatch] == entityTag {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// Texts in addresses.
enum Address {
    private static let plain = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    )

    /// A text as a part of a query.
    static func escaped(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }
}
