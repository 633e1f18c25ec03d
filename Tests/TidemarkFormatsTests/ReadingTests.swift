import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct ReadingTests {
  private func read(_ text: String) -> ReadFile {
    Reading.read(InputSearch.Found(file: memory(text), forced: nil, wasNamed: false))
  }

  private static let report =
    #"{"numTotalTestSuites":1,"testResults":[{"name":"a","assertionResults":["#
    + #"{"title":"t","status":"passed"}]}]}"#

  @Test(
    "a page of documentation that shows a report is none",
    arguments: [
      "# braces\n\n```sh\nbraces x 450,000 ops/sec ±0.5% (90 runs sampled)\n```\n",
      "<!DOCTYPE html>\n<html><body>\ntest a ... bench: 10 ns/iter (+/- 1)\n</body></html>\n",
      "'\\\" t\n.TH PGBENCH 1\n.nf\ntps = 896.967014 (without initial connection time)\n",
      "<p align=\"center\">\n\n```\nok 1 - a\n1..1\n```\n",
    ])
  func pages(text: String) {
    #expect(recognise(text) == nil)
    #expect(recognise("# Subtest: a\nok 1 - a\n1..1\n") == "tap")
  }

  private func recognise(_ text: String) -> String? {
    Reading.recognise(Head(raw: Array(text.utf8), isWhole: true)).map { $0.name }
  }

  @Test("A JSON report is read behind what npm and the tests printed before it")
  func behindLines() throws {
    let file = read("\n> demo@1.0.0 test\n> jest --json\n\n[INFO] {x}\n" + Self.report + "\n")
    #expect(file.formatName == "jest")
    guard case .read(let results) = file.content else {
      Issue.record("it was not read")
      return
    }
    #expect(results.tests.count == 1)
    #expect(results.problems.map(\.message) == ["5 lines stand before the report"])
    #expect(results.problems.map(\.isBlocking) == [false])
  }

  @Test(
    "A page with a piece of a report in it is in no known format",
    arguments: [
      "Output\n\n" + report + "\n\nmore text", "# x\n{\n  \"numTotalTestSuites\": 1,\n", "a\n{}\n",
      "a\n" + String(repeating: "b\n", count: 20_000) + report,
    ])
  func documentation(text: String) {
    let file = read(text)
    #expect(file.formatName == nil && !file.wasNamed)
    guard case .unrecognised = file.content else {
      Issue.record("it was read")
      return
    }
  }
}
