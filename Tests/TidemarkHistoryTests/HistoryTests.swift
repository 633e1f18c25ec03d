import Testing
import TidemarkHistory
import TidemarkModel

@Suite struct HistoryTests {
  private let folder = TemporaryFolder()

  @Test("A folder that is not there is an empty history")
  func emptyHistory() throws {
    let history = folder.history()
    #expect(try history.load().runs.isEmpty)
    #expect(try history.list().isEmpty)
    #expect(try history.compact().written.isEmpty)
    #expect(try history.verify(setsAside: true).segments == 0)
  }

  @Test("A run is read as it was recorded")
  func roundTrip() throws {
    let run = SampleHistory().run(3)
    let judgement = Judgement(verdict: "fail", newlyFailing: 2, regressed: 1, suspected: 0)
    let history = folder.history()
    _ = try history.append(run, judgement: judgement, normalisationVersion: 1)
    let contents = try history.load()
    #expect(contents.runs.count == 1)
    let stored = try #require(contents.runs.first)
    #expect(stored.header == run.header)
    #expect(stored.judgement == judgement)
    expectSame(stored, run, contents)
  }

  @Test("The same run twice is one segment")
  func appendTwice() throws {
    let history = folder.history()
    let run = SampleHistory().run(1)
    let first = try history.append(run, normalisationVersion: 1)
    let second = try history.append(run, normalisationVersion: 1)
    #expect(first == second)
    #expect(fileNames(history.directory) == [first])
  }

  @Test("Whatever order the tests of a run come in, its segment has the same parts")
  func orderOfTests() throws {
    var run = SampleHistory().run(1)
    let history = folder.history()
    _ = try history.append(run, normalisationVersion: 1)
    for index in run.parts.indices {
      run.parts[index].tests.reverse()
      run.parts[index].values.reverse()
    }
    _ = try history.append(run, normalisationVersion: 1)
    let contents = try history.load()
    #expect(contents.runs.count == 1)
    expectSame(try #require(contents.runs.first), run, contents)
  }

  @Test("Runs come in the order of time, then of id")
  func runOrder() throws {
    let history = folder.history()
    let sample = SampleHistory()
    for number in [4, 1, 3, 0, 2] {
      _ = try history.append(sample.run(number), normalisationVersion: 1)
    }
    #expect(try history.load().runs.map(\.header.id) == (0..<5).map { "run-\($0)" })
  }

  @Test("Compaction changes no run", arguments: [1, 3, 70])
  func compaction(parts limit: Int) throws {
    let history = folder.history()
    let sample = SampleHistory()
    for number in 0..<80 {
      _ = try history.append(sample.run(number), normalisationVersion: 1)
    }
    _ = try history.append([HistoryRecord.exclude(run: "run-7", reason: "a broken machine")])
    let before = try history.load()
    let result = try history.compact(CompactionLimits(parts: limit * 2))
    let after = try history.load()
    #expect(result.removed.count == 81 || limit == 1)
    #expect(before.runs.count == 79)
    #expect(before.runs == after.runs)
    #expect(before.tests == after.tests)
    #expect(before.series == after.series)
    #expect(before.records == after.records)
    #expect(try history.verify(setsAside: false).damaged.isEmpty)
    #expect(try history.compact(CompactionLimits(parts: limit * 2)).written.isEmpty || limit == 70)
  }

  /// Compares a stored run with the run that was recorded, test by test and value by value.
  private func expectSame(_ stored: StoredRun, _ run: Run, _ contents: HistoryContents) {
    #expect(stored.jobs.map(\.name) == run.parts.map(\.job).sorted())
    for job in stored.jobs.indices {
      let part = run.parts.first { $0.job == stored.jobs[job].name }
      #expect(stored.jobs[job].environment == part?.environment)
      #expect(stored.jobs[job].url == part?.url)
      let outcomes = stored.outcomes.filter { Int($0.job) == job }
      let tests = (part?.tests ?? []).sorted { $0.id < $1.id }
      #expect(outcomes.count == tests.count)
      for (outcome, test) in zip(outcomes, tests) {
        #expect(contents.tests[Int(outcome.test)].id == test.id)
        #expect(contents.tests[Int(outcome.test)].identity == test.identity)
        #expect(outcome.outcome == test.outcome)
        #expect(outcome.isFlaky == test.isFlaky)
        #expect(outcome.durationOrNaN.isNaN == (test.duration == nil))
        if let duration = test.duration { #expect(outcome.durationOrNaN == duration) }
      }
      let values = stored.values.filter { Int($0.job) == job }
      let measured = (part?.values ?? []).sorted { $0.id < $1.id }
      #expect(values.count == measured.count)
      for (value, entry) in zip(values, measured) {
        let series = contents.series[Int(value.series)]
        #expect(series.id == entry.id && series.identity == entry.identity)
        #expect(series.unit == entry.unit && series.direction == entry.direction)
        #expect(value.value == entry.value && value.unitScale == entry.unit.scale)
        #expect(value.n == entry.n && value.standardError == entry.standardError)
        #expect(value.samples == entry.samples)
        #expect(value.items == entry.items.sorted { $0.id < $1.id })
      }
    }
  }
}
