internal import Foundation
internal import FoundationXML
internal import Testing

@testable internal import TidemarkSyntax

@Suite struct XMLWriterTests {
  private func written(_ body: (inout XMLWriter) -> Void) -> String {
    var xml = XMLWriter()
    body(&xml)
    return String(decoding: xml.bytes, as: UTF8.self)
  }

  @Test(
    "what XML can carry is read back as it was",
    arguments: [
      "plain", "a<b>&\"'", "]]>", "tab\tline\nend", "é 👩‍👩‍👧", "##vso[x]", "::error::", "#", ":a",
      "&amp;", "<!-- -->", "xmlns", "\u{85}".replacing("\u{85}", with: "x"),
    ])
  func readsBack(raw: String) throws {
    for breaks in [false, true] {
      var xml = XMLWriter(breaksNamespaceWord: breaks)
      xml.raw("<a")
      xml.attribute("b", raw)
      xml.raw(">")
      xml.text(raw)
      xml.raw("</a>")
      let document = try XMLDocument(data: Data(xml.bytes))
      let shown = SafeText.visible(raw)
      #expect(document.rootElement()?.stringValue == shown)
      #expect(document.rootElement()?.attribute(forName: "b")?.stringValue == shown)
    }
  }

  @Test("control characters, escape codes and non-characters leave well-formed text")
  func illegalCharacters() throws {
    let raw = "a\u{0}b\u{1B}[31mc\u{7}d\u{FFFE}e\u{FFFF}f\u{202E}g\u{9B}1mh"
    let text = written { xml in
      xml.raw("<a>")
      xml.text(raw)
      xml.raw("</a>")
    }
    _ = try XMLDocument(data: Data(text.utf8))
    #expect(text == "<a>a␀bc␇d\u{FFFD}e\u{FFFD}f\u{FFFD}gh</a>")
  }

  @Test("no log takes a line of it for a command")
  func logCommands() {
    let text = written { $0.text("##vso[x]\n  ::error::y\n::z") }
    #expect(!text.contains("##"))
    #expect(!text.split(separator: "\n").contains { $0.drop { $0 == " " }.hasPrefix("::") })
  }

  @Test("the word that the Azure agent cuts never stands in text")
  func namespaceWord() {
    var xml = XMLWriter(breaksNamespaceWord: true)
    xml.text("an xmlns=x and xmlnsxmlns & xmlns")
    #expect(!String(decoding: xml.bytes, as: UTF8.self).contains("xmlns"))
  }

  @Test(
    "seconds are plain decimals",
    arguments: [
      (0.0, 6, "0"), (1.5, 6, "1.5"), (1e-7, 6, "0"), (2.5e-5, 6, "0.000025"),
      (1234.5, 3, "1234.5"),
      (0.0004, 3, "0"), (0.9996, 3, "1"), (-1, 3, "0"), (.infinity, 3, "0"), (.nan, 3, "0"),
      (1e300, 3, "31622400"), (59.999_999_9, 6, "60"),
    ])
  func seconds(value: Double, digits: Int, expected: String) {
    #expect(written { $0.attribute("t", seconds: value, digits: digits) } == " t=\"\(expected)\"")
  }

  @Test("integers, the least one too")
  func integers() {
    #expect(written { $0.integer(0) } == "0")
    #expect(written { $0.integer(-120) } == "-120")
    #expect(written { $0.integer(.min) } == "\(Int.min)")
  }
}

@Suite struct CSVTests {
  @Test(
    "a cell is no formula and one cell",
    arguments: [
      ("a", "a"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"),
      ("a,b", "\"a,b\""),
      ("a\"b", "\"a\"\"b\""), ("a\nb", "a b"), ("\t=1", "'=1"), ("=a,b", "\"'=a,b\""), ("", ""),
      ("a,\u{301}b", "\"a,\u{301}b\""),
    ])
  func cells(raw: String, cell: String) { #expect(CSV.cell(raw) == cell) }
}

@Suite struct LogCommandsTests {
  @Test(
    "each token is broken and the text stays",
    arguments: ["##vso[x]", "a ##[error]", "::error::x", "  ::x", "a\n::x", "###", "##teamcity[x]"])
  func broken(raw: String) {
    let text = LogCommands.broken(raw)
    #expect(text != raw && text.replacing("\u{2060}", with: "") == raw)
    #expect(!text.contains("##"))
    #expect(
      !text.split(separator: "\n").contains {
        $0.drop { $0 == " " }.unicodeScalars.starts(with: "::".unicodeScalars)
      })
  }

  @Test("other text is left alone", arguments: ["a::b", "#1", "std::vector", "a: b", ""])
  func untouched(raw: String) { #expect(LogCommands.broken(raw) == raw) }
}
