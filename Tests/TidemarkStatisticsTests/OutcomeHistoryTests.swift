import Testing

@testable import TidemarkStatistics

@Suite struct OutcomeHistoryTests {
  /// One result a commit: `.` passed, `F` failed.
  private func classify(_ history: String) -> OutcomeEvidence {
    OutcomeHistory().classify(
      history.enumerated().map { OutcomeRecord(commit: $0, passed: $1 == ".") })
  }

  @Test(
    "a record has the state that a person would give it",
    arguments: [
      ("", OutcomeState.new), ("F", .new), ("..", .new), ("....", .stable), ("FFFF", .failing),
      ("..........FFF", .broken), (".........F", .broken), (".F..F...F.F...F.", .flaky),
      (".F..F...F.F...F..FF", .flaky), (".F..F...F.F...F..FFFFFF", .broken),
      ("..F...........F", .suspected), ("FFF.............", .stable),
    ])
  func states(history: String, state: OutcomeState) {
    #expect(classify(history).state == state)
  }

  @Test("passing and failing on one commit is flaky at once")
  func sameCommit() {
    let records = [(1, true), (2, false), (2, true), (3, true)]
      .map { OutcomeRecord(commit: $0.0, passed: $0.1) }
    let evidence = OutcomeHistory().classify(records)
    #expect(evidence.state == .flaky && evidence.sameCommitFlips == 1)
  }

  @Test("only the window counts")
  func window() {
    #expect(
      classify(String(repeating: "F.", count: 20) + String(repeating: ".", count: 60)).flips == 0)
  }

  @Test("what is shown is counted right")
  func evidence() {
    let evidence = classify("..F.FF")
    #expect(evidence.results == 6 && evidence.flips == 3 && evidence.streak == 2)
    #expect(evidence.failRate == 0.5 && evidence.entropy == 1 && evidence.flipRate == 0.6)
    #expect(expectClose(evidence.streakChance, 0.09))
  }

  @Test("a longer streak is never less broken")
  func streaks() {
    let chances = (0...20).map { classify("..F.....F...." + String(repeating: "F", count: $0)) }
    #expect(zip(chances, chances.dropFirst()).allSatisfy { $0.streakChance >= $1.streakChance })
    #expect(chances.last?.state == .broken)
  }
}
