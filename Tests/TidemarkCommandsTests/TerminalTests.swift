import ArgumentParser
import FoundationEssentials
import Testing
import TidemarkConfig
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

@Suite struct CommandNameTests {
  @Test(
    "a word that is no command is answered with the nearest that is",
    arguments: [
      (["repot", "a.xml"], "`tidemark` has no command `repot`; did you mean `tidemark report`?"),
      (
        ["history", "lst"],
        "`tidemark history` has no command `lst`; did you mean `tidemark history list`?"
      ),
      (["zzzzzz"], "`tidemark` has no command `zzzzzz`; `tidemark --help` lists them"),
    ])
  func unknown(arguments: [String], expected: String) {
    #expect(Tidemark.unknownCommand(in: arguments)?.description == expected)
  }

  @Test(
    "options, files and the commands that there are, are no wrong command",
    arguments: [
      ["--help"], ["report", "a.xml"], ["history", "list", "x"], ["help", "repot"], [],
    ])
  func known(arguments: [String]) { #expect(Tidemark.unknownCommand(in: arguments) == nil) }
}

@Suite struct RunOptionTests {
  @Test("an option that an unset variable made empty is not given")
  func empty() throws {
    let options = try RunOptions.parse([
      "--run-id", "", "--commit", "", "--branch", "", "--base", "", "--pull-request", "", "--time",
      "", "--url", "", "--job", "", "--label", "", "--label", "a=b",
    ])
    let texts = [
      options.runID, options.commit, options.branch, options.base, options.pullRequest,
      options.time,
      options.url, options.job,
    ]
    #expect(texts.allSatisfy { $0 == nil } && options.label == ["a=b"])
    #expect(try RunOptions.parse(["--branch", "x"]).branch == "x")
  }

  @Test(
    "colours are as asked for, else where a terminal shows them",
    arguments: [
      (["--color", "always"], false, ["NO_COLOR": "1"], true),
      (["--color", "never"], true, [:], false),
      ([], true, [:], true), ([], false, [:], false), ([], true, ["NO_COLOR": "1"], false),
      ([], true, ["NO_COLOR": ""], true), ([], true, ["TERM": "dumb"], false),
    ] as [([String], Bool, [String: String], Bool)])
  func colours(
    arguments: [String], isTerminal: Bool, environment: [String: String], expected: Bool
  ) throws {
    let options = try CommonOptions.parse(arguments)
    #expect(
      options.usesColor(onTerminal: isTerminal, environment: environment, settings: Config())
        == expected)
  }
}

@Suite struct CheckedOutBranchTests {
  @Test("the branch is read from git's files, in a folder below and in a work tree of its own")
  func branch() throws {
    let folder = try ScratchTree()
    try folder.write("ref: refs/heads/feature/x\n", to: "one/.git/HEAD")
    try folder.write("", to: "one/below/file")
    try folder.write("gitdir: ../one/.git/worktrees/two\n", to: "two/.git")
    try folder.write("ref: refs/heads/two\n", to: "one/.git/worktrees/two/HEAD")
    try folder.write("0123456789012345678901234567890123456789\n", to: "three/.git/HEAD")
    #expect(Git.checkedOutBranch(from: folder.path + "/one") == "feature/x")
    #expect(Git.checkedOutBranch(from: folder.path + "/one/below") == "feature/x")
    #expect(Git.checkedOutBranch(from: folder.path + "/two") == "two")
    #expect(Git.checkedOutBranch(from: folder.path + "/three") == nil)
  }
}

/// A folder of a test's own, gone with the test.
private final class ScratchTree {
  let path: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tidemark-tree-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    try OutputFolder.make(for: "\(path)/\(name)")
    try FileBytes.write(Array(text.utf8), to: "\(path)/\(name)")
  }
}
