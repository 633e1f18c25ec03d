private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSinks
private import TidemarkSyntax

// What needs no token: the job's page and its log.
//
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

extension GitHubTarget {
  /// What all that one step writes may come to; more, and nothing of it is shown.
  private static let summaryLimit = 1_048_576

  func summary() throws(Failure) -> PartOutcome {
    guard let path = scene.variables["GITHUB_STEP_SUMMARY"] else {
      return .skipped("GITHUB_STEP_SUMMARY is not set")
    }
    let room = GitHubTarget.summaryLimit - (scene.readFile(path)?.count ?? 0)
    var text = try publication.summary()
    if text.utf8.count > room { text = publication.brief(bytes: min(room, 65_000)) }
    guard text.utf8.count <= room else {
      return .skipped("the step's summary is full")
    }
    if scene.conduct.isDryRun {
      scene.outlet.voice.answer("append \(text.utf8.count) bytes to \(path)")
      return .done("not written (dry run)")
    }
    do throws(Problem) {
      try scene.outlet.append(path, Array(text.utf8))
    } catch { throw Failure(.refused, error.description) }
    return .done("written")
  }

  /// As log commands: the runner keeps ten of each level for a step, so the worst come first; what
  /// is behind them is listed as plain text, in which no command is obeyed.
  func annotations() -> PartOutcome {
    let voice = scene.outlet.voice
    let findings = publication.findings
    var kept: [Finding.Level: Int] = [:]
    var others: [Finding] = []
    for finding in findings {
      let count = kept[finding.level] ?? 0
      guard count < GitHubLog.commandLimit else {
        others.append(finding)
        continue
      }
      kept[finding.level] = count + 1
      voice.command(GitHubLog.command(finding))
    }
    GitHubLog.list(others, scene.outlet).forEach { voice.command($0) }
    return .done("\(findings.count - others.count) in the log")
  }
}

/// Lines for the log of a GitHub runner.
enum GitHubLog {
  /// Of each level, for a step.
  static let commandLimit = 10
  /// Plain lines behind them.
  private static let listLimit = 250

  static func command(_ finding: Finding) -> String {
    let name =
      switch finding.level {
      case .failure: "error"
      case .warning: "warning"
      case .notice: "notice"
      }
    let title = property(SafeText.middleCut(finding.title, units: 120))
    return "::\(name) file=\(property(finding.path)),line=\(finding.line),title=\(title)::"
      + data(String(SafeText.prefix(finding.message, bytes: 4000)))
  }

  /// `text` behind the second `::`.
  static func data(_ text: String) -> String {
    // `##[` is looked for anywhere in a line.
    SafeText.visible(text).replacing("##", with: "#\u{2060}#")
      .replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }

  /// The findings in a folded group. Between the two lines with a word that nobody can guess the
  /// runner obeys nothing.
  static func list(_ findings: [Finding], _ outlet: Outlet) -> [String] {
    guard !findings.isEmpty else { return [] }
    let word = "tidemark-" + Digest.hex(outlet.random.bytes(16))
    var lines = [
      "::group::\(NumberText.count(findings.count)) more findings", "::stop-commands::\(word)",
    ]
    for finding in findings.prefix(listLimit) {
      let text = "\(finding.path):\(finding.line): \(finding.title): \(finding.message)"
      lines.append(LogCommands.broken(SafeText.oneLine(String(SafeText.prefix(text, bytes: 2000)))))
    }
    if findings.count > listLimit {
      lines.append("\(NumberText.count(findings.count - listLimit)) more in the full report")
    }
    return lines + ["::\(word)::", "::endgroup::"]
  }
}
