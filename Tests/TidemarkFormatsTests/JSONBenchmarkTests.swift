import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct HyperfineTests {
  @Test("times are samples; user, system and memory are further metrics; parameters stay apart")
  func complete() throws {
    let results = try Hyperfine.read(
      memory(
        #"""
        {"results":[{"command":"sleep 1","mean":2,"stddev":1,"median":2,"user":0.5,"system":0.25,
          "min":1,"max":3,"times":[1,2,3],"memory_usage_byte":[100,200],"exit_codes":[0,1,null],
          "parameters":{"n":"1","m":2}}]}
        """#))
    #expect(results.measurements.map(\.metric) == ["time", "user", "system", "memory"])
    #expect(results.measurements.map(\.value) == [2, 0.5, 0.25, 150])
    let main = try #require(results.measurements.first)
    #expect(main.samples?.values == [1, 2, 3] && main.n == 3)
    #expect(main.standardError == 1 / 3.squareRoot())
    #expect(main.parameters.description == "m=2, n=1")
    #expect(results.problems.map(\.message) == ["sleep 1: 2 of 3 runs ended with an error status"])
    #expect(results.problems.map(\.isBlocking) == [false])
  }

  @Test("one run has no deviation, and a mean of 0 is a value")
  func oneRun() throws {
    let results = try Hyperfine.read(
      memory(#"{"results":[{"command":"true","mean":0.0,"stddev":null,"times":[0.0]}]}"#))
    let main = try #require(results.measurements.first)
    #expect(main.value == 0 && main.n == 1 && main.standardError == nil && main.samples == nil)
  }
}

@Suite struct PytestBenchmarkTests {
  @Test("the mean comes with its rounds and standard error, and the machine is told")
  func complete() throws {
    let results = try PytestBenchmark.read(
      memory(
        #"""
        {"machine_info":{"node":"n","machine":"x86_64","system":"Linux","python_version":"3.12.1",
          "cpu":{"brand_raw":"EPYC","count":2}},
         "benchmarks":[{"name":"t","fullname":"a.py::t[1]","params":{"n":1},
          "stats":{"mean":0.5,"stddev":0.2,"rounds":4,"data":[0.4,0.5,0.6,0.5],"iterations":1}}],
         "datetime":"2026-01-02T03:04:05.678+00:00","version":"5.1.0"}
        """#))
    let main = try #require(results.measurements.first)
    #expect(main.name == "a.py::t[1]" && main.value == 0.5 && main.unit == .seconds)
    #expect(main.n == 4 && main.standardError == 0.1)
    #expect(main.samples?.values == [0.4, 0.5, 0.6, 0.5])
    #expect(results.environment["cpu"] == "EPYC" && results.environment["python"] == "3.12.1")
    #expect(results.newestTime?.millisecondsSince1970 == 1_767_323_045_678)
  }

  @Test("data that is cut short is no sample")
  func cutData() throws {
    let results = try PytestBenchmark.read(
      memory(#"{"benchmarks":[{"fullname":"a","stats":{"mean":1,"rounds":9,"data":[1,2,"…"]}}]}"#))
    #expect(results.measurements.first?.samples == nil)
    #expect(results.measurements.first?.n == 9)
  }
}

@Suite struct GitHubActionBenchmarkTests {
  @Test(
    "a range is a number, a text with one, or a share of the value",
    arguments: [
      ("3", 3), (#""± 1,204""#, 1204), (#""+/- 0.5""#, 0.5), (#""5%""#, 10), (#""5 %""#, 10),
      (#""none""#, nil), ("-1", nil), ("null", nil),
    ] as [(String, Double?)])
  func range(range: String, error: Double?) throws {
    let results = try GitHubActionBenchmark.read(
      memory(#"[{"name":"a","unit":"ms","value":200,"range":"# + range + "}]"))
    #expect(results.measurements.first?.standardError == error)
  }

  @Test("values in texts count, others are left out with a word")
  func values() throws {
    let results = try GitHubActionBenchmark.read(
      memory(
        #"""
        [{"name":"a","unit":"req/s","value":"1,234.5","extra":"n=30\nmin=1"},
         {"name":"b","unit":"ns","value":NaN},{"unit":"ns","value":1}]
        """#))
    #expect(results.measurements.map(\.value) == [1234.5])
    #expect(results.measurements.first?.direction == .higher)
    #expect(results.measurements.first?.n == 30)
    #expect(results.problems.count == 3)
    #expect(results.problems.allSatisfy { $0.code == .valueSkipped && !$0.isBlocking })
  }
}

@Suite struct BencherMetricFormatTests {
  @Test("every measure is a metric in its built-in unit, the first the main one")
  func measures() throws {
    let text = #"""
      {"a":{"latency":{"value":88.0,"lower_value":87.42,"upper_value":88.88},
            "throughput":{"value":5.55}},"my_binary-bencher-ignore":{"file-size":{"value":42}}}
      """#
    #expect(BencherMetricFormat.recognises(head(text)) == .yes)
    let results = try BencherMetricFormat.read(memory(text))
    #expect(results.measurements.map(\.name) == ["a", "a", "my_binary"])
    #expect(results.measurements.map(\.unit.quantity) == [.time, .rate, .bytes])
    #expect(results.measurements.map(\.direction) == [.lower, .higher, .lower])
    #expect(results.measurements.map(\.isPrimary) == [true, false, true])
  }

  @Test(
    "other objects of objects are not taken",
    arguments: [
      #"{"metrics":{"http_reqs":{"value":1,"type":"counter"}}}"#,
      #"{"a":{"b":{"value":1}},"version":2}"#, #"{"a":{"b":{"value":1,"unit":"s"}}}"#, "{}",
    ])
  func others(text: String) {
    #expect(BencherMetricFormat.recognises(head(text)) == .no)
  }
}

@Suite struct LMEvalTests {
  @Test("the layout since 0.4: filters, samples, shots, directions")
  func current() throws {
    let text = #"""
      {"results":{"gsm8k":{"alias":"gsm8k","exact_match,strict-match":0.5,
         "exact_match_stderr,strict-match":0.01,"exact_match,flexible-extract":0.6,
         "exact_match_stderr,flexible-extract":"N/A"},
       "wiki":{"alias":"wiki","word_perplexity,none":12.5,"word_perplexity_stderr,none":"N/A"}},
       "groups":{"all":{"acc,none":0.25,"acc_stderr,none":0.02}},
       "higher_is_better":{"gsm8k":{"exact_match":true},"wiki":{"word_perplexity":false}},
       "n-shot":{"gsm8k":5,"wiki":0},"n-samples":{"gsm8k":{"original":1319,"effective":100}},
       "config":{"model":"hf","model_args":"pretrained=org/m,dtype=float","device":"cuda"},
       "date":1718000000.5,"transformers_version":"4.41","model_source":"hf"}
      """#
    #expect(LMEval.recognises(head(text)) == .yes)
    let results = try LMEval.read(memory(text))
    #expect(
      results.measurements.map { "\($0.name) \($0.metric)" } == [
        "gsm8k exact_match,strict-match", "gsm8k exact_match,flexible-extract",
        "wiki word_perplexity", "all acc",
      ])
    #expect(results.measurements.map(\.standardError) == [0.01, nil, nil, 0.02])
    #expect(results.measurements.map(\.direction) == [.higher, .higher, .lower, .higher])
    let first = try #require(results.measurements.first)
    #expect(first.n == 100 && first.parameters.description == "shots=5")
    #expect(first.labels.description == "model=org/m, provider=hf, task=gsm8k")
    #expect(results.newestTime?.millisecondsSince1970 == 1_718_000_000_500)
  }

  @Test("the layout before 0.4")
  func former() throws {
    let text = #"""
      {"results":{"piqa":{"acc":0.5,"acc_norm":0.6,"acc_norm_stderr":0.02,"acc_stderr":0.01}},
       "versions":{"piqa":0},
       "config":{"model":"gpt2","model_args":"","num_fewshot":0,"limit":null}}
      """#
    #expect(LMEval.recognises(head(text)) == .yes)
    let results = try LMEval.read(memory(text))
    #expect(results.measurements.map(\.metric) == ["acc", "acc_norm"])
    #expect(results.measurements.map(\.standardError) == [0.01, 0.02])
    #expect(results.measurements.first?.labels["model"] == "gpt2")
  }
}

@Suite struct UnknownJSONTests {
  @Test(
    "JSON that is a little like many formats is nobody's",
    arguments: [
      #"{"tests":[],"results":[],"suites":[],"metrics":{},"benchmarks":[],"context":{},"stats":{}}"#,
      #"{"name":"package","version":"1.0.0","scripts":{"test":"x"}}"#, "[]", "{}", "null", "12",
      #"[{"name":"a","value":{"x":1}}]"#, #"{"results":{}}"#, #"{"results":[]}"#,
      #"[1,2,3]"#, #"{"a":{"b":{"c":1}}}"#, "{", "[", #"{"a""#, #"["#,
    ])
  func nobodys(text: String) {
    for format in formats { #expect(format.recognises(head(text)) == .no, "\(format.name)") }
  }
}
