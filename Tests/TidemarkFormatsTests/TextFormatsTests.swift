import Testing
import TidemarkModel

@testable import TidemarkFormats

/// Name, metric and value of each measurement.
private func shown(_ results: Results, primaryOnly: Bool = false) -> [String] {
  results.measurements.filter { $0.isPrimary || !primaryOnly }
    .map { "\($0.name) \($0.metric) \($0.value)" }
}

@Suite struct GoTestTextTests {
  private let verbose = """
    # example.com/c [example.com/c.test]
    c/c_test.go:3:31: undefined: nothing
    === RUN   TestA
    === RUN   TestA/one
        a_test.go:7: wrong
    output without an end--- FAIL: TestA (0.20s)
        --- FAIL: TestA/one (0.10s)
    === RUN   TestB
    --- SKIP: TestB (0.00s)
        a_test.go:9: no network
    === RUN   TestHangs
    panic: test timed out after 1s
    FAIL\texample.com/a\t1.012s
    FAIL\texample.com/c [build failed]
    ok  \texample.com/d\t(cached)
    FAIL

    """

  @Test("tests get their package from the line behind them; what never ended blocks")
  func verboseRun() throws {
    #expect(GoTestText.recognises(head(verbose)) == .yes)
    let results = try GoTestText.read(memory(verbose))
    let tests = results.tests.map { test in
      "\(results.text.string(test.name)) \(test.outcome.name) \(test.duration ?? -1)"
    }
    #expect(
      tests == [
        "TestA failed 0.2", "TestA/one failed 0.1", "TestB skipped 0.0", "TestHangs failed -1.0",
      ])
    #expect(results.suites.map(\.path) == [["example.com/a"]])
    #expect(results.leafTests == 3)
    #expect(results.detail(of: results.tests[1])?.line == 7)
    #expect(results.detail(of: results.tests[2])?.message == "no network")
    #expect(results.problems.map(\.code) == [.unterminated, .buildFailed])
    #expect(results.problems[1].message.hasSuffix("undefined: nothing"))
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test("a panic behind the last test fails the package")
  func panicOutside() throws {
    let results = try GoTestText.read(
      memory("--- PASS: TestA (0.10 seconds)\nPASS\npanic: late\nFAIL    p/q   0.005s\n"))
    #expect(results.tests.map(\.outcome) == [.passed])
    #expect(
      results.problems.map(\.message) == ["package p/q failed outside its tests: panic: late"])
  }

  @Test("packages that pass without -v are go test's and no TAP, a log with time stamps neither's")
  func packagesAlone() throws {
    let text = "ok  \texample.com/a\t0.012s\nok  \texample.com/b\t(cached)\n"
    #expect(Reading.recognise(head(text))?.name == "gotest-text")
    let results = try GoTestText.read(memory(text))
    #expect(results.tests.isEmpty && results.problems.isEmpty)
    let log =
      "2026-01-02T03:04:05.1Z === RUN   TestA\n2026-01-02T03:04:05.2Z --- PASS: TestA (0.10s)\n"
    #expect(Reading.recognise(head(log)) == nil)
  }

  @Test("what gotestsum repeats behind the tests counts once; its summary alone is read")
  func gotestsum() throws {
    let summary = """
      === Skipped
      === SKIP: a TestC (0.00s)
          --- SKIP: TestC/x (0.00s)

      === Failed
      === FAIL: a TestB/s (0.10s)
          b_test.go:3: no
          --- FAIL: TestB/s (0.10s)

      DONE 4 tests, 1 skipped, 1 failure in 0.5s

      """
    let tests = """
      === RUN   TestB
      === RUN   TestB/s
          b_test.go:3: no
      --- FAIL: TestB (0.20s)
          --- FAIL: TestB/s (0.10s)
      FAIL
      FAIL\ta\t0.3s


      """
    func outcomes(_ text: String) throws -> [String] {
      let results = try GoTestText.read(memory(text))
      return results.tests.map { "\(results.text.string($0.name)) \($0.outcome.name)" }
    }
    #expect(try outcomes(tests + summary) == ["TestB failed", "TestB/s failed"])
    #expect(try outcomes(summary) == ["TestC/x skipped", "TestB/s failed"])
    let rerun = "=== RUN   TestB\n--- PASS: TestB (0.20s)\nPASS\nok  \ta\t0.3s\n"
    #expect(
      try outcomes(tests + "=== Failed\nDONE 2 tests\n" + rerun)
        == ["TestB failed", "TestB/s failed", "TestB passed"])
  }

  @Test("a run with benchmarks keeps its tests")
  func withBenchmarks() throws {
    let text = "=== RUN   TestA\n--- PASS: TestA (0.00s)\nBenchmarkB-8 \t 5\t 3 ns/op\nPASS\n"
    #expect(GoBench.recognises(head(text)) == .yes)
    let results = try GoBench.read(memory(text))
    #expect(results.tests.count == 1)
    #expect(shown(results) == ["BenchmarkB time 3.0"])
  }

  @Test(
    "prose is no test output",
    arguments: ["--- a diff\n+++ b\n", "ok 1 - a\n1..1\n", "FAIL: something [build]\n"])
  func prose(_ text: String) {
    #expect(GoTestText.recognises(head(text)) == .no)
  }
}

