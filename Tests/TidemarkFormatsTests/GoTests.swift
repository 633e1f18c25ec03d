import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct GoBenchTests {
  @Test("repeats are samples, the value is their median, every unit is a metric")
  func repeats() throws {
    let results = try GoBench.read(
      memory(
        """
        goos: linux
        goarch: amd64
        pkg: example.com/a
        cpu: AMD EPYC
        BenchmarkFib-8   \t 2000\t 3.0 ns/op\t 112 B/op\t 1 allocs/op
        BenchmarkFib-8   \t 2000\t 1.0 ns/op\t 112 B/op\t 1 allocs/op
        BenchmarkFib-8   \t 2000\t 1.5 ns/op\t 112 B/op\t 1 allocs/op
        BenchmarkSub/n=10-8 \t 50\t 64.46 ns/op\t155.13 MB/s\t 1.5 widgets/op
        PASS
        ok  \texample.com/a\t0.105s
        """))
    #expect(
      results.measurements.map { "\($0.name) \($0.metric) \($0.value)" } == [
        "BenchmarkFib time 1.5", "BenchmarkFib B/op 112.0", "BenchmarkFib allocs/op 1.0",
        "BenchmarkSub/n=10 time 64.46", "BenchmarkSub/n=10 MB/s 155.13",
        "BenchmarkSub/n=10 widgets/op 1.5",
      ])
    #expect(results.measurements.first?.samples?.values == [3, 1, 1.5])
    #expect(results.measurements.map(\.isPrimary) == [true, false, false, true, false, false])
    #expect(results.measurements.allSatisfy { $0.labels.description == "pkg=example.com/a" })
    #expect(
      results.environment == [
        "goos": "linux", "goarch": "amd64", "cpu": "AMD EPYC", "gomaxprocs": "8",
      ])
    #expect(results.problems.isEmpty)
  }

  @Test("a suffix that differs is part of the name")
  func differentSuffixes() throws {
    let results = try GoBench.read(
      memory("BenchmarkA 1 1 ns/op\nBenchmarkA-2 1 1 ns/op\nBenchmarkA-4 1 1 ns/op\n"))
    #expect(results.measurements.map(\.name) == ["BenchmarkA", "BenchmarkA-2", "BenchmarkA-4"])
  }

  @Test("a name and its numbers may stand on two lines, with output between")
  func twoLines() throws {
    let results = try GoBench.read(
      memory("BenchmarkA-2   \tlog line\nmore of it\n  500\t 2.5 ns/op\nBenchmarking is fun\n"))
    #expect(results.measurements.map(\.value) == [2.5])
  }

  @Test("units may say which way is better")
  func unitLines() throws {
    let results = try GoBench.read(
      memory("Unit widgets/op better=higher\nBenchmarkA 1 2 ns/op 3 widgets/op\n"))
    #expect(results.measurements.map(\.direction) == [.lower, .higher])
  }

  @Test("what failed blocks")
  func failures() throws {
    let results = try GoBench.read(
      memory(
        "--- FAIL: BenchmarkB\nFAIL\nFAIL\texample.com/a\t0.1s\nFAIL\texample.com/c [build failed]\n"
      ))
    #expect(results.problems.map(\.code) == [.outsideError, .outsideError, .buildFailed])
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }
}

