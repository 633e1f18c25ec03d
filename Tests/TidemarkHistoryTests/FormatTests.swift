import FoundationEssentials
import Glibc
import Testing
import TidemarkHistory
import TidemarkModel

/// The format does not change under those who have a history: fixtures/history has segments that
/// were written once, and a reader that was written from docs/history-format.md alone.
@Suite(.serialized) struct FormatTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "fixtures/history").path

  private static let sample = SampleHistory(tests: 20, series: 15)

  /// What fixtures/history/recorded was made of: by a program that knew no derived errors yet.
  private static func make(_ history: History, derivesErrors: Bool = false) throws {
    var sample = sample
    sample.derivesErrors = derivesErrors
    for number in 3..<7 {
      let judgement = Judgement(verdict: "fail", newlyFailing: 1, regressed: 2, suspected: 3)
      _ = try history.append(
        sample.run(number), judgement: number == 5 ? judgement : nil, normalisationVersion: 1)
    }
    _ = try history.append(sample.run(5, attempt: 2), normalisationVersion: 1)
    _ = try history.compact()
    _ = try history.append(sample.run(7), normalisationVersion: 2)
    _ = try history.append([
      HistoryRecord.accept(
        id: Identifier(bits: 7), commit: "abc", run: nil, reason: "meant so", author: "ann"),
      .exclude(run: "run-4", reason: "an overheated machine"),
      .prune(policy: "all of 90 days", runs: ["run-1", "run-2"]),
    ])
  }

  @Test("Segments that were written once are read as what they were written from")
  func recordedSegments() throws {
    let recorded = History(directory: Self.fixtures + "/recorded")
    if getenv("TM_RECORD") != nil {
      for name in fileNames(recorded.directory) { removeFile("\(recorded.directory)/\(name)") }
      try Self.make(recorded)
      Issue.record("recorded \(recorded.directory)")
    }
    let folder = TemporaryFolder()
    try Self.make(folder.history())
    let old = try recorded.load()
    let new = try folder.history().load()
    #expect(old.damaged.isEmpty && old.runs.count == 4)
    #expect(old.runs == new.runs && old.tests == new.tests)
    #expect(old.series == new.series && old.records == new.records)
    #expect(try recorded.verify(setsAside: false).damaged.isEmpty)
  }

  @Test("A damaged segment that was kept is named by its section")
  func recordedDamage() throws {
    let damaged = History(directory: Self.fixtures + "/damaged")
    if getenv("TM_RECORD") != nil {
      let recorded = Self.fixtures + "/recorded"
      for name in fileNames(damaged.directory) { removeFile("\(damaged.directory)/\(name)") }
      mkdir(damaged.directory, 0o755)
      let name = try #require(fileNames(recorded).first)
      var bytes = readBytes("\(recorded)/\(name)")
      bytes[bytes.count - 1] ^= 1
      writeBytes(bytes, "\(damaged.directory)/\(name)")
      Issue.record("recorded \(damaged.directory)")
    }
    let result = try damaged.verify(setsAside: false)
    #expect(result.damaged.count == 1)
    #expect(result.damaged.first?.what.hasPrefix("its section ") == true)
  }

  @Test(
    "A reader written from the description reads the same",
    .enabled(if: PythonReader.isThere, "python3 and a way to unpack Zstandard are needed"))
  func secondReader() throws {
    let folder = TemporaryFolder()
    let history = folder.history()
    try Self.make(history, derivesErrors: true)
    var parts: [PythonReader.Part] = []
    for name in fileNames(history.directory) {
      let segment = try PythonReader.read("\(history.directory)/\(name)", Self.fixtures)
      for part in segment.parts { parts.append(part) }
      try compare(segment, with: Self.sample)
    }
    // Four runs of two jobs, the second attempt of one of them, and the run after.
    #expect(parts.count == 12)
    #expect(parts.count { $0.verdict == "fail" } == 2)
  }

  /// Holds every part of a segment against the run that it was made from.
  private func compare(_ segment: PythonReader.Segment, with sample: SampleHistory) throws {
    for part in segment.parts {
      let number = try #require(Int(part.run.dropFirst(4)))
      let run = sample.run(number, attempt: part.attempt)
      let source = try #require(run.parts.first { $0.job == part.job })
      #expect(part.time == run.header.time.millisecondsSince1970)
      #expect(part.commit == run.header.commit && part.branch == run.header.branch)
      #expect(part.pull_request == run.header.pullRequest && part.url == run.header.url)
      #expect(part.environment == source.environment && part.job_url == source.url)
      let tests = source.tests.sorted { $0.id < $1.id }
      #expect(part.tests.count == tests.count)
      for (cell, test) in zip(part.tests, tests) {
        let known = segment.tests[Int(try #require(cell[0]))]
        #expect(known.id == test.id.description && known.name == test.identity.name)
        #expect(known.suite == test.identity.suite && known.class == test.identity.className)
        #expect(known.ordinal == test.identity.ordinal)
        #expect(cell[1] == Double(test.outcome.rawValue) + (test.isFlaky ? 4 : 0))
        #expect(cell[2] == test.duration)
      }
      let values = source.values.sorted { $0.id < $1.id }
      #expect(part.values.count == values.count)
      for (cell, value) in zip(part.values, values) {
        let known = segment.series[cell.series]
        #expect(known.id == value.id.description && known.name == value.identity.name)
        #expect(known.metric == value.identity.metric && known.unit == value.unit.text)
        #expect(known.scale == value.unit.scale && known.quantity == "time")
        #expect(known.parameters == ["size": value.identity.parameters["size"] ?? ""])
        #expect(cell.value == value.value && cell.n == value.n)
        #expect(cell.stderr == value.standardError)
        #expect(cell.samples == value.samples?.values && cell.of == value.samples?.count)
        let items = value.items.map { (Identifier(bits: $0.id).description, $0.score) }
        #expect((cell.items ?? [:]) == Dictionary(items) { $1 })
      }
    }
    for record in segment.records {
      #expect(
        record.exclude == "run-4" || record.runs == ["run-1", "run-2"] || record.accept != nil)
    }
    #expect(segment.records.isEmpty || segment.records.count == 3)
  }
}

