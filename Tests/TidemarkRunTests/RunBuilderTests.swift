import Testing
import TidemarkModel
import TidemarkRun

/// Results of one file, made from (name, outcome) pairs in one suite.
private func results(
  _ cases: [(String, Outcome)], suite: String = "S", joins: Bool = false, labels: Labels = .none
) -> Results {
  var results = Results()
  results.suites = [Suite(path: [suite], labels: labels, repeatsAreAttempts: joins)]
  for (name, outcome) in cases { results.append(suite: 0, name: name, outcome: outcome) }
  return results
}

private func input(_ path: String, _ results: Results, labels: Labels = .none) -> RunInput {
  RunInput(
    record: InputRecord(path: path, format: "junit", status: .read), results: results,
    labels: labels)
}

private let header = RunHeader(
  id: "1", time: Timestamp(millisecondsSince1970: 0), labels: Labels([("machine", "big")]))

private func build(_ inputs: [RunInput]) -> (run: Run, clashes: [LabelClash]) {
  RunBuilder(header: header, job: "build").build(inputs)
}

@Suite struct RunBuilderTests {
  @Test("repeats of a name are further tests, told apart by ordinals")
  func repeatsAreTests() {
    let run = build([input("a", results([("x", .passed), ("x", .failed)]))]).run
    #expect(run.parts[0].tests.map(\.identity.ordinal) == [1, 2])
    #expect(run.parts[0].tests.map(\.outcome) == [.passed, .failed])
    #expect(Set(run.parts[0].tests.map(\.id)).count == 2)
  }

  @Test("repeats are attempts where the producer is known to rerun: the last one counts")
  func rerunsJoin() {
    let run = build([
      input("a", results([("x", .failed), ("x", .failed), ("x", .passed)], joins: true))
    ]).run
    let tests = run.parts[0].tests
    #expect(tests.map(\.outcome) == [.passed])
    #expect(tests[0].detail?.attempts.map(\.outcome) == [.failed, .failed])
    #expect(tests[0].isFlaky)
  }

  @Test("equal names from two files of a job stay apart, and a clash says so")
  func filesStayApart() {
    let (run, clashes) = build([
      input("b.xml", results([("x", .failed)])), input("a.xml", results([("x", .passed)])),
    ])
    #expect(run.parts[0].tests.map(\.outcome) == [.passed, .failed])
    #expect(clashes == [clash("a.xml", "b.xml")])
  }

  private func clash(_ first: String, _ second: String) -> LabelClash {
    build([input(first, results([("x", .passed)])), input(second, results([("x", .passed)]))])
      .clashes[0]
  }

  @Test("a label tells equal names from two files apart")
  func labelsTellApart() {
    let (run, clashes) = build([
      input("a", results([("x", .passed)]), labels: Labels([("os", "linux")])),
      input("b", results([("x", .failed)]), labels: Labels([("os", "windows")])),
    ])
    #expect(clashes.isEmpty)
    #expect(run.parts[0].tests.map(\.identity.ordinal) == [1, 1])
  }

  @Test("names that differ only in what varies are one test from run to run")
  func varyingNames() {
    let first = build([input("a", results([("dir /tmp/abc1", .passed)]))]).run
    let second = build([input("a", results([("dir /tmp/xyz2", .passed)]))]).run
    #expect(first.parts[0].tests[0].id == second.parts[0].tests[0].id)
    #expect(second.parts[0].tests[0].identity.name == "dir /tmp/xyz2")
  }

  @Test("the order of the files does not show")
  func orderDoesNotShow() {
    let inputs = (0..<6).map { index in
      input("f\(index)", results([("x", .passed), ("y\(index)", .failed)]))
    }
    #expect(build(inputs).run == build(inputs.reversed()).run)
  }

  @Test("the label machine is a fact of the job and part of no identity")
  func machineIsNoIdentity() {
    let run = build([input("a", results([("x", .passed)]))]).run
    #expect(run.parts[0].tests[0].identity.labels.isEmpty)
    #expect(run.parts[0].environment["machine"] == "big")
  }

  @Test("of one job the highest attempt counts, whichever document comes first")
  func highestAttemptCounts() {
    func document(_ path: String, attempt: Int, _ outcome: Outcome) -> RunInput {
      var document = results([("x", outcome)])
      document.part = PartHeader(
        run: RunHeader(id: "1", attempt: attempt, time: header.time), job: "linux")
      return input(path, document)
    }
    let first = document("a", attempt: 1, .failed)
    let second = document("b", attempt: 2, .passed)
    for inputs in [[first, second], [second, first]] {
      #expect(build(inputs).run.parts.flatMap(\.tests).map(\.outcome) == [.passed])
    }
  }

  @Test("a job's own count of its tries goes before the run's attempt")
  func jobAttemptCounts() {
    func document(_ path: String, jobAttempt: Int, _ outcome: Outcome) -> RunInput {
      var document = results([("x", outcome)])
      document.part = PartHeader(run: header, job: "linux", jobAttempt: jobAttempt)
      return input(path, document)
    }
    let first = document("b", jobAttempt: 9916, .failed)
    let retried = document("a", jobAttempt: 9917, .passed)
    let run = build([first, retried, input("c", results([("y", .passed)]))]).run
    #expect(run.parts.map(\.attempt) == [1, 9917])
    #expect(run.parts.flatMap(\.tests).map(\.outcome) == [.passed, .passed])
  }

  @Test("a series that two files measure is kept twice, told apart by the file")
  func equalSeries() {
    var measured = Results()
    measured.measurements = [
      Measurement(
        name: "fib", metric: "time", value: 1,
        unit: Unit(text: "ns", quantity: .time, scale: 1e-9), direction: .lower)
    ]
    let (run, clashes) = build([input("a", measured), input("b", measured)])
    #expect(run.parts[0].values.map(\.identity.parameters["file"]) == [nil, "b"])
    #expect(clashes.count == 1)
  }
}

@Suite struct ResultCountsTests {
  @Test("counts are of records: repeats, attempts and flaky ones beside them")
  func counts() {
    var file = results([("x", .passed), ("x", .passed), ("y", .skipped)])
    var detail = TestDetail()
    detail.attempts = [Attempt(outcome: .failed)]
    file.append(suite: 0, name: "z", outcome: .passed, duration: 1.5, detail: detail)
    let counts = ResultCounts(file)
    #expect(counts.tests.total == 4)
    #expect(counts.repeats == 1)
    #expect(counts.attempts == 1)
    #expect(counts.flaky == 1)
    #expect(counts.duration == 1.5)
  }

  @Test("no time at all is no duration, not zero")
  func noDuration() { #expect(ResultCounts(results([("x", .passed)])).duration == nil) }
}
