package import TidemarkModel
package import TidemarkReport
internal import TidemarkSyntax

/// junit/tidemark.xml: every test that ran, as the JUnit XML that GitLab, Jenkins and Azure read
/// alike (there is no schema; the readers' sources decide).
///
/// - Source: `lib/gitlab/ci/parsers/test/junit.rb` of gitlab-org/gitlab,
///   `src/main/java/hudson/tasks/junit` of jenkinsci/junit-plugin.
package enum JUnitFile: Sink {
  package static let name = "junit"
  /// GitLab refuses 30 MB a file; a file ends before this many bytes.
  ///
  /// - Source: https://docs.gitlab.com/ci/testing/unit_test_reports/
  package static let byteBudget = 20_000_000

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    var document = JUnitDocument(report, profile: options.junitProfile)
    document.fileLimit = byteBudget
    return document.render(sink: name, path: "junit/tidemark")
  }
}

/// The same tests for any place that takes JUnit XML.
struct JUnitDocument {
  private let report: Report
  private let profile: SinkOptions.JUnitProfile
  /// Bytes of one file.
  var fileLimit = JUnitFile.byteBudget
  /// Tests of one file.
  var caseLimit = Int.max
  /// Bytes and tests of all files; passing tests are left out before failures are.
  var totalLimit = Int.max
  var totalCaseLimit = Int.max

  init(_ report: Report, profile: SinkOptions.JUnitProfile) {
    self.report = report
    self.profile = profile
  }

  /// - Parameter path: Of the first file, without `.xml`; the next are `path-2.xml` and so on.
  func render(sink: String, path: String) -> Rendering {
    let tests = report.tests
    let groups = TestGroup.groups(of: tests)
    var names = UniqueNames(capacity: tests.count)
    var files = JUnitFiles(report: report, fileLimit: fileLimit, caseLimit: caseLimit)
    let failures = report.testTotals.counts.failed + report.testTotals.counts.errored
    var roomForOthers = max(totalCaseLimit - failures, 0)
    var (kept, total) = (0, 0)
    for group in groups {
      files.begin(group, suite: group.suiteName)
      for index in group.tests {
        guard let outcome = tests[index].outcome else { continue }
        total += 1
        let limit = outcome.isFailure ? totalLimit : totalLimit / 10 * 8
        if !outcome.isFailure {
          guard roomForOthers > 0 else { continue }
          roomForOthers -= 1
        }
        guard files.byteCount < limit else { continue }
        kept += 1
        let place = group.className(of: tests[index].identity)
        let title = UniqueNames.shown(tests[index].identity.title)
        let name = names.unique(title, in: place)
        if outcome == .passed, tests[index].detail == nil, tests[index].state != .quarantined {
          files.append(passed: tests[index].duration, place: place, name: name)
        } else {
          files.append(
            Case(
              test: tests[index], outcome: outcome, place: place, name: name, profile: profile))
        }
      }
      files.endGroup()
    }
    let rendered = files.finish().enumerated().map { index, bytes in
      OutputFile(path: index == 0 ? "\(path).xml" : "\(path)-\(index + 1).xml", bytes: bytes)
    }
    let cuts = kept < total ? [Cut(sink: sink, what: "tests", kept: kept, total: total)] : []
    return Rendering(files: rendered, cuts: cuts)
  }

  /// One `testcase`.
  struct Case {
    let test: TestResult
    let outcome: Outcome
    let place: String
    let name: String
    let profile: SinkOptions.JUnitProfile

    func write(to xml: inout XMLWriter) {
      xml.raw("    <testcase")
      xml.attribute("classname", place)
      xml.attribute("name", name)
      if profile == .standard, let file = test.detail?.file.flatMap(SourcePath.relative) {
        xml.attribute("file", file)
        if let line = test.detail?.line, line > 0 { xml.attribute("line", line) }
      }
      xml.attribute("time", seconds: test.duration ?? 0, digits: 6)
      xml.raw(">\n")
      writeProperties(to: &xml)
      writeOutcome(to: &xml)
      writeAttempts(to: &xml)
      writeOutput(to: &xml)
      xml.raw("    </testcase>\n")
    }

