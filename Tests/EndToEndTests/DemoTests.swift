import Foundation
import Testing

/// What the recorder of fixtures/demo planted, and where.
private struct Planted: Decodable {
  var kind: String
  var run: String?
  var commit: String?
  var subject: String?
  var name: String?
  var benchmark: String?
  var from: String?
  var to: String?
  var failedRuns: [String]?
  var instructions: Instructions?

  struct Instructions: Decodable {
    var changePercent: Double
    enum CodingKeys: String, CodingKey { case changePercent = "change_percent" }
  }

  enum CodingKeys: String, CodingKey {
    case kind, run, commit, subject, name, benchmark, from, to, instructions
    case failedRuns = "failed_runs"
  }
}

/// The reports of the recorded project's runs, made one after the other as its pipeline would.
private actor Demo {
  static let shared = Demo()
  private var recording: Task<[String: SendableReport], any Error>?

  func report(_ run: String) async throws -> SendableReport {
    try #require(try await reports()[run], "run \(run) was reported")
  }

  func runs() async throws -> [String] { try await reports().keys.sorted() }

  /// Made once, whoever asks first.
  private func reports() async throws -> [String: SendableReport] {
    let task = recording ?? Task { try await record() }
    recording = task
    return try await task.value
  }

  private func record() async throws -> [String: SendableReport] {
    let folder = try TemporaryFolder()
    let clone = folder.path + "/lexis"
    try git(["clone", "-q", Program.fixture("demo/sample.bundle"), clone])
    let runs = try FileManager.default.contentsOfDirectory(atPath: Program.fixture("demo/runs"))
      .filter { $0.hasSuffix(".env") }.sorted()
    var reports: [String: SendableReport] = [:]
    for name in runs {
      let run = String(name.dropLast(4))
      var options = try variables(Program.fixture("demo/runs/\(name)"))
      options["HOME"] = folder.path
      if name == runs.last { options["TIDEMARK_CONFIG"] = Program.fixture("demo/tidemark.yml") }
      let answer = try await Program.run(
        [
          "report", Program.fixture("demo/runs/\(run)"), "--history", "../history", "--out",
          "../out", "--only", "json", "--quiet",
        ], in: clone, environment: options)
      try #require(answer.status == 0, "\(answer.errors)")
      let data = Data((folder.read("out/report.json") ?? "").utf8)
      reports[run] = SendableReport(
        try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
    }
    return reports
  }

  private func git(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// The `TIDEMARK_…` lines of a recorded run's environment.
  private func variables(_ path: String) throws -> [String: String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let pairs = text.split(separator: "\n").filter { $0.hasPrefix("TIDEMARK_") }.map { line in
      let parts = line.split(separator: "=", maxSplits: 1)
      return (String(parts[0]), String(parts[1]))
    }
    return Dictionary(pairs) { $1 }
  }
}

/// A report.json, asked by name.
private struct SendableReport: @unchecked Sendable {
  // A dictionary of values that nobody changes.
  let json: [String: Any]
  init(_ json: [String: Any]) { self.json = json }

  func names(ofTestsIn state: String) -> [String] {
    (json["test_changes"] as? [[String: Any]] ?? []).filter { $0["state"] as? String == state }
      .compactMap { $0["name"] as? String }.sorted()
  }

  func series(in state: String) -> [[String: Any]] {
    (json["series"] as? [[String: Any]] ?? []).filter { $0["state"] as? String == state }
  }

  func names(ofSeriesIn state: String) -> Set<String> {
    Set(series(in: state).compactMap { $0["name"] as? String })
  }

  func reasons(_ code: String) -> [String] {
    (json["reasons"] as? [[String: Any]] ?? []).filter { $0["code"] as? String == code }
      .compactMap { $0["message"] as? String }
  }
}

@Suite struct DemoTests {
  private let planted: [Planted]

  init() throws {
    planted = try JSONDecoder().decode(
      [Planted].self,
      from: Data(contentsOf: URL(fileURLWithPath: Program.fixture("demo/planted.json"))))
  }

  private func planted(_ kind: String) throws -> Planted {
    try #require(planted.first { $0.kind == kind })
  }

  private func newest() async throws -> SendableReport {
    try await Demo.shared.report(try #require(try await Demo.shared.runs().last))
  }

  @Test("the newest run fails for the planted test alone")
  func newlyFailing() async throws {
    let failing = try planted("newly_failing")
    let report = try await newest()
    #expect(report.json["verdict"] as? String == "fail")
    #expect(report.names(ofTestsIn: "newly_failing") == [failing.name])
    #expect(report.names(ofTestsIn: "still_failing") == [])
    let change = (report.json["test_changes"] as? [[String: Any]])?.first
    let since = change?["since"] as? [String: Any]
    #expect(since?["commit"] as? String == failing.commit)
  }

  @Test("the planted slowdown is the only regression, with its size, its commit and its author")
  func regression() async throws {
    let slowdown = try planted("regression")
    let report = try await newest()
    #expect(report.names(ofSeriesIn: "regressed") == [slowdown.benchmark])
    #expect(report.names(ofSeriesIn: "suspected").subtracting([slowdown.benchmark ?? ""]) == [])
    let change = try #require(
      report.series(in: "regressed").first { $0["unit"] as? String == "instructions" })
    let size = try #require(change["change_percent"] as? Double)
    #expect(abs(size - (slowdown.instructions?.changePercent ?? 0)) < 0.1)
    let point = change["change_point"] as? [String: Any]
    #expect(point?["commit"] as? String == slowdown.commit)
    let suspects = change["suspects"] as? [[String: Any]]
    #expect(suspects?.map { $0["subject"] as? String } == [slowdown.subject])
  }

  @Test("the planted improvement is the only one")
  func improvement() async throws {
    let improvement = try planted("improvement")
    let report = try await newest()
    #expect(report.names(ofSeriesIn: "improved") == [improvement.benchmark])
  }

  @Test("a rename is proposed when it happens, and with its alias the series has its whole history")
  func rename() async throws {
    let rename = try planted("renamed_benchmark")
    let at = try await Demo.shared.report(try #require(rename.run))
    #expect(at.reasons("rename_proposed").contains { $0.contains(rename.to ?? "-") })
    let renamed = try await newest().series(in: "unchanged").filter {
      $0["name"] as? String == rename.to && $0["unit"] as? String == "instructions"
    }
    let runs = try await Demo.shared.runs()
    #expect(renamed.count == 1)
    let window = renamed.first?["window"] as? Int ?? 0
    // All but the run on the slow machine, which is a class of its own.
    #expect(window >= runs.count - 1)
  }

  @Test("the run on the slow machine is no alarm")
  func slowMachine() async throws {
    let report = try await Demo.shared.report(try #require(try planted("slow_machine").run))
    #expect(report.names(ofSeriesIn: "regressed") == [])
  }

  @Test("once it has failed and passed, the flaky test is called flaky and fails no run")
  func flaky() async throws {
    let flaky = try planted("flaky_test")
    for run in flaky.failedRuns?.dropFirst(2) ?? [] {
      let report = try await Demo.shared.report(run)
      #expect(report.names(ofTestsIn: "flaky").contains(flaky.name ?? ""), "run \(run)")
      #expect(!report.names(ofTestsIn: "newly_failing").contains(flaky.name ?? ""), "run \(run)")
    }
  }

  @Test("no other run claims a regression: not one false alarm in the whole history")
  func noFalseAlarm() async throws {
    let slowdown = try planted("regression")
    for run in try await Demo.shared.runs() {
      let report = try await Demo.shared.report(run)
      #expect(
        report.names(ofSeriesIn: "regressed").subtracting([slowdown.benchmark ?? ""]) == [],
        "run \(run)")
    }
  }
}