@Suite struct CargoTextTests {
  @Test("libtest's benchmarks have thousands, fractions and throughput; failures block")
  func libtest() throws {
    let text = """
      running 3 tests
      test a::fast ... bench:           0.43 ns/iter (+/- 0.22)
      test a::slow ... bench:       3,296 ns/iter (+/- 521) = 120 MB/s
      test a::bad ... FAILED

      ---- a::bad stdout ----
      thread 'main' panicked at src/a.rs:1:1
           Running benches/name.rs (target/release/deps/name-1)
      test a::fast ... bench:         7 ns/iter (+/- 1)
      error: bench failed, to rerun pass `--lib`
      """
    #expect(CargoBench.recognises(head(text)) == .yes)
    let results = try CargoBench.read(memory(text))
    #expect(
      shown(results) == [
        "a::fast time 0.43", "a::slow time 3296.0", "a::slow throughput 120.0", "a::fast time 7.0",
      ])
    #expect(results.measurements.map { $0.labels["target"] } == [nil, nil, nil, "benches/name.rs"])
    #expect(
      results.problems.map(\.message) == ["a::bad failed: thread 'main' panicked at src/a.rs:1:1"])
  }

  @Test("criterion's name may stand above, its comparison is no measurement")
  func criterion() throws {
    let text = """
      Benchmarking short: Analyzing
      \u{1B}[32mshort\u{1B}[0m          time:   [999.0 ns 1.0000 µs 1.0010 µs]
                     thrpt:  [1.0 GiB/s 1.1 GiB/s 1.2 GiB/s]
               change:
                     time:   [-1.0% +0.5% +2.0%] (p = 0.79 > 0.05)
      a name (with a group)/and a parameter
                     time:   [1.0 ms 2.0 ms 3.0 ms]
      """
    #expect(CriterionText.recognises(head(text)) == .yes)
    let results = try CriterionText.read(memory(text))
    #expect(
      shown(results) == [
        "short time 1.0", "short throughput 1.1", "a name (with a group)/and a parameter time 2.0",
      ])
    let error = try #require(results.measurements[0].standardError)
    #expect(abs(error - 0.002 / 3.919928) < 1e-9)
  }
}

