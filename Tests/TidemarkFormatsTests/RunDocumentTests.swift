import Testing
import TidemarkModel
import TidemarkSyntax

@testable import TidemarkFormats

@Suite struct RunDocumentTests {
  @Test("what was written reads back the same", arguments: 0..<60)
  func roundTrip(seed: UInt64) throws {
    var source = Arbitrary(seed: seed)
    let header = source.header()
    let entries = source.list(4) { $0.entry() }
    let bytes = RunDocument.write(entries, header: header)
    let read = try RunDocument.entries(in: InputFile(path: "run.json", bytes: bytes))
    var expected = header
    expected.inputs = entries.map(\.record)
    #expect(read.header == expected)
    #expect(read.entries.count == entries.count)
    for (again, entry) in zip(read.entries, entries) {
      #expect(again.record == entry.record)
      #expect(again.labels == entry.labels)
      expectEqual(again.results, entry.results)
    }
    #expect(RunDocument.write(read.entries, header: header) == bytes)
  }

  @Test("the results of all files are laid together, under their labels")
  func laidTogether() throws {
    var first = Results()
    first.append(name: "a", outcome: .passed)
    var second = Results()
    second.suites = [Suite(path: ["s"], labels: Labels([("os", "mac")]))]
    second.append(suite: 0, name: "b", outcome: .failed, detail: TestDetail(message: "no"))
    let record = InputRecord(path: "x", format: "junit", status: .read)
    let bytes = RunDocument.write(
      [
        RunDocument.Entry(record: record, labels: Labels([("os", "linux")]), results: first),
        RunDocument.Entry(record: record, labels: Labels([("arch", "arm64")]), results: second),
      ], header: someHeader)
    let all = try RunDocument.read(InputFile(path: "run.json", bytes: bytes))
    #expect(all.tests.map { all.text.string($0.name) } == ["a", "b"])
    #expect(
      all.tests.map { all.suites[Int($0.suite)].labels.description } == [
        "os=linux", "arch=arm64, os=mac",
      ])
    #expect(all.tests.map { all.detail(of: $0)?.message } == [nil, "no"])
    #expect(all.part?.job == "unit")
  }

  @Test(
    "a document that is damaged is refused, and says why",
    arguments: [
      (#"{"schema":"tidemark.run/2"}"#, "schema `tidemark.run/2`"),
      (#"{"schema":"tidemark.run/1"}"#, "no object `run`"),
      (#"{"schema":"tidemark.run/1","run":{"id":"1","time":"yesterday"},"job":"a"}"#, "RFC 3339"),
      (document(#"{"path":"a","status":"green"}"#), "`status`"),
      (document(results(#""tests":[{"name":"a","outcome":"fine"}]"#)), "`outcome`"),
      (document(results(#""tests":[{"suite":3,"name":"a","outcome":"passed"}]"#)), "`suite`"),
      (document(results(#""tests":[{"outcome":"passed"}]"#)), "`name`"),
      (document(results(#""measurements":[{"name":"a","value":null}]"#)), "`value`"),
    ])
  func damaged(text: String, reason: String) {
    let problem = #expect(throws: Problem.self) {
      try RunDocument.read(InputFile(path: "run.json", bytes: Array(text.utf8)))
    }
    #expect(problem?.what.contains(reason) == true, "\(problem?.what ?? "")")
  }

  @Test("numbers that cannot be are dropped, not believed")
  func impossibleNumbers() throws {
    let text = document(
      results(
        #""leaf_tests":-3,"tests":[{"name":"a","outcome":"passed","duration":-1}],"#
          + #""measurements":[{"name":"b","metric":"m","value":1,"direction":"lower","n":-2,"#
          + #""stderr":-1,"unit":{"text":"s","quantity":"time","scale":1},"#
          + #""samples":{"count":-5,"values":[1,2]},"items":[["x",1],["0123456789abcdef",0.5]]}]"#))
    let all = try RunDocument.read(InputFile(path: "run.json", bytes: Array(text.utf8)))
    #expect(all.leafTests == 0)
    #expect(all.tests.first?.duration == nil)
    let measurement = try #require(all.measurements.first)
    #expect(measurement.n == nil && measurement.standardError == nil)
    #expect(measurement.samples?.count == 2)
    #expect(measurement.items == [ItemScore(id: 0x0123_4567_89ab_cdef, score: 0.5)])
  }

  @Test("only the schema's name makes a run document")
  func recognition() {
    #expect(RunDocument.recognises(head(document(""))) == .yes)
    #expect(RunDocument.recognises(head(#"{"schema":"other/1","run":{},"job":"a"}"#)) == .no)
  }
}

private func expectEqual(_ first: Results, _ second: Results) {
  #expect(first.suites == second.suites)
  #expect(first.measurements == second.measurements)
  #expect(first.unmeasured == second.unmeasured)
  #expect(first.problems == second.problems)
  #expect(first.environment == second.environment)
  #expect(first.newestTime == second.newestTime)
  #expect(first.leafTests == second.leafTests)
  #expect(first.tests.map { Plain($0, in: first) } == second.tests.map { Plain($0, in: second) })
}

/// A test without the arena.
private struct Plain: Hashable {
  var suite: Int32
  var className: String
  var name: String
  var outcome: Outcome
  var duration: Double?
  var detail: TestDetail?

  init(_ test: TestRecord, in results: Results) {
    suite = test.suite
    className = results.text.string(test.className)
    name = results.text.string(test.name)
    outcome = test.outcome
    duration = test.duration
    detail = results.detail(of: test)
  }
}

private let someHeader = PartHeader(
  run: RunHeader(id: "7", time: Timestamp(millisecondsSince1970: 0)), job: "unit")

private func document(_ inputs: String) -> String {
  #"{"schema":"tidemark.run/1","run":{"id":"1","time":"2026-01-02T03:04:05Z"},"job":"a","#
    + #""inputs":["# + inputs + "]}"
}

private func results(_ members: String) -> String {
  #"{"path":"a","status":"read","results":{"# + members + "}}"
}

/// Arbitrary values, the same for one seed.
private struct Arbitrary {
  /// SplitMix64, as in Steele, Lea, Flood: *Fast Splittable Pseudorandom Number Generators* (2014).
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func flag() -> Bool { next() & 1 == 1 }

  mutating func pick<Element>(_ all: [Element]) -> Element { all[below(all.count)] }

  mutating func list<Element>(_ most: Int, _ make: (inout Arbitrary) -> Element) -> [Element] {
    (0..<below(most + 1)).map { _ in make(&self) }
  }

  mutating func maybe<Element>(_ make: (inout Arbitrary) -> Element) -> Element? {
    flag() ? make(&self) : nil
  }

  mutating func text() -> String {
    pick([
      "", "plain", "naïve ☃ 🦦", "a\"b\\c/d", "line\nline\r\n\ttab", "\u{1}\u{1B}[31m\u{7F}",
      "</script>&amp;\u{2028}", "\u{0}", "../../etc/passwd", String(repeating: "long ", count: 500),
    ])
  }

  mutating func double() -> Double {
    pick([
      0, 1, -1, 0.1, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      9_007_199_254_740_992,
      Double(bitPattern: next()),
    ]).finite
  }

  mutating func labels() -> Labels { Labels(list(3) { ($0.text(), $0.text()) }) }

  mutating func facts() -> [String: String] {
    Dictionary(list(3) { ($0.text(), $0.text()) }) { first, _ in first }
  }

  mutating func time() -> Timestamp {
    Timestamp(millisecondsSince1970: Int64(next() % 253_402_300_800_000))
  }

  mutating func counts() -> OutcomeCounts {
    var counts = OutcomeCounts()
    for _ in 0..<below(5) { counts.add(pick(Outcome.allCases)) }
    return counts
  }

  mutating func header() -> PartHeader {
    let run = RunHeader(
      id: text(), attempt: 1 + below(3), time: time(), commit: maybe { $0.text() },
      branch: maybe { $0.text() }, base: maybe { $0.text() }, mergeBase: maybe { $0.text() },
      pullRequest: maybe { $0.text() }, url: maybe { $0.text() }, labels: labels())
    return PartHeader(
      run: run, job: text(), jobURL: maybe { $0.text() }, jobAttempt: maybe { 1 + $0.below(9) },
      environment: facts())
  }

  mutating func entry() -> RunDocument.Entry {
    var record = InputRecord(
      path: text(), format: maybe { $0.text() }, status: pick([.read, .failed, .unrecognised]))
    record.counts = counts()
    record.benchmarks = below(9)
    record.series = below(9)
    record.problems = list(2) { $0.problem() }
    record.error = maybe { source in
      Problem(
        source.text(), path: source.maybe { $0.text() }, line: source.maybe { 1 + $0.below(9) },
        column: source.maybe { 1 + $0.below(9) }, remedy: source.maybe { $0.text() })
    }
    return RunDocument.Entry(
      record: record, labels: labels(), results: record.status == .read ? results() : Results())
  }

  mutating func problem() -> ResultProblem {
    ResultProblem(
      pick(ResultProblem.Code.allCases), text(), line: maybe { 1 + $0.below(99) },
      isBlocking: flag(), path: maybe { $0.text() })
  }

  mutating func results() -> Results {
    var results = Results()
    results.suites = list(3) { source in
      Suite(
        path: source.list(3) { $0.text() }, labels: source.labels(),
        repeatsAreAttempts: source.flag())
    }
    for _ in 0..<below(6) {
      results.append(
        suite: Int32(below(results.suites.count + 1)) - 1, className: text(), name: text(),
        outcome: pick(Outcome.allCases), duration: maybe { abs($0.double()) },
        detail: maybe { $0.detail() })
    }
    results.measurements = list(4) { $0.measurement() }
    results.unmeasured = list(2) { $0.text() }
    results.problems = list(2) { $0.problem() }
    results.environment = facts()
    results.newestTime = maybe { $0.time() }
    results.leafTests = maybe { $0.below(9) }
    return results
  }

  mutating func detail() -> TestDetail {
    var detail = TestDetail(
      message: maybe { $0.text() }, text: maybe { $0.text() }, type: maybe { $0.text() })
    detail.attempts = list(2) { source in
      Attempt(
        outcome: source.pick(Outcome.allCases), duration: source.maybe { abs($0.double()) },
        message: source.maybe { $0.text() }, text: source.maybe { $0.text() })
    }
    detail.file = maybe { $0.text() }
    detail.line = maybe { 1 + $0.below(99) }
    detail.parameters = maybe { $0.text() }
    detail.output = maybe { $0.text() }
    detail.isMarkedFlaky = flag()
    detail.isKnownFailure = flag()
    return detail
  }

  mutating func measurement() -> Measurement {
    var measurement = Measurement(
      name: text(), parameters: labels(), metric: text(), value: double(),
      unit: pick([.nanoseconds, .ratio, Unit(parsing: "furlongs"), Unit(parsing: "MB/s")]),
      direction: pick([.lower, .higher]), labels: labels(), n: maybe { 1 + $0.below(99) },
      standardError: maybe { abs($0.double()) },
      samples: maybe { source in
        Samples(
          values: (0...source.below(64)).map { _ in source.double() }, count: source.below(999))
      },
      items: list(3) { ItemScore(id: $0.next(), score: $0.double()) }, isPrimary: flag())
    measurement.stated = maybe { $0.double() }
    return measurement
  }
}

extension Double {
  fileprivate var finite: Double { isFinite ? self : 0 }
}
