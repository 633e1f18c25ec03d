import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct ProveLineTests {
  @Test("a test that stopped the whole run is told, though prove keeps its line")
  func bailOut() throws {
    let log =
      "t/a.t .. \nok 1 - a\n1..1\nok\nt/b.t .. \nok 1 - b\nFAILED--Further testing stopped: no db\n"
    let problems = try TAP.read(memory(log)).problems
    #expect(problems.map(\.message) == ["the run bailed out: no db"])
  }

  @Test(
    "prove's own lines are known by their form",
    arguments: [
      ("t/a.t .. ", ProveLine.file("t/a.t")), ("t/long/name.t ......", .file("t/long/name.t")),
      ("[16:14:19] t/a.t .. ", .file("t/a.t")), ("ok", .verdict),
      ("ok      135 ms ( 0.00 usr  0.00 sys)", .verdict), ("ok 12 ms", nil), ("ok  1 - a", nil),
      (
        "Dubious, test returned 2 (wstat 512, 0x200)",
        .dubious("test returned 2 (wstat 512, 0x200)")
      ),
      ("Loading the data ..", nil), ("waiting...", nil), ("t/a.t .. skipped: no perl", nil),
      ("", nil),
    ])
  func lines(text: String, line: ProveLine?) {
    #expect(ProveLine(text[...]) == line)
  }

  private let log = """
    t/a.t ..
    1..3
    ok 1 - one
    # Subtest: sub
        1..1
        ok 1 - in
    ok 2 - sub
    ok 3
    ok

    t/b.t ..
    ok 1 - one
    not ok 2 - two
    1..2
    Dubious, test returned 1 (wstat 256, 0x100)
    Failed 1/2 subtests
    t/c.t .. skipped: no perl
    t/d.t ..
    1..3
    ok 1 - one
    Dubious, test returned 255 (wstat 65280, 0xff00)
    Failed 2/3 subtests
    t/e.t ..
    1..1
    ok
    Dubious, test returned 3 (wstat 768, 0x300)
    All 1 subtests passed

    Result: FAIL

    """

  @Test("each file of prove --verbose is a suite with a plan of its own, its verdict no point")
  func files() throws {
    #expect(TAP.recognises(head(log)) == .yes)
    let results = try TAP.read(memory(log))
    let tests = results.tests.filter { $0.role != .inner }.map { test in
      "\(results.suites[Int(test.suite)].path.joined()) \(results.text.string(test.name)) \(test.outcome.name)"
    }
    #expect(
      tests == [
        "t/a.t one passed", "t/a.t sub passed", "t/a.t test 3 passed", "t/b.t one passed",
        "t/b.t two failed", "t/d.t one passed", "t/e.t test 1 passed",
      ])
    #expect(results.suites.map(\.path).contains(["t/a.t", "sub"]))
    #expect(
      results.problems.map(\.message) == [
        "t/d.t: 3 tests were planned, 1 ran", "t/e.t: test returned 3 (wstat 768, 0x300)",
      ])
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test("a stream that prints such lines itself is one stream")
  func within() throws {
    let text = "TAP version 13\n1..2\nok 1 - a\ndata ..\nok 2 - b\nDubious, test returned 1\n"
    let results = try TAP.read(memory(text))
    #expect(results.tests.count == 2)
    #expect(results.problems.isEmpty)
  }
}