    private func writeProperties(to xml: inout XMLWriter) {
      guard profile == .standard, test.state == .quarantined else { return }
      xml.raw("      <properties>\n")
      JUnitFiles.property("quarantined", test.quarantine?.reason ?? "yes", to: &xml)
      if let owner = test.quarantine?.owner {
        JUnitFiles.property("quarantine.owner", owner, to: &xml)
      }
      if let expires = test.quarantine?.expires {
        JUnitFiles.property("quarantine.expires", TimeText.rfc3339(expires), to: &xml)
      }
      xml.raw("      </properties>\n")
    }

    private func writeOutcome(to xml: inout XMLWriter) {
      switch outcome {
      case .passed: return
      case .skipped:
        xml.raw("      <skipped")
        let reason = FailureText.oneLine(of: test.detail)
        if let reason { xml.attribute("message", reason) }
        xml.raw(">")
        if let reason { xml.text(reason) }
        xml.raw("</skipped>\n")
      case .failed, .errored:
        xml.raw(outcome == .failed ? "      <failure" : "      <error")
        xml.attribute("message", FailureText.oneLine(of: test.detail) ?? outcome.name)
        if let type = test.detail?.type, !type.isEmpty {
          xml.attribute("type", SafeText.oneLine(type))
        }
        xml.raw(">")
        xml.text(FailureText.whole(of: test.detail, limit: 65_536) ?? outcome.name)
        xml.raw(outcome == .failed ? "</failure>\n" : "</error>\n")
      }
    }

    /// Failed attempts: on a passed test it is flaky, on a failed one it was run again in vain.
    private func writeAttempts(to xml: inout XMLWriter) {
      guard outcome != .skipped else { return }
      for attempt in (test.detail?.attempts ?? []).prefix(100) where attempt.outcome.isFailure {
        let tag: StaticString =
          switch (outcome.isFailure, attempt.outcome) {
          case (true, .errored): "rerunError"
          case (true, _): "rerunFailure"
          case (false, .errored): "flakyError"
          case (false, _): "flakyFailure"
          }
        xml.raw("      <")
        xml.raw(tag)
        let message = attempt.message.map { SafeText.oneLine(String($0.prefix(4000))) } ?? ""
        xml.attribute("message", message.isEmpty ? attempt.outcome.name : message)
        xml.attribute("type", attempt.outcome.name)
        if let text = attempt.text, !text.isEmpty {
          xml.raw("><stackTrace>")
          xml.text(String(SafeText.prefix(text, bytes: 16_384)))
          xml.raw("</stackTrace></")
          xml.raw(tag)
          xml.raw(">\n")
        } else {
          xml.raw("/>\n")
        }
      }
    }

    private func writeOutput(to xml: inout XMLWriter) {
      var output = outcome.isFailure ? test.detail?.output ?? "" : ""
      // The xunit plugin's schema has no properties in a test.
      if profile == .xunit, test.state == .quarantined {
        output = "quarantined: \(test.quarantine?.reason ?? "yes")\n" + output
      }
      guard !output.isEmpty else { return }
      xml.raw("      <system-out>")
      xml.text(output)
      xml.raw("</system-out>\n")
    }
  }
}

/// Suites as they are written, over as many files as it takes. Counts stand before what they
/// count, so each suite and file is put together when it ends.
private struct JUnitFiles {
  private struct Counts {
    var tests = 0
    var failures = 0
    var errors = 0
    var skipped = 0
    var seconds = 0.0

    mutating func add(_ outcome: Outcome, seconds: Double) {
      tests += 1
      self.seconds += seconds
      switch outcome {
      case .passed: break
      case .failed: failures += 1
      case .errored: errors += 1
      case .skipped: skipped += 1
      }
    }

    static func += (sum: inout Counts, more: Counts) {
      sum.tests += more.tests
      sum.failures += more.failures
      sum.errors += more.errors
      sum.skipped += more.skipped
      sum.seconds += more.seconds
    }
  }

