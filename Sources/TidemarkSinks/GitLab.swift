package import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

private import Glibc

/// gitlab/: what `artifacts:reports` takes.
package enum GitLab: Sink {
  package static let name = "gitlab"
  /// A file of JUnit XML; the others have smaller budgets below.
  ///
  /// - Source: https://docs.gitlab.com/ci/testing/unit_test_reports/
  package static let byteBudget = JUnitFile.byteBudget
  /// All JUnit files of a job together, and their tests.
  private static let jobBudget = 90_000_000
  private static let jobCases = 500_000
  /// A file with more than 250,000 XML objects is refused; a test is up to a dozen of them.
  ///
  /// - Source: https://gitlab.com/gitlab-org/gitlab/-/issues/507482
  private static let casesOfFile = 20_000
  private static let jsonBudget = 8_000_000
  private static let metricsBudget = 4_000_000

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    var document = JUnitDocument(report, profile: .standard)
    document.caseLimit = casesOfFile
    document.totalLimit = jobBudget
    document.totalCaseLimit = jobCases
    var rendering = document.render(sink: name, path: "gitlab/junit")
    let findings = Finding.all(in: report)
    let (quality, kept) = codeQuality(of: findings)
    let (metrics, series) = metrics(of: report)
    rendering.files += [
      OutputFile(path: "gitlab/codequality.json", bytes: quality),
      OutputFile(path: "gitlab/metrics.txt", bytes: metrics),
      OutputFile(path: "gitlab/annotations.json", bytes: annotations(of: report)),
    ]
    for (what, kept, total) in [
      ("code quality entries", kept, findings.count), ("metrics", series.kept, series.total),
    ] where kept < total {
      rendering.cuts.append(Cut(sink: name, what: what, kept: kept, total: total))
    }
    return rendering
  }

  /// The subset of Code Climate's issues that GitLab reads; it stops at the first invalid one.
  ///
  /// - Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
  private static func codeQuality(of findings: [Finding]) -> ([UInt8], kept: Int) {
    var json = JSONWriter(isIndented: true)
    let list = FindingList(count: 10_000, bytes: jsonBudget - 65_536)
    let kept = list.write(findings, to: &json) { json, finding in
      json.object { json in
        let text = "\(finding.title): \(finding.message)"
        json.member("description", String(SafeText.prefix(text, bytes: 4000)))
        json.member("check_name", finding.rule.rawValue)
        json.member("fingerprint", finding.fingerprint)
        json.member("severity", severity(finding.level))
        json.key("location")
        json.object { json in
          json.member("path", finding.path)
          json.key("lines")
          json.object { json in json.member("begin", finding.line) }
        }
      }
    }
    json.newLine()
    return (json.bytes, kept)
  }

  private static func severity(_ level: Finding.Level) -> String {
    switch level {
    case .failure: "critical"
    case .warning: "major"
    case .notice: "info"
    }
  }

  /// Links on the job's page.
  ///
  /// - Source: https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsannotations
  private static func annotations(of report: Report) -> [UInt8] {
    var json = JSONWriter(isIndented: true)
    let links = [
      ("Tidemark report", report.links.site), ("Tidemark files", report.links.artifact),
    ]
    json.object { json in
      json.key("Tidemark")
      json.array { json in
        for (label, address) in links {
          guard let safe = address.flatMap(Markdown.absoluteAddress) else { continue }
          json.object { json in
            json.key("external_link")
            json.object { json in
              json.member("label", label)
              json.member("url", safe)
            }
          }
        }
      }
    }
    json.newLine()
    return json.bytes
  }

  // MARK: Metrics

  /// OpenMetrics text. GitLab compares values as strings, so each has only the figures that its
  /// noise leaves it.
  ///
  /// - Source: https://docs.gitlab.com/ci/testing/metrics_reports/ and
  ///   https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
  private static func metrics(of report: Report) -> ([UInt8], (kept: Int, total: Int)) {
    let tests = report.testTotals
    let series = report.seriesTotals
    var lines = family("tidemark_tests", "Tests of this run by outcome.")
    for (outcome, count) in [
      ("passed", tests.counts.passed), ("failed", tests.counts.failed),
      ("errored", tests.counts.errored), ("skipped", tests.counts.skipped),
    ] { lines.append("tidemark_tests{outcome=\"\(outcome)\"} \(count)") }
    lines += family("tidemark_test_states", "Tests of this run by what became of them.")
    for (state, count) in [
      ("newly_failing", tests.newlyFailing), ("still_failing", tests.stillFailing),
      ("fixed", tests.fixed), ("flaky", tests.flaky), ("quarantined", tests.quarantined),
      ("removed", tests.removed), ("new", tests.new),
    ] { lines.append("tidemark_test_states{state=\"\(state)\"} \(count)") }
    lines += family("tidemark_series", "Series of this run by state.")
    for (state, count) in [
      ("regressed", series.regressed), ("suspected", series.suspected),
      ("improved", series.improved), ("unchanged", series.unchanged), ("new", series.new),
      ("missing", series.missing), ("insufficient_data", series.insufficientData),
    ] { lines.append("tidemark_series{state=\"\(state)\"} \(count)") }
    let (values, kept) = values(of: report)
    lines += values
    lines.append("# EOF")
    return (Array((lines.joined(separator: "\n") + "\n").utf8), kept)
  }

  private static func family(_ name: String, _ help: String) -> [String] {
    ["# TYPE \(name) gauge", "# HELP \(name) \(help)"]
  }

  private static func values(of report: Report) -> ([String], (kept: Int, total: Int)) {
    let measured = report.series.filter { $0.value?.isFinite == true }
    guard !measured.isEmpty else { return ([], (0, 0)) }
    // By name, not by state: the file's order is the same from run to run.
    let sorted = measured.map { (key: $0.sortKey, series: $0) }.sorted { $0.key < $1.key }
    var lines = family("tidemark_value", "The value of a series, in its own unit.")
    var names = UniqueNames(capacity: sorted.count)
    var bytes = 0
    var kept = 0
    for (_, series) in sorted {
      guard let value = series.value, bytes < metricsBudget else { break }
      var labels = self.labels(of: series)
      // Told apart only where it must be: a job's name is no part of the identity.
      if names.unique(labels, in: "") != labels { labels += ",id=\"\(series.id)-\(kept)\"" }
      let line = "tidemark_value{\(labels)} \(rounded(value, noisePercent: series.noisePercent))"
      bytes += line.utf8.count + 1
      lines.append(line)
      kept += 1
    }
    return (lines, (kept, sorted.count))
  }

  private static func labels(of series: SeriesChange) -> String {
    var pairs = [("name", series.identity.title), ("metric", series.identity.metric)]
    if !series.unit.text.isEmpty { pairs.append(("unit", series.unit.text)) }
    var taken: Set<String> = ["name", "metric", "unit", "id"]
    for pair in series.identity.labels.pairs {
      var key = labelName(pair.key)
      while !taken.insert(key).inserted { key += "_" }
      pairs.append((key, pair.value))
    }
    return pairs.map { "\($0.0)=\"\(labelValue($0.1))\"" }.joined(separator: ",")
  }

  private static func labelName(_ key: String) -> String {
    let safe = key.unicodeScalars.prefix(64).map { scalar -> Unicode.Scalar in
      scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        ? scalar : "_"
    }
    let name = String(String.UnicodeScalarView(safe))
    let startsWell = name.unicodeScalars.first.map { !("0"..."9").contains($0) } ?? false
    return startsWell ? name : "_" + name
  }

  private static func labelValue(_ value: String) -> String {
    let shown = LogCommands.broken(SafeText.oneLine(String(SafeText.prefix(value, bytes: 2000))))
    return shown.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// Plain decimal of two significant figures from 1 % noise on, else of three.
  static func rounded(_ value: Double, noisePercent: Double?) -> String {
    guard value != 0, value.isFinite else { return "0" }
    let figures = (noisePercent ?? 0) >= 1 ? 2 : 3
    let digits = figures - 1 - Int(log10(abs(value)).rounded(.down))
    if digits >= 0 { return NumberText.decimal(value, digits: min(digits, 17)) }
    let step = pow(10, Double(-digits))
    return NumberText.decimal((value / step).rounded() * step, digits: 0)
  }
}