@Suite struct LoadTestTextTests {
  @Test("Benchmark.js: the name may hold ` x `, the margin gives the error")
  func benchmarkJS() throws {
    let text = "a x 2 b x 1,000 ops/sec ±3.182% (4 runs sampled)\nthis x line is none\n"
    #expect(BenchmarkJS.recognises(head(text)) == .yes)
    let results = try BenchmarkJS.read(memory(text))
    #expect(shown(results) == ["a x 2 b ops 1000.0"])
    let error = try #require(results.measurements[0].standardError)
    #expect(abs(error - 10) < 1e-9)
  }

  @Test("ab: three main metrics; failed requests are told")
  func apacheBench() throws {
    let text = """
      This is ApacheBench, Version 2.3 <$Revision$>
      Server Hostname:        localhost
      Server Port:            80
      Document Path:          /a
      Concurrency Level:      2
      Complete requests:      50
      Failed requests:        5
         (Connect: 0, Receive: 0, Length: 5, Exceptions: 0)
      Requests per second:    1097.36 [#/sec] (mean)
      Time per request:       1.823 [ms] (mean)
      Time per request:       0.911 [ms] (mean, across all concurrent requests)
      Transfer rate:          375.07 [Kbytes/sec] received
      Percentage of the requests served within a certain time (ms)
        50%      1
        95%      5
      """
    #expect(ApacheBench.recognises(head(text)) == .yes)
    let results = try ApacheBench.read(memory(text))
    #expect(
      shown(results, primaryOnly: true) == [
        "localhost:80/a requests per second 1097.36", "localhost:80/a time per request 1.823",
        "localhost:80/a transfer rate 375.07",
      ])
    #expect(results.measurements.contains { $0.metric == "failed share" && $0.value == 0.1 })
    #expect(results.measurements.contains { $0.metric == "p95" && $0.value == 5 })
    #expect(results.problems.map(\.isBlocking) == [false])
  }

  @Test("wrk: units stand behind the numbers; bytes are of 1024")
  func wrk() throws {
    let text = """
      Running 2s test @ http://localhost:80/a
        1 threads and 2 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency   912.00us    2.07ms  15.64ms   83.23%
        Latency Distribution
           99%    1.20s
        200 requests in 2.00s, 683.94KB read
        Non-2xx or 3xx responses: 50
      Requests/sec:   1000.12
      Transfer/sec:      1.50MB
      """
    #expect(Wrk.recognises(head(text)) == .yes)
    let results = try Wrk.read(memory(text))
    #expect(
      shown(results) == [
        "localhost:80/a latency avg 912.0", "localhost:80/a latency p99 1.2",
        "localhost:80/a failed share 0.25", "localhost:80/a requests per second 1000.12",
        "localhost:80/a transfer rate 1.5",
      ])
    #expect(results.measurements.map(\.unit.scale) == [1e-6, 1, 1, 1, 1_048_576])
  }

  @Test("sysbench: rates and latency, of SQL tests too")
  func sysbench() throws {
    let text = """
      sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)
      Number of threads: 4
      SQL statistics:
          transactions:                        120    (11.95 per sec.)
          queries:                             2400   (239.04 per sec.)
      Latency (ms):
               avg:                                   83.61
               95th percentile:                      110.66
               sum:                                10033.20

      """
    #expect(Sysbench.recognises(head(text)) == .yes)
    let results = try Sysbench.read(memory(text))
    #expect(
      shown(results) == [
        "oltp transactions 11.95", "oltp queries 239.04", "oltp latency avg 83.61",
        "oltp latency p95 110.66",
      ])
    #expect(results.measurements.map(\.direction) == [.higher, .higher, .lower, .lower])
  }

  @Test("an invalid MLPerf result blocks")
  func mlperf() throws {
    let text = """
      MLPerf Results Summary
      SUT name : S
      Scenario : Offline
      Samples per second: 17.5
      Result is : INVALID
      Mean latency (ns)               : 200
      """
    #expect(MLPerf.recognises(head(text)) == .yes)
    let results = try MLPerf.read(memory(text))
    #expect(shown(results) == ["Offline Samples per second 17.5", "Offline Mean latency 200.0"])
    #expect(results.measurements.map(\.direction) == [.higher, .lower])
    #expect(results.problems.map(\.isBlocking) == [true])
  }
}

