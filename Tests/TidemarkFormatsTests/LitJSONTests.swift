import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct LitJSONTests {
  @Test("codes are outcomes, and one that is not known is no pass")
  func codes() throws {
    let codes = [
      "PASS", "XFAIL", "FLAKYPASS", "FAIL", "XPASS", "UNSUPPORTED", "TIMEOUT", "UNRESOLVED", "OWN",
      "FIXED",
    ]
    let tests = codes.map {
      #"{"name":"S :: dir/\#($0).c","code":"\#($0)","output":"o","elapsed":0.5}"#
    }
    let text = """
      {"__version__":[18,1,0],"elapsed":3.5,"tests":[\(tests.joined(separator: ","))]}
      """
    #expect(LitJSON.recognises(head(text)) == .yes)
    let results = try LitJSON.read(memory(text))
    #expect(
      results.tests.map(\.outcome) == [
        .passed, .passed, .passed, .failed, .failed, .skipped, .errored, .errored, .errored,
        .passed,
      ])
    #expect(results.suites.map(\.path) == [["S"]])
    #expect(results.text.string(results.tests[3].name) == "dir/FAIL.c")
    #expect(results.detail(of: results.tests[2])?.isMarkedFlaky == true)
    #expect(results.detail(of: results.tests[1])?.isKnownFailure == true)
    #expect(results.environment["lit"] == "18.1.0")
  }

  @Test("numeric metrics become measurements, the time of execution the main one")
  func metrics() throws {
    let text = """
      {"tests":[{"name":"s :: a","code":"PASS","elapsed":null,"metrics":
      {"compile_time":1.5,"exec_time":2.5,"hash":"x","size":7,"score":3}}]}
      """
    let results = try LitJSON.read(memory(text))
    #expect(results.measurements.map(\.metric) == ["compile_time", "exec_time", "size", "score"])
    #expect(results.measurements.map(\.isPrimary) == [false, true, false, false])
    #expect(results.measurements.map(\.unit.quantity) == [.time, .time, .bytes, .score])
    #expect(results.measurements.last?.direction == .higher)
    #expect(results.tests.first?.duration == nil)
  }
}
