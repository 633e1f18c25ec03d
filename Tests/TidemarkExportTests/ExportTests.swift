import Foundation
import TidemarkExport
import TidemarkHistory
import TidemarkModel
import Testing

@Suite struct ExportTests {
  /// Two runs of main and one of a pull request, with hostile names and a unit that changes.
  private static let contents: HistoryContents = {
    var contents = HistoryContents()
    contents.series = [
      StoredSeries(
        id: Identifier(bits: 1),
        identity: SeriesIdentity(
          name: "=cmd|' /C calc'!A0", parameters: Labels([("size", "8")]), metric: "time",
          quantity: .time, labels: Labels([("os", "linux")])), unit: .microseconds,
        direction: .lower)
    ]
    contents.tests = [
      StoredTest(
        id: Identifier(bits: 2),
        identity: TestIdentity(suite: ["a", "b"], className: "C", name: "+\"x\", y\n\u{1B}[31m"))
    ]
    for number in 1...3 {
      var header = RunHeader(
        id: "r\(number)", attempt: 1,
        time: Timestamp(millisecondsSince1970: Int64(number) * 1000))
      header.branch = "main"
      header.commit = number == 1 ? nil : "c\(number)"
      header.pullRequest = number == 3 ? "7" : nil
      // The first run has its value in nanoseconds.
      let scale = number == 1 ? 1e-9 : 1e-6
      contents.runs.append(
        StoredRun(
          header: header,
          jobs: [StoredJob(name: "bench", environment: number == 2 ? ["machine": "big"] : [:])],
          outcomes: [
            StoredOutcome(
              test: 0, job: 0, outcome: number == 2 ? .failed : .passed, isFlaky: false,
              durationOrNaN: number == 1 ? .nan : 0.25)
          ],
          values: [
            StoredValue(
              series: 0, job: 0, value: number == 1 ? 2000 : -0.5, unitScale: scale,
              n: number == 2 ? 5 : nil, standardError: number == 2 ? 0.125 : nil,
              samples: number == 2 ? Samples([1, 2]) : nil)
          ]))
    }
    contents.records = [.exclude(run: "r0", reason: "noise")]
    return contents
  }()

  private func text(
    _ export: (HistoryContents, Export.Write) throws(Problem) -> Void
  ) throws -> String {
    var all: [UInt8] = []
    try export(Self.contents) { all += $0 }
    return String(decoding: all, as: UTF8.self)
  }

  @Test("series are lines that detect reads, a batch a branch, in the series' own unit")
  func seriesLines() throws {
    let text = try text { (contents, write) throws(Problem) in
      try Export.jsonLines(of: contents, .series, project: "p", to: write)
    }
    let batches = text.components(separatedBy: "\n\n")
    #expect(batches.count == 3)
    #expect(batches.last == "")
    let object = try JSONSerialization.jsonObject(with: Data(batches[0].utf8))
    let line = try #require(object as? [String: Any])
    #expect(line["values"] as? [Double] == [2, -0.5])
    #expect(line["runs"] as? [String] == ["r1", "r2"])
    #expect(line["unit"] as? String == "us")
    #expect(line["direction"] as? String == "lower")
    #expect(line["env"] as? [String] == ["", "big"])
    #expect((line["n"] as? [Any])?[0] is NSNull)
    #expect((line["samples"] as? [[Double]]) == [[], [1, 2]])
    #expect(line["times"] as? [String] == ["1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z"])
    let other = try JSONSerialization.jsonObject(with: Data(batches[1].utf8)) as? [String: Any]
    #expect(other?["pull_request"] as? String == "7")
  }

  @Test("tests are lines with an outcome a run")
  func testLines() throws {
    let text = try text { (contents, write) throws(Problem) in
      try Export.jsonLines(of: contents, .tests, project: nil, to: write)
    }
    let first = text.prefix { $0 != "\n" }
    let line = try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any]
    #expect(line?["outcomes"] as? [String] == ["passed", "failed"])
    #expect(line?["suite"] as? [String] == ["a", "b"])
    #expect((line?["durations_s"] as? [Any])?[0] is NSNull)
  }

  @Test("no cell of a table is a formula, and each row has as many cells as the first")
  func tables() throws {
    for subject in Export.Subject.allCases {
      let text = try text { (contents, write) throws(Problem) in
        try Export.csv(of: contents, subject, to: write)
      }
      let rows = text.split(separator: "\n").map { cells(of: String($0)) }
      #expect(rows.count == 4)
      for row in rows {
        #expect(row.count == rows[0].count, "\(row)")
        for cell in row where Double(cell) == nil {
          #expect(!["=", "+", "-", "@"].contains(cell.prefix(1)), "\(cell)")
        }
      }
      #expect(!text.contains("\u{1B}"))
    }
  }

  /// RFC 4180, one line.
  private func cells(of row: String) -> [String] {
    var cells = [""]
    var isQuoted = false
    for character in row {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: cells.append("")
      default: cells[cells.count - 1].append(character)
      }
    }
    return cells
  }

  @Test("the database is the same for the same history, to the byte")
  func sameBytes() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tidemark-export-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["a", "b"].map { folder.appendingPathComponent($0).path }
    for path in paths { try SQLiteExport.write(Self.contents, to: path) }
    let first = try Data(contentsOf: URL(fileURLWithPath: paths[0]))
    #expect(first.starts(with: Data("SQLite format 3\0".utf8)))
    #expect(try Data(contentsOf: URL(fileURLWithPath: paths[1])) == first)
    #expect(throws: Problem.self) {
      try SQLiteExport.write(Self.contents, to: folder.path + "/none/x")
    }
  }

  @Test("the tables are the ones that the documentation shows")
  func documentation() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/history-export.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    #expect(text.contains("```sql\n\(SQLiteExport.schema.trimmingCharacters(in: .newlines))\n```"))
  }
}
