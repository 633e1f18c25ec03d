import Foundation
import Testing
import TidemarkConfig
import TidemarkModel

@testable import TidemarkCommands

/// A folder of a test's own, gone with the test.
final class Scratch {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }

  func read(_ name: String) -> String? {
    (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
      .map { String(decoding: $0, as: UTF8.self) }
  }
}

@Suite struct TaskLogTests {
  private let secrets = Secrets(in: ["A_TOKEN": "hush-hush"], names: [])

  @Test("Secrets are taken out of a log, and a log without any stays as it is")
  func masking() throws {
    let scratch = try Scratch()
    let log = TaskLog(path: try scratch.write("a hush-hush b\n", to: "log"))
    try log.finish(secrets)
    #expect(scratch.read("log") == "a *** b\n")
  }

  @Test("A log beyond the limit keeps its first and last lines, whole, and says what is gone")
  func cutting() throws {
    let scratch = try Scratch()
    let line = "0123456789 hush-hush 0123456789\n"
    let count = TaskLog.sizeLimit / line.utf8.count + 10_000
    let text = "first\n" + String(repeating: line, count: count) + "last\n"
    let log = TaskLog(path: try scratch.write(text, to: "log"))
    try log.finish(secrets)
    let kept = try #require(scratch.read("log"))
    #expect(kept.utf8.count <= TaskLog.sizeLimit)
    #expect(kept.hasPrefix("first\n") && kept.hasSuffix("last\n"))
    #expect(!kept.contains("hush"))
    let lines = Set(kept.split(separator: "\n"))
    #expect(lines.count == 4)
    #expect(
      lines.contains { $0.hasPrefix("[tidemark: ") && $0.hasSuffix(" bytes were cut out here]") })
  }

  @Test("The end of what a last attempt printed holds nothing of the one before")
  func tail() throws {
    let scratch = try Scratch()
    let log = TaskLog(path: try scratch.write("before", to: "log"))
    let start = log.size
    log.append("after")
    #expect(log.tail(100, from: start) == Array("after\n".utf8))
    #expect(log.tail(3) == Array("er\n".utf8))
    #expect(TaskLog(path: scratch.path + "/none").tail(3).isEmpty)
  }
}

@Suite struct TaskResultsTests {
  @Test("Files count that are new or were written again; what stood there before does not")
  func fresh() throws {
    let scratch = try Scratch()
    try scratch.write("1", to: "old.json")
    try scratch.write("1", to: "rewritten.json")
    let files = TaskResults(["*.json", "junit:*.xml"], in: scratch.path)
    try scratch.write("2 longer", to: "rewritten.json")
    try scratch.write("1", to: "new.json")
    try scratch.write("1", to: "a.xml")
    #expect(
      files.fresh == [
        "\(scratch.path)/new.json", "\(scratch.path)/rewritten.json", "junit:\(scratch.path)/a.xml",
      ])
  }
}

@Suite struct RunJournalTests {
  private let passed = TaskResult(state: .passed, attempts: 2, seconds: 1.5)

  private func task(_ name: String) throws -> BenchmarkTask {
    let config = try benchmarks("commands: [{name: \(name), run: x}]")
    return try TaskGraph(config.benchmarks, cells: [.none], path: nil).tasks[0]
  }

  @Test("What passed is known to the next go, until the same task fails")
  func passing() throws {
    let journal = RunJournal(path: try Scratch().path + "-journal")
    defer { try? FileManager.default.removeItem(atPath: journal.path) }
    #expect(journal.past().isComplete)
    try journal.append("one", try task("a"), passed)
    try journal.append("two", try task("b"), passed)
    try journal.append("two", try task("b"), TaskResult(state: .failed, attempts: 1))
    let past = journal.past()
    #expect(past.passed == ["one": RunJournal.Passed(attempts: 2, seconds: 1.5)])
    #expect(!past.isComplete)
    try journal.end()
    #expect(journal.past().isComplete)
  }

  @Test("A line that was cut off costs itself alone, also once more is written behind it")
  func torn() throws {
    let scratch = try Scratch()
    let journal = RunJournal(path: scratch.path + "/journal")
    try journal.append("one", try task("a"), passed)
    let whole = try #require(scratch.read("journal"))
    for length in whole.utf8.indices.dropFirst().map({
      whole.utf8.distance(from: whole.startIndex, to: $0)
    }) {
      try scratch.write(
        whole + String(decoding: Array(whole.utf8.prefix(length)), as: UTF8.self), to: "journal")
      try journal.goOn()
      try journal.append("three", try task("c"), passed)
      #expect(Set(journal.past().passed.keys) == ["one", "three"])
    }
  }

  @Test("A task is another one as soon as anything is other that it measures")
  func digests() throws {
    let base = "commands: [{name: a, run: x}, {name: b, run: y, needs: a}]"
    func digests(_ yaml: String, commit: String? = "c", runID: String? = "r") throws -> [String] {
      let config = try benchmarks(yaml)
      let graph = try TaskGraph(
        config.benchmarks, cells: try Cells(config.benchmarks, path: nil).all, path: nil)
      return RunJournal.digests(graph, commit: commit, runID: runID)
    }
    let own = try digests(base)
    #expect(try digests(base) == own)
    // What is needed is part of what needs it.
    for other in [
      try digests(base.replacing("run: x", with: "run: z")), try digests(base, commit: "d"),
      try digests(base, runID: "s"), try digests("models: [m]\n" + base),
      try digests(base.replacing("run: x", with: "run: x, environment: {A: 1}")),
      try digests(base.replacing("run: x", with: "run: x, results: o.json")),
    ] {
      #expect(Set(other).isDisjoint(with: own))
    }
  }
}
