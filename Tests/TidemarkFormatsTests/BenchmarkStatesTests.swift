import Testing
import TidemarkModel

@testable import TidemarkFormats

private func shown(_ results: Results) -> [String] {
  results.measurements.map { "\($0.name) \($0.metric) \($0.value)" }
}

private func told(_ results: Results) -> [String] {
  results.problems.map { "\($0.isBlocking) \($0.message)" }
}

/// What failed, was skipped or ran several times: no value of its own, and nothing that vanishes.
@Suite struct BenchmarkStatesTests {
  @Test("asv's null is a failure and blocks, NaN is a skip and does not; both leave the others")
  func asv() throws {
    let text = #"""
      {"commit_hash":"c9aa","env_name":"e","params":{},"version":2,
       "result_columns":["result","params","version"],
       "results":{"a.time_ok":[[0.5],[],"v"],"a.time_bad":[null,[],"v"],"a.time_skip":[[NaN],[],"v"],
        "a.time_some":[[1.5,null,2.5,NaN],[["1","2"],["'p'","'r'"]],"v"]}}
      """#
    let results = try ASV.read(memory(text))
    #expect(
      shown(results) == [
        "a.time_ok result 0.5", "a.time_some result 1.5", "a.time_some result 2.5",
      ])
    #expect(results.measurements[2].parameters.description.contains("param1=2"))
    #expect(
      told(results) == [
        "true a.time_bad: has no result", "false a.time_skip: was skipped",
        "true a.time_some: has no result for 1 of 4 combinations of parameters",
      ])
  }

  @Test("a JMH benchmark without a score blocks; threads tell apart what nothing else does")
  func jmh() throws {
    func entry(_ name: String, threads: Int, _ score: String, _ more: String = "") -> String {
      #"""
      {"benchmark":"\#(name)","mode":"thrpt","threads":\#(threads),"params":{"n":"1"},
       "primaryMetric":{"score":\#(score),"scoreUnit":"ops/s"\#(more)},"secondaryMetrics":{}}
      """#
    }
    let text =
      "["
      + [
        entry("a.bad", threads: 1, "\"NaN\""), entry("a.b", threads: 1, "10"),
        entry("a.b", threads: 4, "30"), entry("a.one", threads: 2, "7"),
      ].joined(separator: ",") + "]"
    let results = try JMH.read(memory(text))
    #expect(shown(results) == ["a.b thrpt 10.0", "a.b thrpt 30.0", "a.one thrpt 7.0"])
    #expect(
      results.measurements.map { $0.parameters["threads"] } == ["1", "4", nil])
    #expect(told(results) == ["true a.bad: has no score"])
  }

  @Test(
    "JMH's histograms are samples; a list of two runs is one series; profilers keep their names")
  func jmhSamples() throws {
    let text = #"""
      [{"benchmark":"s","mode":"sample","threads":1,"primaryMetric":{"score":0.5,"scoreUnit":"us/op",
        "rawDataHistogram":[[[[0.6,1],[0.4,2]]],[[[0.6,1]]]]},
        "secondaryMetrics":{"\u00c2\u00b7gc.count":{"score":3,"scoreUnit":"counts"},
         "IPC":{"score":2,"scoreUnit":"insns/clk"}}},
       {"benchmark":"s","mode":"sample","threads":1,"primaryMetric":{"score":0.7,"scoreUnit":"us/op"},
        "secondaryMetrics":{}}]
      """#
    let results = try JMH.read(memory(text))
    #expect(shown(results) == ["s sample 0.54", "s gc.count 3.0", "s IPC 2.0"])
    #expect(results.measurements[0].samples?.values == [0.4, 0.4, 0.6, 0.6, 0.7])
    #expect(results.measurements[0].stated == 0.5)
    #expect(results.measurements.map(\.direction) == [.lower, .lower, .higher])
  }

  @Test("a k6 rate of nothing is no 0; the rule that named it still counts")
  func k6() throws {
    let text = #"""
      {"metrics":{"checks{step:a}":{"type":"rate","contains":"default",
         "values":{"rate":0,"passes":0,"fails":0},"thresholds":{"rate>0.9":{"ok":false}}},
        "checks":{"type":"rate","contains":"default","values":{"rate":1,"passes":3,"fails":0}}},
       "root_group":{"groups":[],"checks":[]}}
      """#
    let results = try K6.read(memory(text))
    #expect(shown(results) == ["checks rate 1.0"])
    #expect(results.unmeasured == ["checks{step:a}"])
    #expect(
      told(results) == [
        "true checks{step:a}: the threshold `rate>0.9` was crossed",
        "false checks{step:a}: has no sample",
      ])
  }

  @Test("a fio job that ended with an error has no value; the other one has")
  func fioError() throws {
    func job(_ name: String, error: Int) -> String {
      #"""
      {"jobname":"\#(name)","error":\#(error),
       "mixed":{"total_ios":4,"iops":8,"bw_bytes":16,
        "lat_ns":{"mean":2,"percentile":{"99.000000":9}}}}
      """#
    }
    let text =
      "{\"fio version\":\"fio-3.33\",\"jobs\":[\(job("a", error: 5)),\(job("b", error: 0))]}"
    let results = try Fio.read(memory(text))
    #expect(
      shown(results) == [
        "b mixed iops 8.0", "b mixed bandwidth 16.0", "b mixed latency 2.0",
        "b mixed latency p99 9.0",
      ])
    #expect(told(results) == ["true a: ended with error 5"])
    #expect(results.unmeasured == ["a"])
  }

  @Test(
    "of fio's answers while it runs the last one counts, among whatever text stands around them")
  func fioAnswers() throws {
    func answer(_ iops: Int) -> String {
      """
      {
        "fio version" : "fio-3.33",
        "jobs" : [
          { "jobname" : "a", "error" : 0, "read" : { "total_ios" : 1, "iops" : \(iops) } }
        ]
      }
      """
    }
    let text = "a: (g=0): rw=read\nfio-3.33\n\(answer(1))\n\(answer(2))\n\na: (groupid=0): err= 0\n"
    #expect(Fio.recognises(head(text)) == .yes)
    #expect(shown(try Fio.read(memory(text))) == ["a read iops 2.0"])
    do throws(Problem) {
      _ = try Fio.read(memory("\(answer(1))\n{\n\"fio version\":\"3\",\n\"jobs\"\n}\n"))
      Issue.record("was read")
    } catch {
      #expect((10...12).contains(error.line ?? 0))
    }
  }

  @Test(
    "a run of a load tool that told nothing blocks, though another one did; the same twice is one")
  func repeatedRuns() throws {
    let wrk = """
      Running 1s test @ http://h/a
        1 threads and 1 connections
        12 requests in 1.03s, 5.66KB read
      Requests/sec:     %

      """
    let twice =
      wrk.replacing("%", with: "10") + wrk.replacing("%", with: "30")
      + "Running 1s test @ http://h/b\nunable to connect to h:80 Connection refused\n"
    let results = try Wrk.read(memory(twice))
    #expect(shown(results) == ["h/a requests per second 20.0"])
    #expect(results.measurements[0].samples?.values == [10, 30])
    #expect(told(results) == ["true h/b: has no result"])

    let start = "This is ApacheBench, Version 2.3\n"
    let ab =
      start + "Server Hostname: h\nDocument Path: /\nConcurrency Level: 1\n"
      + "Requests per second:    5.0 [#/sec] (mean)\n"
    let aborted = try ApacheBench.read(
      memory(ab + ab + start + "apr_socket_recv: Connection refused (111)\n"))
    #expect(shown(aborted) == ["h/ requests per second 5.0"])
    #expect(aborted.measurements[0].n == 2)
    #expect(
      told(aborted) == [
        "true ab: has no result; it ends with `apr_socket_recv: Connection refused (111)`"
      ])
  }

  @Test("sysbench: settings are parameters, a run without a number blocks, a preparation does not")
  func sysbench() throws {
    func run(_ oper: String, _ rate: String) -> String {
      """
      sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)

      Running the test with following options:
      Number of threads: 1

      Running memory speed test with the following options:
        block size: 1KiB
        operation: \(oper)

      \(rate)

      """
    }
    let prepare = "sysbench 1.0.20 (using LuaJIT)\n\nCreating files for the test...\n"
    let text =
      prepare + run("read", "8 MiB transferred (4.0 MiB/sec)")
      + run("read", "8 MiB transferred (6.0 MiB/sec)")
      + run("write", "8 MiB transferred (1.0 MiB/sec)") + run("write", "Killed") + prepare
    let results = try Sysbench.read(memory(text))
    #expect(shown(results) == ["memory transferred 5.0", "memory transferred 1.0"])
    #expect(results.measurements.map { $0.parameters["operation"] } == ["read", "write"])
    #expect(told(results) == ["true memory: has no result"])
  }

  @Test("where every request failed there is no pass; where some did there is a note")
  func allFailed() throws {
    let header =
      "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success\n"
    let row = "1393227741256,5,%,200,OK,T 1-1,text,"
    let text =
      header + row.replacing("%", with: "a") + "false\n" + row.replacing("%", with: "b") + "false\n"
      + row.replacing("%", with: "b") + "true\n"
    let jtl = try JTL.read(memory(text))
    #expect(
      told(jtl) == ["true a: all requests failed", "false b: 1 of 2 requests failed"])
    let wrk = try Wrk.read(
      memory(
        """
        Running 1s test @ http://h/
          1 threads and 1 connections
          12 requests in 1.03s, 5.66KB read
          Non-2xx or 3xx responses: 12
        Requests/sec:     11.63

        """))
    #expect(told(wrk) == ["true h/: Non-2xx or 3xx responses: 12"])
  }

  @Test("JMeter before version 3 writes ten columns, with no header where it is told so")
  func tenColumns() throws {
    let text = "1393227741256,1425,GET /a - b,200,OK,Thread Group 1-1,text,true,3478,1016\n"
    #expect(JTL.recognises(head(text)) == .yes)
    #expect(shown(try JTL.read(memory(text))).first == "GET /a - b elapsed 1425.0")
  }

  @Test("a page that did not load has no values in Lighthouse, a score that lacks an audit blocks")
  func lighthouse() throws {
    let broken = #"""
      {"lighthouseVersion":"10.0.0","requestedUrl":"http://h/","fetchTime":"2024-01-01T00:00:00Z",
       "runtimeError":{"code":"NO_FCP","message":"The page did not paint any content."},
       "audits":{"total-byte-weight":{"scoreDisplayMode":"numeric","numericValue":3}},
       "categories":{"performance":{"score":null,"auditRefs":[]}}}
      """#
    let none = try Lighthouse.read(memory(broken))
    #expect(none.measurements.isEmpty)
    #expect(told(none) == ["true http://h/: The page did not paint any content."])
    let partly = #"""
      {"lighthouseVersion":"10.0.0","requestedUrl":"http://localhost:45123/a",
       "fetchTime":"2024-01-01T00:00:00Z",
       "audits":{"lcp":{"scoreDisplayMode":"error","errorMessage":"NO_LCP"},
        "fcp":{"numericValue":5,"numericUnit":"millisecond"}},
       "categories":{"performance":{"score":null,"auditRefs":[{"id":"fcp","weight":1},
        {"id":"lcp","weight":25}]},"pwa":{"score":null,"auditRefs":[{"id":"lcp","weight":0}]}}}
      """#
    let results = try Lighthouse.read(memory(partly))
    #expect(shown(results) == ["http://localhost:PORT/a fcp 5.0"])
    #expect(
      told(results) == [
        "false lcp: NO_LCP",
        "true http://localhost:PORT/a: has no score for performance, as the audit lcp ended in an error",
      ])
  }

  @Test("a skipped Go benchmark is a note; a text of skips alone is not a failed one")
  func goSkips() throws {
    let text =
      "BenchmarkA-2\t10\t5 ns/op\nBenchmarkB\n    a_test.go:5: later\n--- SKIP: BenchmarkB\n"
    let results = try GoBench.read(memory(text + "PASS\n"))
    #expect(shown(results) == ["BenchmarkA time 5.0"])
    #expect(told(results) == ["false BenchmarkB: was skipped"])
  }

  @Test("of Go's units in data.js the first one is the value's")
  func goUnits() throws {
    let text = #"""
      window.BENCHMARK_DATA = {"lastUpdate":1,"repoUrl":"r","entries":{"S":[{"commit":{"id":"a"},
       "date":1,"tool":"go","benches":[
        {"name":"B","value":13,"unit":"ns/op\t   2.41 MB/s\t     634 B/op"},
        {"name":"B - MB/s","value":2.41,"unit":"MB/s"}]}]}}
      """#
    let results = try GitHubActionBenchmarkData.read(memory(text))
    #expect(results.measurements.map(\.unit.text) == ["ns/op", "MB/s"])
    #expect(results.measurements.map(\.direction) == [.lower, .higher])
  }

  @Test("wrk2's percentiles stand one blank in; a run without an answer is no latency of 0")
  func wrk2() throws {
    let text = """
      Running 1m test @ http://h/
        1 threads and 64 connections
        Thread calibration: mean lat.: 1.464ms, rate sampling interval: 10ms
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.44ms  706.00us  12.92ms   68.59%
        Latency Distribution (HdrHistogram - Recorded Latency)
       50.000%    1.37ms
       99.900%    5.72ms
      100.000%   12.93ms
      #[Mean    =        1.816, StdDeviation   =        1.794]
        597227 requests in 1.00m, 38.16MB read
      Requests/sec:   9953.77
      Running 1s test @ http://h/none
        1 threads and 1 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     0.00us    0.00us   0.00us    -nan%
        0 requests in 1.00s, 0.00B read
        Socket errors: connect 0, read 9, write 0, timeout 0
      Requests/sec:      0.00
      Transfer/sec:       0.00B

      """
    let results = try Wrk.read(memory(text))
    #expect(
      shown(results) == [
        "h/ latency avg 1.44", "h/ latency p50 1.37", "h/ latency p99.9 5.72",
        "h/ requests per second 9953.77",
      ])
    #expect(results.unmeasured == ["h/none"])
    #expect(told(results).first == "true h/none: no request was answered")
  }

  @Test("of more repetitions than are kept the number and the mean stay those of all")
  func manyRepetitions() throws {
    let run = "Running 1s test @ http://h/\n  1 threads and 1 connections\n"
    let text = (1...100).map { "\(run)Requests/sec: \($0)\n" }.joined()
    let results = try Wrk.read(memory(text))
    #expect(results.measurements.count == 1)
    #expect(results.measurements[0].n == 100)
    #expect(abs(results.measurements[0].value - 50.5) < 1e-9)
    #expect(results.measurements[0].samples?.count == 100)
  }

  @Test("OpenMetrics: a rate is no time, a name may stand in quotes, a mark at the end is enough")
  func openMetrics() throws {
    let text = """
      tests_per_second 33
      {"http.size","a.b"="x"} 5
      # EOF

      """
    #expect(OpenMetrics.recognises(head(text)) == .yes)
    #expect(OpenMetrics.recognises(head("word 5\nsentence 6\n")) == .no)
    let results = try OpenMetrics.read(memory(text))
    #expect(shown(results) == ["tests_per_second value 33.0", "http.size value 5.0"])
    #expect(results.measurements[0].unit.quantity == .rate)
    #expect(results.measurements[0].direction == .higher)
    #expect(results.measurements[1].labels["a.b"] == "x")
  }

  @Test("Google Benchmark before 1.4.1 gives coefficients in rows of no kind")
  func oldComplexity() throws {
    let text = #"""
      {"context":{"num_cpus":4},"benchmarks":[
       {"name":"B/8","real_time":10,"cpu_time":9,"time_unit":"ns"},
       {"name":"B_BigO","cpu_coefficient":1,"real_coefficient":2,"big_o":"N","time_unit":"ns"},
       {"name":"B_RMS","rms":0.1}]}
      """#
    #expect(
      shown(try GoogleBenchmark.read(memory(text))) == [
        "B/8 real_time 10.0", "B/8 cpu_time 9.0", "B_BigO real_coefficient 2.0",
        "B_BigO cpu_coefficient 1.0",
      ])
  }

  @Test("one OpenMetrics sample at several times is one series")
  func openMetricsTimes() throws {
    let text = "# TYPE a gauge\na{x=\"1\"} 2 1000\na{x=\"1\"} 4 2000\na{x=\"2\"} 9\n# EOF\n"
    let results = try OpenMetrics.read(memory(text))
    #expect(shown(results) == ["a value 3.0", "a value 9.0"])
    #expect(results.measurements[0].samples?.values == [2, 4])
  }

  @Test("PkgBenchmark keeps what BenchmarkTools saves as a string")
  func pkgBenchmark() throws {
    let text = #"""
      {"name":"X","commit":"abc","julia_commit":"d","vinfo":"v","benchmarkgroup":"[{\"Julia\":\"1.0.0\",
      \"BenchmarkTools\":\"0.4.0\"},[[\"BenchmarkGroup\",{\"data\":{\"a\":[\"Trial\",{\"times\":[1,5,3]}]}}]]]"}
      """#.replacing("\n", with: "")
    #expect(BenchmarkToolsJL.recognises(head(text)) == .yes)
    let results = try BenchmarkToolsJL.read(memory(text))
    #expect(shown(results) == ["a time 3.0"])
    #expect(results.environment["julia"] == "1.0.0")
    let broken = #"{"name":"X","julia_commit":"d","benchmarkgroup":"[1,"}"#
    #expect(throws: Problem.self) { try BenchmarkToolsJL.read(memory(broken)) }
  }

  @Test("data.js that was formatted as JavaScript is the same data; what is broken is told as JSON")
  func javaScript() throws {
    let text = #"""
      // formatted
      window.BENCHMARK_DATA = {
        lastUpdate: 1, /* one */
        repoUrl: 'https://h/it\'s "x"',
        entries: {
          'A \u0041': [
            { commit: { id: 'a' }, date: 1, tool: 'cargo', benches: [
              { name: 'b // no remark', range: '± 2', unit: "ns/iter", value: 1e2, }, ], },
          ],
        },
      };
      """#
    #expect(GitHubActionBenchmarkData.recognises(head(text)) == .yes)
    let results = try GitHubActionBenchmarkData.read(memory(text))
    #expect(shown(results) == ["A A / b // no remark value 100.0"])
    do throws(Problem) {
      _ = try GitHubActionBenchmarkData.read(memory("window.BENCHMARK_DATA = {\n\"entries\" 5}"))
      Issue.record("was read")
    } catch {
      #expect(error.line == 2)
    }
  }

  @Test(
    "MLPerf: more samples at once are better where they are the result, and a setting elsewhere")
  func mlperf() throws {
    let text = """
      MLPerf Results Summary
      Scenario : Multi Stream
      Samples per query : 32
      Result is : VALID
      Test Parameters Used
      samples_per_query : 32
      """
    let results = try MLPerf.read(memory(text))
    #expect(results.measurements.map(\.direction) == [.higher, .lower])
  }

  @Test("cargo-criterion's messages: means with samples and throughput; other messages say nothing")
  func cargoCriterion() throws {
    let text = #"""
      {"reason":"benchmark-complete","id":"q/all","iteration_count":[1,2],"measured_values":[10.0,24.0],
      "unit":"ns","throughput":[{"per_iteration":22,"unit":"bytes"}],"mean":{"estimate":11.0,
      "lower_bound":10.0,"upper_bound":12.0,"unit":"ns"}}
      {"reason":"group-complete","group_name":"q","benchmarks":["q/all"]}
      """#.replacing(",\n", with: ",")
    #expect(CriterionEstimates.recognises(head(text)) == .yes)
    let results = try CriterionEstimates.read(memory(text))
    #expect(shown(results).first == "q/all time 11.0")
    #expect(abs(results.measurements[1].value - 2e9) < 1)
    #expect(results.measurements[1].direction == .higher)
    #expect(results.measurements[0].samples?.values == [10, 12])
    #expect(results.problems.isEmpty)
  }
}
