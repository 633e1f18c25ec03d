package import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

/// jenkins/: a page for `publishHTML`, issues for `recordIssues`, a row for `plot` and results for
/// `junit`.
package enum Jenkins: Sink {
  package static let name = "jenkins"
  /// A file of JUnit XML; page and issues have smaller budgets of their own.
  package static let byteBudget = JUnitFile.byteBudget
  private static let issueBudget = 8_000_000
  /// Series in the plot: a chart of more lines than this is unreadable.
  private static let plotLimit = 200

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    let page = JenkinsPage.render(report)
    let findings = Finding.all(in: report)
    let (issues, kept) = warnings(of: findings)
    let (plot, series) = plot(of: report)
    let results = JUnitDocument(report, profile: options.junitProfile)
      .render(sink: name, path: "jenkins/junit")
    var cuts = page.cuts + results.cuts
    for (what, kept, total) in [
      ("issues", kept, findings.count), ("plotted series", series.kept, series.total),
    ] where kept < total {
      cuts.append(Cut(sink: name, what: what, kept: kept, total: total))
    }
    return Rendering(
      files: page.files + [
        OutputFile(path: "jenkins/warnings.json", bytes: issues),
        OutputFile(path: "jenkins/tidemark-plot.csv", bytes: plot),
      ] + results.files, cuts: cuts)
  }

  /// The warnings-ng plugin's own JSON; its messages and descriptions are HTML.
  ///
  /// - Source: `plugin/src/main/java/io/jenkins/plugins/analysis/warnings` of
  ///   jenkinsci/warnings-ng-plugin, `JsonParser` and `JsonBaseParser` of jenkinsci/analysis-model
  private static func warnings(of findings: [Finding]) -> ([UInt8], kept: Int) {
    var json = JSONWriter(isIndented: true)
    var kept = 0
    json.object { json in
      json.key("issues")
      let list = FindingList(count: 20_000, bytes: issueBudget - 131_072)
      kept = list.write(findings, to: &json) { json, finding in
        json.object { json in
          json.member("fileName", finding.path)
          json.member("lineStart", finding.line)
          json.member("severity", severity(finding.level))
          json.member("category", finding.rule.rawValue)
          json.member("type", finding.state)
          let message = "\(finding.title): \(finding.message)"
          json.member("message", html(String(SafeText.prefix(message, bytes: 4000))))
          if !finding.text.isEmpty {
            json.member("description", "<pre>\(html(finding.text))</pre>")
          }
          json.member("fingerprint", finding.fingerprint)
        }
      }
    }
    json.newLine()
    return (json.bytes, kept)
  }

  /// Escaped so far that a filter finds neither handlers nor addresses in it.
  private static func html(_ text: String) -> String {
    HTML.escaped(text).replacing("=", with: "&#61;").replacing(":", with: "&#58;")
  }

  private static func severity(_ level: Finding.Level) -> String {
    switch level {
    case .failure: "ERROR"
    case .warning: "NORMAL"
    case .notice: "LOW"
    }
  }

  // MARK: Plot

  /// A head of labels and one row of numbers, in ASCII: the plugin reads the server's charset.
  ///
  /// - Source: https://plugins.jenkins.io/plot/
  private static func plot(of report: Report) -> ([UInt8], (kept: Int, total: Int)) {
    let tests = report.testTotals
    var columns: [(label: String, value: String)] = [
      ("tests", tests.counts.total), ("failed", tests.counts.failed + tests.counts.errored),
      ("skipped", tests.counts.skipped), ("newly failing", tests.newlyFailing),
      ("flaky", tests.flaky), ("regressed", report.seriesTotals.regressed),
      ("suspected", report.seriesTotals.suspected),
    ].map { ($0.0, String($0.1)) }
    if let duration = tests.duration, duration.isFinite {
      columns.append(("test seconds", NumberText.decimal(duration, digits: 3)))
    }
    let measured = report.series.filter { $0.value?.isFinite == true }
    let sorted = measured.map { (key: $0.sortKey, series: $0) }.sorted { $0.key < $1.key }
    var names = UniqueNames(capacity: columns.count + plotLimit)
    for column in columns { _ = names.unique(column.label, in: "") }
    for (_, series) in sorted.prefix(plotLimit) {
      guard let value = series.value else { continue }
      columns.append((names.unique(label(of: series), in: ""), decimal(value)))
    }
    let text =
      CSV.row(columns.map { CSV.cell($0.label) }) + CSV.row(columns.map(\.value))
    return (Array(text.utf8), (min(sorted.count, plotLimit), sorted.count))
  }

  private static func label(of series: SeriesChange) -> String {
    let identity = series.identity
    var label = "\(identity.title) \(identity.metric)"
    if !identity.labels.isEmpty { label += " (\(identity.labels))" }
    if !series.unit.text.isEmpty { label += " [\(series.unit.text)]" }
    let shown = SafeText.middleCut(SafeText.oneLine(label), to: 200)
    let ascii = shown.unicodeScalars.map { scalar -> Unicode.Scalar in
      scalar == "µ" || scalar == "μ"
        ? "u" : scalar.value >= 0x20 && scalar.value < 0x7F ? scalar : "?"
    }
    return String(String.UnicodeScalarView(ascii)).replacing("##", with: "# #")
  }

  private static func decimal(_ value: Double) -> String {
    guard let exact = NumberText.exact(value), exact.contains("e") else {
      return NumberText.exact(value) ?? "0"
    }
    return NumberText.decimal(value, digits: 17)
  }
}
