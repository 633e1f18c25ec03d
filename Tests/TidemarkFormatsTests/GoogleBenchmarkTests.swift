import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct GoogleBenchmarkTests {
  @Test("repetitions become samples, and the value is the file's own mean")
  func repetitions() throws {
    let results = try read(
      #"""
      {"name":"A","run_type":"iteration","real_time":1,"cpu_time":4,"time_unit":"us"},
      {"name":"A","run_type":"iteration","real_time":2,"cpu_time":5,"time_unit":"us"},
      {"name":"A","run_type":"iteration","real_time":3,"cpu_time":6,"time_unit":"us"},
      {"name":"A_mean","run_name":"A","run_type":"aggregate","aggregate_name":"mean",
       "real_time":2.0000001,"cpu_time":5,"time_unit":"us"},
      {"name":"A_cv","run_name":"A","run_type":"aggregate","aggregate_name":"cv",
       "real_time":0.5,"cpu_time":0.2,"time_unit":"us"}
      """#)
    #expect(results.measurements.map(\.metric) == ["real_time", "cpu_time"])
    #expect(results.measurements.map(\.isPrimary) == [true, false])
    let real = try #require(results.measurements.first)
    #expect(real.name == "A" && real.value == 2.0000001 && real.n == 3)
    #expect(real.samples?.values == [1, 2, 3])
    #expect(real.unit == .microseconds && real.direction == .lower)
    #expect(abs((real.standardError ?? 0) - 1 / 3.squareRoot()) < 1e-12)
  }

  @Test("a file of aggregates alone gives the same series, from its mean and deviation")
  func aggregatesOnly() throws {
    let results = try read(
      #"""
      {"name":"A_mean","run_name":"A","run_type":"aggregate","aggregate_name":"mean",
       "repetitions":4,"real_time":2,"cpu_time":5,"time_unit":"ns"},
      {"name":"A_median","run_name":"A","run_type":"aggregate","aggregate_name":"median",
       "repetitions":4,"real_time":3,"cpu_time":5,"time_unit":"ns"},
      {"name":"A_stddev","run_name":"A","run_type":"aggregate","aggregate_name":"stddev",
       "repetitions":4,"real_time":0.5,"cpu_time":1,"time_unit":"ns"}
      """#)
    let real = try #require(results.measurements.first)
    #expect(real.name == "A" && real.value == 2 && real.n == 4 && real.standardError == 0.25)
    #expect(results.measurements.count == 2)
  }

  @Test("rows of statistics of old versions are no benchmarks of their own")
  func formerAggregates() throws {
    let results = try read(
      #"""
      {"name":"A","real_time":1,"cpu_time":1,"time_unit":"ns"},
      {"name":"A_mean","real_time":1,"cpu_time":1,"time_unit":"ns"},
      {"name":"A_stddev","real_time":0,"cpu_time":0,"time_unit":"ns"},
      {"name":"B_mean","real_time":7,"cpu_time":7,"time_unit":"ns"},
      {"name":"B_median","real_time":6,"cpu_time":7,"time_unit":"ns"},
      {"name":"B_stddev","real_time":1,"cpu_time":7,"time_unit":"ns"},
      {"name":"take_mean","real_time":5,"cpu_time":5,"time_unit":"ns"}
      """#)
    let main = results.measurements.filter(\.isPrimary)
    #expect(main.map(\.name) == ["A", "B", "take_mean"])
    #expect(main.map(\.value) == [1, 7, 5])
  }

  @Test("a failed benchmark blocks, a skipped one does not, and neither has a value")
  func failures() throws {
    let results = try read(
      #"""
      {"name":"A","run_type":"iteration","error_occurred":true,"error_message":"no device",
       "real_time":0,"cpu_time":0,"time_unit":"ns"},
      {"name":"B","run_type":"iteration","skipped":true,"skip_message":"not here",
       "real_time":0,"cpu_time":0,"time_unit":"ns"}
      """#)
    #expect(results.measurements.isEmpty)
    #expect(results.unmeasured == ["A", "B"])
    #expect(results.problems.map(\.code) == [.outsideError, .valueSkipped])
    #expect(results.problems.map(\.isBlocking) == [true, false])
    #expect(results.problems.map(\.message) == ["A: no device", "B: not here"])
  }

  @Test("counters are further metrics, with the units that the library fixes")
  func counters() throws {
    let results = try read(
      #"""
      {"name":"A","run_type":"iteration","threads":2,"iterations":9,"real_time":1,"cpu_time":1,
       "time_unit":"ms","bytes_per_second":5e9,"allocs_per_iter":3,"queue":7,"label":"x"}
      """#)
    let further = results.measurements.dropFirst(2)
    #expect(further.map(\.metric) == ["bytes_per_second", "allocs_per_iter", "queue"])
    #expect(further.map(\.unit.quantity) == [.rate, .allocations, .count])
    #expect(further.map(\.direction) == [.higher, .lower, .lower])
    #expect(further.allSatisfy { !$0.isPrimary })
  }

  @Test("repetitions in different units are brought to the first one's")
  func mixedUnits() throws {
    let results = try read(
      #"{"name":"A","real_time":1,"time_unit":"ms"},{"name":"A","real_time":3000,"time_unit":"us"}"#
    )
    #expect(results.measurements.map(\.value) == [2])
    #expect(results.measurements.first?.unit == .milliseconds)
  }

  @Test("the context gives the time and the machine")
  func context() throws {
    let results = try GoogleBenchmark.read(
      memory(
        #"""
        {"context":{"date":"2026-11-23T13:40:53+01:00","host_name":"ci","num_cpus":4,
         "mhz_per_cpu":2400,"library_build_type":"debug"},"benchmarks":[]}
        """#))
    #expect(results.newestTime?.millisecondsSince1970 == 1_795_437_653_000)
    #expect(
      results.environment == [
        "cpus": "4", "benchmark_library_build": "debug",
      ])
  }

  @Test("content decides what it is")
  func recognition() {
    #expect(GoogleBenchmark.recognises(head(#"{"benchmarks":[{"name":"A","real_time":1"#)) == .yes)
    #expect(
      GoogleBenchmark.recognises(head(#"{"context":{"num_cpus":2},"benchmarks":[]}"#)) == .yes)
    for other in [
      #"{"benchmarks":[{"name":"A","stats":{}}]}"#, #"{"benchmarks":[],"context":{}}"#,
      #"{"tests":[],"results":[],"suites":[],"benchmarks":[],"context":{},"stats":{}}"#, "[]", "",
    ] {
      #expect(GoogleBenchmark.recognises(head(other)) == .no, "\(other)")
    }
  }

  private func read(_ rows: String) throws -> Results {
    try GoogleBenchmark.read(memory(#"{"context":{},"benchmarks":["# + rows + "]}"))
  }
}