@Suite struct CSVFormatsTests {
  @Test("quoted fields hold separators, quotes and line ends")
  func quoting() throws {
    var reader = try CSVReader(memory("a,\"b,\"\"c\"\"\nd\",e\n\nf,g\n"))
    let first = try reader.next()
    #expect(first?.fields == ["a", "b,\"c\"\nd", "e"])
    let second = try reader.next()
    #expect(second?.fields == ["f", "g"])
    #expect(second?.line == 4)
    let third = try reader.next()
    #expect(third?.fields == nil)
  }

  @Test("a quoted field without an end is refused")
  func openQuote() throws {
    #expect(throws: Problem.self) {
      var reader = try CSVReader(memory("a,\"b\n"))
      _ = try reader.next()
    }
  }

  @Test("Locust: endpoints, not their sum")
  func locust() throws {
    let text = """
      Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Requests/s
      GET,"/a,b",40,10,5,5.5,15.1
      ,Aggregated,40,10,5,5.5,15.1
      """
    #expect(Locust.recognises(head(text)) == .yes)
    let results = try Locust.read(memory(text))
    #expect(shown(results, primaryOnly: true) == ["GET /a,b average 5.5"])
    #expect(results.measurements.contains { $0.metric == "failure share" && $0.value == 0.25 })
    #expect(results.problems.map(\.isBlocking) == [false])
  }

  @Test(
    "JMeter's columns and their separator are a matter of configuration",
    arguments: [
      "timeStamp,elapsed,label,success\n1549967385359,10,a,true\n1549967385360,20,a,false\n",
      "label;success;elapsed\na;true;10\na;false;20\n",
      "1549967385359,10,a,200,OK,t,text,true,,1,1,1,1,u,0,0,0\n"
        + "1549967385360,20,a,500,no,t,text,false,,1,1,1,1,u,0,0,0\n",
    ])
  func jtl(_ text: String) throws {
    #expect(JTL.recognises(head(text)) == .yes)
    let results = try JTL.read(memory(text))
    #expect(shown(results, primaryOnly: true) == ["a elapsed 15.0"])
    #expect(results.measurements[0].standardError == 5)
    #expect(results.measurements.contains { $0.metric == "failure share" && $0.value == 0.5 })
  }
}

@Suite struct OpenMetricsTests {
  @Test("labels are unescaped; buckets, stamps and infinities are no measurements")
  func exposition() throws {
    let text = """
      \u{FEFF}# HELP requests All of them
      # TYPE requests counter
      requests_total{path="/a \\"q\\" \\\\ b", x="}"} 3.0 # {trace_id="abc"} 3.0 1795441267.06
      requests_created{path="/a"} 1.79e+09
      # TYPE lat_seconds histogram
      lat_seconds_bucket{le="+Inf"} 4
      lat_seconds_count 4
      lat_seconds_sum 2.0
      # TYPE t gauge
      t NaN
      # EOF
      """
    #expect(OpenMetrics.recognises(head(text)) == .yes)
    let results = try OpenMetrics.read(memory(text))
    #expect(
      shown(results) == [
        "requests_total value 3.0", "lat_seconds count 4.0", "lat_seconds mean 0.5",
      ])
    #expect(results.measurements[0].labels["path"] == "/a \"q\" \\ b")
    #expect(results.measurements[0].labels["x"] == "}")
    #expect(results.measurements[2].unit.quantity == .time)
    #expect(results.problems.map(\.code) == [.valueSkipped])
  }

  @Test(
    "comments above prose are not taken for it", arguments: ["# TYPE of thing\nprose\n", "# a\n"])
  func prose(_ text: String) {
    #expect(OpenMetrics.recognises(head(text)) == .no)
  }
}
