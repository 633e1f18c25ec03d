import FoundationEssentials
import Testing
import TidemarkModel

@testable import TidemarkFormats

private func shown(_ results: Results) -> [String] {
  results.measurements.map {
    "\($0.name) \($0.metric) \($0.value) \($0.unit.quantity.name) \($0.direction.rawValue)"
      + ($0.isPrimary ? " main" : "")
  }
}

/// What older and newer versions of the tools write, and what else they print.
@Suite struct BenchmarkDialectsTests {
  @Test(
    "k6's summary with a version: metrics are a list, checks stand apart, a run can have failed")
  func k6() throws {
    let text = #"""
      {"version":"1.0.0","metadata":{"k6Version":"1.5.0"},"results":{"passed":false,"metrics":[
        {"name":"http_reqs","type":"counter","contains":"default","category":"http",
         "values":{"count":8,"rate":2}},
        {"name":"http_req_duration","type":"trend","contains":"time","category":"http",
         "values":{"avg":1,"p(95)":3,"count":8}}],
       "checks":{"metrics":{"checksTotal":{"name":"checks_total","type":"counter",
          "contains":"default","values":{"count":4,"rate":1}},
         "checksSucceeded":{"name":"checks_succeeded","type":"rate","contains":"default",
          "values":{"rate":0.75,"passes":3,"fails":1}}},
        "orderedChecks":[{"name":"c","passes":3,"fails":1}]}}}
      """#
    #expect(K6.recognises(head(text)) == .yes)
    let results = try K6.read(memory(text))
    #expect(
      shown(results) == [
        "http_reqs rate 2.0 rate higher main", "http_req_duration avg 1.0 time lower main",
        "http_req_duration p(95) 3.0 time lower",
        "checks_succeeded rate 0.75 ratio higher main",
      ])
    #expect(
      results.problems.map { "\($0.isBlocking) \($0.message)" } == [
        "false the check `c` failed 1 of 4 times", "true a threshold was crossed",
      ])
  }

  @Test(
    "a baseline of package-benchmark: keys and values in turn, histograms, tags, a metric's polarity"
  )
  func packageBenchmark() throws {
    // Indexes from 2048 on count two values each: 2,048 is 2,048 and 2,049.
    func histogram(_ counts: [Int: Int]) -> String {
      let list = (0...2050).map { String(counts[$0] ?? 0) }.joined(separator: ",")
      return
        #"{"histogram":{"subBucketHalfCountMagnitude":10,"unitMagnitude":0,"counts":[\#(list)]}}"#
    }
    let text = #"""
      {"baselineName":"main","machine":{"processors":4,"processorType":"arm64"},
       "results":[{"name":"sum","target":"T"},[
         {"metric":{"wallClock":{}},"tags":{"n":"10"},"statistics":\#(histogram([7: 3, 2048: 4]))},
         {"metric":{"custom":{"_0":"things","polarity":{"prefersLarger":{}}}},"tags":{},
          "statistics":\#(histogram([5: 1]))},
         {"metric":{"throughput":{}},"tags":{},"statistics":\#(histogram([:]))}]]}
      """#
    #expect(PackageBenchmark.recognises(head(text)) == .yes)
    let results = try PackageBenchmark.read(memory(text))
    #expect(
      shown(results) == [
        "T.sum wallClock 2049.0 time lower main", "T.sum things 5.0 count higher main",
      ])
    #expect(results.measurements[0].parameters.description == "n=10")
    #expect(results.measurements[0].n == 7)
    #expect(results.measurements[0].samples?.values == [7, 7, 7, 2049, 2049, 2049, 2049])
    #expect(results.environment == ["arch": "arm64", "cpus": "4"])
    #expect(
      results.problems.map(\.message) == ["T.sum, throughput: has no histogram with values"])
  }

  @Test("a histogram that is nothing but wrong gives no value, and no trap")
  func brokenHistogram() throws {
    for histogram in [
      #"{"subBucketHalfCountMagnitude":99,"unitMagnitude":0,"counts":[1]}"#,
      #"{"subBucketHalfCountMagnitude":0,"unitMagnitude":62,"counts":[1,1,1,1,1]}"#,
      #"{"subBucketHalfCountMagnitude":10,"unitMagnitude":0,"counts":[-1,9223372036854775807]}"#,
      #"{"subBucketHalfCountMagnitude":10,"counts":"x"}"#, "7",
    ] {
      let text = #"""
        {"baselineName":"m","results":[{"name":"a","target":"T"},[{"metric":{"wallClock":{}},
          "statistics":{"histogram":\#(histogram)}}]]}
        """#
      let results = try PackageBenchmark.read(memory(text))
      #expect(results.measurements.allSatisfy { $0.value.isFinite })
    }
  }

  @Test("asv's parameters and units have the names that benchmarks.json in the folder above tells")
  func asv() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tidemark-asv-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let machine = folder.appending(path: "cheetah")
    try FileManager.default.createDirectory(at: machine, withIntermediateDirectories: true)
    try Data(
      #"""
      {"a.time_x":{"param_names":["size","kind"],"unit":"seconds"},
       "a.track_y":{"param_names":["size","size"],"unit":"MB"},
       "a.track_z":{"param_names":[],"unit":"unit"},"version":2}
      """#.utf8
    ).write(to: folder.appending(path: "benchmarks.json"))
    let file = machine.appending(path: "abc-py3.json")
    try Data(
      #"""
      {"commit_hash":"abc","env_name":"py3","params":{},"result_columns":["result","params"],
       "results":{"a.time_x":[[1,2],[["10"],["'i'","'f'"]]],"a.track_y":[[3],[["1"],["2"]]],
        "a.track_z":[[4],[]]}}
      """#.utf8
    ).write(to: file)
    let found = InputSearch(names: [file.path], excluding: []).files
    let read = Reading.read(try #require(found.first))
    guard case .read(let results) = read.content else {
      Issue.record("was not read")
      return
    }
    #expect(
      results.measurements.map { "\($0.name) \($0.parameters.description) \($0.unit.text)" } == [
        "a.time_x kind='i', size=10 s", "a.time_x kind='f', size=10 s",
        "a.track_y param1=1, param2=2 MB", "a.track_z  ",
      ])
  }

  @Test(
    "asv knows what a benchmark measures by its name, in all the ways that it may be written",
    arguments: [
      ("a.time_x", Quantity.time), ("a.timeraw_x", .time), ("a.S.TimeX", .time),
      ("a.peakmem_x", .bytes), ("a.PeakMemX", .bytes), ("a.mem_x", .bytes), ("a.track_x", .count),
      ("a.timely", .count), ("a.member", .count),
    ])
  func asvKinds(name: String, quantity: Quantity) throws {
    let text = #"{"commit_hash":"f","params":{},"results":{"\#(name)":1},"version":1}"#
    #expect(try ASV.read(memory(text)).measurements.first?.unit.quantity == quantity)
  }

  @Test("pyperf before 1.2: samples, and metadata that all runs share")
  func pyperf() throws {
    let text = #"""
      {"benchmarks":[{"common_metadata":{"name":"telco"},"runs":[
        {"samples":[0.25,0.5],"warmups":[[1,9]]},{"samples":[0.75]}]}],"version":"0.8.0"}
      """#
    #expect(Pyperf.recognises(head(text)) == .yes)
    #expect(shown(try Pyperf.read(memory(text))) == ["telco time 0.5 time lower main"])
  }

  @Test("fio's notes before its answer, its version 2 without counts, and many machines' jobs")
  func fio() throws {
    let noted = """
      note: both iodepth >= 1 and synchronous I/O engine are selected, queue depth will be capped at 1
      {"fio version":"fio-3.36","client_stats":[
        {"jobname":"a","hostname":"h1","error":0,"read":{"total_ios":4,"iops":2.5}},
        {"jobname":"a","hostname":"h2","error":0,"read":{"total_ios":4,"iops":3.5}}]}
      """
    #expect(Fio.recognises(head(noted)) == .yes)
    let results = try Fio.read(memory(noted))
    #expect(results.measurements.map(\.value) == [2.5, 3.5])
    #expect(results.measurements.map { $0.parameters.description } == ["host=h1", "host=h2"])
    let old = #"""
      {"fio version":"fio-2.0.9","jobs":[{"jobname":"a","read":{"io_bytes":9,"iops":2,
        "lat":{"mean":6}},"write":{"io_bytes":0,"iops":0}}]}
      """#
    #expect(
      shown(try Fio.read(memory(old))) == [
        "a read iops 2.0 rate higher main", "a read latency 6.0 time lower",
      ])
    #expect(throws: Problem.self) { try Fio.read(memory("fio: nothing\n{\"fio version\":")) }
  }

  @Test("Lighthouse 2, PageSpeed's answer around a result, and the steps of a user flow")
  func lighthouse() throws {
    let two = #"""
      {"lighthouseVersion":"2.9.1","url":"https://a/","audits":{"speed":{"score":80,"rawValue":2500},
        "https":{"rawValue":true}},"reportCategories":[{"id":"pwa","score":84.5}]}
      """#
    let result = #"""
      {"lighthouseVersion":"9.3.0","requestedUrl":"https://a/","audits":{
        "fcp":{"numericValue":1200.5,"numericUnit":"millisecond"}},"categories":{}}
      """#
    let insights = #"{"kind":"pagespeedonline#result","lighthouseResult":\#(result)}"#
    let flow = #"{"name":"f","steps":[{"name":"open","lhr":\#(result)},{"lhr":\#(result)}]}"#
    for text in [two, insights, flow] { #expect(Lighthouse.recognises(head(text)) == .yes) }
    #expect(
      shown(try Lighthouse.read(memory(two))) == [
        "https://a/ speed 2500.0 time lower main", "https://a/ score pwa 0.845 score higher",
      ])
    #expect(
      shown(try Lighthouse.read(memory(insights))) == ["https://a/ fcp 1200.5 time lower main"])
    #expect(
      try Lighthouse.read(memory(flow)).measurements.map { $0.labels["step"] } == ["open", nil])
  }

  @Test(
    "sysbench's files and memory before 1.0, with megabytes of 1,048,576 bytes, and files since 1.1"
  )
  func sysbench() throws {
    let files = """
      sysbench 0.4.12:  multi-threaded system evaluation benchmark

      Number of threads: 16
      Extra file open flags: 0
      Operations performed:  6002 Read, 4001 Write, 12800 Other = 22803 Total
      Read 93.781Mb  Written 62.516Mb  Total transferred 156.3Mb  (2.6111Mb/sec)
        167.11 Requests/sec executed

          per-request statistics:
               avg:                                 46.51ms
      """
    let memoryRun = """
      sysbench 0.4.12:  multi-threaded system evaluation benchmark

      Number of threads: 1
      Memory operations type: write
      Operations performed: 104857600 (2084911.35 ops/sec)

      102400.00 MB transferred (2036.05 MB/sec)
      """
    let newer = """
      sysbench 1.1.0-174f3aa (using bundled LuaJIT 2.1.0-beta2)

      Number of threads: 1
      Extra file open flags: (none)
      Throughput:
               read:  IOPS=2606.54 40.73 MiB/s (42.71 MB/s)
               fsync: IOPS=5573.17
      """
    #expect(
      shown(try Sysbench.read(memory(files))) == [
        "fileio transferred 2.6111 rate higher main",
        "fileio requests per second 167.11 rate higher main",
        "fileio latency avg 46.51 time lower main",
      ])
    let results = try Sysbench.read(memory(memoryRun))
    #expect(
      shown(results) == [
        "memory Operations performed 2084911.35 rate higher",
        "memory transferred 2036.05 rate higher main",
      ])
    #expect(results.measurements[1].unit == Unit(text: "MB/s", quantity: .rate, scale: 1_048_576))
    #expect(
      shown(try Sysbench.read(memory(newer))) == [
        "fileio read iops 2606.54 rate higher main", "fileio read 40.73 rate higher main",
        "fileio fsync iops 5573.17 rate higher main",
      ])
  }

  @Test("the tables of benchmarks that Catch2 prints, with long names, failures and the section")
  func catch2() throws {
    let text = """
      -------------------------------------------------------------------------------
      Sums
        small ones
      -------------------------------------------------------------------------------
      sums.cpp:6
      ...............................................................................

      benchmark name                       samples       iterations    estimated
                                           mean          low mean      high mean
                                           std dev       low std dev   high std dev
      -------------------------------------------------------------------------------
      10                                             100           208     7.1968 ms
                                                344 ns        341 ns        350 ns
                                                 20 ns         11 ns         30 ns

      a name that is so long that it
      stands on two lines                             25             2     8.3712 ms
                                             41.731 us      41.25 us     42.622 us
                                              3.256 us      2.163 us      5.353 us

      breaks                               Benchmark failed (it threw)

      ===============================================================================
      test cases: 2 | 1 passed | 1 failed
      """
    #expect(Catch2.recognises(head(text)) == .yes)
    let results = try Catch2.read(memory(text))
    #expect(
      shown(results) == [
        "10 mean 344.0 time lower main",
        "a name that is so long that it stands on two lines mean 41.731 time lower main",
      ])
    #expect(results.measurements[0].parameters["test"] == "Sums / small ones")
    #expect(results.measurements[0].n == 100)
    #expect(results.measurements[0].standardError == 2)
    #expect(results.problems.map(\.message) == ["breaks: it threw", "1 test case failed"])
  }

  @Test("Benchmark.js' line may have more behind it; size-limit's checks may have no limit")
  func javaScript() throws {
    let line = "parse x 12,345 ops/sec ±0.10% (90 runs sampled) 0.081 ms/op"
    #expect(BenchmarkJS.recognises(head(line)) == .yes)
    #expect(try BenchmarkJS.read(memory(line)).measurements.map(\.value) == [12_345])
    let sign = "front-matter × 4,638 ops/sec ±0.20% (4,579 runs sampled)"
    #expect(BenchmarkJS.recognises(head(sign)) == .yes)
    #expect(try BenchmarkJS.read(memory(sign)).measurements.map(\.n) == [4_579])
    let sizes = #"[{"name":"dist/a.js","size":5120},{"name":"b","size":12}]"#
    #expect(SizeLimit.recognises(head(sizes)) == .yes)
    #expect(SizeLimit.recognises(head(#"[{"name":"a","size":5,"owner":"me"}]"#)) == .no)
  }

  @Test("criterion's name may stand behind `Benchmarking` on the line above")
  func criterion() throws {
    let text = """
      fs, before
      Benchmarking fs/read:
                              time:   [16.060 ms 17.109 ms 18.124 ms]
                              thrpt:  [882.82 MiB/s 935.20 MiB/s 996.24 MiB/s]
      Benchmarking fs/write: Analyzing
      fs/write                time:   [1.0 ms 2.0 ms 3.0 ms]
      """
    #expect(
      shown(try CriterionText.read(memory(text))) == [
        "fs/read time 17.109 time lower main", "fs/read throughput 935.2 rate higher",
        "fs/write time 2.0 time lower main",
      ])
  }

  @Test("wrk's text may stand further in, as in a log")
  func wrk() throws {
    let text = """
          Running 15s test @ http://localhost:3000/
            4 threads and 20 connections
            Thread Stats   Avg      Stdev     Max   +/- Stdev
              Latency    11.84s     1.35s   14.19s    57.72%
              Req/Sec       -nan      -nan   0.00      0.00%
            39927 requests in 15.00s, 11.58MB read
          Requests/sec:   2,661.16
      """
    #expect(Wrk.recognises(head(text)) == .yes)
    #expect(
      shown(try Wrk.read(memory(text))) == [
        "localhost:3000/ latency avg 11.84 time lower main",
        "localhost:3000/ requests per second 2661.16 rate higher main",
      ])
  }

  @Test("MLPerf's estimate of early stopping is a latency")
  func mlperf() throws {
    let text = """
      MLPerf Results Summary
      Scenario : SingleStream
      Early Stopping Result:
       * Processed at least 64 queries (1024).
       * Early stopping 90th percentile estimate: 8534934462
      """
    #expect(
      shown(try MLPerf.read(memory(text))) == [
        "SingleStream Early stopping 90th percentile estimate 8534934462.0 time lower main"
      ])
  }
}
