import Testing
import TidemarkHistory
import TidemarkModel

@Suite struct JoiningTests {
  private let folder = TemporaryFolder()

  @Test("The jobs of one run that come apart are one run", arguments: [false, true])
  func partsApart(compacted: Bool) throws {
    let run = SampleHistory().run(2)
    let whole = folder.history("whole")
    _ = try whole.append(run, normalisationVersion: 1)
    let apart = folder.history("apart")
    for part in run.parts.reversed() {
      _ = try apart.append(Run(header: run.header, parts: [part]), normalisationVersion: 1)
    }
    if compacted { _ = try apart.compact() }
    #expect(try apart.load().runs == whole.load().runs)
  }

  @Test(
    "Of one job the highest attempt counts, whichever came first", arguments: [[1, 2], [2, 1]])
  func attempts(order: [Int]) throws {
    let sample = SampleHistory()
    let history = folder.history()
    for attempt in order {
      var run = sample.run(1, attempt: attempt)
      // The second attempt ran one of the two jobs again.
      if attempt == 2 { run.parts.removeLast() }
      run.header.time.millisecondsSince1970 += Int64(attempt) * 60_000
      _ = try history.append(run, normalisationVersion: 1)
    }
    let stored = try #require(try history.load().runs.first)
    #expect(try history.load().runs.count == 1)
    #expect(stored.jobs.map(\.attempt) == [1, 2])
    #expect(stored.jobs.map(\.name) == ["bench", "unit"])
    #expect(stored.header.attempt == 2)
    #expect(
      stored.header.time.millisecondsSince1970
        == sample.run(1).header.time.millisecondsSince1970 + 60_000)
    let unit = sample.run(1, attempt: 2).parts[0]
    #expect(stored.outcomes.count { $0.job == 1 } == unit.tests.count)
  }

  @Test("Two parts of one job and attempt that differ are both kept")
  func differingParts() throws {
    let history = folder.history()
    var run = SampleHistory(tests: 6, series: 0, jobs: ["unit"]).run(1)
    _ = try history.append(run, normalisationVersion: 1)
    run.parts[0].tests[0].outcome = .failed
    _ = try history.append(run, normalisationVersion: 1)
    let stored = try #require(try history.load().runs.first)
    #expect(stored.jobs.count == 1)
    #expect(stored.outcomes.count == 12)
    #expect(stored.outcomes.map(\.test) == (0..<6).flatMap { [Int32($0), Int32($0)] })
    #expect(stored.outcomes.count { $0.outcome == .failed } == 1)
  }

  @Test("Equal ids in one part are separate entries")
  func equalIDs() throws {
    let history = folder.history()
    var run = SampleHistory(tests: 3, series: 2, jobs: ["unit"], hasDetails: false).run(1)
    run.parts[0].tests.append(run.parts[0].tests[1])
    run.parts[0].values.append(run.parts[0].values[0])
    _ = try history.append(run, normalisationVersion: 1)
    _ = try history.append(
      SampleHistory(tests: 3, series: 2, jobs: ["unit"], hasDetails: false).run(2),
      normalisationVersion: 1)
    _ = try history.compact()
    let stored = try history.load().runs
    #expect(stored.map(\.outcomes.count) == [4, 3])
    #expect(stored.map(\.values.count) == [3, 2])
  }

  @Test("The same part judged twice is one part, and keeps a judgement", arguments: [false, true])
  func judgements(compacted: Bool) throws {
    let history = folder.history()
    let run = SampleHistory().run(1)
    let pass = Judgement(verdict: "pass", newlyFailing: 0, regressed: 0, suspected: 1)
    _ = try history.append(run, normalisationVersion: 1)
    _ = try history.append(run, judgement: pass, normalisationVersion: 1)
    if compacted { _ = try history.compact() }
    let stored = try history.load().runs
    #expect(stored.map(\.judgement) == [pass])
    #expect(stored[0].outcomes.count == run.parts.reduce(0) { $0 + $1.tests.count })
  }

  @Test("Excluded and pruned runs stay away, wherever their parts come from")
  func exclusions() throws {
    let sample = SampleHistory(tests: 4, series: 2)
    let history = folder.history()
    let copy = folder.history("copy")
    for number in 0..<4 {
      _ = try history.append(sample.run(number), normalisationVersion: 1)
    }
    _ = try copy.merge(from: [history.directory])
    _ = try history.append([
      .exclude(run: "run-1", reason: "overheated"),
      .prune(policy: "all of 90 days", runs: ["run-0"]),
    ])
    #expect(try history.load().runs.map(\.header.id) == ["run-2", "run-3"])
    #expect(
      try history.list().map(\.exclusion) == [
        "pruned: all of 90 days", "excluded: overheated", nil, nil,
      ])
    _ = try history.compact()
    #expect(try history.list().map(\.header.id) == ["run-1", "run-2", "run-3"])
    _ = try history.merge(from: [copy.directory])
    #expect(try history.load().runs.map(\.header.id) == ["run-2", "run-3"])
    #expect(try history.load().records.count == 2)
    #expect(try history.show("run-1")?.runs.count == 1)
    #expect(try history.show("run-9") == nil)
  }

  @Test("Records are kept whole and once")
  func records() throws {
    let history = folder.history()
    let records: [HistoryRecord] = [
      .accept(
        id: Identifier(bits: 7), commit: "abc", run: nil, reason: "meant", author: "ann"),
      .accept(id: Identifier(bits: 8), commit: nil, run: "run-1", reason: "", author: nil),
      .exclude(run: "ünï", reason: "a\nb"), .prune(policy: "p", runs: ["x", "y"]),
      .prune(policy: "q", runs: []),
    ]
    for record in records.reversed() { _ = try history.append([record]) }
    _ = try history.append(records)
    #expect(Set(try history.load().records) == Set(records))
    #expect(try history.load().records.count == records.count)
    let before = try history.load().records
    _ = try history.compact()
    #expect(fileNames(history.directory).count == 1)
    #expect(try history.load().records == before)
  }

  @Test("The unit and the name of the newest run are shown")
  func lastWritten() throws {
    let history = folder.history()
    let sample = SampleHistory(tests: 2, series: 1, jobs: ["ci"], hasDetails: false)
    for number in [2, 0, 1] {
      var run = sample.run(number)
      run.parts[0].values[0].unit = Unit(text: "u\(number)", quantity: .time, scale: 1e-6)
      run.parts[0].tests[0].identity.name = "at 0x\(number)"
      _ = try history.append(run, normalisationVersion: 1)
    }
    for _ in 0..<2 {
      let contents = try history.load()
      #expect(contents.series.map(\.unit.text) == ["u2"])
      #expect(contents.tests.contains { $0.identity.name == "at 0x2" })
      #expect(contents.runs.map { $0.values[0].unitScale } == [1e-6, 1e-6, 1e-6])
      _ = try history.compact()
    }
  }

  @Test("Options take the newest runs, of each branch or in all")
  func options() throws {
    let history = folder.history()
    let sample = SampleHistory(tests: 4, series: 2)
    for number in 0..<15 {
      _ = try history.append(sample.run(number), normalisationVersion: 1)
    }
    func ids(_ options: LoadOptions) throws -> [String] {
      try history.load(options).runs.map(\.header.id)
    }
    #expect(try ids(LoadOptions(newest: 2)) == ["run-13", "run-14"])
    #expect(
      try ids(LoadOptions(newestOfEachBranch: 1)) == ["run-4", "run-9", "run-13", "run-14"])
    #expect(
      try ids(LoadOptions(includes: { $0.branch == "topic" }, newest: 2)) == ["run-9", "run-14"])
    let bare = try history.load(LoadOptions(columns: []))
    #expect(bare.runs.allSatisfy { $0.outcomes.durations.isEmpty && $0.values.details.isEmpty })
    #expect(bare.runs.map(\.outcomes.codes) == (try history.load().runs.map(\.outcomes.codes)))
  }

  @Test("Only tests and series of the runs that were read are in the tables")
  func usedTables() throws {
    let history = folder.history()
    _ = try history.append(
      SampleHistory(tests: 30, series: 5, jobs: ["ci"]).run(1), normalisationVersion: 1)
    _ = try history.append(
      SampleHistory(tests: 8, series: 2, jobs: ["ci"]).run(2), normalisationVersion: 1)
    for _ in 0..<2 {
      let contents = try history.load(LoadOptions(newest: 1))
      #expect(contents.tests.count == 8 && contents.series.count == 2)
      _ = try history.compact()
    }
  }
}
