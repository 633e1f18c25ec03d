import Testing
import TidemarkModel

@testable import TidemarkFormats

/// An archive, and its lines: `member: format tests`, or what is wrong with it.
private struct Packed: Sendable, CustomTestStringConvertible {
  var file: String
  var lines: [String]
  var testDescription: String { file }
}

/// Files that `fixtures/archives/record.py` packs.
@Suite struct ArchivesTests {
  private static func read(_ file: String, wasNamed: Bool = true) async -> [ReadFile] {
    let input = InputFile(path: file, onDisk: DiskPath("fixtures/archives/" + file))
    let found = InputSearch.Found(file: input, forced: nil, wasNamed: wasNamed)
    return await Reading.read([found], keep: { $0 })
  }

  private static func line(_ file: ReadFile) -> String {
    switch file.content {
    case .read(let results): "\(file.path): \(file.formatName ?? "") \(results.tests.count)"
    case .failed(let problem): "\(file.path): failed: \(problem.what)"
    case .unrecognised(let problem): "\(file.path): \(problem.what)"
    }
  }

  @Test(
    "a file's members are read, and what is wrong with one is said in its own line",
    arguments: [
      Packed(
        file: "plain.zip",
        lines: [
          "plain.zip!/log.txt: is in no format that a reader knows",
          "plain.zip!/r/a.xml: junit 2",
        ]),
      Packed(file: "zip64.zip", lines: ["zip64.zip!/a.xml: junit 2"]),
      Packed(
        file: "descriptors.zip",
        lines: ["descriptors.zip!/a.xml: junit 2", "descriptors.zip!/c.xml: junit 2"]),
      Packed(
        file: "nested.zip",
        lines: [
          "nested.zip!/inner.zip!/deep.xml.gz: junit 2", "nested.zip!/inner.zip!/in.xml: junit 2",
          "nested.zip!/t.xml.gz: junit 2",
        ]),
      Packed(
        file: "nested-deeper.zip",
        lines: [
          "nested-deeper.zip!/n.zip!/inner.zip: failed: is an archive in an archive in another",
          "nested-deeper.zip!/n.zip!/t.xml.gz: junit 2", "nested-deeper.zip!/o.xml: junit 2",
        ]),
      Packed(
        file: "encrypted.zip",
        lines: [
          "encrypted.zip!/a.xml: failed: is encrypted", "encrypted.zip!/b.xml: junit 2",
        ]),
      Packed(
        file: "slip.zip",
        lines: [
          "slip.zip!/../../x.xml: failed: has a name that leads out of its archive",
          "slip.zip!//abs.xml: failed: has an absolute name",
          "slip.zip!/C:\\x.xml: failed: has an absolute name", "slip.zip!/ok.xml: junit 2",
        ]),
      Packed(
        file: "double.zip",
        lines: [
          "double.zip!/a.xml: failed: stands more than once in its archive",
          "double.zip!/b.xml: junit 2",
        ]),
      Packed(
        file: "overlap.zip",
        lines: [
          "overlap.zip!/b.xml: failed: stands in the place of another file",
          "overlap.zip!/a.xml: junit 2",
        ]),
      Packed(
        file: "check-sum.zip",
        lines: ["check-sum.zip!/a.xml: failed: differs from its archive's check sum"]),
      Packed(
        file: "cut.zip",
        lines: ["cut.zip: failed: is a zip archive whose directory cannot be read"]),
      Packed(file: "no-files.zip", lines: ["no-files.zip: is an archive that holds no file"]),
      Packed(
        file: "no-results.zip",
        lines: [
          "no-results.zip!/a.txt: is in no format that a reader knows",
          "no-results.zip!/b.bin: is binary data in no known format",
          "no-results.zip: is an archive of 2 files, none of which a reader knows",
        ]),
      Packed(file: "two-streams.xml.gz", lines: ["two-streams.xml.gz: junit 2"]),
      Packed(file: "two-frames.xml.zst", lines: ["two-frames.xml.zst: junit 4"]),
      Packed(
        file: "cut.xml.gz",
        lines: ["cut.xml.gz: failed: ends in the middle of its compressed data"]),
      Packed(file: "bomb.xml.gz", lines: ["bomb.xml.gz: failed: expands more than 250-fold"]),
      Packed(
        file: "gnu.tar",
        lines: ["gnu.tar!/l/\(String(repeating: "n", count: 150)).xml: junit 2"]),
      Packed(
        file: "pax.tar.gz",
        lines: [
          "pax.tar.gz!/x/a.xml: junit 2",
          "pax.tar.gz!/l/\(String(repeating: "n", count: 150)).xml: junit 2",
          "pax.tar.gz!/../e.xml: failed: has a name that leads out of its archive",
          "pax.tar.gz!/i.zip!/deep.xml.gz: junit 2", "pax.tar.gz!/i.zip!/in.xml: junit 2",
        ]),
    ])
  private func archive(_ packed: Packed) async {
    let lines = await ArchivesTests.read(packed.file).map(ArchivesTests.line)
    #expect(lines == packed.lines)
  }

