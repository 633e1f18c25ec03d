import Testing
import TidemarkModel

@testable import TidemarkFormats

private func shown(_ results: Results) -> [String] {
  results.measurements.map {
    "\($0.name) \($0.metric) \($0.value) \($0.unit.quantity.name) \($0.direction.rawValue)"
      + ($0.isPrimary ? " main" : "")
  }
}

@Suite struct PyperfTests {
  @Test("name and unit stand at any level, values of all runs are samples")
  func complete() throws {
    let text = #"""
      {"benchmarks":[{"runs":[{"metadata":{"calibrate_loops":8},"warmups":[[8,1.0]]},
        {"metadata":{"date":"2026-11-23 13:38:27.96"},"values":[1.0,2.0],"warmups":[[8,9.0]]},
        {"values":[6.0]}],"metadata":{"name":"b"}},
       {"runs":[{"metadata":{"name":"m","unit":"byte"},"values":[7368704]}]}],
       "metadata":{"unit":"second","cpu_model_name":"EPYC","python_version":"3.11.7"},
       "version":"1.0"}
      """#
    #expect(Pyperf.recognises(head(text)) == .yes)
    let results = try Pyperf.read(memory(text))
    #expect(
      shown(results) == ["b time 3.0 time lower main", "m memory 7368704.0 bytes lower main"])
    #expect(results.measurements[0].samples?.values == [1, 2, 6])
    #expect(results.environment["cpu"] == "EPYC")
    #expect(results.newestTime?.millisecondsSince1970 == 1_795_441_107_960)
  }
}

@Suite struct JMHTests {
  @Test("the score has its mode, parameters and raw data; allocation is better lower")
  func complete() throws {
    let text = #"""
      [{"jmhVersion":"1.36","benchmark":"a.B.c","mode":"thrpt","jdkVersion":"17",
        "params":{"size":"10"},
        "primaryMetric":{"score":2.0,"scoreError":"NaN","scoreUnit":"ops/s","rawData":[[1.0],[3.0]]},
        "secondaryMetrics":{"·gc.alloc.rate":{"score":5.0,"scoreUnit":"MB/sec","rawData":[[5.0]]}}},
       {"benchmark":"a.B.d","mode":"avgt","primaryMetric":{"score":4,"scoreUnit":"us/op"}}]
      """#
    #expect(JMH.recognises(head(text)) == .yes)
    let results = try JMH.read(memory(text))
    #expect(
      shown(results) == [
        "a.B.c thrpt 2.0 rate higher main", "a.B.c gc.alloc.rate 5.0 rate lower",
        "a.B.d avgt 4.0 time lower main",
      ])
    #expect(results.measurements[0].samples?.values == [1, 3])
    #expect(results.measurements[0].parameters.description == "size=10")
  }
}

@Suite struct BenchmarkDotNetTests {
  @Test("means, allocations and metrics; jobs tell equal names apart; no result blocks")
  func complete() throws {
    let text = #"""
      {"HostEnvironmentInfo":{"ProcessorName":"Ryzen"},"Benchmarks":[
        {"DisplayInfo":"B.M: Job-XY12(Runtime=.NET 8.0) [N=1]","FullName":"N.B.M(N: 1)",
         "Statistics":{"OriginalValues":[1,3],"N":2,"Mean":2,"StandardError":0.5},
         "Memory":{"BytesAllocatedPerOperation":368},
         "Metrics":[{"Value":4,"Descriptor":{"Id":"Hits","Unit":"Count","TheGreaterTheBetter":true}}]},
        {"DisplayInfo":"B.M: Job-ZZ34(Runtime=.NET 9.0) [N=1]","FullName":"N.B.M(N: 1)",
         "Statistics":{"N":1,"Mean":7}},
        {"Namespace":null,"Method":"Alone","Statistics":{"Mean":0}},
        {"FullName":"N.B.Broken","Statistics":null}]}
      """#
    #expect(BenchmarkDotNet.recognises(head(text)) == .yes)
    let results = try BenchmarkDotNet.read(memory(text))
    #expect(
      shown(results) == [
        "N.B.M(N: 1) time 2.0 time lower main", "N.B.M(N: 1) allocated 368.0 bytes lower",
        "N.B.M(N: 1) Hits 4.0 count higher", "N.B.M(N: 1) time 7.0 time lower main",
        "Alone time 0.0 time lower main",
      ])
    #expect(
      results.measurements.map { $0.parameters["job"] } == [
        "Runtime=.NET 8.0", "Runtime=.NET 8.0", "Runtime=.NET 8.0", "Runtime=.NET 9.0", nil,
      ])
    #expect(results.measurements[0].standardError == 0.5)
    #expect(results.problems.map(\.isBlocking) == [true])
    #expect(results.unmeasured.isEmpty)
  }
}

@Suite struct CriterionEstimatesTests {
  private let estimate = #"{"mean":{"point_estimate":4.5,"standard_error":0.25},"median":{}}"#

  @Test(
    "the folder gives the name, and a baseline's copy has a label",
    arguments: [
      ("target/criterion/fib/fast/new/estimates.json", "fib/fast", ""),
      ("target/criterion/fib/base/estimates.json", "fib", "baseline=base"),
      ("t\\criterion\\fib\\main\\estimates.json", "fib", "baseline=main"),
      ("a/b/new/estimates.json", "a/b", ""), ("Fib.json", "Fib", ""), ("x", "x", ""),
    ])
  func names(path: String, name: String, labels: String) throws {
    let file = InputFile(path: path, bytes: Array(estimate.utf8))
    let measurement = try #require(try CriterionEstimates.read(file).measurements.first)
    #expect(measurement.name == name && measurement.labels.description == labels)
    #expect(measurement.value == 4.5 && measurement.standardError == 0.25)
  }

  @Test("a change is no measurement")
  func change() throws {
    let file = InputFile(path: "criterion/fib/change/estimates.json", bytes: Array(estimate.utf8))
    #expect(try CriterionEstimates.read(file).measurements.isEmpty)
  }
}

@Suite struct K6Tests {
  @Test("handleSummary's layout: one main number a metric; a threshold that is not ok blocks")
  func nested() throws {
    let text = #"""
      {"root_group":{"checks":[{"name":"c","passes":3,"fails":1}],"groups":[]},
       "metrics":{"http_reqs":{"type":"counter","contains":"default","values":{"count":8,"rate":2}},
        "http_req_duration":{"type":"trend","contains":"time","values":{"avg":1,"med":2,"p(95)":3},
         "thresholds":{"p(95)<2":{"ok":false},"avg<5":{"ok":true}}},
        "http_req_failed":{"type":"rate","contains":"default","values":{"rate":0.25,"passes":1}}}}
      """#
    #expect(K6.recognises(head(text)) == .yes)
    let results = try K6.read(memory(text))
    #expect(
      shown(results) == [
        "http_reqs rate 2.0 rate higher main", "http_req_duration avg 1.0 time lower main",
        "http_req_duration med 2.0 time lower", "http_req_duration p(95) 3.0 time lower",
        "http_req_failed rate 0.25 ratio lower main",
      ])
    #expect(
      results.problems.map { "\($0.isBlocking) \($0.message)" } == [
        "true http_req_duration: the threshold `p(95)<2` was crossed",
        "false the check `c` failed 1 of 4 times",
      ])
  }

  @Test("the flat layout: a threshold's true means that it failed")
  func flat() throws {
    let text = #"""
      {"metrics":{"http_req_duration":{"avg":1,"med":2,"thresholds":{"a":true,"b":false}},
        "data_sent":{"count":8,"rate":2},"vus":{"value":5,"min":1}},
       "root_group":{"checks":{"c":{"name":"c","passes":1,"fails":0}},"groups":{}}}
      """#
    #expect(K6.recognises(head(text)) == .yes)
    let results = try K6.read(memory(text))
    #expect(
      shown(results) == [
        "http_req_duration avg 1.0 time lower main", "http_req_duration med 2.0 time lower",
        "data_sent rate 2.0 rate higher main", "vus value 5.0 count higher main",
      ])
    #expect(results.problems.map(\.message) == ["http_req_duration: the threshold `a` was crossed"])
  }
}

@Suite struct ASVTests {
  @Test("the first layout: numbers, objects with parameters, null and NaN")
  func first() throws {
    let text = #"""
      {"commit_hash":"f","params":{"arch":"x86_64"},"python":"3.8","requirements":{"numpy":"1.8"},
       "results":{"b.time_a":0.5,"b.mem_b":344,"b.time_c":null,"b.time_d":NaN,
        "b.track_e":{"params":[["1","2"],["x"]],"result":[7,null]}},"version":1}
      """#
    #expect(ASV.recognises(head(text)) == .yes)
    let results = try ASV.read(memory(text))
    #expect(
      shown(results) == [
        "b.time_a result 0.5 time lower main", "b.mem_b result 344.0 bytes lower main",
        "b.track_e result 7.0 count lower main",
      ])
    #expect(results.measurements[2].parameters.description == "param1=1, param2=x")
    #expect(results.measurements[0].labels.description == "env=py3.8-numpy1.8")
  }

  @Test("the second layout: lists under columns")
  func second() throws {
    let text = #"""
      {"commit_hash":"f","env_name":"virtualenv-py3.8","params":{},"version":2,
       "result_columns":["result","params","version","started_at","duration","stats_ci_99_a",
        "stats_ci_99_b","stats_q_25","stats_q_75","stats_number","stats_repeat","samples"],
       "results":{"b.time_a":[[0.5,0.75],[["1","2"]],"v",1,2,null,null,null,null,null,null,
         [[0.4,0.6],[0.7,0.8]]],"b.time_b":[[2.0],[],"v"],"b.time_c":[null,[],"v"]}}
      """#
    #expect(ASV.recognises(head(text)) == .yes)
    let results = try ASV.read(memory(text))
    #expect(results.measurements.map(\.value) == [0.5, 0.75, 2])
    #expect(results.measurements.map { $0.parameters["param1"] } == ["1", "2", nil])
    #expect(results.measurements[0].samples?.values == [0.4, 0.6])
    #expect(results.problems.map(\.message) == ["b.time_c: has no result"])
  }
}

@Suite struct FioTests {
  @Test("jobs of one name are numbered, directions without work left out, errors block")
  func complete() throws {
    let text = #"""
      {"fio version":"fio-3.33","timestamp_ms":1795441186107,"jobs":[
        {"jobname":"j","error":0,"read":{"total_ios":9,"iops":10.5,"bw_bytes":4096,
          "lat_ns":{"mean":5},"clat_ns":{"percentile":{"99.000000":7}}},"write":{"total_ios":0}},
        {"jobname":"j","error":0,"write":{"total_ios":1,"iops":2,"bw":1}},
        {"jobname":"j","error":5,"write":{"total_ios":1,"iops":3,"bw":1}}]}
      """#
    #expect(Fio.recognises(head(text)) == .yes)
    let results = try Fio.read(memory(text))
    #expect(
      shown(results) == [
        "j read iops 10.5 rate higher main", "j read bandwidth 4096.0 rate higher",
        "j read latency 5.0 time lower", "j read latency p99 7.0 time lower",
        "j write iops 2.0 rate higher main", "j write bandwidth 1024.0 rate higher",
      ])
    #expect(results.measurements.last?.parameters.description == "job=2")
    #expect(results.problems.map(\.message) == ["j: ended with error 5"])
  }
}

@Suite struct VitestBenchTests {
  @Test("operations per second with their error; a benchmark without them blocks")
  func complete() throws {
    let text = #"""
      {"files":[{"filepath":"/m.bench.ts","groups":[{"fullName":"m.bench.ts > math","benchmarks":[
        {"name":"add","hz":1000,"mean":1,"sem":0.25,"sampleCount":99,"samples":[],"p99":1.5},
        {"name":"broken"}]}]}]}
      """#
    #expect(VitestBench.recognises(head(text)) == .yes)
    let results = try VitestBench.read(memory(text))
    #expect(
      shown(results) == [
        "m.bench.ts > math > add hz 1000.0 rate higher main",
        "m.bench.ts > math > add mean 1.0 time lower",
        "m.bench.ts > math > add p99 1.5 time lower",
      ])
    #expect(results.measurements[0].standardError == 250 && results.measurements[0].n == 99)
    #expect(results.problems.map(\.message) == ["m.bench.ts > math > broken: has no result"])
  }

  @Test("github-action-benchmark's store: each benchmark's newest point, as script and as JSON")
  func store() throws {
    func point(_ date: Int, _ tool: String, _ benches: String) -> String {
      #"{"commit":{"id":"c"},"date":\#(date),"tool":"\#(tool)","benches":[\#(benches)]}"#
    }
    let points = [
      point(
        1000, "cargo",
        #"{"name":"a","value":1,"unit":"ns/iter","range":"± 2"},{"name":"b","value":9,"unit":"s"}"#),
      point(3000, "cargo", #"{"name":"a","value":3,"unit":"ns/iter","range":"± 4"}"#),
      point(2000, "cargo", #"{"name":"a","value":2,"unit":"ns/iter"}"#),
    ]
    let json = """
      {"lastUpdate":3000,"repoUrl":"u","entries":{"S":[\(points.joined(separator: ","))],
      "T":[\(point(5, "customBiggerIsBetter", #"{"name":"x","value":"1.5","unit":"widgets"}"#))]}}
      """
    for text in [
      "window.BENCHMARK_DATA = " + json, "\u{FEFF}window.BENCHMARK_DATA = \(json);\n", json,
    ] {
      #expect(GitHubActionBenchmarkData.recognises(head(text)) == .yes)
      let results = try GitHubActionBenchmarkData.read(memory(text))
      #expect(results.measurements.map(\.name) == ["S / a", "S / b", "T / x"])
      #expect(results.measurements.map(\.value).prefix(2) == [3, 9])
      #expect(results.measurements[0].standardError == 4)
      #expect(results.measurements.map(\.direction) == [.lower, .lower, .higher])
      #expect(results.newestTime == Timestamp(millisecondsSince1970: 3000))
    }
  }
}
