import Foundation
import TidemarkHistory
import TidemarkImport
import TidemarkModel
import Testing

@Suite struct ImportTests {
  /// A folder of a test's own.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("tidemark-import-" + UUID().uuidString).path

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult func write(_ text: String, _ name: String) throws -> String {
      let url = URL(fileURLWithPath: path).appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      return url.path
    }
  }

  private let folder: Folder

  init() throws { folder = try Folder() }

  private func imported(_ names: [String]? = nil) -> Import {
    Import(names ?? [folder.path], branch: "main", job: "default", excluding: [])
  }

  private static func entry(
    _ commit: String, _ date: Int, tool: String = "cargo", benches: String, url: String = ""
  ) -> String {
    """
    {"commit":{"author":{"name":"Ann","username":"ann"},"id":"\(commit)","message":"m",
    "timestamp":"2026-01-01T10:00:00+01:00","url":"\(url)"},"date":\(date),"tool":"\(tool)",
    "benches":[\(benches)]}
    """
  }

  private static func dataFile(_ suites: [(String, [String])]) -> String {
    let entries = suites.map { "\"\($0.0)\":[\($0.1.joined(separator: ","))]" }
    return
      "window.BENCHMARK_DATA = {\"lastUpdate\":1,\"repoUrl\":\"\",\"entries\":{\(entries.joined(separator: ","))}}"
  }

  private static let bench = #"{"name":"fib","value":12.5,"range":"± 1,000","unit":"ns/iter"}"#

  @Test("of data.js each commit is a run, each suite a job, with date and author")
  func gitHubActionBenchmark() throws {
    try folder.write(
      Self.dataFile([
        (
          "Rust",
          [
            Self.entry("aa11", 2_000_000, benches: Self.bench),
            Self.entry("bb22", 1_000_000, benches: Self.bench),
          ]
        ),
        (
          "Size",
          [
            Self.entry(
              "aa11", 2_500_000, tool: "customBiggerIsBetter",
              benches: #"{"name":"score","value":3,"unit":"points","range":"± 1,000"}"#)
          ]
        ),
      ]), "data.js")
    let found = imported()
    #expect(found.skipped.isEmpty)
    #expect(found.runs.map(\.run.header.commit) == ["bb22", "aa11"])
    let run = try #require(found.runs.last?.run)
    #expect(run.header.time.millisecondsSince1970 == 2_000_000)
    #expect(run.header.branch == "main")
    #expect(run.parts.map(\.job) == ["Rust", "Size"])
    let value = try #require(run.parts.first?.values.first)
    #expect(value.identity.metric == "time")
    #expect(value.value == 12.5)
    #expect(value.standardError == nil)
    #expect(value.direction == .lower)
    #expect(run.parts.last?.values.first?.direction == .higher)
    #expect(run.parts.last?.values.first?.standardError == 1000)
    #expect(run.parts.first?.environment[StoredJob.authorKey] == "Ann")
  }

  @Test("Go's and JMH's entries are the series that the readers of their own files make")
  func names() throws {
    let go = #"""
      {"name":"B","value":13,"unit":"ns/op\t 2.4 MB/s\t 6 B/op"},{"name":"B - ns/op","value":13,"unit":"ns/op"},
      {"name":"B - MB/s","value":2.4,"unit":"MB/s"},{"name":"B - B/op","value":6,"unit":"B/op"}
      """#
    let jmh = #"{"name":"a.B.run ( {\"n\":\"10\"} )","value":3,"unit":"ops/s"}"#
    let catch2 =
      #"{"name":"f","value":3.8,"unit":"us","range":"± 2","extra":"100 samples\n20 iterations"}"#
    let suites = [("go", go), ("jmh", jmh), ("catch2", catch2)].map { tool, benches in
      (tool, [Self.entry("aa11", 1_000_000, tool: tool, benches: benches)])
    }
    try folder.write(Self.dataFile(suites), "data.js")
    let parts = try #require(imported().runs.last?.run.parts)
    func series(_ job: String) -> [String] {
      (parts.first { $0.job == job }?.values ?? []).map {
        "\($0.identity.name) \($0.identity.parameters.description) \($0.identity.metric) \($0.value)"
      }
    }
    #expect(series("go") == ["B  B/op 6.0", "B  MB/s 2.4", "B  time 13.0"])
    #expect(series("jmh") == ["a.B.run n=10 thrpt 3.0"])
    #expect(parts.first { $0.job == "catch2" }?.values.first?.standardError == 0.2)
  }

  @Test("what data.js keeps of pytest-benchmark goes on as the mean time, with its error")
  func pytestTime() throws {
    let pytest = #"""
      {"name":"b.py::t","value":40000,"unit":"iter/sec","range":"stddev: 0.000002","extra":"mean: 25 usec\nrounds: 100"},
      {"name":"b.py::z","value":0,"unit":"iter/sec","range":"stddev: 0","extra":"mean: 0 nsec\nrounds: 1"}
      """#
    try folder.write(
      Self.dataFile([("S", [Self.entry("aa11", 1_000_000, tool: "pytest", benches: pytest)])]),
      "data.js")
    let values = try #require(imported().runs.first?.run.parts.first?.values)
    let time = try #require(values.first { $0.identity.name == "b.py::t" })
    #expect(time.identity.metric == "time")
    #expect(time.value == 0.000025)
    #expect(time.unit == .seconds)
    #expect(time.direction == .lower)
    #expect(time.n == 100)
    #expect(time.standardError == 0.0000002)
    // Of a mean of nothing there is no reciprocal.
    #expect(values.first { $0.identity.name == "b.py::z" }?.identity.metric == "ops")
  }

  @Test("the package that data.js has in a Go benchmark's name is the label of the reader")
  func goPackage() throws {
    let go = #"""
      {"name":"B/x=1 (a.com/b)","value":13,"unit":"ns/op\t 6 B/op"},
      {"name":"B/x=1 (a.com/b) - ns/op","value":13,"unit":"ns/op"},
      {"name":"B/x=1 (a.com/b) - B/op","value":6,"unit":"B/op"},
      {"name":"B/x=1 (a.com/c)","value":14,"unit":"ns/op"}
      """#
    try folder.write(
      Self.dataFile([("S", [Self.entry("aa11", 1_000_000, tool: "go", benches: go)])]), "data.js")
    let values = try #require(imported().runs.first?.run.parts.first?.values)
    #expect(Set(values.map(\.identity.name)) == ["B/x=1"])
    #expect(
      Set(values.map { "\($0.identity.labels.description) \($0.identity.metric)" })
        == ["pkg=a.com/b time", "pkg=a.com/b B/op", "pkg=a.com/c time"])
  }

  @Test("labels that report is given are those of what comes in")
  func labels() throws {
    try folder.write(
      Self.dataFile([("S", [Self.entry("aa11", 1_000_000, benches: Self.bench)])]), "data.js")
    let found = Import(
      [folder.path], branch: "main", job: "default",
      labels: Labels([("os", "linux"), ("machine", "big")]), excluding: [])
    let part = try #require(found.runs.first?.run.parts.first)
    #expect(part.values.first?.identity.labels == Labels([("os", "linux")]))
    #expect(part.environment["machine"] == "big")
  }

  @Test("a commit that a suite has twice is two runs, and a pull request's is marked as one")
  func repeatedCommit() throws {
    try folder.write(
      Self.dataFile([
        (
          "Rust",
          [
            Self.entry("aa11", 1_000_000, benches: Self.bench),
            Self.entry("aa11", 2_000_000, benches: Self.bench),
            Self.entry(
              "cc33", 3_000_000, benches: Self.bench,
              url: "https://github.com/o/r/pull/7/commits/cc33"),
          ]
        )
      ]), "data.js")
    let runs = imported().runs.map(\.run)
    #expect(runs.map(\.header.commit) == ["aa11", "aa11", "cc33"])
    #expect(Set(runs.map(\.header.id)).count == 3)
    #expect(runs.last?.header.pullRequest == "7")
    #expect(runs.last?.header.branch == nil)
  }

  @Test("what cannot be taken is named: no commit, no date, no value")
  func skippedEntries() throws {
    try folder.write(
      Self.dataFile([
        (
          "Rust",
          [
            #"{"date":1,"benches":[]}"#, #"{"commit":{"id":"aa"},"date":"x","benches":[]}"#,
            Self.entry("bb", 5_000, benches: #"{"name":"n","value":"fast"}"#),
            Self.entry("cc", 5_000, benches: Self.bench),
          ]
        )
      ]), "data.js")
    let found = imported()
    #expect(found.runs.map(\.run.header.commit) == ["cc"])
    #expect(
      found.skipped.map(\.what) == [
        "Rust, entry 1: has no commit", "Rust, entry 2: has no date",
        "Rust, entry 3: n has no value", "Rust, entry 3: has no value",
      ])
  }

  @Test("importing twice changes nothing; a history that has grown adds what is new")
  func idempotence() throws {
    let first = Self.entry("aa11", 1_000_000, benches: Self.bench)
    let second = Self.entry("bb22", 2_000_000, benches: Self.bench)
    try folder.write(Self.dataFile([("Rust", [first])]), "data.js")
    let history = History(directory: folder.path + "/history")
    #expect(try history.appendMissing(imported().runs, normalisationVersion: 1).added.count == 1)
    let names = try history.segmentNames()
    #expect(try history.appendMissing(imported().runs, normalisationVersion: 1).present == 1)
    #expect(try history.segmentNames() == names)
    try folder.write(Self.dataFile([("Rust", [first, second])]), "data.js")
    let result = try history.appendMissing(imported().runs, normalisationVersion: 1)
    #expect(result.added.map(\.run.header.commit) == ["bb22"])
    #expect(result.present == 1)
    #expect(try history.load().runs.count == 2)
    // Also after joining: ids count, not files.
    _ = try history.compact()
    #expect(try history.appendMissing(imported().runs, normalisationVersion: 1).present == 2)
  }

  @Test("of asv each commit is a run, and values of an older version of a benchmark stay out")
  func asv() throws {
    func results(_ commit: String, _ date: Int, _ environment: String) -> String {
      """
      {"commit_hash":"\(commit)","date":\(date),"env_name":"\(environment)",
       "params":{"machine":"cheetah","os":"Linux"},"python":"3.11","requirements":{},
       "result_columns":["result","params","version"],
       "results":{"time_a":[[0.5],[],"v2"],"time_b":[[0.25],[],"v1"]}}
      """
    }
    try folder.write(results("aaaa1111", 2_000, "py3.11"), "results/cheetah/aaaa1111-py3.11.json")
    try folder.write(results("aaaa1111", 2_000, "py3.12"), "results/cheetah/aaaa1111-py3.12.json")
    try folder.write(results("bbbb2222", 1_000, "py3.11"), "results/cheetah/bbbb2222-py3.11.json")
    try folder.write(
      #"{"time_a":{"version":"v2","unit":"seconds"},"time_b":{"version":"v2"},"version":2}"#,
      "results/benchmarks.json")
    try folder.write(
      #"{"machine":"cheetah","os":"Linux","version":1}"#, "results/cheetah/machine.json")
    let found = imported()
    #expect(found.runs.map(\.run.header.commit) == ["bbbb2222", "aaaa1111"])
    let run = try #require(found.runs.last?.run)
    #expect(run.parts.map(\.job) == ["cheetah py3.11", "cheetah py3.12"])
    #expect(run.parts.map { $0.values.map(\.identity.name) } == [["time_a"], ["time_a"]])
    #expect(run.parts.first?.environment["machine"] == "cheetah")
    #expect(
      found.skipped.map(\.what)
        == Array(
          repeating: "time_b: was measured by an older version of the benchmark", count: 3))
  }

  @Test("of Bencher reports come in, by benchmark or by measure, and so does its perf")
  func bencher() throws {
    try folder.write(
      """
      [{"uuid":"r1","branch":{"name":"trunk","head":{"version":{"number":1,"hash":"abc123"}}},
        "testbed":{"name":"big"},"start_time":"2026-01-01T00:00:00Z",
        "results":[[{"iteration":0,"benchmark":{"name":"fib"},"measures":[
           {"measure":{"slug":"latency","units":"nanoseconds (ns)"},"metric":{"value":10}},
           {"measure":{"slug":"heap","units":"kibibytes (KiB)"},"metric":{"value":4}}]}],
          [{"iteration":1,"benchmark":{"name":"fib"},"measures":[
           {"measure":{"slug":"latency","units":"nanoseconds (ns)"},"metric":{"value":12}}]}]]},
       {"uuid":"r2","branch":{"name":"trunk","version":{"hash":"def456"}},"testbed":{"name":"big"},
        "start_time":"2026-01-02T00:00:00Z",
        "results":[[{"measure":{"slug":"latency","units":"ns"},
          "benchmarks":[{"name":"fib","metric":{"value":11}}]}]]},
       {"uuid":"r3","branch":{"name":"trunk"},"testbed":{"name":"big"},
        "start_time":"2026-01-03T00:00:00Z","results":7}]
      """, "reports.json")
    try folder.write(
      """
      {"project":{},"results":[{"branch":{"name":"trunk"},"testbed":{"name":"big"},
        "benchmark":{"name":"fib"},"measure":{"slug":"latency","units":"ns"},
        "metrics":[{"report":"r4","iteration":0,"start_time":"2026-01-04T00:00:00Z",
          "version":{"number":4,"hash":"fff999"},"metric":{"value":9}}]}]}
      """, "perf.json")
    let found = imported()
    #expect(found.runs.map(\.run.header.commit) == ["abc123", "def456", "fff999"])
    let values = try #require(found.runs.first?.run.parts.first?.values)
    let latency = try #require(values.first { $0.identity.metric == "latency" })
    #expect(latency.value == 11)
    #expect(latency.n == 2)
    #expect(values.first { $0.identity.metric == "heap" }?.unit.quantity == .bytes)
    #expect(found.runs.first?.run.header.branch == "trunk")
    #expect(
      found.skipped.map(\.what) == [
        "report r3: has no results, only their number; export it with `expand`"
      ])
  }

  @Test(
    "of Bencher each set of parameters is a series, and a report under two branches counts once")
  func bencherParameters() throws {
    func line(_ branch: String, _ set: String, _ value: Int) -> String {
      """
      {"branch":{"name":"\(branch)"},"testbed":{"name":"big"},"benchmark":{"name":"read"},
        "parameter":{"uuid":"p","set":\(set)},
        "measure":{"name":"Keys","slug":"keys","units":"Measure (units)"},
        "metrics":[{"report":"r1","iteration":0,"start_time":"2026-01-04T00:00:00Z",
          "version":{"number":4,"hash":"fff999"},"metrics":{"value":{"value":\(value)}}}]}
      """
    }
    let lines = [
      line("trunk", #"{"mb":16.0}"#, 9), line("topic", #"{"mb":16}"#, 9), line("trunk", "{}", 5),
    ]
    try folder.write(#"{"project":{},"results":[\#(lines.joined(separator: ","))]}"#, "perf.json")
    let found = imported()
    #expect(found.skipped.isEmpty)
    let values = try #require(found.runs.first?.run.parts.first?.values)
    #expect(
      Set(values.map { "\($0.identity.parameters.description): \($0.value)" })
        == ["mb=16: 9.0", ": 5.0"])
    #expect(values.allSatisfy { $0.n == nil })
    // As the reader of Bencher's own format has a measure that nobody gave a unit.
    #expect(values.allSatisfy { $0.unit == .none })
  }

  @Test("of Allure's history the names come from the report beside it, and runs from addresses")
  func allure2() throws {
    func item(_ status: String, _ start: Int, report: Int? = nil) -> String {
      let address = report.map { "\"reportUrl\":\"http://ci/\($0)/allure/#testresult/x\"," } ?? ""
      return
        "{\"uid\":\"u\",\(address)\"status\":\"\(status)\",\"time\":{\"start\":\(start),\"duration\":1500}}"
    }
    try folder.write(
      """
      {"h1":{"statistic":{"total":2},"items":[\(item("passed", 9_000_000, report: 2)),\(item("failed", 1_000, report: 1))]},
       "h2":{"statistic":{"total":2},"items":[\(item("broken", 9_100_000)),\(item("passed", 2_000))]},
       "h3":{"statistic":{"total":1},"items":[\(item("passed", 1_000))]}}
      """, "report/history/history.json")
    for (id, name) in [("h1", "one"), ("h2", "two")] {
      try folder.write(
        #"{"uid":"\#(id)","name":"\#(name)","fullName":"x","historyId":"\#(id)","status":"passed","labels":[{"name":"suite","value":"S"}]}"#,
        "report/data/test-cases/\(id).json")
    }
    try folder.write(
      #"[{"buildOrder":1,"data":{"passed":1,"total":1}}]"#, "report/history/history-trend.json")
    let found = imported([folder.path + "/report/history"])
    #expect(found.skipped.count == 2)
    #expect(found.skipped.contains { $0.what.hasPrefix("h3: its name is not known") })
    // Two with an address each, two without that are hours apart.
    #expect(found.runs.count == 4)
    let tests = found.runs.flatMap { $0.run.parts.flatMap(\.tests) }
    #expect(tests.map(\.outcome) == [.failed, .passed, .passed, .errored])
    #expect(tests.first?.identity.name == "one")
    #expect(tests.first?.identity.suite == ["S"])
    #expect(tests.first?.duration == 1.5)
    // The report's folder as a whole gives the same: its results are no runs of their own.
    #expect(imported().runs.map(\.run.header.id) == found.runs.map(\.run.header.id))
  }

  @Test(
    "a test of Allure's history is the one that the reader of its results makes, with parameters")
  func allureParameters() throws {
    func result(_ number: Int) -> String {
      """
      {"uuid":"u\(number)","name":"t","historyId":"h\(number)","status":"passed","start":9000,"stop":9100,
       "titlePath":["a","b"],"parameters":[{"name":"x","value":"\(number)"}],"labels":[]}
      """
    }
    func history(_ number: Int) -> String {
      """
      "h\(number)":{"statistic":{"total":1},
        "items":[{"uid":"u","status":"failed","time":{"start":1000,"duration":5}}]}
      """
    }
    for number in 1...2 { try folder.write(result(number), "results/\(number)-result.json") }
    let alone = imported().runs.flatMap { $0.run.parts.flatMap(\.tests) }.map(\.identity)
    try folder.write("{\(history(1)),\(history(2))}", "history.json")
    let found = imported()
    let tests = found.runs.flatMap { $0.run.parts.flatMap(\.tests) }
    #expect(tests.map(\.outcome) == [.failed, .failed])
    #expect(Set(tests.map(\.identity)) == Set(alone))
    #expect(Set(tests.map(\.identity.parameters)) == ["x=1", "x=2"])
    #expect(found.runs.flatMap { $0.run.parts.map(\.job) } == ["default"])
  }

  @Test("of Allure 3 an environment is a job")
  func allure3Environments() throws {
    try folder.write(
      """
      {"uuid":"u1","timestamp":5000,"testResults":{"b":{"name":"one","status":"failed","environment":"firefox"},"a":{"name":"one","status":"passed","environment":"default"}}}

      """, "history.jsonl")
    let parts = try #require(imported().runs.first?.run.parts)
    #expect(parts.map(\.job) == ["default", "firefox"])
    #expect(parts.map { $0.tests.map(\.outcome) } == [[.passed], [.failed]])
  }

  @Test("of Allure 3 each line is a run")
  func allure3() throws {
    try folder.write(
      """
      {"uuid":"u1","name":"r","timestamp":5000,"knownTestCaseIds":[],"testResults":{"h1":{"id":"i","name":"one","status":"passed","duration":20,"labels":[{"name":"suite","value":"S"}],"url":""}},"metrics":{},"url":"https://ci/1"}
      not json
      {"uuid":"u2","name":"r","timestamp":9000,"testResults":{"h1":{"id":"i","name":"one","status":"failed"}},"url":""}

      """, "history.jsonl")
    let found = imported()
    #expect(found.runs.map(\.run.header.id) == ["allure-u1", "allure-u2"])
    #expect(found.runs.first?.run.header.url == "https://ci/1")
    #expect(found.runs.first?.run.parts.first?.tests.first?.duration == 0.02)
    #expect(found.skipped.map(\.what) == ["line 2: is no run"])
  }

  @Test("a folder of results is a run a file, with what the file or else its path tells")
  func archives() throws {
    try folder.write(
      """
      {"machine_info":{},"commit_info":{"id":"8c0ffee1","branch":"dev","dirty":false},
       "datetime":"2026-02-03T04:05:06+00:00","version":"4.0.0",
       "benchmarks":[{"name":"t","fullname":"a.py::t","stats":{"mean":0.5,"rounds":3,"stddev":0.1}}]}
      """, ".benchmarks/0001_x.json")
    let jmh = """
      [{"jmhVersion":"1.37","benchmark":"a.B.c","mode":"avgt","threads":1,"forks":1,
        "primaryMetric":{"score":1.5,"scoreError":0.1,"scoreUnit":"ns/op","rawData":[[1.5]]}}]
      """
    try folder.write(jmh, "jmh/2026-02-05_10-20-30/results.json")
    try folder.write("no results\n", "jmh/notes.txt")
    let found = imported()
    #expect(
      found.runs.map(\.run.header.time).map(\.millisecondsSince1970) == [
        1_770_091_506_000, 1_770_286_830_000,
      ])
    #expect(found.runs.first?.run.header.commit == "8c0ffee1")
    #expect(found.runs.first?.run.header.branch == "dev")
    #expect(found.files == ["pytest-benchmark": 1, "jmh": 1])
    #expect(found.datedByFile == 0)
    // A file that was moved is the same run.
    let ids = found.runs.map(\.run.header.id)
    try folder.write(jmh, "moved/2026-02-05_10-20-30.json")
    #expect(imported().runs.map(\.run.header.id) == ids)
    #expect(imported().runs.last?.run.parts.count == 1)
  }
}
