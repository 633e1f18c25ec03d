import ArgumentParser
private import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// `tidemark history list`: every run, newest last.
struct HistoryListCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runs, oldest first; those that do not count say why.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Option(help: "Only runs of this branch.")
  var branch: String?

  @Option(help: "Only the newest N.")
  var newest: Int?

  func run() async throws {
    let session = try Session(common)
    let history = options.folder(session.settings)
    var (runs, damaged) = try session.orExit(.nothingRead) { () throws(Problem) in
      try history.listing()
    }
    damaged.collapsed().forEach(session.progress.warn)
    if let branch { runs = runs.filter { $0.header.branch == branch } }
    if let newest = newest ?? session.settings.number("newest") {
      runs = runs.suffix(max(newest, 0))
    }
    if session.isJSON {
      runs.forEach { Terminal.print(bytes: $0.json) }
    } else {
      runs.forEach { Terminal.print(Terminal.harmless($0.line)) }
      session.progress.say(
        "\(NumberText.count(runs.count, "run"))" + (runs.isEmpty ? " in \(history.directory)" : ""))
    }
  }
}

extension RunSummary {
  /// `2026-11-23 13:08 UTC  9fceb02  main  1,204 tests (2 failed)  50 series  pass  12345`
  fileprivate var line: String {
    var facts = [TimeText.minute(header.time)]
    facts.append(String((header.commit ?? "–").prefix(9)))
    let place = header.pullRequest.map { "#\($0)" } ?? header.branch ?? "–"
    facts.append(SafeText.oneLine(place))
    let failed = counts.failed + counts.errored
    facts.append(
      "\(NumberText.count(counts.total)) tests"
        + (failed > 0 ? " (\(NumberText.count(failed)) failed)" : ""))
    facts.append("\(NumberText.count(series)) series")
    if let judgement { facts.append(judgement.verdict) }
    facts.append(SafeText.oneLine(header.id))
    if let exclusion { facts.append("does not count: \(SafeText.oneLine(exclusion))") }
    return facts.joined(separator: "  ")
  }

  fileprivate var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      header.write(to: &json)
      json.member("jobs", array: jobs) { $0.string($1.name) }
      json.key("tests")
      json.object { json in
        json.member("total", counts.total)
        json.member("passed", counts.passed)
        json.member("failed", counts.failed)
        json.member("errored", counts.errored)
        json.member("skipped", counts.skipped)
        json.member("flaky", flaky)
      }
      json.member("series", series)
      json.member("verdict", judgement?.verdict)
      json.member("exclusion", exclusion)
    }
    json.newLine()
    return json.bytes
  }
}

extension RunHeader {
  /// The run's own members, in report.json's words.
  func write(to json: inout JSONWriter) {
    json.member("id", id)
    json.member("attempt", attempt)
    json.member("time", TimeText.rfc3339(time))
    json.member("commit", commit)
    json.member("branch", branch)
    json.member("base", base)
    json.member("pull_request", pullRequest)
    json.member("url", url)
  }
}
