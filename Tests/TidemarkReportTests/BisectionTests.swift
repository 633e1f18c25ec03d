import Testing
import TidemarkModel
import TidemarkReport

@Suite struct BisectionTests {
  private static let good = String(repeating: "a1", count: 20)
  private static let bad = String(repeating: "b2", count: 20)

  private func series(
    good: String? = good, bad: String? = bad, change: Double? = 12, suspects: [Suspect] = []
  ) -> SeriesChange {
    let identity = SeriesIdentity(name: "parse", metric: "time", quantity: .time)
    var series = SeriesChange(
      id: Identifier(bits: 0x0123_4567_89AB_CDEF), identity: identity,
      unit: Unit(text: "ms", quantity: .time, scale: 1e-3), direction: .lower, job: "build",
      state: .regressed, value: 1)
    series.changePercent = change
    series.changePoint = ChangePoint(
      index: 3, run: "r3", commit: bad, time: nil, previousCommit: good)
    series.suspects = suspects
    return series
  }

  @Test(
    "A series' line measures each commit, holds it against the last good one, and passes over what fails"
  )
  func command() {
    let bisection = Bisection(measure: "make bench", results: "bench.json")
    #expect(
      bisection.command(for: series())
        == "git bisect start \(Self.bad) \(Self.good) && git bisect run sh -c 'make bench || exit 125;"
        + " tidemark compare \(Self.good) bench.json --series 0123456789abcdef --tolerance 6.0%;"
        + " case $? in 0) exit 0;; 1) exit 1;; *) exit 125;; esac'")
  }

  @Test("A command is quoted for the shell, and without one a word stands for it")
  func quoting() {
    let quoted = Bisection(measure: "echo 'a b'", results: "x").command(for: series()) ?? ""
    #expect(quoted.contains(#"sh -c 'echo '\''a b'\'' || exit 125;"#))
    let plain = Bisection().command(for: series()) ?? ""
    #expect(plain.contains("BENCHMARK_COMMAND || exit 125; tidemark compare"))
  }

  @Test(
    "What a run calls its commit gets into no shell's line unless it is a hash",
    arguments: ["$(rm -rf /)", "main", "a; b", "abc", "", "ABCDEF0123", "--upload-pack=x"])
  func hostileCommits(commit: String) {
    #expect(Bisection().command(for: series(good: commit)) == nil)
    #expect(Bisection().command(for: series(bad: commit)) == nil)
  }

  @Test("There is nothing to look for in a range that is not known, or has one commit")
  func nothingToFind() {
    #expect(Bisection().command(for: series(good: nil)) == nil)
    #expect(Bisection().command(for: series(good: Self.bad)) == nil)
    #expect(Bisection().command(for: series(change: nil)) == nil)
    let one = [Suspect(commit: Self.bad, subject: "the only one")]
    #expect(Bisection().command(for: series(suspects: one)) == nil)
    #expect(Bisection().command(for: series(suspects: [Suspect(commit: Self.bad)])) != nil)
  }

  @Test("A test's line runs the test")
  func test() {
    let identity = TestIdentity(suite: [], className: "C", name: "t")
    var test = TestResult(
      id: Identifier(bits: 1), identity: identity, job: "", state: .newlyFailing, outcome: .failed)
    test.since = ChangePoint(
      index: 1, run: "r", commit: Self.bad, time: nil, previousCommit: Self.good)
    #expect(
      Bisection().command(for: test, suspects: 2)
        == "git bisect start \(Self.bad) \(Self.good) && git bisect run TEST_COMMAND")
    #expect(Bisection().command(for: test, suspects: 1) == nil)
  }
}
