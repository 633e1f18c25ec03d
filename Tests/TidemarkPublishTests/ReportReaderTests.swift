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
}
