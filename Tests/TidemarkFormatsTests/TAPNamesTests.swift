import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct TAPNamesTests {
  private func names(_ results: Results) -> [String] {
    results.tests.map { results.text.string($0.name) }
  }

  @Test("Check's points are named by file, case and test; the message is the failure's")
  func check() throws {
    let text = """
      ok 1 - a.c:parses: fast:reads: Passed
      not ok 2 - a.c:core:fails: a.c:12: Assertion '1 == 2' failed
      not ok 3 - a.c:core:dies:
      1..3

      """
    let results = try TAP.read(memory(text))
    #expect(names(results) == ["a.c:parses: fast:reads", "a.c:core:fails", "a.c:core:dies"])
    let messages = results.tests.map { results.detail(of: $0)?.message }
    #expect(messages == [nil, "a.c:12: Assertion '1 == 2' failed", nil])
  }

  @Test(
    "names of other producers stay whole",
    arguments: [
      "a.c:core:fails: no", "a.c:core:two words: Passed", "core:reads: Passed",
      ":core:reads: Passed",
    ])
  func others(name: String) throws {
    let results = try TAP.read(memory("1..2\nok 1 - \(name)\nok 2 - plain\n"))
    #expect(names(results) == [name, "plain"])
    let alone = try TAP.read(memory("1..1\nok 1 - \(name)\n"))
    #expect(names(alone) == [name])
  }

  @Test("times of bats come off where every point has one, those of tapjs from each point")
  func times() throws {
    let bats =
      "1..3\nok 1 adds in 10ms\nnot ok 2 fails in a way in 7ms\nok 3 later in 1ms # skip no\n"
    #expect(names(try TAP.read(memory(bats))) == ["adds", "fails in a way", "later"])
    let mixed = "1..2\nok 1 adds in 10ms\nok 2 waits\n"
    #expect(names(try TAP.read(memory(mixed))) == ["adds in 10ms", "waits"])
    let tapjs = """
      TAP version 14
      # Subtest: s
          ok 1 - in # time=0.8ms
          1..1
      ok 1 - s # time=1.5ms
      ok 2 - no # time=2ms # SKIP why
      not ok 3 - later # TODO soon # time=1s
      ok 4 - says # time=short
      1..4

      """
    let results = try TAP.read(memory(tapjs))
    #expect(names(results) == ["in", "s", "no", "later", "says # time=short"])
    #expect(results.detail(of: results.tests[3])?.message == "TODO: soon")
  }

  @Test("a plan may say which points are still to be done")
  func plannedTodo() throws {
    let text = "1..4 todo 2 4;\nok 1\nnot ok\nnot ok 3\nok 4\n"
    #expect(TAP.recognises(head(text)) == .yes)
    let results = try TAP.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .skipped, .failed, .passed])
    #expect(results.problems.isEmpty)
    #expect(TAP.recognises(head("1..4 todo list\n")) == .no)
  }

  @Test(
    "without version and plan, points must be numbered",
    arguments: [
      ("ok 1 a\nnot ok 2 b\n", Recognition.yes), ("not ok 1\n", .yes), ("ok\n", .no),
      ("ok so this is prose\n", .no), ("not ok at all\n", .no), ("ok\nok\n1..2\n", .yes),
    ])
  func unplanned(text: String, recognition: Recognition) {
    #expect(TAP.recognises(head(text)) == recognition)
  }
}
