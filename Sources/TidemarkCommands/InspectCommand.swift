import ArgumentParser
private import TidemarkConfig
private import TidemarkFormats
private import TidemarkModel
private import TidemarkRun
private import TidemarkSyntax

/// `tidemark inspect`: what a reader makes of each file, before anything is joined or judged.
struct InspectCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what the readers make of each file.")

  @OptionGroup var common: CommonOptions

  @Flag(help: "With --json: every test and every measurement too.")
  var full = false

  @Argument(help: "Files, folders or patterns; FORMAT:PATH forces a format.")
  var paths: [String]

  func run() async throws {
    let session = try Session(common)
    let progress = session.progress
    try session.orExit(.usage) { () throws(Problem) in try InputNames.check(paths) }
    let search = InputSearch(names: paths, excluding: [])
    search.problems.forEach(progress.fail)
    let json = session.isJSON
    let isFull = json && (full || session.settings.flag("full") ?? false)
    let total = search.files.count
    let inspected = await Reading.read(
      search.files,
      keep: { Inspection($0, isFull: isFull, asJSON: json) },
      done: { progress.bar($0, of: total, "files") })
    Terminal.print(bytes: inspected.flatMap(\.text))
    if !json { summarise(inspected) }
    guard inspected.contains(where: \.wasRead) else {
      if inspected.isEmpty, search.problems.isEmpty {
        progress.fail(Problem("no file was found", remedy: "name files, folders or patterns"))
      }
      throw ExitStatus.nothingRead
    }
  }

  private func summarise(_ inspected: [Inspection]) {
    guard inspected.count > 1 else { return }
    let read = inspected.count { $0.wasRead }
    let tests = inspected.reduce(0) { $0 + $1.tests }
    let series = inspected.reduce(0) { $0 + $1.series }
    Terminal.print(
      "\(NumberText.count(read)) of \(NumberText.count(inspected.count, "file")) read: "
        + "\(NumberText.count(tests)) results, \(NumberText.count(series)) series")
  }
}

/// One file's line, made as soon as it is read: the results themselves are let go.
private struct Inspection: Sendable {
  var text: [UInt8]
  var wasRead = false
  var tests = 0
  var series = 0

  init(_ file: ReadFile, isFull: Bool, asJSON: Bool) {
    var results = Results()
    var status = InputRecord.Status.read
    var error: Problem?
    switch file.content {
    case .read(let value):
      results = value
      wasRead = true
    case .failed(let problem):
      status = .failed
      error = problem
    case .unrecognised(let problem):
      status = .unrecognised
      error = problem
    }
    let counts = ResultCounts(results)
    tests = counts.tests.total
    series = counts.series
    let line = InspectionLine(
      path: file.path, format: file.format?.name, status: status, counts: counts,
      results: results, error: error)
    text = asJSON ? line.json(isFull: isFull) : line.plain()
  }
}

private struct InspectionLine {
  let path: String
  let format: String?
  let status: InputRecord.Status
  let counts: ResultCounts
  let results: Results
  let error: Problem?

