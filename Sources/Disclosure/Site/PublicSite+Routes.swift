import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Permits
import Storage

extension PublicSite {
    /// How long a page that was just made is given again, in seconds.
    private static let pageSeconds = 0.5

    /// Every address of the site.
    func router() throws -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SiteHeaders())
        router.add(middleware: OnlyReading())
        for language in Language.allCases {
            addPages(to: language == .english ? router.group() : router.group(RouterPath(language.rawValue)), language)
        }
        addFiles(to: router)
        router.get("data/{name}") { [self] request, context in await data(request, context, .english) }
        router.get("live/markets/{code}") { [self] request, context in
            try await live(request, context.parameters.get("code"))
        }
        router.get("live/{code}") { [self] request, context in
            let code = context.parameters.get("code")
            return try await live(request, code == "auctions" || code == "registry" ? code : nil)
        }
        router.get("healthz") { request, _ in Answer.text("ok\n").response(to: request) }
        router.get("readyz") { [self] request, _ in
            await answer(request) { [record] in
                let sequence = try record.read { try $0.sequence }
                return .text("ok \(sequence)\n")
            }
        }
        router.get("**") { [self] request, _ in
            missing(request, request.uri.path.hasPrefix("/zh") ? .chinese : .english).response(to: request)
        }
        return router
    }

    private func addPages(to group: RouterGroup<BasicRequestContext>, _ language: Language) {
        func page(_ path: RouterPath, _ make: @escaping @Sendable (PageContext, Request, Parameters) throws -> Page?) {
            group.get(path) { [self] request, context in
                let parameters = context.parameters
                return await answer(request, keepsFor: PublicSite.pageSeconds) { [self] in
                    let now = clock()
                    let made = try record.read { reading -> (Page, Int64)? in
                        let context = PageContext(reading: reading, say: renderer.say(language), now: now)
                        return try make(context, request, parameters).map { ($0, try reading.sequence) }
                    }
                    guard let (page, sequence) = made else { return missing(request, language) }
                    let path = String(request.uri.path.dropFirst(language.base.count))
                    return .html(renderer.html(page, language, path: path, sequence: sequence, now: now))
                }
            }
        }
        page("") { page, _, _ in try page.front() }
        page("programs/{code}") { page, _, parameters in try parameters.get("code").flatMap(page.program) }
        page("markets/{code}") { page, _, parameters in try parameters.get("code").flatMap(page.market) }
        page("auctions/{number}") { page, _, parameters in
            try parameters.get("number", as: Int64.self).flatMap(page.auction)
        }
        page("water/{code}") { page, _, parameters in try parameters.get("code").flatMap(page.water) }
        page("agreements") { page, _, _ in try page.agreements() }
        page("agreements/{number}") { page, _, parameters in
            try parameters.get("number", as: Int64.self).flatMap(page.agreement)
        }
        page("members") { page, _, _ in try page.members() }
        page("members/{code}") { page, _, parameters in try parameters.get("code").flatMap(page.member) }
        page("retirements") { page, _, _ in try page.retirements() }
        page("retirements/{number}") { page, _, parameters in
            try parameters.get("number", as: Int64.self).flatMap(page.retirement)
        }
        page("data") { page, _, _ in try page.data() }
        page("log") { [log] page, request, _ in
            guard let log else { return nil }
            let words = request.uri.queryParameters.get("find").map { String($0.prefix(100)) } ?? ""
            return try page.sealedLog(
                log,
                find: words,
                before: request.uri.queryParameters.get("before", as: UInt64.self)
            )
        }
        if language != .english {
            group.get("data/{name}") { [self] request, context in await data(request, context, language) }
        }
    }

    /// Style, script, picture; the sealed log's files, byte for byte as they are exported.
    private func addFiles(to router: Router<BasicRequestContext>) {
        let files: [(RouterPath, String, [UInt8])] = [
            ("style.css", "text/css; charset=utf-8", PackageResources.style_css),
            ("weir.js", "text/javascript; charset=utf-8", PackageResources.weir_js),
            ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
        ]
        for (path, type, bytes) in files {
            router.get(path) { request, _ in
                Answer(type: type, body: bytes, caching: "public, max-age=300").response(to: request)
            }
        }
        router.get("openapi.json") { [self] request, _ in await answer(request) { .json(try OpenAPI.document()) } }
        router.get("log/**") { [self] request, _ in
            await answer(request) { [self] in
                guard let log, let file = try log.file(String(request.uri.path.dropFirst())) else {
                    return .text("no such file; log/checkpoint says how far the log has come\n", status: .notFound)
                }
                let caching = file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
                return Answer(type: file.contentType, body: file.bytes, caching: caching)
            }
        }
    }

    private func missing(_ request: Request, _ language: Language) -> Answer {
        let say = renderer.say(language)
        var page = Page(title: say("missing.title"), lead: say("missing.text"), part: "")
        page.sections = [Section(id: "back", links: [Cell(text: say("part.front"), href: language.base + "/")])]
        return .html(renderer.html(page, language, path: "", sequence: 0, now: clock()), status: .notFound)
    }

    /// A public table: `NAME.json`, `NAME.csv`, or the page about it.
    private func data(_ request: Request, _ context: BasicRequestContext, _ language: Language) async -> Response {
        let parts = (context.parameters.get("name") ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        guard let name = parts.first, let table = PublicTable.named(name),
            parts.count == 1 || ["json", "csv"].contains(parts[1])
        else {
            return missing(request, language).response(to: request)
        }
        guard parts.count == 2 else {
            return await answer(request, keepsFor: PublicSite.pageSeconds) { [self] in
                let now = clock()
                let (page, sequence) = try record.read { reading in
                    (
                        try PageContext(reading: reading, say: renderer.say(language), now: now).data(table),
                        try reading.sequence
                    )
                }
                return .html(renderer.html(page, language, path: "/data/\(name)", sequence: sequence, now: now))
            }
        }
        let parameters = request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
        let query: DataQuery
        do throws(DataQuery.Fault) { query = try DataQuery(table, parameters) } catch {
            return Answer.refusal(.badRequest, "BAD_VALUE", error.text).response(to: request)
        }
        let isJSON = parts[1] == "json"
        return await answer(request) { [record] in
            try record.read { reading in
                let sequence = try reading.sequence
                let rows = try query.rows(reading)
                let shown = rows.prefix(query.limit)
                var next: String?
                if rows.count > query.limit, let last = shown.last {
                    let kept = parameters.filter { $0.name != "after" }.map {
                        "&\($0.name)=\(Address.escaped($0.value))"
                    }
                    next =
                        "/data/\(name).\(parts[1])?after=\(Address.escaped(query.cursor(behind: last)))" + kept.joined()
                }
                var answer: Answer =
                    isJSON
                    ? .json(DataText.json(table, shown, sequence: sequence, next: next))
                    : Answer(type: "text/csv; charset=utf-8", body: Array(DataText.csv(table, shown).utf8))
                answer.entityTag = "\"\(try reading.position)-\(parts[1])\""
                return answer
            }
        }
    }

    /// The events of a public stream, behind the number that the reader has seen.
    private func live(_ request: Request, _ code: String?) async throws -> Response {
        guard let code else { return missing(request, .english).response(to: request) }
        let name = HTTPField.Name("Last-Event-ID")
        let seen = name.flatMap { request.headers[$0] }.flatMap { UInt64($0) }
        let from = request.uri.queryParameters.get("from", as: UInt64.self).map { $0 > 0 ? $0 - 1 : 0 }
        let found: (stream: UInt64, last: UInt64)?
        do { found = try await lookUp(code) } catch {
            logger.error("cannot look up \(code): \(error)")
            return Answer.refusal(.serviceUnavailable, "UNAVAILABLE", "this cannot be read now").response(to: request)
        }
        guard let (stream, last) = found else {
            return Answer.refusal(.notFound, "UNKNOWN_STREAM", "no stream of that name").response(to: request)
        }
        // Nobody is further than the stream is: who says so has seen another history.
        let number = min(seen ?? from ?? 0, last)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { [feeds] writer in
                try await feeds.send(stream, after: number, to: &writer)
                try await writer.finish(nil)
            }
        )
    }
}

/// What every answer says: nothing is loaded from elsewhere, nothing is guessed, nobody frames it.
private struct SiteHeaders: RouterMiddleware {
    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.contentSecurityPolicy] = SiteHeaders.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }
}

/// Refuses what does not only read.
private struct OnlyReading: RouterMiddleware {
    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            var answer = Answer.text("GET or HEAD\n", status: .methodNotAllowed)
            answer.allow = "GET, HEAD"
            return answer.response(to: request)
        }
        return try await next(request, context)
    }
}
