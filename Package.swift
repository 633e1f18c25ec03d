// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of ours: a warning is an error here, and dependencies keep their own.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .treatWarning("DeprecatedDeclaration", as: .warning),
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "tidemark",
  products: [
    .executable(name: "tidemark", targets: ["tidemark"]),
    .executable(name: "tidemark-publish", targets: ["tidemark-publish"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Names files and descriptors for swift-subprocess, which brings it.
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    // What `tidemark-publish` alone compiles: it is the one program with a network.
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
  ],
  // The targets stand in the direction of the data: each knows only ones above it.
  targets: [
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CCmark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

    .target(name: "TidemarkModel", swiftSettings: strict),
    .target(
      name: "TidemarkSyntax",
      dependencies: ["CLibXML2", "CSimdjson", "CCmark", "CMessageDigest", "TidemarkModel"],
      swiftSettings: strict),
    .target(
      name: "TidemarkFormats",
      dependencies: ["CZlib", "CZstd", "TidemarkModel", "TidemarkSyntax"],
      swiftSettings: strict),
    .target(
      name: "TidemarkRun",
      dependencies: ["TidemarkModel", "TidemarkSyntax"],
      swiftSettings: strict),
    .target(
      name: "TidemarkHistory",
      dependencies: ["CZstd", "TidemarkModel", "TidemarkSyntax"],
      swiftSettings: strict),
    .target(
      name: "TidemarkImport",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkFormats", "TidemarkRun", "TidemarkHistory",
      ],
      swiftSettings: strict),
    .target(
      name: "TidemarkExport",
      dependencies: ["CSQLite", "TidemarkModel", "TidemarkSyntax", "TidemarkHistory"],
      swiftSettings: strict),
    .target(name: "TidemarkStatistics", swiftSettings: strict),
    .target(
      name: "TidemarkReport",
      dependencies: ["TidemarkModel", "TidemarkSyntax"],
      swiftSettings: strict),
    .target(
      name: "TidemarkAnalysis",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkRun", "TidemarkHistory",
        "TidemarkStatistics", "TidemarkReport",
      ],
      swiftSettings: strict),
    .target(
      name: "TidemarkSinks",
      dependencies: ["TidemarkModel", "TidemarkSyntax", "TidemarkReport"],
      swiftSettings: strict),
    .target(
      name: "TidemarkSite",
      dependencies: ["TidemarkModel", "TidemarkSyntax", "TidemarkReport"],
      swiftSettings: strict,
      plugins: ["EmbedFiles"]),
    .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),
    .executableTarget(name: "embed-files"),
    .target(
      name: "TidemarkConfig",
      dependencies: ["CYAML", "TidemarkModel", "TidemarkSyntax"],
      swiftSettings: strict),
    .target(
      name: "TidemarkCommands",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkFormats", "TidemarkRun", "TidemarkHistory",
        "TidemarkImport", "TidemarkExport", "TidemarkStatistics", "TidemarkReport",
        "TidemarkAnalysis", "TidemarkSinks", "TidemarkSite", "TidemarkConfig", argumentParser,
        subprocess, systemPackage,
      ],
      swiftSettings: strict,
      plugins: ["EmbedFiles"]),
    .target(
      name: "TidemarkPublish",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkReport", "TidemarkSinks", "TidemarkConfig",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "tidemark-publish",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkConfig", "TidemarkPublish", argumentParser,
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "tidemark",
      dependencies: ["TidemarkCommands", argumentParser],
      swiftSettings: strict),

    .testTarget(
      name: "TidemarkModelTests", dependencies: ["TidemarkModel"], swiftSettings: strict),
    .testTarget(
      name: "TidemarkSyntaxTests", dependencies: ["TidemarkModel", "TidemarkSyntax"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkFormatsTests",
      dependencies: ["TidemarkModel", "TidemarkSyntax", "TidemarkFormats"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkRunTests", dependencies: ["TidemarkModel", "TidemarkRun"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkHistoryTests", dependencies: ["TidemarkModel", "TidemarkHistory"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkImportTests",
      dependencies: ["TidemarkModel", "TidemarkFormats", "TidemarkHistory", "TidemarkImport"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkExportTests",
      dependencies: ["TidemarkModel", "TidemarkHistory", "TidemarkExport"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkStatisticsTests", dependencies: ["TidemarkStatistics"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkReportTests",
      dependencies: ["TidemarkModel", "TidemarkSyntax", "TidemarkReport"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkAnalysisTests",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkRun", "TidemarkHistory",
        "TidemarkStatistics", "TidemarkReport", "TidemarkAnalysis",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkSinksTests",
      dependencies: ["TidemarkModel", "TidemarkSyntax", "TidemarkReport", "TidemarkSinks"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkSiteTests",
      dependencies: ["TidemarkModel", "TidemarkSyntax", "TidemarkReport", "TidemarkSite"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkConfigTests", dependencies: ["TidemarkModel", "TidemarkConfig"],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkCommandsTests",
      dependencies: [
        "TidemarkModel", "TidemarkStatistics", "TidemarkAnalysis", "TidemarkConfig",
        "TidemarkCommands",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TidemarkPublishTests",
      dependencies: [
        "TidemarkModel", "TidemarkSyntax", "TidemarkReport", "TidemarkSinks", "TidemarkConfig",
        "TidemarkPublish", "tidemark-publish", subprocess,
        systemPackage,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "tidemark", "tidemark-publish", subprocess, systemPackage,
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// What `make fuzz` alone builds: no other build has the target, nor the runtime that it needs.
if Context.environment["TIDEMARK_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "TidemarkModel", "TidemarkFormats", "TidemarkHistory", "TidemarkConfig", "TidemarkPublish",
      ],
      path: "fuzz",
      exclude: ["run.sh", "leaks.txt", "seeds"],
      swiftSettings: strict))
}
