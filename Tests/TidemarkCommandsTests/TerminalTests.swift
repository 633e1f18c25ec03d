import Testing
import TidemarkModel

@testable import TidemarkCommands

@Suite struct TerminalTests {
  @Test(
    "no line that is printed is a command of a runner",
    arguments: [
      "::error file=a::x", "   ::set-output name=x::y", "a ##vso[task.complete]", "##[error]x",
      "x section_start:1:a", "##teamcity[testFailed]",
    ])
  func harmless(line: String) {
    let shown = Terminal.harmless(line)
    #expect(!shown.drop(while: \.isWhitespace).hasPrefix("::"))
    for mark in ["##vso[", "##[", "##teamcity[", "section_start:", "section_end:"] {
      #expect(!shown.contains(mark))
    }
  }

  @Test("an ordinary line stays as it is", arguments: ["a::b", "C++ ::std", "# heading", ""])
  func ordinary(line: String) { #expect(Terminal.harmless(line) == line) }
}

@Suite struct ChoiceTests {
  @Test("a slip is answered with the word that it stands for, anything else with all words")
  func nearest() {
    #expect(
      Choice.remedy("failurs", among: ["failures", "missing"]).hasPrefix("did you mean failures?"))
    #expect(
      Choice.remedy("zzzzzz", among: ["failures", "missing"]) == "use one of: failures, missing")
  }
}

@Suite struct RunLabelTests {
  @Test("a label is KEY=VALUE; its value may hold an equals sign")
  func labels() throws {
    #expect(try RunFacts.labels(["a=b=c", "d="]).description == "a=b=c, d=")
  }

  @Test("a label without a key or a value is refused", arguments: ["a", "=b", ""])
  func refused(text: String) {
    #expect(throws: (any Error).self) { try RunFacts.labels([text]) }
  }
}
