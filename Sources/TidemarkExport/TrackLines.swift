internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// One thing (a series, a test) in one job.
struct Track: Hashable {
  /// Index into the history's series or tests.
  var entry: Int32
  /// Index into the names of jobs, which are in order.
  var job: Int32

  static func precedes(_ first: Track, _ second: Track) -> Bool {
    first.entry != second.entry ? first.entry < second.entry : first.job < second.job
  }
}

/// Where a result of a track stands.
struct TrackPlace {
  /// Index into the history's runs.
  var run: Int
  /// Index into the run's values or outcomes.
  var index: Int
}

/// The frame of a file of lines: a line a track, a batch a branch, with an empty line behind each.
struct TrackLines {
  private let contents: HistoryContents
  private let project: String?
  private let jobs: JobNames

  init(_ contents: HistoryContents, project: String?) {
    self.contents = contents
    self.project = project
    jobs = JobNames(contents)
  }

  /// What of a run the tracks are made of: of each result what it is of, and in which of the run's jobs.
  typealias Columns = (_ run: StoredRun) -> (entries: [Int32], jobs: [Int32])

  /// - Parameters:
  ///   - id: The id of an entry.
  ///   - members: Writes what a line has of its own, between where it is and the runs.
  ///   - details: Writes what follows the runs.
  func write(
    _ columns: Columns, to write: Export.Write, id: (Int32) -> Identifier,
    members: (Track, [TrackPlace], inout JSONWriter) -> Void,
    details: (Track, [TrackPlace], inout JSONWriter) -> Void = { _, _, _ in }
  ) throws(Problem) {
    let lanes = Dictionary(grouping: contents.runs.indices) { contents.runs[$0].lane }
    for lane in lanes.keys.sorted(by: Lane.precedes) {
      let tracks = tracks(lanes[lane] ?? [], columns)
      guard !tracks.isEmpty else { continue }
      for track in tracks.keys.sorted(by: Track.precedes) {
        let places = tracks[track] ?? []
        var json = JSONWriter()
        json.object { json in
          json.member("id", id(track.entry).description)
          json.member("project", project)
          json.member("branch", lane.branch)
          json.member("pull_request", lane.pullRequest)
          json.member("job", jobs[track.job])
          members(track, places, &json)
          writeRuns(of: places, to: &json)
          details(track, places, &json)
        }
        json.newLine()
        try write(json.bytes)
      }
      try write([UInt8(ascii: "\n")])
    }
  }

  private func tracks(_ runs: [Int], _ columns: Columns) -> [Track: [TrackPlace]] {
    var tracks: [Track: [TrackPlace]] = [:]
    for run in runs {
      let places = jobs.indexes(of: contents.runs[run])
      let (entries, jobs) = columns(contents.runs[run])
      for index in entries.indices {
        let track = Track(entry: entries[index], job: places[Int(jobs[index])])
        tracks[track, default: []].append(TrackPlace(run: run, index: index))
      }
    }
    return tracks
  }

  private func writeRuns(of places: [TrackPlace], to json: inout JSONWriter) {
    let runs = places.map { contents.runs[$0.run].header }
    json.member("times", array: runs) { $0.string(TimeText.rfc3339($1.time)) }
    json.member("runs", array: runs) { $0.string($1.id) }
    json.member("commits", array: runs) { json, run in
      if let commit = run.commit { json.string(commit) } else { json.null() }
    }
  }
}
