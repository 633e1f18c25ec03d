internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// Series as `tidemark detect` reads them, a batch for each branch.
struct SeriesLines {
  private let contents: HistoryContents
  private let project: String?
  private let jobs: JobNames

  init(_ contents: HistoryContents, project: String?) {
    self.contents = contents
    self.project = project
    jobs = JobNames(contents)
  }

  /// Where a value stands.
  private struct Point {
    var run: Int32
    var value: Int32
  }

  private struct Track: Hashable {
    var series: Int32
    /// Index into the names of jobs, which are in order.
    var job: Int32
  }

  func write(to write: Export.Write) throws(Problem) {
    let lanes = Dictionary(grouping: contents.runs.indices) { contents.runs[$0].lane }
    for lane in lanes.keys.sorted(by: Lane.precedes) {
      let tracks = tracks(lanes[lane] ?? [])
      guard !tracks.isEmpty else { continue }
      for track in tracks.keys.sorted(by: precedes) {
        try write(line(track, tracks[track] ?? [], lane))
      }
      try write([UInt8(ascii: "\n")])
    }
  }

  private func precedes(_ first: Track, _ second: Track) -> Bool {
    first.series != second.series
      ? first.series < second.series : first.job < second.job
  }

  private func tracks(_ runs: [Int]) -> [Track: [Point]] {
    var tracks: [Track: [Point]] = [:]
    for run in runs {
      let stored = contents.runs[run]
      let places = jobs.indexes(of: stored)
      for index in stored.values.indices {
        let track = Track(
          series: stored.values.series[index], job: places[Int(stored.values.jobs[index])])
        tracks[track, default: []].append(
          Point(run: Int32(truncatingIfNeeded: run), value: Int32(truncatingIfNeeded: index)))
      }
    }
    return tracks
  }

  private func line(_ track: Track, _ points: [Point], _ lane: Lane) -> [UInt8] {
    let series = contents.series[Int(track.series)]
    let values = points.map { contents.runs[Int($0.run)].values[Int($0.value)] }
    let runs = points.map { contents.runs[Int($0.run)] }
    var json = JSONWriter()
    json.object { json in
      json.member("id", series.id.description)
      json.member("project", project)
      json.member("branch", lane.branch)
      json.member("pull_request", lane.pullRequest)
      json.member("job", jobs[track.job])
      json.member("name", series.identity.name)
      series.identity.parameters.write("parameters", to: &json)
      json.member("metric", series.identity.metric)
      series.identity.labels.write("labels", to: &json)
      json.member("quantity", series.identity.quantity.name)
      json.member("unit", series.unit.text)
      json.member("direction", series.direction.rawValue)
      json.member("values", array: values) {
        $0.number(series.value($1.value, scale: $1.unitScale))
      }
      json.member("times", array: runs) { $0.string(TimeText.rfc3339($1.header.time)) }
      json.member("runs", array: runs) { $0.string($1.header.id) }
      json.member("commits", array: runs) { json, run in
        if let commit = run.header.commit { json.string(commit) } else { json.null() }
      }
      writeDetails(of: values, series, to: &json)
      let machines = zip(runs, values).map { $0.machines[Int($1.job)] }
      if machines.contains(where: { $0 != nil }) {
        json.member("env", array: machines) { $0.string($1 ?? "") }
      }
    }
    json.newLine()
    return json.bytes
  }

  /// Columns that no value has are left out.
  private func writeDetails(
    of values: [StoredValue], _ series: StoredSeries, to json: inout JSONWriter
  ) {
    if values.contains(where: { $0.n != nil }) {
      json.member("n", array: values) { json, value in
        if let n = value.n { json.number(n) } else { json.null() }
      }
    }
    if values.contains(where: { $0.standardError != nil }) {
      json.member("stderr", array: values) { json, value in
        json.number(
          value.standardError.map { series.value($0, scale: value.unitScale) } ?? .nan)
      }
    }
    if values.contains(where: { $0.samples != nil }) {
      json.member("samples", array: values) { json, value in
        json.array { json in
          for sample in value.samples?.values ?? [] {
            json.number(series.value(sample, scale: value.unitScale))
          }
        }
      }
    }
  }
}