  @Test(
    "an Inspect log is one file, whatever it is packed of",
    arguments: [
      ("log.eval", [[0.5], [1]]), ("older-log.eval", [[0.5], []]), ("cut-log.eval", []),
    ] as [(String, [[Double]])])
  private func inspectLog(file: String, items: [[Double]]) async {
    let read = await ArchivesTests.read(file)
    #expect(read.map(\.formatName) == ["inspect"] && read.map(\.path) == [file])
    guard case .read(let results) = read.first?.content else {
      Issue.record("\(file) was not read")
      return
    }
    let scores = results.measurements.filter { $0.isPrimary }
    #expect(scores.map { $0.items.map(\.score) } == items)
    let further = results.measurements.filter { !$0.isPrimary }.map { "\($0.metric) \($0.value)" }
    guard !items.isEmpty else {
      #expect(further.isEmpty)
      #expect(results.problems.map(\.code) == [.unterminated])
      return
    }
    #expect(
      further == ["input tokens 40.0", "output tokens 2.0", "cost 0.25", "sample time 2.0"])
    #expect(
      results.problems.map(\.message) == ["t: 1 of 3 samples ended in an error: RateLimitError()"])
    #expect(!results.problems.contains { $0.isBlocking })
  }

  @Test("a member that holds no result is told only where it was a report, the archive if named")
  func quietMembers() async {
    let named = await ArchivesTests.read("no-results.zip")
    #expect(named.map(\.wasNamed) == [false, false, true])
    let found = await ArchivesTests.read("no-results.zip", wasNamed: false)
    #expect(found.map(\.wasNamed) == [false, false, false])
  }

  @Test("a zip archive that was compressed once more is read like one that was not")
  func compressedArchive() async throws {
    // A gzip file of one stored block: what it holds is written as it is.
    let (bytes, count) = try InputFile(path: "fixtures/archives/plain.zip").contents()
    let size = [UInt8(count & 0xFF), UInt8(count >> 8)]
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + size + size.map { ~$0 }
    packed += bytes[..<count]
    var sum = CheckSum()
    bytes[..<count].withUnsafeBytes { sum.add($0) }
    packed += (0..<4).map { UInt8(truncatingIfNeeded: sum.value >> (8 * $0)) } + size + [0, 0]
    let found = InputSearch.Found(
      file: InputFile(path: "a.zip.gz", bytes: packed), forced: nil, wasNamed: true)
    let lines = await Reading.read([found], keep: { $0 }).map(ArchivesTests.line)
    #expect(lines.contains("a.zip.gz!/r/a.xml: junit 2"))
  }

  @Test("any cut of an archive is an answer and no crash")
  func cuts() async throws {
    for name in ["plain.zip", "zip64.zip", "nested.zip", "pax.tar.gz", "two-frames.xml.zst"] {
      let (bytes, count) = try InputFile(path: "fixtures/archives/" + name).contents()
      for size in 0..<count {
        let input = InputFile(path: "x", bytes: Array(bytes[..<size]))
        let found = InputSearch.Found(file: input, forced: nil, wasNamed: true)
        let files = await Reading.read([found], keep: { $0 })
        #expect(!files.isEmpty)
      }
    }
  }

  @Test("any byte of an archive may be wrong, and there is an answer and no crash")
  func wrongBytes() async throws {
    for name in ["plain.zip", "zip64.zip", "two-streams.xml.gz"] {
      let (bytes, count) = try InputFile(path: "fixtures/archives/" + name).contents()
      for place in 0..<count {
        var changed = Array(bytes[..<count])
        changed[place] = ~changed[place]
        let found = InputSearch.Found(
          file: InputFile(path: "x", bytes: changed), forced: nil, wasNamed: true)
        let files = await Reading.read([found], keep: { $0 })
        #expect(!files.isEmpty)
      }
    }
  }
}
