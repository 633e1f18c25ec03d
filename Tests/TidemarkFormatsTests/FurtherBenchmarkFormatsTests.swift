import Testing
import TidemarkModel

@testable import TidemarkFormats

private func shown(_ results: Results) -> [String] {
  results.measurements.map { series in
    let parameters = series.parameters.merging(series.labels)
    return series.name + (parameters.isEmpty ? "" : " {\(parameters)}")
      + " \(series.metric) \(series.value) \(series.unit.quantity.name) \(series.direction.rawValue)"
      + (series.isPrimary ? " main" : "")
  }
}

private func problems(_ results: Results) -> [String] {
  results.problems.map { "\($0.isBlocking) \($0.code.rawValue): \($0.message)" }
}

@Suite struct PerfStatTests {
  @Test("counters have their unit and error; what was not counted is told; intervals are added up")
  func complete() throws {
    let text = #"""
      {"counter-value" : "2.000000", "unit" : "msec", "event" : "task-clock", "variance" : 5.00, "event-runtime" : 1, "pcnt-running" : 100.00}
      {"core" : "S0-D0-C1", "counter-value" : "7.0", "unit" : "", "event" : "instructions:u", "event-runtime" : 1}
      {"counter-value" : "<not supported>", "unit" : "", "event" : "cycles", "event-runtime" : 0}
      {"thread" : "sleep-4711", "counter-value" : "3.0", "unit" : "Joules", "event" : "power/energy-pkg/", "event-runtime" : 1}
      {"metric-value" : "1.5", "metric-unit" : "insn per cycle"}
      {"interval" : 0.1, "counter-value" : "1.0", "unit" : "", "event" : "faults", "event-runtime" : 1}
      {"interval" : 0.2, "counter-value" : "2.0", "unit" : "", "event" : "faults", "event-runtime" : 1}
      """#
    #expect(PerfStat.recognises(head(text)) == .yes)
    let results = try PerfStat.read(memory(text))
    #expect(
      shown(results) == [
        "task-clock value 2.0 time lower main",
        "instructions:u {core=S0-D0-C1} value 7.0 instructions lower main",
        "power/energy-pkg/ {thread=sleep} value 3.0 energy lower main",
        "faults value 3.0 count lower main",
      ])
    #expect(results.measurements[0].standardError == 0.1)
    #expect(problems(results) == ["false value_skipped: cycles: not supported"])
  }
}

@Suite struct Iperf3Tests {
  private let start =
    #""version":"iperf 3.18","timestamp":{"timesecs":1795546985},"test_start":{"protocol":"TCP","num_streams":2,"reverse":1}"#

  @Test("both ways have their series, seconds that are omitted are no samples")
  func both() throws {
    let text = #"""
      {"start":{\#(start)},
       "intervals":[{"sum":{"bits_per_second":9,"omitted":true}},{"sum":{"bits_per_second":4}},
        {"sum":{"bits_per_second":6},"sum_bidir_reverse":{"bits_per_second":2}}],
       "end":{"sum_sent":{"bits_per_second":8,"retransmits":1},"sum_received":{"bits_per_second":5},
        "sum_received_bidir_reverse":{"bits_per_second":2}}}
      """#
    #expect(Iperf3.recognises(head(text)) == .yes)
    let results = try Iperf3.read(memory(text))
    let way = "{protocol=TCP, reverse=yes, streams=2}"
    #expect(
      shown(results) == [
        "iperf3 \(way) received 5.0 rate higher main", "iperf3 \(way) sent 8.0 rate higher",
        "iperf3 \(way) retransmits 1.0 count lower",
        "iperf3 (other way) \(way) received 2.0 rate higher main",
      ])
    #expect(results.measurements[0].samples?.values == [4, 6])
    #expect(results.measurements[0].unit.scale == 0.125)
  }

  @Test("a stream of events is read too, and one that breaks off blocks")
  func stream() throws {
    let first = #"{"event":"start","data":{\#(start)}}"#
    let end = #"{"event":"end","data":{"sum_received":{"bits_per_second":5}}}"#
    #expect(Iperf3.recognises(head(first)) == .yes)
    #expect(try Iperf3.read(memory(first + "\n" + end)).measurements.count == 1)
    #expect(
      problems(try Iperf3.read(memory(first))) == [
        "true command_failed: iperf3 ended without a result"
      ])
    let refused = #"{"event":"error","data":"unable to connect"}"#
    #expect(
      problems(try Iperf3.read(memory(first + "\n" + refused))) == [
        "true command_failed: unable to connect"
      ])
  }
}

@Suite struct PgbenchTests {
  @Test("versions before 14 tell two rates; aborted runs and those without a rate block")
  func older() throws {
    let text = """
      transaction type: bench/long path/one.sql
      scaling factor: 10
      query mode: prepared
      number of clients: 2
      number of threads: 1
      number of transactions actually processed: 100/200
      number of failed transactions: 3 (1.500%)
      latency average = 4.500 ms
      tps = 90.0 (including connections establishing)
      tps = 91.0 (excluding connections establishing)
      Run was aborted; the above results are incomplete.
      transaction type: <builtin: select only>
      scaling factor: 1
      """
    #expect(Pgbench.recognises(head(text)) == .yes)
    let results = try Pgbench.read(memory(text))
    let name = "one.sql {clients=2, mode=prepared, scale=10, threads=1}"
    #expect(
      shown(results) == [
        "\(name) failed 1.5 ratio lower", "\(name) latency 4.5 time lower",
        "\(name) tps, with connecting 90.0 rate higher", "\(name) tps 91.0 rate higher main",
      ])
    #expect(
      problems(results) == [
        "false outside_error: one.sql: 3 (1.500%) transactions failed",
        "true command_failed: one.sql: the run was aborted, its results are not complete",
        "true unterminated: select only: ends without a rate",
      ])
  }
}

@Suite struct RedisBenchmarkTests {
  @Test("the table and the text of before 6.2 are read, other tables are not")
  func older() throws {
    let table = "\"PING_INLINE\",\"100.5\"\n\"MSET (10 keys)\",\"20.0\"\n"
    #expect(RedisBenchmark.recognises(head(table)) == .yes)
    #expect(
      shown(try RedisBenchmark.read(memory(table))) == [
        "PING_INLINE requests per second 100.5 rate higher main",
        "MSET (10 keys) requests per second 20.0 rate higher main",
      ])
    let text = """
      ====== SET ======
        100000 requests completed in 1.00 seconds
        50 parallel clients
        3 bytes payload
        keep alive: 1

      99.9% <= 1 milliseconds
      100000.00 requests per second


      ====== GET ======
        50 parallel clients
      """
    #expect(RedisBenchmark.recognises(head(text)) == .yes)
    let results = try RedisBenchmark.read(memory(text))
    #expect(
      shown(results) == [
        "SET {clients=50, payload=3} requests per second 100000.0 rate higher main"
      ])
    #expect(problems(results) == ["true unterminated: GET began and has no rate"])
    #expect(RedisBenchmark.recognises(head("\"name\",\"100\"\n\"SET\",\"a\"\n")) == .no)
    #expect(RedisBenchmark.recognises(head("We got 12 requests per second.\n")) == .no)
  }
}

@Suite struct StressNGTests {
  @Test("each stressor has its rates, and what it measures beside")
  func complete() throws {
    let text = """
      ---
      system-info:
            stress-ng-version: 0.17.06
            epoch-secs: 1795546991
            hostname: vm

      metrics:
          - stressor: cache
            bogo-ops: 4
            bogo-ops-per-second-usr-sys-time: 2.5
            bogo-ops-per-second-real-time: 1.5
            max-rss: 2
            MB-per-sec-memory-read-rate: 12.5
            nanosecs-per-lookup: 7.5
      ...
      """
    #expect(StressNG.recognises(head(text)) == .yes)
    let results = try StressNG.read(memory(text))
    #expect(
      shown(results) == [
        "cache bogo ops, CPU time 2.5 rate higher",
        "cache bogo ops, real time 1.5 rate higher main",
        "cache max rss 2.0 bytes lower", "cache MB per sec memory read rate 12.5 rate higher",
        "cache nanosecs per lookup 7.5 time lower",
      ])
    #expect(results.environment["hostname"] == nil)
  }
}

@Suite struct LoadFormatsTests {
  @Test("vegeta: times are nanoseconds, failures are told")
  func vegeta() throws {
    let text = #"""
      {"latencies":{"total":9,"mean":2000000,"50th":1000000,"90th":3,"95th":4,"99th":5,"max":6,"min":1},
       "bytes_in":{"total":1},"latest":"2026-11-24T18:00:00.5Z","requests":10,"rate":5,"throughput":4.5,
       "success":0.9,"status_codes":{"200":9,"500":1},"errors":["500 Internal Server Error"]}
      """#
    #expect(Vegeta.recognises(head(text)) == .yes)
    let results = try Vegeta.read(memory(text))
    #expect(
      shown(results).prefix(3) == [
        "vegeta throughput 4.5 rate higher main", "vegeta latency 2000000.0 time lower",
        "vegeta latency p50 1000000.0 time lower",
      ])
    #expect(shown(results).last == "vegeta success 0.9 ratio higher")
    #expect(
      problems(results) == [
        "false outside_error: some requests failed (1 of status 500): 500 Internal Server Error"
      ])
  }

  @Test("autocannon: the path is the name, other statuses are told")
  func autocannon() throws {
    let text = #"""
      {"url":"http://127.0.0.1:4000/a?b=1","connections":10,"pipelining":1,"errors":0,"timeouts":2,
       "non2xx":3,"finish":"2026-11-24T18:00:00.000Z",
       "latency":{"average":1.5,"p50":1,"p90":2,"p97_5":3,"p99":4},"requests":{"average":100},
       "throughput":{"average":5000}}
      """#
    #expect(Autocannon.recognises(head(text)) == .yes)
    let results = try Autocannon.read(memory(text))
    #expect(
      shown(results).prefix(2) == [
        "/a?b=1 {connections=10} requests per second 100.0 rate higher main",
        "/a?b=1 {connections=10} latency 1.5 time lower",
      ])
    #expect(
      problems(results) == [
        "false outside_error: /a?b=1: 2 timeouts", "false outside_error: /a?b=1: 3 non2xx",
      ])
  }

  @Test("Artillery: both versions' forms")
  func artillery() throws {
    let second = #"""
      {"aggregate":{"counters":{"vusers.created":10,"vusers.failed":2,"errors.ETIMEDOUT":2},
        "rates":{"http.request_rate":7},"lastMetricAt":1795539600500,
        "summaries":{"http.response_time":{"mean":5,"median":4,"p95":9,"p99":10}}},"intermediate":[]}
      """#
    #expect(Artillery.recognises(head(second)) == .yes)
    let results = try Artillery.read(memory(second))
    #expect(
      shown(results) == [
        "http.request_rate rate 7.0 rate higher main", "http.response_time mean 5.0 time lower",
        "http.response_time median 4.0 time lower", "http.response_time p95 9.0 time lower",
        "http.response_time p99 10.0 time lower", "vusers failed share 0.2 ratio lower",
      ])
    #expect(
      problems(results) == [
        "false outside_error: 2 × ETIMEDOUT", "false outside_error: 2 virtual users failed",
      ])
    let first = #"""
      {"aggregate":{"scenariosCreated":10,"scenariosCompleted":10,"latency":{"median":4,"p95":9,"p99":10},
        "rps":{"mean":7},"errors":{}}}
      """#
    #expect(Artillery.recognises(head(first)) == .yes)
    #expect(
      shown(try Artillery.read(memory(first))).first
        == "http.request_rate rate 7.0 rate higher main")
  }

  @Test("Gatling: texts are numbers, the tree's root is told by the file beside it")
  func gatling() throws {
    let stats = #"""
      "name":"N","numberOfRequests":{"total":"10","ok":"9","ko":"1"},
      "meanResponseTime":{"total":"5","ok":"4","ko":"-"},"percentiles1":{"total":1,"ok":2,"ko":3},
      "meanNumberOfRequestsPerSecond":{"total":"3","ok":"2.5","ko":"-"}
      """#
    let whole = "{\(stats)}"
    #expect(Gatling.recognises(head(whole)) == .yes)
    let results = try Gatling.read(memory(whole))
    #expect(
      shown(results) == [
        "N requests per second 2.5 rate higher main", "N response time 4.0 time lower",
        "N response time percentile 1 2.0 time lower", "N failed share 0.1 ratio lower",
      ])
    #expect(problems(results) == ["false outside_error: N: 1 of 10 requests failed"])
    let tree = #"""
      {"type":"GROUP","name":"All Requests","stats":{\#(stats)},"contents":{"g":{"type":"GROUP",
       "name":"g","stats":{\#(stats)},"contents":{"r":{"type":"REQUEST","name":"r","stats":{\#(stats)}}}}}}
      """#
    #expect(Gatling.recognises(head(tree)) == .yes)
    #expect(
      try Gatling.read(memory(tree)).measurements.filter(\.isPrimary).map(\.name) == ["g", "g / r"])
  }

  @Test(
    "oha and bombardier: seconds and microseconds; what the end of the time cut off is no error")
  func others() throws {
    let oha = #"""
      {"summary":{"successRate":1.0,"average":0.002,"requestsPerSec":50.5,"sizePerSec":650},
       "latencyPercentiles":{"p50":0.001,"p99":0.005},"statusCodeDistribution":{"200":99,"503":1},
       "errorDistribution":{"aborted due to deadline":50,"connection reset":2}}
      """#
    #expect(Oha.recognises(head(oha)) == .yes)
    let results = try Oha.read(memory(oha))
    #expect(
      shown(results) == [
        "oha requests per second 50.5 rate higher main", "oha latency 0.002 time lower",
        "oha latency p50 0.001 time lower", "oha latency p99 0.005 time lower",
        "oha success 1.0 ratio higher", "oha transfer rate 650.0 rate higher",
      ])
    #expect(
      problems(results) == [
        "false outside_error: 1 × status 503", "false outside_error: 2 × connection reset",
      ])
    let bombardier = #"""
      {"spec":{"numberOfConnections":125,"testType":"timed","method":"GET","url":"http://localhost:8080/a"},
       "result":{"bytesRead":100,"timeTakenSeconds":2,"req2xx":9,"req5xx":1,"others":0,
        "latency":{"mean":500,"percentiles":{"50":400}},"rps":{"mean":7}}}
      """#
    #expect(Bombardier.recognises(head(bombardier)) == .yes)
    let read = try Bombardier.read(memory(bombardier))
    let name = "GET /a {connections=125}"
    #expect(
      shown(read) == [
        "\(name) requests per second 7.0 rate higher main", "\(name) latency 500.0 time lower",
        "\(name) latency p50 400.0 time lower", "\(name) read 50.0 rate higher",
      ])
    #expect(read.measurements[1].unit == .microseconds)
    #expect(problems(read) == ["false outside_error: GET /a: 1 answers of status 5xx"])
  }

  @Test("bombardier without a rate, as nothing could be computed, is told of")
  func nothingComputed() throws {
    let text = #"""
      {"spec":{"numberOfConnections":1,"testType":"number-of-requests","method":"GET","url":"a:1"},
       "result":{"bytesRead":0,"timeTakenSeconds":0.01,"req2xx":0,"others":1,
        "errors":[{"description":"refused","count":1}]}}
      """#
    #expect(Bombardier.recognises(head(text)) == .yes)
    #expect(
      problems(try Bombardier.read(memory(text))) == [
        "false value_skipped: GET /: has no rate",
        "false outside_error: GET /: 1 requests without an answer",
        "false outside_error: GET /: 1 × refused",
      ])
  }

  @Test("a run that nothing answered has no time of an answer")
  func unanswered() throws {
    let gatling = #"""
      {"name":"All Requests","numberOfRequests":{"total":4,"ok":0,"ko":4},
       "meanResponseTime":{"total":9,"ok":0,"ko":9},"percentiles1":{"total":9,"ok":0,"ko":9},
       "meanNumberOfRequestsPerSecond":{"total":2,"ok":0,"ko":2}}
      """#
    #expect(
      shown(try Gatling.read(memory(gatling))) == [
        "All Requests requests per second 0.0 rate higher main",
        "All Requests failed share 1.0 ratio lower",
      ])
    let autocannon = #"""
      {"url":"http://h/a","connections":1,"errors":3,"latency":{"average":0,"p50":0,"p97_5":0},
       "requests":{"average":0,"total":0},"throughput":{"average":0}}
      """#
    #expect(
      shown(try Autocannon.read(memory(autocannon))).map { $0.contains("latency") } == [
        false, false,
      ])
  }

  @Test("Artillery: a browser's measures have no rate; the page's address is no unit")
  func browser() throws {
    let text = #"""
      {"aggregate":{"counters":{"vusers.created":1},"rates":{"http.request_rate":null},"summaries":{
        "browser.page.CLS.https://h/time":{"median":0.1},
        "browser.page.LCP.https://h/a":{"median":250},"browser.step.log in":{"median":800}}}}
      """#
    #expect(Artillery.recognises(head(text)) == .yes)
    #expect(
      shown(try Artillery.read(memory(text))) == [
        "browser.page.CLS.https://h/time median 0.1 count lower main",
        "browser.page.LCP.https://h/a median 250.0 time lower main",
        "browser.step.log in median 800.0 time lower main",
      ])
  }

  @Test("vegeta: a status of 3xx is a success")
  func redirects() throws {
    let text = #"""
      {"latencies":{"mean":2,"50th":1},"throughput":4.5,"success":0.5,
       "status_codes":{"0":2,"302":2},"errors":["refused"]}
      """#
    #expect(
      problems(try Vegeta.read(memory(text))) == [
        "false outside_error: some requests failed (2 of status 0): refused"
      ])
  }
}

@Suite struct GungraunTests {
  private func summary(_ more: String) -> String {
    #"{"version":"6","kind":"LibraryBenchmark","benchmark_exe":"/t/b","function_name":"f","#
      + #""module_path":"b::group::f","id":"short",\#(more)}"#
  }

  @Test("the new run's values are read in each schema's form; a limit that was crossed blocks")
  func schemas() throws {
    let sixth = summary(
      #""profiles":[{"tool":"Callgrind","summaries":{"total":{"summary":{"Callgrind":{"#
        + #""Ir":{"metrics":{"Both":[{"Int":20},{"Int":10}]}},"L1hits":{"metrics":{"Left":{"Int":3}}},"#
        + #""EstimatedCycles":{"metrics":{"Left":{"Int":30}}},"Dw":{"metrics":{"Right":{"Int":4}}}}},"#
        + #""regressions":[{"Soft":{"metric":{"Callgrind":"Ir"},"new":{"Int":20}}}]}}}]"#)
    let third = summary(
      #""callgrind_summary":{"callgrind_run":{"total":{"summary":{"Ir":{"metrics":{"Both":[20,10]}}},"regressions":[]}}}"#
    )
    let first = summary(
      #""callgrind_summary":{"summaries":[{"events":{"Ir":{"new":20,"old":null}},"regressions":[]}]}"#
    )
    for text in [sixth, third, first, "[\(third)]", "{\n  " + third.dropFirst()] {
      #expect(Gungraun.recognises(head(text)) == .yes)
      let results = try Gungraun.read(memory(text))
      #expect(shown(results).first == "b::group::f short Ir 20.0 instructions lower main")
    }
    let results = try Gungraun.read(memory(sixth + "\n" + third))
    #expect(results.measurements.map(\.metric) == ["Ir", "EstimatedCycles", "Ir"])
    #expect(
      problems(results) == ["true outside_error: b::group::f short: Ir crossed its limit"])
  }
}

@Suite struct NanobenchTests {
  @Test("medians are of an iteration, counters of 0 were not counted")
  func complete() throws {
    let text = #"""
      {"results":[{"title":"benchmark","name":"a","unit":"op","batch":1,"complexityN":-1,
        "median(elapsed)":2e-9,"median(instructions)":7,"median(branchmisses)":0,
        "measurements":[{"iterations":5,"elapsed":1e-9},{"iterations":5,"elapsed":3e-9}]},
       {"title":"Sorting","name":"b","complexityN":8,"median(elapsed)":1}]}
      """#
    #expect(Nanobench.recognises(head(text)) == .yes)
    let results = try Nanobench.read(memory(text))
    #expect(
      shown(results) == [
        "a time 2e-09 time lower main", "a instructions 7.0 instructions lower",
        "Sorting/b {n=8} time 1.0 time lower main",
      ])
    #expect(results.measurements[0].samples?.values == [1e-9, 3e-9])
  }

  @Test("what a template of one's own adds as text is a parameter")
  func context() throws {
    let text = #"""
      [{"title":"Map","name":"map","source":"rpp","median(elapsed)":2e-9},
       {"title":"Map","name":"map","source":"rxcpp","median(elapsed)":4e-9}]
      """#
    #expect(Nanobench.recognises(head(text)) == .yes)
    #expect(
      shown(try Nanobench.read(memory(text))) == [
        "Map/map {source=rpp} time 2e-09 time lower main",
        "Map/map {source=rxcpp} time 4e-09 time lower main",
      ])
  }
}

@Suite struct JavaScriptBenchmarksTests {
  @Test("mitata: groups and arguments; what threw blocks")
  func mitata() throws {
    let text = #"""
      {"layout":[{"name":null,"types":[]},{"name":"sums","types":["g"]}],"benchmarks":[
        {"kind":"args","alias":"sum $n","group":1,"args":{"n":[1]},"runs":[
          {"name":"sum 1","args":{"n":1},"stats":{"avg":2.5,"p50":2,"p75":3,"p99":4,"samples":[2,3]}}]},
        {"kind":"static","group":0,"runs":[{"name":"bad","args":{},"error":{"message":"no"}}]}],
       "context":{"now":1795539600500,"runtime":"node","version":"22.1.0","cpu":{"name":"EPYC"}}}
      """#
    #expect(Mitata.recognises(head(text)) == .yes)
    let results = try Mitata.read(memory(text))
    let name = "sum 1 {group=sums, n=1}"
    #expect(
      shown(results) == [
        "\(name) time 2.5 time lower main", "\(name) p50 2.0 time lower",
        "\(name) p75 3.0 time lower", "\(name) p99 4.0 time lower",
      ])
    #expect(problems(results) == ["true command_failed: bad: no"])
    #expect(results.environment["node"] == "22.1.0" && results.environment["cpu"] == "EPYC")
  }

  @Test("mitata 0.1: no runs, the group's name beside")
  func olderMitata() throws {
    let text = #"""
      {"cpu":"EPYC","runtime":"node v18.0.0 (x64-linux)","benchmarks":[
        {"name":"a","group":"g","time":500,"stats":{"n":3,"min":1,"avg":2,"p75":2,"p99":3,"p999":4}},
        {"name":"b","group":null,"error":{"message":"no"}}]}
      """#
    #expect(Mitata.recognises(head(text)) == .yes)
    let results = try Mitata.read(memory(text))
    #expect(shown(results).first == "a {group=g} time 2.0 time lower main")
    #expect(problems(results) == ["true command_failed: b: no"])
  }

  @Test("Deno: nanoseconds, the file's name without its folder; what failed blocks")
  func deno() throws {
    let text = #"""
      {"version":1,"runtime":"Deno/2.1.4 x86_64-unknown-linux-gnu","cpu":"EPYC","benches":[
        {"origin":"file:///home/u/a_bench.ts","group":"g","name":"x","baseline":false,"results":[
          {"ok":{"n":9,"min":1,"max":4,"avg":2.5,"p75":3,"p99":4}}]},
        {"origin":"file:///home/u/a_bench.ts","group":null,"name":"y","results":[{"failed":{"message":"no"}}]}]}
      """#
    #expect(DenoBench.recognises(head(text)) == .yes)
    let results = try DenoBench.read(memory(text))
    let name = "x {file=a_bench.ts, group=g}"
    #expect(
      shown(results) == [
        "\(name) time 2.5 time lower main", "\(name) p75 3.0 time lower",
        "\(name) p99 4.0 time lower",
      ])
    #expect(results.measurements[0].n == 9)
    #expect(problems(results) == ["true command_failed: y: no"])
  }
}

@Suite struct PHPBenchTests {
  @Test("variants have class, subject and parameters; errors and assertions block")
  func complete() throws {
    let text = #"""
      <?xml version="1.0"?>
      <phpbench version="1.2.15" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
        <suite tag="" date="2026-11-24T18:00:00+00:00"><benchmark class="\A\HashBench"><subject name="benchMd5">
          <variant revs="10" output-time-unit="milliseconds"><parameter-set name="0"><parameter name="size" value="5"/></parameter-set>
            <failures><failure>too slow</failure></failures>
            <iteration time-net="20" time-avg="2" mem-peak="100"/><iteration time-net="40" mem-peak="300"/>
            <stats mean="3" mode="2"/></variant>
          <variant revs="1"><parameter-set name="set"/><errors><error exception-class="E" line="3">no</error></errors></variant>
        </subject></benchmark></suite></phpbench>
      """#
    #expect(PHPBench.recognises(head(text)) == .yes)
    let results = try PHPBench.read(memory(text))
    let name = "A\\HashBench::benchMd5"
    #expect(
      shown(results) == [
        "\(name) {size=5} time 3.0 time lower main", "\(name) {size=5} memory 300.0 bytes lower",
      ])
    #expect(results.measurements[0].samples?.values == [2, 4])
    #expect(results.measurements[0].unit == .microseconds)
    #expect(
      problems(results) == [
        "true outside_error: \(name): too slow", "true command_failed: \(name): no",
      ])
  }
}

extension PHPBenchTests {
  @Test("before version 0.11 parameters and revolutions stood elsewhere")
  func older() throws {
    let text = #"""
      <?xml version="1.0"?><phpbench version="0.7"><suite><benchmark class="B"><subject name="s"><variant>
        <parameter name="foo" value="bar"/><iteration time="100" memory="7" revs="10"/>
        <iteration time="60" memory="9" revs="10"/></variant></subject></benchmark></suite></phpbench>
      """#
    #expect(
      shown(try PHPBench.read(memory(text))) == [
        "B::s {foo=bar} time 8.0 time lower main", "B::s {foo=bar} memory 9.0 bytes lower",
      ])
  }
}

@Suite struct DivanTests {
  private let table = """
         Running benches/math.rs (target/release/deps/math-0123456789abcdef)
    Timer precision: 20 ns
    math              fastest       │ slowest       │ median        │ mean          │ samples │ iters
    ├─ add            1.5 ns        │ 4 ns          │ 2 ns          │ 2.5 ns        │ 100     │ 819200
    │                 1.435 Mitem/s │ 530 Kitem/s   │ 1.189 Mitem/s │ 1.094 Mitem/s │         │
    │                 max alloc:    │               │               │               │         │
    │                   4           │ 4             │ 4             │ 4             │         │
    │                   289 B       │ 289 B         │ 289 B         │ 302.4 B       │         │
    ├─ later          (ignored)     │               │               │               │         │
    ╰─ sort                         │               │               │               │         │
       ├─ 10          3.966 µs      │ 5 µs          │ 4.5 µs        │ 4.6 µs        │ 50      │ 50
       ╰─ 20          1 ms          │ 3 ms          │ 2 ms          │ 2 ms          │ 50      │ 50

    """

  @Test("the tree's path is the name, the median the time, allocations stand below")
  func complete() throws {
    #expect(Divan.recognises(head(table)) == .yes)
    let results = try Divan.read(memory(table))
    #expect(
      shown(results) == [
        "math/add time 2.0 time lower main", "math/add mean 2.5 time lower",
        "math/add fastest 1.5 time lower", "math/add max alloc 4.0 allocations lower",
        "math/add max alloc bytes 289.0 bytes lower", "math/sort/10 time 4.5 time lower main",
        "math/sort/10 mean 4.6 time lower", "math/sort/10 fastest 3.966 time lower",
        "math/sort/20 time 2.0 time lower main", "math/sort/20 mean 2.0 time lower",
        "math/sort/20 fastest 1.0 time lower",
      ])
    #expect(results.measurements[0].n == 100)
    #expect(problems(results) == ["false value_skipped: math/later: was ignored"])
  }

  @Test("minutes, hours and days are times")
  func long() throws {
    let rows = """
      slow      fastest       │ slowest       │ median        │ mean          │ samples │ iters
      ├─ a      59.9 s        │ 2 m           │ 1.5 m         │ 1.6 m         │ 3       │ 3
      ╰─ b      1 h           │ 2 d           │ 2 h           │ 1 d           │ 3       │ 3

      """
    #expect(
      shown(try Divan.read(memory(rows))) == [
        "slow/a time 90.0 time lower main", "slow/a mean 96.0 time lower",
        "slow/a fastest 59.9 time lower", "slow/b time 7200.0 time lower main",
        "slow/b mean 86400.0 time lower", "slow/b fastest 3600.0 time lower",
      ])
  }

  @Test("a benchmark that ended the run blocks, one that measured nothing is told of")
  func crash() throws {
    let rows = """
      slow      fastest       │ slowest       │ median        │ mean          │ samples │ iters
      ├─ none
      ├─ a      59.9 s        │ 2 s           │ 1.5 s         │ 1.6 s         │ 3       │ 3
      ├─ b      thread 'main' panicked at benches/slow.rs:9:5:
      no such file
      """
    let results = try Divan.read(memory(rows))
    #expect(results.measurements.filter(\.isPrimary).map(\.name) == ["slow/a"])
    #expect(
      problems(results) == [
        "false value_skipped: slow/none: measured nothing",
        "true unterminated: slow/b began and never ended",
      ])
  }

  @Test("a table in a page or in a source is not taken")
  func example() {
    #expect(Divan.recognises(head("```\n\(table)```\n")) == .no)
    #expect(Divan.recognises(head("fn main() { divan::main(); }\n/*\n\(table)*/\n")) == .no)
  }
}
