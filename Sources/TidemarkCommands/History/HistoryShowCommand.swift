import ArgumentParser
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark history show RUN`: what is stored of one run.
struct HistoryShowCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what is stored of one run.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Argument(help: "The run's id, or the beginning of its commit.")
  var run: String

  func run() async throws {
    let session = try Session(common)
    let history = options.folder(session.settings)
    let contents = try session.orExit(.nothingRead) { () throws(Problem) in
      if let found = try history.show(run) { return found }
      let matching = try history.list().last { $0.header.commit?.hasPrefix(run) ?? false }
      if let matching, run.count >= 4, let found = try history.show(matching.header.id) {
        return found
      }
      throw Problem(
        "has no run \(run)", path: history.directory,
        remedy: "`tidemark history list` prints the ids")
    }
    (contents.damaged + contents.setAside).collapsed().forEach(session.progress.warn)
    guard let stored = contents.runs.first else { throw ExitStatus.nothingRead }
    if session.isJSON {
      Terminal.print(bytes: stored.json(in: contents))
    } else {
      stored.lines(in: contents).forEach { Terminal.print(Terminal.harmless($0)) }
    }
  }
}

extension StoredRun {
  fileprivate func lines(in contents: HistoryContents) -> [String] {
    var lines = [
      "run \(SafeText.oneLine(header.id)), attempt \(header.attempt), \(TimeText.rfc3339(header.time))"
    ]
    lines.append("commit \(header.commit ?? "–") on \(SafeText.oneLine(header.branch ?? "–"))")
    if let url = header.url { lines.append("url \(SafeText.oneLine(url))") }
    if let judgement { lines.append("verdict \(judgement.verdict)") }
    for job in jobs {
      let facts = job.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      lines.append(
        "job \(SafeText.oneLine(job.name)): \(SafeText.oneLine(facts.joined(separator: ", ")))")
    }
    for outcome in outcomes {
      guard let test = contents.test(outcome.test) else { continue }
      let duration = outcome.durationOrNaN
      let time = duration.isNaN ? "" : "  \(NumberText.significant(duration)) s"
      lines.append("\(test.id)  \(outcome.outcome.name)  \(test.identity.shown)\(time)")
    }
    for value in values {
      guard let series = contents.seriesEntry(value.series) else { continue }
      let number = NumberText.exact(value.value) ?? "–"
      let unit = SafeText.oneLine(series.unit.text)
      lines.append("\(series.id)  \(number) \(unit)  \(series.identity.shown)")
    }
    return lines
  }

  fileprivate func json(in contents: HistoryContents) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      header.write(to: &json)
      json.member("verdict", judgement?.verdict)
      json.member("jobs", array: jobs) { json, job in
        json.object { json in
          json.member("name", job.name)
          json.member("url", job.url)
          json.member("attempt", job.attempt)
          json.key("environment")
          json.object { json in
            for (key, value) in job.environment.sorted(by: { utf8Precedes($0.key, $1.key) }) {
              json.member(key, value)
            }
          }
        }
      }
      json.member("tests", array: outcomes) { json, outcome in
        guard let test = contents.test(outcome.test) else { return }
        json.object { json in
          json.member("id", test.id.description)
          json.member("suite", array: test.identity.suite) { $0.string($1) }
          json.member("class", test.identity.className)
          json.member("name", test.identity.name)
          json.member("ordinal", test.identity.ordinal)
          json.member("outcome", outcome.outcome.name)
          json.member("flaky", outcome.isFlaky)
          json.member("duration_s", outcome.durationOrNaN)
        }
      }
      json.member("series", array: values) { json, value in
        guard let series = contents.seriesEntry(value.series) else { return }
        json.object { json in
          json.member("id", series.id.description)
          json.member("name", series.identity.name)
          json.member("metric", series.identity.metric)
          json.member("value", value.value)
          json.member("unit", series.unit.text)
          json.member("n", value.n)
          json.member("stderr", value.standardError)
          json.member("samples", array: value.samples?.values ?? []) { $0.number($1) }
        }
      }
    }
    json.newLine()
    return json.bytes
  }
}

extension HistoryContents {
  fileprivate func test(_ index: Int32) -> StoredTest? {
    tests.indices.contains(Int(index)) ? tests[Int(index)] : nil
  }

  fileprivate func seriesEntry(_ index: Int32) -> StoredSeries? {
    series.indices.contains(Int(index)) ? series[Int(index)] : nil
  }
}

extension TestIdentity {
  /// On one line, as a person reads it: `suite › class › name (2)`.
  var shown: String {
    // Many producers name a suite after its class: once is enough.
    let isNamed = !className.isEmpty && suite.last != className
    var parts = suite + (isNamed ? [className] : []) + [name]
    if !parameters.isEmpty { parts[parts.count - 1] += " (\(parameters))" }
    if ordinal > 1 { parts[parts.count - 1] += " [\(ordinal)]" }
    let labelled = labels.isEmpty ? "" : " {\(labels)}"
    return SafeText.oneLine(parts.joined(separator: " › ") + labelled)
  }
}

extension SeriesIdentity {
  /// On one line, as a person reads it: `name {parameters} metric {labels}`.
  var shown: String {
    let given = [parameters, labels].filter { !$0.isEmpty }.map { "{\($0)}" }
    return SafeText.oneLine(([name] + given + [metric]).joined(separator: " "))
  }
}
