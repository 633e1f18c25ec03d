internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// Tests with their outcomes, a batch for each branch.
struct TestLines {
  private let contents: HistoryContents
  private let project: String?
  private let jobs: JobNames

  init(_ contents: HistoryContents, project: String?) {
    self.contents = contents
    self.project = project
    jobs = JobNames(contents)
  }

  private struct Track: Hashable {
    var test: Int32
    /// Index into the names of jobs, which are in order.
    var job: Int32
  }

  private struct Point {
    var run: Int32
    var outcome: Int32
  }

  func write(to write: Export.Write) throws(Problem) {
    let lanes = Dictionary(grouping: contents.runs.indices) { contents.runs[$0].lane }
    for lane in lanes.keys.sorted(by: Lane.precedes) {
      let tracks = tracks(lanes[lane] ?? [])
      guard !tracks.isEmpty else { continue }
      let order = tracks.keys.sorted {
        $0.test != $1.test ? $0.test < $1.test : $0.job < $1.job
      }
      for track in order { try write(line(track, tracks[track] ?? [], lane)) }
      try write([UInt8(ascii: "\n")])
    }
  }

  private func tracks(_ runs: [Int]) -> [Track: [Point]] {
    var tracks: [Track: [Point]] = [:]
    for run in runs {
      let stored = contents.runs[run]
      let places = jobs.indexes(of: stored)
      for index in stored.outcomes.indices {
        let job = places[Int(stored.outcomes.jobs[index])]
        tracks[Track(test: stored.outcomes.tests[index], job: job), default: []].append(
          Point(run: Int32(truncatingIfNeeded: run), outcome: Int32(truncatingIfNeeded: index)))
      }
    }
    return tracks
  }

  private func line(_ track: Track, _ points: [Point], _ lane: Lane) -> [UInt8] {
    let test = contents.tests[Int(track.test)]
    let outcomes = points.map { contents.runs[Int($0.run)].outcomes[Int($0.outcome)] }
    let runs = points.map { contents.runs[Int($0.run)].header }
    var json = JSONWriter()
    json.object { json in
      json.member("id", test.id.description)
      json.member("project", project)
      json.member("branch", lane.branch)
      json.member("pull_request", lane.pullRequest)
      json.member("job", jobs[track.job])
      json.member("suite", array: test.identity.suite) { $0.string($1) }
      json.member("class", test.identity.className)
      json.member("name", test.identity.name)
      json.member("parameters", test.identity.parameters)
      test.identity.labels.write("labels", to: &json)
      json.member("ordinal", test.identity.ordinal)
      json.member("outcomes", array: outcomes) { $0.string($1.outcome.name) }
      json.member("flaky", array: outcomes) { $0.bool($1.isFlaky) }
      json.member("durations_s", array: outcomes) { $0.number($1.durationOrNaN) }
      json.member("times", array: runs) { $0.string(TimeText.rfc3339($1.time)) }
      json.member("runs", array: runs) { $0.string($1.id) }
      json.member("commits", array: runs) { json, run in
        if let commit = run.commit { json.string(commit) } else { json.null() }
      }
    }
    json.newLine()
    return json.bytes
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
