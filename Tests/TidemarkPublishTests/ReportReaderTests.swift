internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSinks
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct ReportReaderTests {
  @Test("a report that is written and read again gives the same comment")
  func roundTrip() throws {
    let report = SampleReport.report(failing: 3, regressed: 2, calm: 4)
    let again = try ReportReader.read(SampleReport.bytes(report))
    let before = try Comment.render(report, options: SinkOptions()).files[0].bytes
    let after = try Comment.render(again, options: SinkOptions()).files[0].bytes
    #expect(String(decoding: after, as: UTF8.self) == String(decoding: before, as: UTF8.self))
    #expect(SampleReport.bytes(again) != [])
  }

  @Test(
    "a document that `report` would not have written is refused",
    arguments: [
      ("\"schema\":\"tidemark.report/1\"", "\"schema\":\"tidemark.report/2\""),
      ("\"verdict\":\"fail\"", "\"verdict\":\"great\""),
      ("\"verdict\":\"fail\"", "\"verdict\":7"),
      ("\"newly_failing\":1", "\"newly_failing\":-1"),
      ("\"newly_failing\":1", "\"newly_failing\":9223372036854775807"),
      ("\"newly_failing\":1", "\"newly_failing\":\"1\""),
      ("\"passed\":10", "\"passed\":1.5"),
      ("\"id\":\"00000000000003e8\"", "\"id\":\"../../etc/passwd\""),
      ("\"state\":\"regressed\"", "\"state\":\"worse\""),
      ("\"labels\":{}", "\"labels\":[]"),
      ("\"suite\":[\"Suite\"]", "\"suite\":[{}]"),
      ("\"jobs\":[", "\"jobs\":{},\"x\":["),
      ("\"attempt\":1", "\"attempt\":null"),
      ("\"time\":\"2", "\"time\":\"x2"),
    ])
  func refused(part: String, forged: String) throws {
    let text = String(decoding: SampleReport.bytes(SampleReport.report()), as: UTF8.self)
    #expect(text.contains(part))
    let bytes = Array(text.replacing(part, with: forged).utf8)
    #expect(throws: Problem.self) { try ReportReader.read(bytes) }
  }

  @Test("no cut of a report is read as one, and none ends the program")
  func cut() {
    let bytes = SampleReport.bytes(SampleReport.report(failing: 2))
    for length in stride(from: 0, to: bytes.count - 2, by: 37) {
      #expect(throws: Problem.self) { try ReportReader.read(Array(bytes.prefix(length))) }
    }
  }

  @Test("more than 64 MiB is refused before it is read")
  func size() {
    #expect(throws: Problem.self) {
      try ReportReader.read([UInt8](repeating: 0x20, count: ReportJSON.byteBudget + 1))
    }
  }

  @Test("a long name is cut at a character, not refused")
  func longName() throws {
    let report = SampleReport.report(name: { _ in String(repeating: "ü", count: 20_000) })
    let name = try ReportReader.read(SampleReport.bytes(report)).tests[0].identity.name
    #expect(name.utf8.count == ReportReader.textLimit && name.allSatisfy { $0 == "ü" })
  }

  /// One value of a document changed into another kind or an extreme.
  private static let extremes = [
    "1e308", "-1e308", "5e-324", "0", "-1", "1099511627776", "9223372036854775807", "null", "true",
    "\"\"", "\"\\u0000\\n<!--\"", "[]", "{}", "\"0000000000000001\"", "\"2026-11-23T13:08:00Z\"",
  ]

  @Test("whatever a value is changed into, the document is refused or published, nothing worse")
  func extremes() throws {
    let text = Array(SampleReport.bytes(SampleReport.report(failing: 1, regressed: 1, calm: 1)))
    // The places behind each colon that has a plain value.
    let starts = text.indices.filter { index in
      text[index] == UInt8(ascii: ":") && index + 1 < text.count && text[index + 1] != 0x7B
        && text[index + 1] != 0x5B
    }
    var facts = TestedRun()
    facts.runID = "1"
    var published = 0
    for start in starts {
      var end = start + 1
      var isQuoted = false
      while end < text.count, isQuoted || ![0x2C, 0x7D, 0x5D].contains(text[end]) {
        if text[end] == 0x22, text[end - 1] != 0x5C { isQuoted.toggle() }
        end += 1
      }
      for value in Self.extremes {
        let bytes = text[...start] + Array(value.utf8) + text[end...]
        guard let report = try? ReportReader.read(Array(bytes)) else { continue }
        let publication = try Publication(report, key: "main", facts: facts, folder: ".")
        #expect(try publication.comment().utf16.count <= 60_000)
        #expect(publication.headline(limit: 140).count <= 140)
        #expect(AlertPlan(publication).standing.count <= 1)
        #expect(try publication.summary().utf8.count <= 1_048_576)
        published += 1
      }
    }
    #expect(starts.count > 100 && published > starts.count)
  }
}
