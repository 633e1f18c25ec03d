internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// A report on a terminal: the verdict, why, and the worst changes.
struct TerminalReport {
  private let report: Report
  private let usesColor: Bool

  /// The most lines of each kind.
  private static let limit = 10

  init(_ report: Report, usesColor: Bool) {
    self.report = report
    self.usesColor = usesColor
  }

  /// Names come from outside: no line of them is a command of a runner.
  var lines: [String] { unsafeLines.map(Terminal.harmless) }

  private var unsafeLines: [String] {
    var lines = [headline]
    let baseline = report.baseline.message
    let reasons = report.reasons.prefix(Self.limit).map(\.message)
    if !baseline.isEmpty, !reasons.contains(where: { $0.hasSuffix(baseline) }) {
      lines.append("  " + safe(baseline))
    }
    lines += reasons.map { "  " + safe($0) }
    if report.reasons.count > Self.limit {
      lines.append("  … and \(report.reasons.count - Self.limit) further reasons in report.json")
    }
    lines += testLines + seriesLines
    // A reason names the first of them already, and with the same words.
    let unread = report.inputs.filter { $0.status != .read }.map { input in
      (input.error?.inFile(input.path).description ?? input.path).asOneLine
    }
    let told = reasons.map(safe)
    lines += listed(unread.filter { text in !told.contains { $0.contains(text) } }, "files") {
      "  ! " + $0
    }
    return lines
  }

  private var headline: String {
    let totals = report.testTotals.counts
    let failed = totals.failed + totals.errored
    var facts: [String] = []
    if totals.total > 0 {
      facts.append(
        "\(NumberText.count(totals.total)) \(totals.total == 1 ? "test" : "tests"), "
          + "\(NumberText.count(failed)) failed")
    }
    if report.seriesTotals.series > 0 {
      facts.append(
        "\(NumberText.count(report.seriesTotals.series)) series, "
          + "\(report.seriesTotals.regressed) regressed, \(report.seriesTotals.suspected) suspected"
      )
    }
    let (glyph, color) =
      switch report.verdict {
      case .pass: ("✓", "32")
      case .fail: ("✗", "31")
      case .unjudged: ("?", "33")
      }
    return paint("\(glyph) \(report.verdict.rawValue)", color)
      + (facts.isEmpty ? "" : ": " + facts.joined(separator: "; "))
  }

  private var testLines: [String] {
    let changes = report.testChanges.filter { $0.state == .newlyFailing || $0.state == .flaky }
    return listed(changes, "tests") { test in
      let message = test.detail?.message.map { ": " + $0 } ?? ""
      let mark =
        test.state == .newlyFailing ? paint("✗ newly failing", "31") : paint("≈ flaky", "33")
      return "  \(mark) \(test.identity.shown)\(SafeText.middleCut(safe(message), to: 160))"
    }
  }

  private var seriesLines: [String] {
    let moved: [SeriesState] = [.regressed, .suspected, .missing]
    return listed(report.series.filter { moved.contains($0.state) }, "series") { series in
      let mark =
        switch series.state {
        case .regressed: paint("▲ regressed", "31")
        case .suspected: paint("△ suspected", "33")
        default: paint("▢ missing", "33")
        }
      let change = series.changePercent.map { " " + NumberText.percentChange($0) } ?? ""
      let since = series.changePoint?.commit.map { " since " + safe(String($0.prefix(9))) } ?? ""
      return "  \(mark) \(series.identity.shown)\(change)\(since)"
    }
  }

  private func listed<Item>(
    _ items: [Item], _ what: String, _ line: (Item) -> String
  ) -> [String] {
    var lines = items.prefix(Self.limit).map(line)
    if items.count > Self.limit {
      lines.append("  … and \(NumberText.count(items.count - Self.limit)) further \(what)")
    }
    return lines
  }

  private func safe(_ text: String) -> String { text.asOneLine }

  private func paint(_ text: String, _ code: String) -> String {
    usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  fileprivate var asOneLine: String { SafeText.oneLine(self) }
}
