internal import Foundation
internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSinks

/// Every file that a sink writes, held against an independent checker of the platforms' rules.
@Suite(.enabled(if: CheckOutputs.isAvailable))
struct OutputSharedTests {
  static let reports: [(name: String, report: Report)] = [
    ("small", SampleReport.small()), ("calm", SampleReport.calm()),
    ("nothing", SampleReport.nothing()), ("hostile", SampleReport.hostileReport()),
    ("large", SampleReport.large(tests: 3000, series: 500, nameLength: 80)),
  ]

  @Test("the checker finds no broken rule", arguments: reports.map(\.name))
  func everyFileKeepsItsPlatformsRules(name: String) throws {
    let report = try #require(Self.reports.first { $0.name == name }).report
    for sink in sinks {
      let rendering = try sink.render(report, options: SinkOptions())
      try check(rendering.files, profile: .standard, in: name)
    }
  }

  @Test("the xunit profile fits the schema of the plugin", arguments: reports.map(\.name))
  func theXunitProfileFitsItsSchema(name: String) throws {
    let report = try #require(Self.reports.first { $0.name == name }).report
    let options = SinkOptions(junitProfile: .xunit)
    let rendering = try JUnitFile.render(report, options: options)
    try check(rendering.files, profile: .xunit, in: name)
  }

  private func check(
    _ files: [OutputFile], profile: SinkOptions.JUnitProfile, in name: String
  ) throws {
    for file in files {
      guard let kind = CheckOutputs.kind(of: file.path) else { continue }
      let answer = try CheckOutputs.check(file, kind: kind, profile: profile, in: name)
      #expect(answer == nil, "\(name) \(file.path): \(answer ?? "")")
    }
  }
}

/// Runs the checker of the shared folder that `TM_SHARED` names.
enum CheckOutputs {
  static var isAvailable: Bool { script != nil && python != nil }

  private static var script: String? {
    guard let shared = ProcessInfo.processInfo.environment["TM_SHARED"] else { return nil }
    let path = URL(fileURLWithPath: shared).appendingPathComponent("tools/check_outputs.py").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  static var python: String? {
    let environment = ProcessInfo.processInfo.environment
    let fallback = (environment["TMPDIR"] ?? "/tmp") + "/tidemark-tools/bin/python"
    let path = environment["TM_TOOLS_PYTHON"] ?? fallback
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  static func kind(of path: String) -> (kind: String, platform: String)? {
    switch path {
    case "comment.md": ("markdown", "gitlab")
    case _ where path.hasSuffix("summary.md"): ("markdown", "summary")
    case _ where path.hasSuffix(".trx"): ("trx", "github")
    case _ where path.hasSuffix(".xml"): ("junit", "github")
    case "jenkins/warnings.json": ("warnings-ng", "github")
    case "jenkins/tidemark-plot.csv": ("plotcsv", "github")
    case "gitlab/codequality.json": ("codequality", "github")
    case "gitlab/annotations.json": ("annotations", "github")
    case "gitlab/metrics.txt": ("openmetrics", "github")
    case "github/results.sarif": ("sarif", "github")
    default: nil
    }
  }

  /// nil where every rule holds, else what the checker says.
  static func check(
    _ file: OutputFile, kind: (kind: String, platform: String), profile: SinkOptions.JUnitProfile,
    in folder: String
  ) throws -> String? {
    guard let script, let python else { return "no checker" }
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tidemark-sinks-\(ProcessInfo.processInfo.processIdentifier)/\(folder)-\(profile.rawValue)")
    let url = root.appendingPathComponent(file.path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(file.bytes).write(to: url)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      script, kind.kind, url.path, "--platform", kind.platform, "--profile",
      profile == .xunit ? "xunit" : "portable",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : String(output.prefix(3000))
  }
}
