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
