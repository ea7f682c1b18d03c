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

let package = Package(
    name: "weir",
    platforms: [.macOS(.v26)],
    targets: [
        .target(name: "Permits", swiftSettings: core),
    ]
)
