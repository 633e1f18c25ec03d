internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// Tables in CSV, a row a value, outcome or run.
enum Tables {
  static func values(_ contents: HistoryContents, to write: Export.Write) throws(Problem) {
    try write(
      header([
        "run", "time", "commit", "branch", "pull_request", "job", "machine", "id", "name",
        "parameters", "metric", "labels", "value", "unit", "direction", "n", "stderr",
      ]))
    let series = contents.series.map { series in
      (
        before: [
          series.id.description, series.identity.name, series.identity.parameters.description,
          series.identity.metric, series.identity.labels.description,
        ].map { CSV.cell($0) },
        unit: [CSV.cell(series.unit.text), series.direction.rawValue]
      )
    }
    for run in contents.runs {
      let start = cells(of: run)
      let machines = run.machines.map { CSV.cell($0 ?? "") }
      let jobs = run.jobs.map { CSV.cell($0.name) }
      var rows = ""
      for value in run.values {
        let stored = contents.series[Int(value.series)]
        let number = stored.value(value.value, scale: value.unitScale)
        let error = value.standardError.map { stored.value($0, scale: value.unitScale) }
        let names = series[Int(value.series)]
        rows += CSV.row(
          start + [jobs[Int(value.job)], machines[Int(value.job)]] + names.before
            + [text(number)] + names.unit + [value.n.map { String($0) } ?? "", text(error)])
      }
      try write(Array(rows.utf8))
    }
  }

  static func outcomes(_ contents: HistoryContents, to write: Export.Write) throws(Problem) {
    try write(
      header([
        "run", "time", "commit", "branch", "pull_request", "job", "id", "suite", "class", "name",
        "parameters", "labels", "ordinal", "outcome", "flaky", "duration_s",
      ]))
    let tests = contents.tests.map { test in
      [
        test.id.description, test.identity.suite.joined(separator: "/"), test.identity.className,
        test.identity.name, test.identity.parameters, test.identity.labels.description,
        String(test.identity.ordinal),
      ].map { CSV.cell($0) }
    }
    for run in contents.runs {
      let start = cells(of: run)
      let jobs = run.jobs.map { CSV.cell($0.name) }
      var rows = ""
      for outcome in run.outcomes {
        rows += CSV.row(
          start + [jobs[Int(outcome.job)]] + tests[Int(outcome.test)]
            + [outcome.outcome.name, outcome.isFlaky ? "1" : "0", text(outcome.durationOrNaN)])
      }
      try write(Array(rows.utf8))
    }
  }

  static func runs(_ contents: HistoryContents, to write: Export.Write) throws(Problem) {
    try write(
      header([
        "run", "time", "commit", "branch", "pull_request", "attempt", "base", "merge_base", "url",
        "labels", "verdict", "passed", "failed", "errored", "skipped", "values",
      ]))
    for run in contents.runs {
      let counts = OutcomeCounts(run.outcomes)
      let texts = [
        run.header.base ?? "", run.header.mergeBase ?? "", run.header.url ?? "",
        run.header.labels.description, run.judgement?.verdict ?? "",
      ].map { CSV.cell($0) }
      let numbers = [
        counts.passed, counts.failed, counts.errored, counts.skipped, run.values.count,
      ]
      let row = CSV.row(
        cells(of: run) + [String(run.header.attempt)] + texts + numbers.map { String($0) })
      try write(Array(row.utf8))
    }
  }

  /// The first five cells of every row.
  private static func cells(of run: StoredRun) -> [String] {
    [
      run.header.id, TimeText.rfc3339(run.header.time), run.header.commit ?? "",
      run.header.branch ?? "", run.header.pullRequest ?? "",
    ].map { CSV.cell($0) }
  }

  private static func header(_ names: [String]) -> [UInt8] { Array(CSV.row(names).utf8) }

  /// A number as it is, also a negative one: digits are no formula.
  private static func text(_ number: Double?) -> String { number.flatMap(NumberText.exact) ?? "" }
}
