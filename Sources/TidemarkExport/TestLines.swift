internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// Tests with their outcomes, a batch for each branch.
struct TestLines {
  let contents: HistoryContents
  let project: String?

  func write(to write: Export.Write) throws(Problem) {
    try TrackLines(contents, project: project).write(
      { ($0.outcomes.tests, $0.outcomes.jobs) }, to: write,
      id: { contents.tests[Int($0)].id },
      members: { track, places, json in
        let identity = contents.tests[Int(track.entry)].identity
        let outcomes = places.map { contents.runs[$0.run].outcomes[$0.index] }
        json.member("suite", array: identity.suite) { $0.string($1) }
        json.member("class", identity.className)
        json.member("name", identity.name)
        json.member("parameters", identity.parameters)
        identity.labels.write("labels", to: &json)
        json.member("ordinal", identity.ordinal)
        json.member("outcomes", array: outcomes) { $0.string($1.outcome.name) }
        json.member("flaky", array: outcomes) { $0.bool($1.isFlaky) }
        json.member("durations_s", array: outcomes) { $0.number($1.durationOrNaN) }
      })
  }
}

/// Runs, a line each.
enum RunLines {
  static func write(_ contents: HistoryContents, to write: Export.Write) throws(Problem) {
    for run in contents.runs { try write(line(run)) }
  }

  private static func line(_ run: StoredRun) -> [UInt8] {
    let counts = OutcomeCounts(run.outcomes)
    var json = JSONWriter()
    json.object { json in
      json.member("id", run.header.id)
      json.member("attempt", run.header.attempt)
      json.member("time", TimeText.rfc3339(run.header.time))
      json.member("commit", run.header.commit)
      json.member("branch", run.header.branch)
      json.member("base", run.header.base)
      json.member("merge_base", run.header.mergeBase)
      json.member("pull_request", run.header.pullRequest)
      json.member("url", run.header.url)
      run.header.labels.write("labels", to: &json)
      json.member("verdict", run.judgement?.verdict)
      json.member("passed", counts.passed)
      json.member("failed", counts.failed)
      json.member("errored", counts.errored)
      json.member("skipped", counts.skipped)
      json.member("values", run.values.count)
      json.member("jobs", array: run.jobs) { json, job in
        json.object { json in
          json.member("name", job.name)
          json.member("url", job.url)
          json.member("attempt", job.attempt)
          Labels(job.environment.map { ($0.key, $0.value) }).write("environment", to: &json)
        }
      }
    }
    json.newLine()
    return json.bytes
  }
}

extension OutcomeCounts {
  init(_ outcomes: StoredOutcomes) {
    self.init()
    for code in outcomes.codes { add(StoredOutcomes.outcome(ofCode: code)) }
  }
}
