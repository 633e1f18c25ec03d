package import TidemarkModel
private import TidemarkSyntax

/// Bazel's build event protocol as JSON lines.
package enum BazelEvents: Format {
  package static let name = "bazel-bep"
  package static let producers = "bazel test --build_event_json_file"
  package static let specification =
    "https://github.com/bazelbuild/bazel/blob/master/src/main/java/com/google/devtools/build/lib/buildeventstream/proto/build_event_stream.proto"
  package static let kept = """
    Every test target with its package as suite, the time of its runs together, and the attempts of \
    a flaky one; builds that failed or broke off as blocking problems.
    """
  package static let dropped = """
    What stands in the targets' test.xml, which is JUnit; configurations, shards, artifacts, metrics \
    of the build.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("id.started") && json.kind("started.uuid") == .string ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var stream = BazelStream()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let event, let number) = line, let id = event["id"] else { return false }
      stream.read(event, id, line: number, into: &results)
      return true
    }
    guard stream.hasEvents else { throw Problem("has no build event", line: 1) }
    stream.finish(into: &results)
    return results
  }
}

/// The state while events come in.
private struct BazelStream {
  private struct Target {
    /// It does not fit the platform, or was filtered out.
    var isSkipped = false
    var hasFailed = false
    var failures: [Attempt] = []
    var message: String?
  }

  private(set) var hasEvents = false
  private var targets: [String: Target] = [:]
  private var suites = SuiteTable()
  private var failedTarget: String?
  private var isFinished = false
  private var haveTestsFailed = false
  private var announced: Set<String> = []
  private var summarised: Set<String> = []

  mutating func read(_ event: JSONValue, _ id: JSONValue, line: Int, into results: inout Results) {
    hasEvents = true
    if let key = id["testSummary"] {
      readSummary(event, label: key["label"]?.string ?? "", into: &results)
    } else if let key = id["testResult"] {
      readAttempt(event["testResult"], label: key["label"]?.string ?? "")
    } else if let key = id["targetCompleted"] {
      readTarget(event, label: key["label"]?.string ?? "")
    } else if id["buildFinished"] != nil {
      readEnd(event["finished"], line: line, into: &results)
    } else if id["started"] != nil {
      results.environment["bazel"] = event["started"]?["buildToolVersion"]?.string
    }
  }

  private mutating func readAttempt(_ result: JSONValue?, label: String) {
    guard let result, let status = result["status"]?.string, status != "PASSED" else { return }
    var target = targets[label] ?? Target()
    let detail = result["statusDetails"]?.string ?? ""
    let message = detail.isEmpty ? BazelStream.meanings[status] ?? status : detail
    // A run that was cancelled, as others of the test had told enough, is no failure.
    if status != "INCOMPLETE" { target.hasFailed = true }
    target.message = target.message ?? message
    if status != "INCOMPLETE", target.failures.count < 64 {
      let seconds = BazelStream.seconds(
        result["testAttemptDuration"], millis: result["testAttemptDurationMillis"])
      target.failures.append(Attempt(outcome: .failed, duration: seconds, message: message))
    }
    targets[label] = target
  }

  private mutating func readTarget(_ event: JSONValue, label: String) {
    // A summary is announced of each test target that was built.
    for child in event.list("children") {
      if let label = child["testSummary"]?["label"]?.string { announced.insert(label) }
    }
    if event["aborted"]?["reason"]?.string == "SKIPPED" {
      targets[label, default: Target()].isSkipped = true
      return
    }
    guard event["completed"]?["success"]?.bool != true, failedTarget == nil else { return }
    let detail =
      event["completed"]?["failureDetail"]?["message"]?.string
      ?? event["aborted"]?["description"]?.string ?? event["aborted"]?["reason"]?.string
    let why = TestDetail(message: detail, trace: nil).message.map { ": \($0)" } ?? ""
    failedTarget = "\(label)\(why)"
  }

  private mutating func readSummary(
    _ event: JSONValue, label: String, into results: inout Results
  ) {
    summarised.insert(label)
    let summary = event["testSummary"]
    let target = targets[label]
    var status = summary?["overallStatus"]?.string ?? "NO_STATUS"
    // With --runs_per_test_detects_flakes none is told before all runs have ended.
    if status == "NO_STATUS",
      target?.hasFailed == true || !(summary?.list("failed").isEmpty ?? true)
    {
      status = "FAILED"
    }
    let isSkipped = status == "NO_STATUS" && target?.isSkipped == true
    let outcome: Outcome =
      switch status {
      case _ where isSkipped: .skipped
      case "PASSED", "FLAKY": .passed
      case "FAILED", "TIMEOUT": .failed
      // INCOMPLETE, REMOTE_FAILURE, FAILED_TO_BUILD, TOOL_HALTED_BEFORE_TESTING, NO_STATUS.
      default: .errored
      }
    var detail: TestDetail?
    if outcome.isFailure {
      detail = TestDetail(
        message: target?.message ?? event["aborted"]?["description"]?.string
          ?? BazelStream.meanings[status] ?? status)
    } else if status == "FLAKY" {
      var made = TestDetail()
      made.isMarkedFlaky = true
      made.attempts = target?.failures ?? []
      detail = made
    }
    let (package, name) = BazelStream.parted(label)
    results.append(
      suite: suites.number([package], in: &results), name: name, outcome: outcome,
      duration: BazelStream.seconds(
        summary?["totalRunDuration"], millis: summary?["totalRunDurationMillis"]), detail: detail)
  }

  /// `//a/b:c` as `//a/b` and `c`.
  private static func parted(_ label: String) -> (package: String, name: String) {
    guard let colon = label.lastIndex(of: ":") else { return ("", label) }
    return (String(label[..<colon]), String(label[label.index(after: colon)...]))
  }

  /// Protobuf writes whole numbers of 64 bits as texts, and durations as `1.5s`.
  private static func seconds(_ duration: JSONValue?, millis: JSONValue?) -> Double? {
    if let text = duration?.string, text.hasSuffix("s"),
      let seconds = NumberText.parse(text.dropLast())
    {
      return seconds
    }
    return millis?.lenientDouble.map { $0 / 1000 }
  }

  private static let meanings = [
    "FAILED": "failed", "TIMEOUT": "took longer than its limit",
    "INCOMPLETE": "was interrupted", "REMOTE_FAILURE": "failed to run remotely",
    "FAILED_TO_BUILD": "did not build", "NO_STATUS": "did not run",
    "TOOL_HALTED_BEFORE_TESTING": "did not run: the build stopped before",
  ]

  /// - Source: https://bazel.build/run/scripts#exit-codes
  private mutating func readEnd(_ end: JSONValue?, line: Int, into results: inout Results) {
    isFinished = true
    results.newestTime = end?["finishTimeMillis"]?.lenientDouble.flatMap {
      $0 > 0 && $0 < 253_402_300_800_000 ? Timestamp(millisecondsSince1970: Int64($0)) : nil
    }
    let code = end?["exitCode"]?["code"]?.int ?? 0
    haveTestsFailed = code == 3
    let name = end?["exitCode"]?["name"]?.string ?? ""
    // Of tests that failed their summaries tell, which come later too.
    guard code != 0, code != 3 else { return }
    let kind = code == 4 ? ResultProblem.Code.planMismatch : code == 1 ? .buildFailed : .bailedOut
    let why = failedTarget.map { ": \($0)" } ?? ""
    results.problems.append(
      ResultProblem(
        kind, "bazel ended with status \(code) (\(name))\(why)", line: line, isBlocking: true))
  }

  mutating func finish(into results: inout Results) {
    if !isFinished {
      results.problems.append(
        ResultProblem(.unterminated, "the build began and never ended", isBlocking: true))
    }
    let lost = announced.subtracting(summarised).count
    if haveTestsFailed, lost == 0, !results.tests.contains(where: \.outcome.isFailure) {
      results.problems.append(
        ResultProblem(
          .planMismatch, "bazel says that tests failed, and no summary tells of one",
          isBlocking: true))
    }
    guard lost > 0 else { return }
    results.problems.append(
      ResultProblem(
        .planMismatch,
        "\(lost) \(lost == 1 ? "test was" : "tests were") announced and not summed up",
        isBlocking: true))
  }
}
