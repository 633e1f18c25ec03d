private import TidemarkModel
private import TidemarkReport
internal import TidemarkSinks
private import TidemarkSyntax

/// What a change touches, as far as findings stand there.
struct ChangedLines {
  /// One file of the change.
  struct File {
    /// What it was called before; its own path where that has not changed.
    var oldPath: String
    /// Lines that the change adds or writes anew, from 1; nil where the platform does not say which.
    var lines: Set<Int>?
  }

  /// By path; nil where the platform does not say which files are changed.
  var files: [String: File]?

  func has(_ finding: Finding) -> Bool {
    guard let files else { return true }
    guard let file = files[finding.path] else { return false }
    return file.lines?.contains(finding.line) ?? true
  }

  /// The lines that a file's part of a unified diff adds.
  ///
  /// - Source: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
  static func added(by patch: String) -> Set<Int> {
    var lines: Set<Int> = []
    var line: Int?
    patch.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).forEach {
      text in
      switch text.first {
      case UInt8(ascii: "@"): line = start(ofHunk: text)
      case UInt8(ascii: "+"):
        if let number = line { lines.insert(number) }
        line = line.map { $0 &+ 1 }
      // Some servers leave the blank of an empty line out.
      case UInt8(ascii: " "), nil: line = line.map { $0 &+ 1 }
      default: break
      }
    }
    return lines
  }

  /// The 7 of `@@ -3,4 +7,5 @@`.
  private static func start(ofHunk header: Substring.UTF8View) -> Int? {
    guard let plus = header.firstIndex(of: UInt8(ascii: "+")) else { return nil }
    let digits = header[header.index(after: plus)...].prefix { (48...57).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}

/// Comments at the lines of a change that have findings.
///
/// Each finding has one, wherever it was first said; it is written again where it says something
/// else, and removed or resolved once a run does not find it any more.
struct Review {
  /// Comments that one report may leave open; the pull request's comment tells of all.
  static let limit = 20

  private let publication: Publication
  private let findings: [Finding]

  init(_ publication: Publication) {
    self.publication = publication
    findings = publication.findings
  }

  private var candidates: [Finding] { findings.filter { $0.level != .notice } }

  /// Where comments might stand.
  var paths: Set<String> { Set(candidates.map(\.path)) }

  func plan(at changes: ChangedLines) -> AlertPlan {
    let since = beginnings
    let fitting = candidates.filter { changes.has($0) }.prefix(Review.limit)
    let comments = fitting.map { finding in
      let begin = since[finding.fingerprint] ?? ""
      return Alert(
        fingerprint: finding.fingerprint, title: "", body: body(of: finding, since: begin),
        since: AlertMark.plain(begin),
        place: Alert.Place(path: finding.path, line: finding.line))
    }
    // A finding that another line or the limit leaves without a comment is no less there.
    let found = Set(findings.map(\.fingerprint))
    let isWhole = isWhole
    return AlertPlan(
      comments: comments, of: publication, isOver: { isWhole && !found.contains($0) })
  }

  /// Whether what this run does not find is over: results that are missing find nothing.
  private var isWhole: Bool {
    let report = publication.report
    return report.testTotals.counts.total > 0 && report.verdict != .unjudged
      && !report.reasons.contains { $0.code == .jobMissing }
      && !findings.contains { $0.rule == .inputProblem }
  }

  /// Where the troubles began, by fingerprint.
  private var beginnings: [String: String] {
    let report = publication.report
    let tests = report.tests.compactMap { test in
      test.since.map { ("test-\(test.id)", $0.commit ?? $0.run) }
    }
    let series = report.series.compactMap { series in
      series.changePoint.map { ("series-\(series.id)", $0.commit ?? $0.run) }
    }
    return Dictionary(tests + series) { first, _ in first }
  }

  private func body(of finding: Finding, since: String) -> String {
    let link = publication.address.map { Markdown.link("Report", to: $0) + " · " } ?? ""
    return AlertPlan.head(finding.fingerprint, since: since, isOver: false, of: publication)
      + "**\(Markdown.text(SafeText.middleCut(finding.title, units: 200)))**\n\n"
      + Markdown.text(String(SafeText.prefix(finding.message, bytes: 4000))) + "\n\n"
      + "<sub>\(link)This goes when it is found no more.</sub>\n"
  }
}
