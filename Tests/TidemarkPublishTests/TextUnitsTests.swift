internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct TextUnitsTests {
  private static let family = "👩‍👩‍👧‍👦"
  private static let marks = "e" + String(repeating: "\u{301}", count: 4000)

  @Test(
    "a cut text has no more units than it may, whatever a character is made of",
    arguments: [
      String(repeating: "a", count: 500), String(repeating: family, count: 100), marks,
      marks + family, family + marks, String(repeating: "𝕏", count: 300),
    ])
  func bounds(text: String) {
    for limit in [3, 4, 11, 120, 140, 255] {
      let cut = SafeText.middleCut(text, units: limit)
      // A mark behind the cut joins with it to one character.
      #expect(cut.utf16.count <= limit && cut.unicodeScalars.contains("…"))
      #expect(cut.utf16.count >= limit / 4)
    }
  }

  @Test("a short text stays, and a cut keeps whole characters where they are small")
  func whole() {
    #expect(SafeText.middleCut("abc", units: 3) == "abc")
    #expect(SafeText.middleCut("abcdefgh", units: 5) == "ab…gh")
    let cut = SafeText.middleCut(String(repeating: Self.family, count: 100), units: 140)
    #expect(cut.allSatisfy { $0 == "…" || String($0) == Self.family })
  }

  @Test("titles of checks and alerts fit where names are made of marks without end")
  func titles() throws {
    let report = SampleReport.report(failing: 1, regressed: 1, name: { _ in Self.marks })
    var regressed = report
    regressed.series[0].identity.name = Self.marks
    var facts = TestedRun()
    facts.commit = SampleReport.commit
    let publication = try Publication(regressed, key: "main", facts: facts, folder: ".")
    for alert in AlertPlan(publication).standing { #expect(alert.title.utf16.count <= 255) }
    #expect(publication.headline(limit: 140).utf16.count <= 140)
    var json = JSONWriter()
    let check = GitHubCheck(publication, commit: SampleReport.commit)
    json.object { check.write(check.annotations, isLast: true, to: &$0) }
    let titles = try JSONReader.read(json.bytes, count: json.bytes.count) {
      (root, _) throws(Problem) in
      root["output"]?.list("annotations").map { $0["title"]?.string ?? "" } ?? []
    }
    #expect(!titles.isEmpty && titles.allSatisfy { $0.utf16.count <= 255 })
  }
}
