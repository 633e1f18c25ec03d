import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct InputSearchTests {
  @Test("a pattern below a folder that is not there is one fault")
  func missingFolder() {
    let search = InputSearch(names: ["no-such-folder/*.xml"], excluding: [])
    #expect(search.files.isEmpty)
    #expect(search.problems.map(\.what) == ["matches no file"])
  }

  @Test(
    "FORMAT: before a path has to be a format; a path may have a colon of its own",
    arguments: [
      ("junnit:a.xml", "junnit"), ("junit:a.xml", nil), ("a.xml", nil), ("C:\\a.xml", nil),
      ("https://a/b.xml", nil), ("dir/a:b.xml", nil), (":a.xml", nil),
    ] as [(String, String?)])
  func formatNames(name: String, unknown: String?) {
    #expect(InputSearch.unknownFormat(in: name) == unknown)
  }
}