  func json(isFull: Bool) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("path", path)
      json.member("format", format)
      json.member("status", status.rawValue)
      json.key("tests")
      json.object { json in
        json.member("total", counts.tests.total)
        json.member("passed", counts.tests.passed)
        json.member("failed", counts.tests.failed)
        json.member("errored", counts.tests.errored)
        json.member("skipped", counts.tests.skipped)
      }
      json.member("repeats", counts.repeats)
      json.member("attempts", counts.attempts)
      json.member("flaky", counts.flaky)
      json.member("leaf_tests", results.leafTests)
      json.member("problems", array: results.problems) { json, problem in
        json.object { json in
          json.member("code", problem.code.rawValue)
          json.member("message", problem.message)
          json.member("line", problem.line)
          json.member("blocking", problem.isBlocking)
        }
      }
      json.member("duration_s", counts.duration)
      json.member("benchmarks", counts.benchmarks)
      json.member("series", counts.series)
      json.key("error")
      if let error {
        json.object { json in
          json.member("message", error.message)
          json.member("line", error.line)
          json.member("column", error.column)
        }
      } else {
        json.null()
      }
      if isFull {
        writeCases(to: &json)
        writeMeasurements(to: &json)
      }
    }
    json.newLine()
    return json.bytes
  }

  private func writeCases(to json: inout JSONWriter) {
    json.member("cases", array: results.tests) { json, test in
      let suite =
        results.suites.indices.contains(Int(test.suite)) ? results.suites[Int(test.suite)] : nil
      json.object { json in
        json.member("suite", suite?.path.joined(separator: " › "))
        json.member("class", results.text.string(test.className))
        json.member("name", results.text.string(test.name))
        json.member("outcome", test.outcome.name)
        json.member("duration_s", test.duration)
        json.member("message", results.detail(of: test)?.message)
      }
    }
  }

  private func writeMeasurements(to json: inout JSONWriter) {
    json.member("measurements", array: results.measurements) { json, measurement in
      json.object { json in
        let parameters = measurement.parameters
        json.member(
          "name", measurement.name + (parameters.isEmpty ? "" : " {\(parameters)}"))
        json.member("metric", measurement.metric)
        json.member("value", measurement.stated ?? measurement.value)
        json.member("unit", measurement.unit.text.isEmpty ? nil : measurement.unit.text)
        json.member("direction", measurement.direction.rawValue)
        json.key("labels")
        json.object { json in
          for pair in measurement.labels.pairs { json.member(pair.key, pair.value) }
        }
        json.member("n", measurement.n)
        json.member("stderr", measurement.standardError)
        json.member("samples", measurement.samples?.count ?? 0)
        json.member("items", measurement.items.count)
      }
    }
  }

  func plain() -> [UInt8] {
    let shown = SafeText.oneLine(path)
    var lines: [String] = []
    if let error {
      lines.append("\(shown): \(status.rawValue)\(format.map { " as \($0)" } ?? "")")
      lines.append("  \(SafeText.oneLine(error.description))")
    } else {
      lines.append("\(shown): \(format ?? "?"): \(facts.joined(separator: ", "))")
    }
    for problem in results.problems {
      let place = problem.line.map { "line \($0): " } ?? ""
      let weight = problem.isBlocking ? "problem" : "note"
      lines.append(
        "  \(weight) \(problem.code.rawValue): \(place)\(SafeText.oneLine(problem.message))")
    }
    return Array((lines.map(Terminal.harmless).joined(separator: "\n") + "\n").utf8)
  }

  private var facts: [String] {
    var facts: [String] = []
    let tests = counts.tests
    if tests.total > 0 || counts.series == 0 {
      var text = "\(NumberText.count(tests.total)) \(tests.total == 1 ? "result" : "results")"
      let parts = [
        (tests.passed, "passed"), (tests.failed, "failed"), (tests.errored, "errored"),
        (tests.skipped, "skipped"),
      ].filter { $0.0 > 0 }.map { "\(NumberText.count($0.0)) \($0.1)" }
      if !parts.isEmpty { text += " (\(parts.joined(separator: ", ")))" }
      facts.append(text)
    }
    if counts.flaky > 0 { facts.append("\(counts.flaky) flaky") }
    if counts.repeats > 0 { facts.append("\(NumberText.count(counts.repeats)) repeated names") }
    if let duration = counts.duration {
      facts.append("\(NumberText.significant(duration)) s")
    }
    if counts.series > 0 {
      facts.append(
        "\(NumberText.count(counts.benchmarks)) benchmarks, \(NumberText.count(counts.series)) series"
      )
    }
    return facts
  }
}

extension Problem {
  /// What is wrong and what to do, without the place.
  fileprivate var message: String { remedy.map { "\(what); \($0)" } ?? what }
}