  private let report: Report
  private let fileLimit: Int
  private let caseLimit: Int
  private let timestamp: String
  private var done: [[UInt8]] = []
  private var suites = XMLWriter()
  private var fileCounts = Counts()
  private var cases = XMLWriter()
  private var counts = Counts()
  private var group: (group: TestGroup, name: String)?
  /// Of everything so far.
  private(set) var byteCount = 0

  init(report: Report, fileLimit: Int, caseLimit: Int) {
    self.report = report
    self.fileLimit = fileLimit
    self.caseLimit = caseLimit
    timestamp = TimeText.local(report.run.time)
  }

  mutating func begin(_ group: TestGroup, suite: String) { self.group = (group, suite) }

  /// A test of which there is nothing to say but its time, as nearly all are.
  mutating func append(passed seconds: Double?, place: String, name: String) {
    let before = cases.bytes.count
    cases.raw("    <testcase")
    cases.attribute("classname", place)
    cases.attribute("name", name)
    cases.attribute("time", seconds: seconds ?? 0, digits: 6)
    cases.raw("/>\n")
    count(.passed, seconds: seconds, bytes: cases.bytes.count - before)
  }

  mutating func append(_ test: JUnitDocument.Case) {
    let before = cases.bytes.count
    test.write(to: &cases)
    count(test.outcome, seconds: test.test.duration, bytes: cases.bytes.count - before)
  }

  private mutating func count(_ outcome: Outcome, seconds: Double?, bytes: Int) {
    byteCount += bytes
    counts.add(outcome, seconds: seconds.map { min(max($0, 0), 1e9) } ?? 0)
    // Room for the heads of suite and file, which are written last.
    let size = suites.bytes.count + cases.bytes.count + 16_384
    if size + 4096 > fileLimit || fileCounts.tests + counts.tests >= caseLimit {
      endGroup()
      endFile()
    }
  }

  mutating func endGroup() {
    guard let group, counts.tests > 0 else { return }
    suites.raw("  <testsuite")
    suites.attribute("name", group.name)
    suites.attribute("tests", counts.tests)
    suites.attribute("failures", counts.failures)
    suites.attribute("errors", counts.errors)
    suites.attribute("skipped", counts.skipped)
    suites.attribute("time", seconds: counts.seconds, digits: 3)
    suites.attribute("timestamp", timestamp)
    suites.raw(">\n")
    writeProperties(of: group.group)
    suites.raw(cases.bytes)
    suites.raw("  </testsuite>\n")
    fileCounts += counts
    counts = Counts()
    cases = XMLWriter()
  }

  mutating func finish() -> [[UInt8]] {
    endGroup()
    if fileCounts.tests > 0 || done.isEmpty { endFile() }
    return done
  }

  private mutating func writeProperties(of group: TestGroup) {
    var properties = group.labels.pairs.map { ($0.key, $0.value) }
    if !group.job.isEmpty { properties.append(("job", group.job)) }
    guard !properties.isEmpty else { return }
    suites.raw("    <properties>\n")
    for (name, value) in properties { Self.property(name, value, to: &suites) }
    suites.raw("    </properties>\n")
  }

  static func property(_ name: String, _ value: String, to xml: inout XMLWriter) {
    xml.raw("      <property")
    xml.attribute("name", name)
    xml.attribute("value", String(SafeText.prefix(value, bytes: 1000)))
    xml.raw("/>\n")
  }

  private mutating func endFile() {
    var file = XMLWriter(capacity: suites.bytes.count + 512)
    file.raw(XMLWriter.declaration)
    file.raw("<testsuites")
    file.attribute("name", "tidemark \(report.key)")
    file.attribute("tests", fileCounts.tests)
    file.attribute("failures", fileCounts.failures)
    file.attribute("errors", fileCounts.errors)
    file.attribute("time", seconds: fileCounts.seconds, digits: 3)
    file.raw(">\n")
    file.raw(suites.bytes)
    file.raw("</testsuites>\n")
    done.append(file.bytes)
    suites = XMLWriter()
    fileCounts = Counts()
  }
}
