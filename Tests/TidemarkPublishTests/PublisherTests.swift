internal import Foundation
internal import Testing
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkReport

@testable internal import TidemarkPublish

@Suite struct PublisherTests {
  private static let variables = [
    "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/demo", "GITHUB_TOKEN": "ghs_unit-test",
    "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": SampleReport.commit,
    "GITHUB_STEP_SUMMARY": "/summary", "GITHUB_RUN_ID": "1",
  ]

  private func answering(_ status: Int, _ text: String = "{}") -> FakeOutlet {
    FakeOutlet([.success(.json(text, status: status))])
  }

  private func publish(
    _ outlet: FakeOutlet, report: Report? = SampleReport.report(),
    variables: [String: String] = PublisherTests.variables, config: String? = nil,
    _ change: (inout PublishOptions) -> Void = { _ in }
  ) async throws -> PublishStatus {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tidemark-publisher-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    if let report {
      try Data(SampleReport.bytes(report)).write(to: folder.appendingPathComponent("report.json"))
    }
    var scene = try outlet.scene(variables, report: folder.path)
    if let config {
      scene.config = try Config.read(
        Array(config.utf8), path: "tidemark.yml", environment: variables)
    }
    change(&scene.options)
    return await Publisher(GitHubTarget.self, in: scene).run()
  }

  @Test("a permission that is missing is a notice, and a failure where that is asked for")
  func denied() async throws {
    let outlet = answering(403)
    #expect(try await publish(outlet) == .done)
    #expect(outlet.notes.contains { $0.hasPrefix("notice: comment: ") })
    #expect(outlet.file("/summary").contains("## ✗ fail"))
    #expect(outlet.commands.contains { $0.hasPrefix("::error file=Sources/File0.swift,line=1") })
    #expect(try await publish(answering(403)) { $0.requiresPublish = true } == .failed)
    var none = Self.variables
    none["GITHUB_TOKEN"] = nil
    let silent = answering(200)
    #expect(try await publish(silent, variables: none) == .done)
    #expect(silent.requests.isEmpty)
  }

  @Test(
    "a token that is not accepted, and a server that fails, are failures",
    arguments: [401, 500, 422])
  func failed(status: Int) async throws {
    let outlet = answering(status)
    #expect(try await publish(outlet) == .failed)
    #expect(outlet.notes.contains { $0.hasPrefix("error: comment: ") })
    #expect(!outlet.everything.contains("ghs_unit-test"))
  }

  @Test("what cannot be published where it was meant to is shown in the summary, else in the log")
  func degraded() async throws {
    let outlet = answering(403)
    #expect(try await publish(outlet) { $0.only = [.comment] } == .done)
    #expect(outlet.file("/summary").contains("## ✗ fail") && outlet.commands.isEmpty)
    var bare = Self.variables
    bare["GITHUB_STEP_SUMMARY"] = nil
    let log = answering(403)
    #expect(try await publish(log, variables: bare) { $0.only = [.comment] } == .done)
    #expect(log.commands.contains { $0.hasPrefix("::error file=") })
  }

  @Test("without a report there is nothing to publish")
  func noReport() async throws {
    let outlet = answering(200)
    #expect(try await publish(outlet, report: nil) == .nothingRead)
    #expect(outlet.requests.isEmpty)
  }

  @Test("a report of another commit is published nowhere")
  func wrongCommit() async throws {
    let outlet = answering(200)
    let report = SampleReport.report(commit: String(repeating: "9", count: 40))
    #expect(try await publish(outlet, report: report) == .failed)
    #expect(outlet.requests.isEmpty && outlet.file("/summary").isEmpty)
  }

  @Test("a part that the platform has not is wrong usage")
  func unknownPart() async throws {
    #expect(try await publish(answering(200)) { $0.only = [.results] } == .usage)
  }

  @Test(
    "the configuration adds parts and takes them away, and --only overrules it",
    arguments: [
      ("{}", [.comment, .check, .summary, .annotations]),
      ("{status_checks: true}", [.comment, .check, .status, .summary, .annotations]),
      ("{status_checks: false}", [.comment, .summary, .annotations]),
      ("{pull_request_comments: false}", [.check, .summary, .annotations]),
      ("{regression_alerts: true}", [.comment, .check, .alerts, .summary, .annotations]),
    ] as [(String, [PublishedPart])])
  func parts(reporting: String, expected: [PublishedPart]) throws {
    var scene = try answering(200).scene(Self.variables)
    scene.config = try Config.read(
      Array("reporting: \(reporting)\n".utf8), path: "x", environment: [:])
    #expect(scene.parts(GitHubTarget.self) == expected)
    scene.options.only = [.status]
    #expect(scene.parts(GitHubTarget.self) == [.status])
  }

  @Test("the token is of the variable that the configuration names")
  func token() throws {
    var variables = Self.variables
    variables["MINE"] = "other"
    var scene = try answering(200).scene(variables)
    #expect(scene.token(GitHubTarget.self) == "ghs_unit-test")
    scene.config = try Config.read(
      Array("authentication: {github: MINE}\n".utf8), path: "x", environment: [:])
    #expect(scene.token(GitHubTarget.self) == "other")
    scene.config = try Config.read(
      Array("authentication: {github: MISSING}\n".utf8), path: "x", environment: [:])
    #expect(scene.token(GitHubTarget.self) == nil)
  }
}
