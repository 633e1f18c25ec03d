package import TidemarkModel
package import TidemarkSyntax

/// report.json: what every tool outside may rely on, described in
/// `docs/schemas/tidemark.report-1.schema.json`.
package enum ReportJSON {
  package static let schema = "tidemark.report/1"
  /// The most bytes that `publish` takes.
  package static let byteBudget = 64 << 20
  /// The most points of a series' history.
  package static let historyLimit = 30

  /// Bytes that each long list may fill the document up to; what is behind is cut and recorded.
  private static let inputsLimit = 8 << 20
  private static let testsLimit = 36 << 20
  private static let seriesLimit = 62 << 20
  /// Bytes of one message.
  private static let messageLimit = 4096
  /// The most suspects of a change.
  private static let suspectLimit = 10
  /// The most paths of a suspect.
  private static let pathLimit = 10
  /// The most entries of a list that is short in any report but a hostile one.
  private static let shortListLimit = 2000

  /// The document, and what was left out of it. The cuts of `report` and its own stand in it.
  package static func encode(_ report: Report) -> (bytes: [UInt8], cuts: [Cut]) {
    var json = JSONWriter(isIndented: false)
    var cuts: [Cut] = []
    json.object { json in
      json.member("schema", schema)
      json.key("generator")
      json.object { json in
        json.member("name", report.generator.name)
        json.member("version", report.generator.version)
      }
      json.member("key", report.key)
      write(report.run, jobs: report.jobs, to: &json)
      writeVerdict(of: report, to: &json, cuts: &cuts)
      write(report.baseline, to: &json)
      writeInputs(of: report, to: &json, cuts: &cuts)
      write(report.testTotals, to: &json)
      writeTestChanges(of: report, to: &json, cuts: &cuts)
      write(report.seriesTotals, to: &json)
      json.member("runs", array: report.runs) { json, run in
        json.object { json in
          json.member("id", run.id)
          json.member("time", TimeText.rfc3339(run.time))
          json.member("commit", run.commit)
          json.member("url", run.url)
        }
      }
      writeSeries(of: report, to: &json, cuts: &cuts)
      writeClusters(of: report, to: &json, cuts: &cuts)
      json.member("cuts", array: report.cuts + cuts) { json, cut in
        json.object { json in
          json.member("sink", cut.sink)
          json.member("what", cut.what)
          json.member("kept", cut.kept)
          json.member("total", cut.total)
        }
      }
    }
    json.newLine()
    return (json.bytes, cuts)
  }

  private static func write(_ run: RunHeader, jobs: [Job], to json: inout JSONWriter) {
    json.key("run")
    json.object { json in
      json.member("id", run.id)
      json.member("attempt", run.attempt)
      json.member("time", TimeText.rfc3339(run.time))
      json.member("commit", run.commit)
      json.member("branch", run.branch)
      json.member("base", run.base)
      json.member("pull_request", run.pullRequest)
      json.member("url", run.url)
      write(run.labels, to: &json)
      json.member("jobs", array: jobs) { json, job in
        json.object { json in
          json.member("name", job.name)
          json.member("url", job.url)
          json.key("environment")
          json.object { json in
            let keys = job.environment.keys.sorted(by: utf8Precedes)
            for key in keys { json.member(key, job.environment[key]) }
          }
        }
      }
    }
  }

  private static func writeVerdict(
    of report: Report, to json: inout JSONWriter, cuts: inout [Cut]
  ) {
    json.member("verdict", report.verdict.rawValue)
    note(
      "reasons", min(report.reasons.count, shortListLimit), of: report.reasons.count, in: &cuts)
    json.member("reasons", array: report.reasons.prefix(shortListLimit)) { json, reason in
      json.object { json in
        json.member("code", reason.code.rawValue)
        json.member("message", cut(reason.message))
      }
    }
    json.member("gate", array: report.gate) { json, result in
      json.object { json in
        json.member("rule", result.rule)
        json.member("failed", result.failed)
        json.member("count", result.count)
        json.member("message", cut(result.message))
      }
    }
    json.key("links")
    json.object { json in
      json.member("site", report.links.site)
      json.member("run", report.links.run)
      json.member("artifact", report.links.artifact)
    }
  }

  /// The member `baseline`.
  package static func write(_ baseline: Baseline, to json: inout JSONWriter) {
    json.key("baseline")
    json.object { json in
      json.member("status", baseline.status.rawValue)
      json.member("runs", baseline.runs)
      json.member("branch", baseline.branch)
      json.member("newest_commit", baseline.newestCommit)
      json.member("newest_time", baseline.newestTime.map(TimeText.rfc3339))
      json.member("message", baseline.message)
    }
  }

  // MARK: Inputs and tests

  private static func writeInputs(
    of report: Report, to json: inout JSONWriter, cuts: inout [Cut]
  ) {
    var kept = 0
    json.key("inputs")
    json.array { json in
      for input in report.inputs where json.bytes.count < inputsLimit {
        write(input, to: &json)
        kept += 1
      }
    }
    note("inputs", kept, of: report.inputs.count, in: &cuts)
  }

  private static func write(_ input: InputRecord, to json: inout JSONWriter) {
    json.object { json in
      json.member("path", input.path)
      json.member("format", input.format)
      json.member("status", input.status.rawValue)
      json.key("tests")
      json.object { json in writeMembers(of: input.counts, to: &json) }
      json.member("benchmarks", input.benchmarks)
      json.member("series", input.series)
      json.member("problems", array: input.problems.prefix(shortListLimit)) { json, problem in
        json.object { json in
          json.member("code", problem.code.rawValue)
          json.member("message", cut(problem.message))
          json.member("line", problem.line)
          json.member("blocking", problem.isBlocking)
        }
      }
      json.key("error")
      guard let error = input.error else { return json.null() }
      json.object { json in
        json.member("message", cut(error.remedy.map { "\(error.what); \($0)" } ?? error.what))
        json.member("line", error.line)
        json.member("column", error.column)
      }
    }
  }

  /// The members of how many tests ended how.
  package static func writeMembers(of counts: OutcomeCounts, to json: inout JSONWriter) {
    json.member("total", counts.total)
    json.member("passed", counts.passed)
    json.member("failed", counts.failed)
    json.member("errored", counts.errored)
    json.member("skipped", counts.skipped)
  }

  /// The member `tests`.
  package static func write(_ totals: TestTotals, to json: inout JSONWriter) {
    json.key("tests")
    json.object { json in
      writeMembers(of: totals.counts, to: &json)
      json.member("duration_s", totals.duration)
      json.member("newly_failing", totals.newlyFailing)
      json.member("still_failing", totals.stillFailing)
      json.member("fixed", totals.fixed)
      json.member("flaky", totals.flaky)
      json.member("quarantined", totals.quarantined)
      json.member("removed", totals.removed)
      json.member("new", totals.new)
    }
  }

  private static func writeTestChanges(
    of report: Report, to json: inout JSONWriter, cuts: inout [Cut]
  ) {
    let changes = report.testChanges
    var kept = 0
    json.key("test_changes")
    json.array { json in
      for test in changes where json.bytes.count < testsLimit {
        json.object { json in
          writeMembers(of: test, to: &json)
          writeFurther(of: test, to: &json)
        }
        kept += 1
      }
    }
    note("test_changes", kept, of: changes.count, in: &cuts)
  }

  /// The members of an object of `test_changes`.
  package static func writeMembers(of test: TestResult, to json: inout JSONWriter) {
    json.member("id", test.id.description)
    json.member("suite", array: test.identity.suite) { json, name in json.string(name) }
    json.member("class", test.identity.className)
    json.member("name", test.identity.title)
    write(test.identity.labels, to: &json)
    json.member("state", test.state.rawValue)
    json.member("outcome", test.outcome?.name)
    json.member("message", test.detail?.message.map(cut))
    json.key("since")
    if let since = test.since {
      json.object { json in
        json.member("commit", since.commit)
        json.member("run", since.run)
      }
    } else {
      json.null()
    }
    json.member("failures_in_last", test.failuresInLast)
    json.member("runs_in_last", test.runsInLast)
    json.member("file", test.detail?.file)
    json.member("line", test.detail?.line)
    json.member("owner", test.owner)
  }

  /// What report.json alone has of a test.
  private static func writeFurther(of test: TestResult, to json: inout JSONWriter) {
    json.member("job", test.job)
    json.member("good_commit", test.since?.previousCommit)
    json.member("explanation", said(test.explanation))
  }

  // MARK: Series

  /// The member `benchmarks`.
  package static func write(_ totals: SeriesTotals, to json: inout JSONWriter) {
    json.key("benchmarks")
    json.object { json in
      json.member("series", totals.series)
      json.member("regressed", totals.regressed)
      json.member("suspected", totals.suspected)
      json.member("improved", totals.improved)
      json.member("unchanged", totals.unchanged)
      json.member("new", totals.new)
      json.member("missing", totals.missing)
      json.member("insufficient_data", totals.insufficientData)
    }
  }

  private static func writeSeries(
    of report: Report, to json: inout JSONWriter, cuts: inout [Cut]
  ) {
    var kept = 0
    json.key("series")
    json.array { json in
      for series in report.series where json.bytes.count < seriesLimit {
        write(series, report.bisection, to: &json)
        kept += 1
      }
    }
    note("series", kept, of: report.series.count, in: &cuts)
  }

  private static func write(
    _ series: SeriesChange, _ bisection: Bisection, to json: inout JSONWriter
  ) {
    json.object { json in
      writeMembers(of: series, to: &json)
      writeHistory(series.points.suffix(historyLimit), to: &json)
      writeFurther(of: series, bisection, to: &json)
    }
  }

  /// The members of an object of `series`, all but `history`.
  package static func writeMembers(of series: SeriesChange, to json: inout JSONWriter) {
    json.member("id", series.id.description)
    json.member("name", series.identity.title)
    json.member("metric", series.identity.metric)
    json.member("unit", series.unit.text)
    json.member("direction", series.direction.rawValue)
    write(series.identity.labels, to: &json)
    json.member("state", series.state.rawValue)
    json.member("value", series.value)
    json.member("n", series.n)
    json.key("baseline")
    if let baseline = series.baseline {
      json.object { json in
        json.member("value", baseline.value)
        json.member("low", baseline.low)
        json.member("high", baseline.high)
        json.member("runs", baseline.runs)
      }
    } else {
      json.null()
    }
    json.member("change_percent", series.changePercent)
    json.member("change_low", series.changeLow)
    json.member("change_high", series.changeHigh)
    json.member("p", series.p)
    json.member("q", series.q)
    json.member("noise_percent", series.noisePercent)
    json.member("window", series.window)
    json.member("minimum_detectable_percent", series.minimumDetectablePercent)
    write(series.changePoint, to: &json)
    write(series.suspects, to: &json)
  }

  /// What report.json alone has of a series.
  private static func writeFurther(
    of series: SeriesChange, _ bisection: Bisection, to json: inout JSONWriter
  ) {
    json.member("job", series.job)
    json.member("owner", series.owner)
    json.member("runs_needed", series.runsNeeded)
    json.member("explanation", said(series.explanation))
    json.member("good_commit", series.changePoint?.previousCommit)
    writePaths(of: series.suspects, to: &json)
    json.member("bisect", bisection.command(for: series))
  }

  private static func writeHistory(_ points: ArraySlice<SeriesPoint>, to json: inout JSONWriter) {
    json.key("history")
    json.object { json in
      json.member("runs", array: points) { json, point in json.number(point.run) }
      json.member("values", array: points) { json, point in json.number(point.value) }
      json.member("low", array: points) { json, point in
        if let low = point.low { json.number(low) } else { json.null() }
      }
      json.member("high", array: points) { json, point in
        if let high = point.high { json.number(high) } else { json.null() }
      }
    }
  }

  private static func write(_ point: ChangePoint?, to json: inout JSONWriter) {
    json.key("change_point")
    guard let point else { return json.null() }
    json.object { json in
      json.member("commit", point.commit)
      json.member("run", point.run)
      json.member("time", point.time.map(TimeText.rfc3339))
    }
  }

  private static func write(_ suspects: [Suspect], to json: inout JSONWriter) {
    json.member("suspects", array: suspects.prefix(suspectLimit)) { json, suspect in
      json.object { json in
        json.member("commit", suspect.commit)
        json.member("author", suspect.author)
        json.member("subject", suspect.subject.map { String(SafeText.prefix($0, bytes: 200)) })
      }
    }
  }

  /// For each suspect that is written its paths.
  private static func writePaths(of suspects: [Suspect], to json: inout JSONWriter) {
    json.member("paths", array: suspects.prefix(suspectLimit)) { json, suspect in
      json.array { json in
        for path in suspect.paths.prefix(pathLimit) {
          json.string(String(SafeText.prefix(path, bytes: 400)))
        }
      }
    }
  }

  private static func writeClusters(
    of report: Report, to json: inout JSONWriter, cuts: inout [Cut]
  ) {
    json.member("clusters", array: report.clusters.prefix(shortListLimit)) { json, cluster in
      json.object { json in
        json.member("id", cluster.id.description)
        json.member("kind", cluster.kind)
        json.member("series", array: cluster.series.prefix(shortListLimit)) { json, id in
          json.string(id.description)
        }
        json.member("tests", array: cluster.tests.prefix(shortListLimit)) { json, id in
          json.string(id.description)
        }
        write(cluster.changePoint, to: &json)
        write(cluster.suspects, to: &json)
        json.member("good_commit", cluster.changePoint?.previousCommit)
        writePaths(of: cluster.suspects, to: &json)
        json.member("environment", array: cluster.environment) { json, text in
          json.string(cut(text))
        }
        json.member("bisect", report.bisection(of: cluster))
      }
    }
    note(
      "clusters", min(report.clusters.count, shortListLimit), of: report.clusters.count, in: &cuts)
    let changes = report.environmentChanges
    json.member("environment_changes", array: changes.prefix(shortListLimit)) { json, change in
      json.object { json in
        json.member("job", change.job)
        json.member("key", change.key)
        json.member("from", change.from)
        json.member("to", change.to)
      }
    }
    note("environment_changes", min(changes.count, shortListLimit), of: changes.count, in: &cuts)
  }

  private static func write(_ labels: Labels, to json: inout JSONWriter) {
    json.key("labels")
    json.object { json in
      for pair in labels.pairs { json.member(pair.key, pair.value) }
    }
  }

  private static func cut(_ message: String) -> String {
    String(SafeText.prefix(message, bytes: messageLimit))
  }

  /// nil for what says nothing.
  private static func said(_ sentence: String) -> String? { sentence.isEmpty ? nil : cut(sentence) }

  private static func note(_ what: String, _ kept: Int, of total: Int, in cuts: inout [Cut]) {
    if kept < total { cuts.append(Cut(sink: "json", what: what, kept: kept, total: total)) }
  }
}
