private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSinks
internal import TidemarkSyntax

// What needs no token: the build's page and its log.
//
// Source: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands

extension AzureTarget {
  /// Issues that the build's page shows of a job.
  private static let issueLimit = 10
  private static let listLimit = 250

  /// A page of the build: written first, as a file that is not there ends the step.
  func summary() throws(Failure) -> PartOutcome {
    let variables = scene.variables
    guard let folder = variables.first("AGENT_TEMPDIRECTORY", "BUILD_ARTIFACTSTAGINGDIRECTORY"),
      folder.hasPrefix("/") || folder.dropFirst().hasPrefix(":\\")
    else { return .skipped("AGENT_TEMPDIRECTORY is not set") }
    let text = try publication.summary()
    guard let path = freePath(in: folder) else { return .skipped("it was written too often") }
    if scene.conduct.isDryRun {
      scene.outlet.voice.answer("write \(text.utf8.count) bytes to \(path)")
      return .done("not written (dry run)")
    }
    do throws(Problem) {
      try scene.outlet.append(path, Array(text.utf8))
    } catch { throw Failure(.refused, error.description) }
    scene.outlet.voice.command("##vso[task.uploadsummary]\(AzureLog.escaped(path))")
    return .done("written")
  }

  /// The file's name is what the page shows.
  private func freePath(in folder: String) -> String? {
    let slash = folder.hasSuffix("/") || folder.hasSuffix("\\") ? "" : "/"
    for number in 1...20 {
      let name = "tidemark-\(publication.key)" + (number == 1 ? "" : "-\(number)")
      let path = "\(folder)\(slash)\(name).md"
      if scene.readFile(path) == nil { return path }
    }
    return nil
  }

  /// As issues of the build, the worst first; what is behind them is listed in a folded group.
  func annotations() -> PartOutcome {
    let voice = scene.outlet.voice
    var kept: [Finding.Level: Int] = [:]
    var others: [Finding] = []
    for finding in publication.findings {
      let count = kept[finding.level] ?? 0
      guard finding.level != .notice, count < AzureTarget.issueLimit else {
        others.append(finding)
        continue
      }
      kept[finding.level] = count + 1
      voice.command(AzureLog.issue(finding))
    }
    AzureLog.list(others, limit: AzureTarget.listLimit).forEach { voice.command($0) }
    return .done("\(kept.values.reduce(0, +)) in the log")
  }
}

/// Lines for the log of an Azure agent.
enum AzureLog {
  static func issue(_ finding: Finding) -> String {
    let type = finding.level == .failure ? "error" : "warning"
    let text = "\(finding.title): \(finding.message)"
    return "##vso[task.logissue type=\(type);sourcepath=\(escaped(finding.path));"
      + "linenumber=\(finding.line);code=\(escaped(finding.rule.rawValue))]"
      + escaped(String(SafeText.prefix(text, bytes: 4000)))
  }

  /// `text` as a property or behind a command; it does not begin one of its own.
  static func escaped(_ text: String) -> String {
    LogCommands.broken(SafeText.oneLine(text))
      .replacing("%", with: "%AZP25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
      .replacing(";", with: "%3B").replacing("]", with: "%5D")
  }

  static func list(_ findings: [Finding], limit: Int) -> [String] {
    guard !findings.isEmpty else { return [] }
    var lines = ["##[group]\(NumberText.count(findings.count)) more findings"]
    for finding in findings.prefix(limit) {
      let text = "\(finding.path):\(finding.line): \(finding.title): \(finding.message)"
      lines.append(LogCommands.broken(SafeText.oneLine(String(SafeText.prefix(text, bytes: 2000)))))
    }
    if findings.count > limit {
      lines.append("\(NumberText.count(findings.count - limit)) more in the full report")
    }
    return lines + ["##[endgroup]"]
  }
}
