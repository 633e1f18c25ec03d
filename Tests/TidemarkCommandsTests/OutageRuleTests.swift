import Testing
import TidemarkConfig

@testable import TidemarkCommands

@Suite struct OutageRuleTests {
  private func evidence(
    _ log: String, exitStatus: Int? = 1, hasProvider: Bool = true, rule: OutageRule = OutageRule()
  ) -> String? {
    rule.evidence(exitStatus: exitStatus, log: Array(log.utf8), hasProvider: hasProvider)
  }

  @Test("The exit statuses for a service that is not there mean an outage", arguments: [69, 75])
  func exitStatus(status: Int) {
    #expect(evidence("", exitStatus: status, hasProvider: false) == "exit status \(status)")
    #expect(evidence("", exitStatus: 1) == nil)
    #expect(evidence("", exitStatus: nil) == nil)
  }

  @Test(
    "A status of a server that cannot answer means one, however the client words it",
    arguments: [
      ("HTTP/1.1 503 Service Unavailable", 503), ("Error code: 429 - {'error': …}", 429),
      (#"{"status":529}"#, 529), ("status code 502", 502), ("HTTP error 500", 500),
      ("a\nStatus: 504\nb", 504),
    ])
  func httpStatus(log: String, status: Int) {
    #expect(evidence(log) == "HTTP \(status) in its log")
  }

  @Test(
    "Other numbers, other places and other statuses mean none",
    arguments: [
      "HTTP/1.1 401 Unauthorized", "HTTP 404", "500 of 600 answers wrong", "http://host:503/x",
      "status code: 5000", "HTTP\n503", "code: E503", "loss 1.503", "Status: 4503",
    ])
  func noStatus(log: String) {
    #expect(evidence(log) == nil)
  }

  @Test("Without a provider a status in the log is a failing test's own")
  func noProvider() {
    #expect(evidence("HTTP 503", hasProvider: false) == nil)
  }

  @Test("Configured patterns meet whole lines")
  func patterns() {
    var rule = OutageRule()
    rule.output = ["*model is overloaded*"]
    #expect(evidence("x\nthe model is overloaded, wait\n", rule: rule) != nil)
    #expect(evidence("model is\noverloaded", rule: rule) == nil)
  }

  @Test("What the file says takes the place of the defaults, key by key")
  func configured() throws {
    let config = try benchmarks("outage: {exit_status: 3, http_status: []}")
    let rule = config.benchmarks.outage
    #expect(rule.exitStatuses == [3] && rule.httpStatuses == [])
    #expect(evidence("HTTP 503", rule: rule) == nil)
  }
}
