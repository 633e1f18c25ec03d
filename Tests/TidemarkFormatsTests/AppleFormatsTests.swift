import Testing
import TidemarkModel

@testable import TidemarkFormats

/// Swift Testing's events, `xcresulttool`'s JSON and package-benchmark's percentiles.
@Suite struct AppleFormatsTests {
  @Test("Swift Testing: issues fail, known ones and warnings do not, what never ended is no pass")
  func swiftTesting() throws {
    let text = """
      {"version":0,"kind":"test","payload":{"kind":"suite","id":"M.S","name":"S"}}
      {"version":0,"kind":"test","payload":{"kind":"function","id":"M.S/a()/a.swift:1:2","name":"a()"}}
      {"version":0,"kind":"test","payload":{"kind":"function","id":"M.S/b()/a.swift:2:2","name":"b()",\
      "displayName":"the b","sourceLocation":{"fileID":"M/a.swift","line":2,"column":2}}}
      {"version":0,"kind":"test","payload":{"kind":"function","id":"M.c()/a.swift:3:2","name":"c()"}}
      {"version":0,"kind":"test","payload":{"kind":"function","id":"M.d()/a.swift:4:2","name":"d()"}}
      {"version":0,"kind":"event","payload":{"kind":"runStarted","instant":{"absolute":1,"since1970":2}}}
      {"version":0,"kind":"event","payload":{"kind":"testStarted","testID":"M.S/a()/a.swift:1:2"}}
      some line that the program printed
      {"version":0,"kind":"event","payload":{"kind":"issueRecorded","issue":{"isKnown":true},\
      "testID":"M.S/a()/a.swift:1:2"}}
      {"version":0,"kind":"event","payload":{"kind":"issueRecorded","issue":{"isKnown":false,\
      "severity":"warning","isFailure":false},"testID":"M.S/a()/a.swift:1:2"}}
      {"version":0,"kind":"event","payload":{"kind":"testEnded","testID":"M.S/a()/a.swift:1:2"}}
      {"version":0,"kind":"event","payload":{"kind":"testStarted","testID":"M.S/b()/a.swift:2:2"}}
      {"version":0,"kind":"event","payload":{"kind":"issueRecorded","issue":{"isKnown":false,\
      "sourceLocation":{"_filePath":"/x/a.swift","line":7}},"messages":[{"symbol":"fail",\
      "text":"no"}],"testID":"M.S/b()/a.swift:2:2"}}
      {"version":0,"kind":"event","payload":{"kind":"testEnded","testID":"M.S/b()/a.swift:2:2"}}
      {"version":0,"kind":"event","payload":{"kind":"testSkipped","messages":[{"symbol":"skip",\
      "text":"Test c() skipped: \\"later\\""}],"testID":"M.c()/a.swift:3:2"}}
      {"version":0,"kind":"event","payload":{"kind":"testStarted","testID":"M.d()/a.swift:4:2"}}
      {"version":0,"kind":"event","payload":{"kind":"issueRecorded","issue":{"isKnown":false},\
      "messages":[{"text":"outside"}]}}
      """
    #expect(SwiftTesting.recognises(head(text)) == .yes)
    let results = try SwiftTesting.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed, .skipped, .errored])
    #expect(results.suites.map(\.path) == [["M", "S"], ["M"]])
    #expect(results.tests.map { results.text.string($0.name) } == ["a()", "the b", "c()", "d()"])
    #expect(results.detail(of: results.tests[0])?.isKnownFailure == true)
    let failure = try #require(results.detail(of: results.tests[1]))
    #expect(failure.message == "no")
    #expect(failure.file == "/x/a.swift")
    #expect(failure.line == 7)
    #expect(results.detail(of: results.tests[2])?.message == "later")
    #expect(
      results.problems.map(\.code) == [.suiteError, .linesSkipped, .unterminated, .unterminated])
  }

  @Test("Swift Testing: a test that was only declared did not run, and is not counted")
  func declaredOnly() throws {
    let text = """
      {"version":"6.3.0","kind":"test","payload":{"kind":"function","id":"M.a()/a.swift:1:2","name":"a()"}}
      {"version":"6.3.0","kind":"event","payload":{"kind":"runStarted","instant":{"absolute":1}}}
      {"version":"6.3.0","kind":"event","payload":{"kind":"runEnded","instant":{"absolute":1}}}
      """
    let results = try SwiftTesting.read(memory(text))
    #expect(results.tests.isEmpty)
    #expect(results.problems.isEmpty)
  }

  @Test("xcresult: the case is the test, its repetitions are attempts, times in any locale")
  func xcresult() throws {
    let text = """
      {"devices":[{"modelName":"Mac","platform":"macOS","osVersion":"15.1"}],
      "testPlanConfigurations":[],"testNodes":[{"nodeType":"Test Plan","name":"P","children":[
      {"nodeType":"Unit test bundle","name":"B","children":[{"nodeType":"Test Suite","name":"S",
      "children":[
      {"nodeType":"Test Case","name":"a()","duration":"1m 2,5s","result":"Passed","children":[
        {"nodeType":"Repetition","name":"First Run","result":"Failed","duration":"2s","children":[
          {"nodeType":"Failure Message","name":"A.swift:3: no"}]},
        {"nodeType":"Repetition","name":"Retry 1","result":"Passed"}]},
      {"nodeType":"Test Case","name":"b()","durationInSeconds":0.25,"result":"Failed","children":[
        {"nodeType":"Arguments","name":"1","result":"Failed","children":[
          {"nodeType":"Failure Message","name":"A.swift:9: one is not two"}]}]},
      {"nodeType":"Test Case","name":"c()","result":"Skipped","details":"not here"},
      {"nodeType":"Test Case","name":"d()","result":"Expected Failure"},
      {"nodeType":"Test Case","name":"e()","result":"unknown"}]}]}]}]}
      """
    #expect(XCResult.recognises(head(text)) == .yes)
    let results = try XCResult.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed, .skipped, .passed, .errored])
    #expect(results.tests.map(\.duration) == [62.5, 0.25, nil, nil, nil])
    #expect(results.suites.map(\.path) == [["B", "S"]])
    let attempts = try #require(results.detail(of: results.tests[0])).attempts
    #expect(attempts.map(\.outcome) == [.failed])
    #expect(attempts.first?.message == "A.swift:3: no")
    #expect(results.detail(of: results.tests[1])?.line == 9)
    #expect(results.detail(of: results.tests[2])?.message == "not here")
    #expect(results.detail(of: results.tests[3])?.isKnownFailure == true)
    #expect(results.environment["os"] == "macOS")
  }

  @Test("xcresult: a plan that failed without a test that did is no pass")
  func failedPlan() throws {
    let text = #"""
      {"devices":[],"testNodes":[{"nodeType":"Test Plan","name":"P","result":"Failed","children":[
      {"nodeType":"Unit test bundle","name":"B","result":"Failed"}]}]}
      """#
    let results = try XCResult.read(memory(text))
    #expect(results.problems.map(\.code) == [.outsideError])
    let passed = try XCResult.read(memory(text.replacing("Failed", with: "Passed")))
    #expect(passed.problems.isEmpty)
  }

  @Test("xcresult: the object graph of Xcode 15 and before")
  func objectGraph() throws {
    func value(_ text: String) -> String { #"{"_type":{"_name":"String"},"_value":"\#(text)"}"# }
    func test(_ name: String, _ status: String) -> String {
      """
      {"_type":{"_name":"ActionTestMetadata"},"name":\(value(name)),"duration":\(value("0.5")),
      "identifier":\(value("C/" + name)),"testStatus":\(value(status))}
      """
    }
    func group(_ name: String, _ inner: String) -> String {
      """
      {"_type":{"_name":"ActionTestSummaryGroup"},"name":\(value(name)),
      "subtests":{"_type":{"_name":"Array"},"_values":[\(inner)]}}
      """
    }
    let tests = [test("a()", "Success"), test("b()", "Failure"), test("c()", "Skipped")]
    let tree = group("All tests", group("B.xctest", group("C", tests.joined(separator: ","))))
    let text = """
      {"_type":{"_name":"ActionTestPlanRunSummaries"},"summaries":{"_values":[{
      "testableSummaries":{"_values":[{"targetName":\(value("B")),"tests":{"_values":[\(tree)]}}]}}]}}
      """
    #expect(XCResult.recognises(head(text)) == .yes)
    let results = try XCResult.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed, .skipped])
    #expect(results.suites.map(\.path) == [["B", "C"]])
    #expect(results.tests.compactMap(\.duration).reduce(0, +) == 1.5)
    #expect(results.suites[0].repeatsAreAttempts)
    let arguments = text.replacing("c()", with: "c(n:)")
    let parameterised = try XCResult.read(memory(arguments))
    #expect(parameterised.suites.map(\.repeatsAreAttempts) == [true, false])
    let twice =
      "\"summaries\":{\"_values\":[{\"name\":\(value("en")),"
      + "\"testableSummaries\":{\"_values\":[]}},{\"name\":\(value("de")),"
    let labelled = try XCResult.read(
      memory(text.replacing("\"summaries\":{\"_values\":[{", with: twice)))
    #expect(labelled.suites[0].labels["configuration"] == "de")
  }

  @Test("package-benchmark: the metric gives the unit, the file's name the benchmark")
  func packageBenchmark() throws {
    let text = #"{"mallocCountTotal" : 1012, "wallClock": 5, "throughput": 7, "my own": 1}"#
    #expect(PackageBenchmark.recognises(head(text)) == .yes)
    let file = InputFile(path: "Thresholds/T.Name of it.p90.json", bytes: Array(text.utf8))
    let measurements = try PackageBenchmark.read(file).measurements
    #expect(measurements.map(\.value) == [1012, 5, 7, 1])
    #expect(measurements.map(\.unit.quantity) == [.allocations, .time, .rate, .count])
    #expect(measurements.map(\.direction) == [.lower, .lower, .higher, .lower])
    #expect(measurements[0].name == "T.Name of it")
    #expect(measurements[0].parameters["percentile"] == "p90")
  }

  @Test("package-benchmark: an object of numbers under common words is not taken for one")
  func notPackageBenchmark() {
    #expect(PackageBenchmark.recognises(head(#"{"threads": 8, "cache": 5}"#)) == .no)
    #expect(PackageBenchmark.recognises(head(#"{"threads": 8}"#)) == .no)
    #expect(PackageBenchmark.recognises(head(#"{"wallClock": "now"}"#)) == .no)
  }
}
