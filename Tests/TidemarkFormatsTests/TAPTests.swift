import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct TAPTests {
  private func shown(_ results: Results) -> [String] {
    results.tests.map { test in
      let path = test.suite < 0 ? [] : results.suites[Int(test.suite)].path
      let name = (path + [results.text.string(test.name)]).joined(separator: " > ")
      return "\(name): \(test.outcome.name)"
    }
  }

  @Test("points in braces belong to the point before them, wherever the brace stands")
  func blocks() throws {
    let text = """
      TAP version 14
      ok 1 - a {
          ok 1 - x
          1..1
      }
      not ok 2 - b # time=66.157ms
        ---
        exitCode: 1
        ...
      {
          # Subtest: c
              not ok 1 - y
              1..1
          not ok 1 - c # time=2ms
          1..1
      }
      ok 3 - d
      1..3

      """
    let results = try TAP.read(memory(text))
    #expect(
      shown(results) == [
        "a > x: passed", "a: passed", "b > c > y: failed", "b: failed", "d: passed",
      ])
    #expect(results.leafTests == 3)
    #expect(results.problems.isEmpty)
  }

  @Test("a YAML block that was cut short ends where its indentation does")
  func unclosedYAML() throws {
    let text = "TAP version 13\nok 1\n  ---\n  a: b\n\n    c: d\nnot ok 2\n1..2\n"
    let results = try TAP.read(memory(text))
    #expect(shown(results) == ["test 1: passed", "test 2: failed"])
    #expect(results.problems.isEmpty)
  }

  @Test("keys that are indented below the mark are read")
  func indentedYAML() throws {
    let text = """
      TAP version 13
      not ok 1 - a
        ---
          operator: fail
          message: "no"
          duration_ms: 1500
        ...
      1..1

      """
    let results = try TAP.read(memory(text))
    #expect(results.tests.map(\.duration) == [1.5])
    #expect(results.detail(of: results.tests[0])?.message == "no")
  }

  @Test(
    "message and place are read where tape, node and Vitest write them",
    arguments: [
      ["  error:", "      name: \"E\"", "      message: \"no\"", "  at: \"a.ts:8:32\""],
      ["  message: >", "      no", "  at: Test.<anonymous> (a.ts:8:32)"],
      ["  location: 'a.ts:8:32'", "  error: 'no'"],
    ])
  func messagesAndPlaces(lines: [String]) throws {
    let block = (["---"] + lines + ["..."]).map { "  \($0)\n" }.joined()
    let results = try TAP.read(memory("TAP version 13\nnot ok 1 - a\n\(block)1..1\n"))
    let detail = try #require(results.detail(of: results.tests[0]))
    #expect(detail.message == "no" && detail.file == "a.ts" && detail.line == 8)
  }

  @Test("a subtest that never ended is told, and no test of the file's own")
  func unclosedSubtest() throws {
    let text = """
      TAP version 14
      1..2
      ok 1 - a
      # Subtest: b
          ok 1 - x
          not ok 2 - y

      """
    let results = try TAP.read(memory(text))
    #expect(shown(results) == ["b > x: passed", "b > y: failed", "a: passed"])
    #expect(results.tests.map(\.role) == [.inner, .inner, .test])
    #expect(results.problems.map(\.code) == [.unterminated, .planMismatch])
    #expect(results.problems.first?.message == "b began and never ended")
    #expect(results.problems.first?.line == 5)
  }

  @Test(
    "a subtest that a program died in is no stream of its own, and one that was skipped has its name"
  )
  func subtestNames() throws {
    let died = "# Subtest: s\n    ok 1 - in\n"
    let results = try TAP.read(memory(died))
    #expect(shown(results) == ["s > in: passed"])
    #expect(results.problems.map(\.message).contains("s began and never ended"))
    for indent in ["", "    "] {
      let text = "ok 1 - a\n\(indent)# Subtest: s\n    1..0 # SKIP no\nok 2 # skip no\nok 3\n1..3\n"
      let skipped = try TAP.read(memory(text))
      #expect(shown(skipped) == ["a: passed", "s: skipped", "test 3: passed"])
      #expect(skipped.problems.isEmpty)
    }
  }

  @Test(
    "indented points that nothing claims are a program's own lines, or the whole stream",
    arguments: [
      ("1..2\nok 1 - a\nok 2 - b\n    ok 1 - noise\n", ["a: passed", "b: passed"]),
      ("    1..2\n    ok 1 - a\n    not ok 2 - b\n", ["a: passed", "b: failed"]),
    ])
  func unclaimed(text: String, expected: [String]) throws {
    let results = try TAP.read(memory(text))
    #expect(shown(results) == expected)
    #expect(results.problems.isEmpty)
  }

  @Test(
    "a stream that never says how many tests it has may have lost some",
    arguments: [
      ("TAP version 13\nok 1 - a\n", 1), ("ok 1 - a\nok 2 - b\n", 1), ("TAP version 13\n", 1),
      ("TAP version 13\nok 1 - a\nTAP version 13\nok 1 - b\n1..1\n", 1),
      ("TAP version 13\nok 1 - a\n1..1\n", 0), ("ok 1 - a\nBail out!\n", 0),
    ])
  func noPlan(text: String, count: Int) throws {
    let problems = try TAP.read(memory(text)).problems.filter { $0.code == .unterminated }
    #expect(problems.count == count)
    #expect(problems.allSatisfy { $0.isBlocking })
  }

  @Test("a program that died behind its last test is no pass")
  func death() throws {
    let text = "1..1\nok 1 - a\n# Looks like your test exited with 2 just after 1.\n"
    let results = try TAP.read(memory(text))
    #expect(results.problems.map(\.message) == ["your test exited with 2 just after 1."])
    #expect(results.problems.map(\.code) == [.outsideError])
    let failed = try TAP.read(memory(text.replacing("\nok", with: "\nnot ok")))
    #expect(failed.problems.isEmpty)
  }

  @Test("version and bail-out count in any case, and the kernel's version too")
  func keywords() throws {
    let text = "TAP Version 13\n1..3\nok 1 - a\nbail out! no disk\nok 2 - b\n"
    let results = try TAP.read(memory(text))
    #expect(shown(results) == ["a: passed"])
    #expect(results.problems.first?.message == "the run bailed out: no disk")
    let kernel = """
      KTAP version 1
      1..1
        KTAP version 1
        1..2
        # Subtest: list
        ok 1 add
        not ok 2 sort # XFAIL slow
      ok 1 list

      """
    #expect(TAP.recognises(head("KTAP version 1\nok 1 list\n")) == .yes)
    let parsed = try TAP.read(memory(kernel))
    #expect(shown(parsed) == ["list > add: passed", "list > sort: skipped", "list: passed"])
    #expect(parsed.problems.isEmpty)
  }

  @Test("how a kernel's test ended is no part of its name, nor the next one's title its message")
  func kselftest() throws {
    let text = """
      TAP version 13
      1..3
      # selftests: net: a
      # not ok 1 socket
      not ok 1 selftests: net: a # exit=1
      # selftests: net: b
      not ok 2 selftests: net: b # TIMEOUT 45 seconds
      # selftests: net: c
      ok 3 selftests: net: c # SKIP

      """
    let results = try TAP.read(memory(text))
    #expect(
      shown(results) == [
        "selftests: net: a: failed", "selftests: net: b: failed", "selftests: net: c: skipped",
      ])
    #expect(results.tests.prefix(2).map { results.detail(of: $0)?.message } == [nil, nil])
  }

  @Test("testem's skipped tests are points, and its times are no part of a name")
  func testem() throws {
    let text = """
      ok 1 Chrome 120.0 - [12 ms] - cart: adds
      not ok 2 Chrome 120.0 - [7 ms] - cart: fails
          ---
              message: >
                  no till
          ...
      skip 3 Chrome 120.0 - [0 ms] - cart: later
      todo 4 Chrome 120.0 - [undefined ms] - cart: soon

      1..4
      # tests 4

      """
    let results = try TAP.read(memory(text))
    #expect(
      shown(results) == [
        "Chrome 120.0 - cart: adds: passed", "Chrome 120.0 - cart: fails: failed",
        "Chrome 120.0 - cart: later: skipped", "Chrome 120.0 - cart: soon: skipped",
      ])
    #expect(results.detail(of: results.tests[1])?.message == "no till")
    #expect(results.problems.isEmpty)
    let mixed = try TAP.read(memory("1..2\nok 1 - [12 ms] - a\nok 2 - b\nskip 3 it\n"))
    #expect(shown(mixed) == ["[12 ms] - a: passed", "b: passed"])
  }

  @Test("Criterion's points are named by suite and test; what a test said is its message")
  func criterion() throws {
    let text = """
      TAP version 13
      1..4
      # Criterion v2.3.3

      # Running 4 tests from misc
      ok - misc::passes  (0.01s)
      not ok - misc::fails so that it shows (0.00s)
        a.c:4: Assertion failed: The expression 0 is false.
      not ok - misc::dies unexpected signal after a.c:14
      ok - misc::waits  # SKIP test was skipped

      """
    let results = try TAP.read(memory(text))
    #expect(
      shown(results) == [
        "misc::passes: passed", "misc::fails: failed", "misc::dies: failed",
        "misc::waits: skipped",
      ])
    let messages = results.tests.map { results.detail(of: $0)?.message }
    #expect(
      messages == [
        nil, "a.c:4: Assertion failed: The expression 0 is false.",
        "unexpected signal after a.c:14", "SKIP: test was skipped",
      ])
  }
}
