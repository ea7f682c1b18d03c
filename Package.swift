// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
/// The deterministic rooms: every unsafe use is visible.
let core: [SwiftSetting] = strict + [.strictMemorySafety()]

let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
]
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let engine: [Target.Dependency] = [
    "Permits", "Seals", "OrderBook", "Auctions", "Ledger", "Registry", "Compacts", "Audit", "Exchange", "Wire",
]

let package = Package(
    name: "weir",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    ],
    targets: [
        .target(name: "Permits", dependencies: [heap], swiftSettings: core),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .target(name: "Seals", dependencies: ["CLibcrypto"], swiftSettings: strict),
        .target(name: "Auctions", dependencies: ["Permits", "Seals"], swiftSettings: core),
        .target(name: "OrderBook", dependencies: ["Permits", heap], swiftSettings: core),
        .target(name: "Ledger", dependencies: ["Permits"], swiftSettings: core),
        .target(name: "Registry", dependencies: ["Permits", "Seals"], swiftSettings: core),
        .target(name: "Compacts", dependencies: ["Permits", "Seals", "Registry"], swiftSettings: core),
        .target(name: "Audit", dependencies: ["Permits", "Seals"], swiftSettings: core),
        .target(
            name: "Exchange",
            dependencies: [
                "Permits", "Seals", "Auctions", "OrderBook", "Ledger", "Registry", "Compacts", "Audit", deque,
            ],
            swiftSettings: core
        ),
        .target(
            name: "Wire",
            dependencies: [
                "Permits", "Seals", "Auctions", "OrderBook", "Ledger", "Registry", "Compacts", "Audit", "Exchange",
            ],
            swiftSettings: core
        ),
        .target(
            name: "Storage",
            dependencies: [
                "Permits", "Auctions", "OrderBook", "Ledger", "Registry", "Compacts", "Audit", "Exchange", "Seals",
                "CLibcrypto",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Server",
            dependencies: engine + ["Storage", logging, tls, nioTLS, deque] + nio,
            swiftSettings: strict
        ),
        .target(
            name: "Simulation",
            dependencies: engine + [
                "Storage", "Server", "WeirClient", logging, .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Disclosure",
            dependencies: [
                "Permits", "Seals", "Auctions", "Registry", "Compacts", "Audit", "Storage", logging, "SwiftCSV",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "Mustache", package: "swift-mustache"),
            ] + nio,
            resources: [
                "page.mustache", "cell.mustache", "facts.mustache", "table.mustache", "live.mustache", "proof.mustache",
                "certificate.mustache", "search.mustache", "terms.mustache", "words.csv", "style.css", "weir.js", "icon.svg",
            ].map { .embedInCode("Site/\($0)") },
            swiftSettings: strict
        ),
        .target(name: "WeirClient", dependencies: ["Permits", "Seals", tls, nioTLS] + nio, swiftSettings: strict),
        .executableTarget(
            name: "weir",
            dependencies: engine + [
                "Storage", "Server", "Disclosure", "Simulation", "WeirClient", logging, arguments, "SwiftCSV",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "weir-bench",
            dependencies: engine + ["Storage", "Server", "CEpoll", logging, arguments],
            swiftSettings: strict
        ),
        .testTarget(name: "PermitsTests", dependencies: ["Permits"], swiftSettings: strict),
        .testTarget(name: "SealsTests", dependencies: ["Seals"], swiftSettings: strict),
        .testTarget(name: "AuditTests", dependencies: ["Seals", "Audit"], swiftSettings: strict),
        .testTarget(name: "AuctionTests", dependencies: ["Permits", "Seals", "Auctions"], swiftSettings: strict),
        .testTarget(
            name: "CompactTests",
            dependencies: ["Permits", "Seals", "Registry", "Compacts"],
            swiftSettings: strict
        ),
        .testTarget(name: "OrderBookTests", dependencies: ["Permits", "OrderBook"], swiftSettings: strict),
        .testTarget(name: "LedgerTests", dependencies: ["Permits", "Ledger"], swiftSettings: strict),
        .testTarget(name: "RegistryTests", dependencies: ["Permits", "Registry"], swiftSettings: strict),
        .testTarget(name: "ExchangeTests", dependencies: engine, swiftSettings: strict),
        .testTarget(name: "ModelTests", dependencies: engine + ["Simulation"], swiftSettings: strict),
        .testTarget(
            name: "StorageTests",
            dependencies: engine + ["Storage", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: engine + [
                "Storage", "Server", "Disclosure", "WeirClient", logging, .product(name: "GRDB", package: "GRDB.swift"),
            ]
                + nio + [.product(name: "NIOEmbedded", package: "swift-nio")],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(
            name: "WireTests",
            dependencies: engine + ["Storage", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
    ]
)

// libFuzzer needs a build of its own: ops/fuzz.
if Context.environment["WEIR_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "weir-fuzz",
            dependencies: ["Exchange", "Wire", "Simulation"],
            swiftSettings: strict,
            // gold ends with an internal error on the sanitizers' symbols.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]
        )
    )
}