@Suite struct GoTestJSONTests {
  @Test("every run is a test, parents too, with output and place where it failed")
  func complete() throws {
    let results = try GoTestJSON.read(
      memory(
        #"""
        {"Time":"2026-11-23T13:39:31.4Z","Action":"start","Package":"p"}
        {"Action":"run","Package":"p","Test":"TestA"}
        {"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
        {"Action":"run","Package":"p","Test":"TestA/x"}
        {"Action":"output","Package":"p","Test":"TestA/x","Output":"    a_test.go:4: got 1\n"}
        {"Action":"output","Package":"p","Test":"TestA/x","Output":"    --- FAIL: TestA/x (0.01s)\n"}
        {"Action":"fail","Package":"p","Test":"TestA/x","Elapsed":0.01}
        {"Action":"fail","Package":"p","Test":"TestA","Elapsed":0.02}
        {"Action":"run","Package":"p","Test":"TestS"}
        {"Action":"output","Package":"p","Test":"TestS","Output":"    a_test.go:9: no gpu\n"}
        {"Action":"skip","Package":"p","Test":"TestS","Elapsed":0}
        {"Action":"run","Package":"p","Test":"TestS"}
        {"Action":"pass","Package":"p","Test":"TestS","Elapsed":0}
        {"Time":"2026-11-23T13:39:32.4Z","Action":"fail","Package":"p","Elapsed":0.1}
        """#))
    #expect(
      results.tests.map { "\(results.text.string($0.name)) \($0.outcome.name)" } == [
        "TestA failed", "TestA/x failed", "TestS skipped", "TestS passed",
      ])
    #expect(results.leafTests == 3)
    #expect(results.suites.map(\.path) == [["p"]])
    let detail = try #require(results.detail(of: results.tests[1]))
    #expect(detail.message == "got 1" && detail.file == "a_test.go" && detail.line == 4)
    #expect(detail.text?.contains("a_test.go:4: got 1") == true)
    #expect(results.detail(of: results.tests[2])?.message == "no gpu")
    #expect(results.problems.isEmpty)
    #expect(results.newestTime?.millisecondsSince1970 == 1_795_441_172_400)
  }

  @Test(
    "a verdict that the output tells counts where its event is missing, and a root's for its own")
  func missingEvents() throws {
    let text = #"""
      {"Action":"run","Package":"p","Test":"TestLate"}
      {"Action":"output","Package":"p","Test":"TestLate","Output":"partial--- PASS: TestLate (0.50s)\n"}
      {"Action":"run","Package":"p","Test":"TestRoot"}
      {"Action":"run","Package":"p","Test":"TestRoot/a"}
      {"Action":"run","Package":"p","Test":"TestRoot/a/b"}
      {"Action":"output","Package":"p","Test":"TestRoot/a","Output":"--- PASS: TestOther (0.00s)\n"}
      {"Action":"pass","Package":"p","Test":"TestRoot","Elapsed":0.1}
      {"Action":"run","Package":"p","Test":"TestBad"}
      {"Action":"run","Package":"p","Test":"TestBad/a"}
      {"Action":"fail","Package":"p","Test":"TestBad","Elapsed":0.1}
      {"Action":"fail","Package":"p","Elapsed":0.7}
      """#
    let results = try GoTestJSON.read(memory(text))
    #expect(
      results.tests.map { "\(results.text.string($0.name)) \($0.outcome.name)" } == [
        "TestLate passed", "TestRoot passed", "TestRoot/a passed", "TestRoot/a/b passed",
        "TestBad failed", "TestBad/a failed",
      ])
    #expect(results.tests[0].duration == 0.5)
    #expect(results.problems.map(\.message) == ["TestBad/a began and never ended"])
  }

  @Test(
    "a package that ends without its tests is no pass",
    arguments: [
      (
        #"""
        {"Action":"output","Package":"p","Output":"panic: init\n"}
        {"Action":"fail","Package":"p"}
        """#, .outsideError, "package p failed outside its tests: panic: init"
      ),
      (
        #"""
        {"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
        {"Action":"fail","Package":"p"}
        """#, .buildFailed, "package p did not build"
      ),
      (
        #"""
        {"ImportPath":"p","Action":"build-output","Output":"# p\n"}
        {"ImportPath":"p","Action":"build-output","Output":"p.go:3: no\n"}
        {"ImportPath":"p","Action":"build-fail"}
        {"Action":"fail","Package":"p","FailedBuild":"p"}
        """#, .buildFailed, "package p did not build: p.go:3: no"
      ),
      (
        "{\"Action\":\"pass\",\"Package\":\"q\"}\nFAIL\tp [build failed]", .buildFailed,
        "package p did not build"
      ),
      (
        """
        # p [p.test]
        ./p.go:3: undefined: no
        {"Action":"pass","Package":"q"}
        FAIL\tp [build failed]
        """, .buildFailed, "package p did not build: ./p.go:3: undefined: no"
      ),
      (
        #"{"Action":"start","Package":"p"}"#, .unterminated, "package p began and never ended"
      ),
    ] as [(String, ResultProblem.Code, String)])
  func packages(text: String, code: ResultProblem.Code, message: String) throws {
    let results = try GoTestJSON.read(memory(text))
    #expect(results.problems.map(\.code) == [code])
    #expect(results.problems.map(\.message) == [message])
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test("a test that never ended has failed")
  func unterminated() throws {
    let results = try GoTestJSON.read(
      memory(
        #"{"Action":"run","Package":"p","Test":"T"}"# + "\nnoise\n"
          + #"{"Action":"output","Package":"p","Test":"T","Output":"panic: x\n"}"# + "\n"
          + #"{"Action":"fail","Package":"p"}"#))
    #expect(results.tests.map(\.outcome) == [.failed])
    #expect(results.tests.first.flatMap { results.detail(of: $0)?.message } == "panic: x")
    #expect(
      results.problems.map(\.code) == [.linesSkipped, .unterminated, .outsideError])
  }

  @Test("benchmarks inside events are measurements, also split over two, and no tests")
  func benchmarks() throws {
    let text = #"""
      {"Action":"run","Package":"p","Test":"BenchmarkA"}
      {"Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA\n"}
      {"Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA-2 \t"}
      {"Action":"output","Package":"p","Test":"BenchmarkA","Output":" 500\t 206.6 ns/op\n"}
      {"Action":"pass","Package":"p","Elapsed":0.1}
      """#
    #expect(GoBench.recognises(head(text)) == .yes)
    let results = try GoBench.read(memory(text))
    #expect(results.tests.isEmpty && results.problems.isEmpty)
    #expect(results.measurements.map(\.name) == ["BenchmarkA"])
    #expect(results.measurements.map(\.value) == [206.6])
    #expect(results.measurements.first?.labels["pkg"] == "p")
  }

  @Test("events behind other lines are recognised")
  func recognition() {
    let event = #"{"Time":"t","Action":"run","Package":"p","Test":"T"}"#
    #expect(GoTestJSON.recognises(head("go: downloading x\n" + event)) == .yes)
    #expect(GoTestJSON.recognises(head(#"{"Action":"deploy"}"#)) == .no)
  }
}
