import Testing
import TidemarkModel
import TidemarkRun

@Suite struct IdentityTests {
  // sha256 of `["t","S","C","n","",{"os":"linux"},1]` and of
  // `["s","fib",{},"time","time",{}]`, by sha256sum.
  @Test("a test's id is the beginning of SHA-256 over its canonical array")
  func testID() {
    let identity = TestIdentity(
      suite: ["S"], className: "C", name: "n", labels: Labels([("os", "linux")]))
    #expect(Identity.id(of: identity).description == "635a203e6d901943")
  }

  @Test("a series' id is the beginning of SHA-256 over its canonical array")
  func seriesID() {
    let identity = SeriesIdentity(name: "fib", metric: "time", quantity: .time)
    #expect(Identity.id(of: identity).description == "b71a0e50cc6343d6")
  }

  @Test("every part of a test's identity changes its id")
  func everyPartCounts() {
    let base = TestIdentity(suite: ["a"], className: "b", name: "c", parameters: "d")
    var others = [base]
    for change: (inout TestIdentity) -> Void in [
      { $0.suite = ["a", "a"] }, { $0.className = "x" }, { $0.name = "x" }, { $0.parameters = "x" },
      { $0.labels["os"] = "x" }, { $0.ordinal = 2 },
    ] {
      var other = base
      change(&other)
      others.append(other)
    }
    #expect(Set(others.map(Identity.id(of:))).count == others.count)
  }

  @Test("quotes and control characters in names keep identities apart")
  func escaping() {
    let names = ["a\",\"b", "a", "a\u{1}", "a\\", "a\n"]
    let ids = names.map { Identity.id(of: TestIdentity(suite: [], className: "", name: $0)) }
    #expect(Set(ids).count == names.count)
  }
}