/// fixtures/history/read_segment.py, and what it prints.
private enum PythonReader {
  struct Segment: Decodable {
    var normalisation: Int
    var parts: [Part]
    var records: [Record]
    var tests: [Test]
    var series: [Series]
  }

  struct Part: Decodable {
    var run: String
    var attempt: Int
    var time: Int64
    var commit: String?
    var branch: String?
    var pull_request: String?
    var url: String?
    var job: String
    var job_url: String?
    var environment: [String: String]
    var verdict: String?
    /// Index, code, duration.
    var tests: [[Double?]]
    var values: [Value]
  }

  struct Value: Decodable {
    var series: Int
    var value: Double
    var n: Int?
    var stderr: Double?
    var samples: [Double]?
    var of: Int?
    var items: [String: Double]?
  }

  struct Record: Decodable {
    var accept: String?
    var exclude: String?
    var prune: String?
    var runs: [String]?
  }

  struct Test: Decodable {
    var id: String
    var suite: [String]
    var `class`: String
    var name: String
    var ordinal: Int
  }

  struct Series: Decodable {
    var id: String
    var name: String
    var parameters: [String: String]
    var metric: String
    var quantity: String
    var unit: String
    var scale: Double
  }

  static let isThere =
    output("python3 -c 'import zstandard' 2>/dev/null && echo ok || (zstd -V && echo ok)")
    .contains("ok") && output("python3 -c 'print(1)'") == "1\n"

  static func read(_ path: String, _ fixtures: String) throws -> Segment {
    let json = output("python3 -B '\(fixtures)/read_segment.py' '\(path)'")
    return try JSONDecoder().decode(Segment.self, from: Data(json.utf8))
  }

  private static func output(_ command: String) -> String {
    guard let pipe = popen(command, "r") else { return "" }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}
