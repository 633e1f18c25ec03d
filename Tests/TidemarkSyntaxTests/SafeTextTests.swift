import Testing
import TidemarkSyntax

@Suite struct SafeTextTests {
  @Test(
    "terminal escape sequences are gone, control characters are shown",
    arguments: [
      ("\u{1B}[31mred\u{1B}[0m", "red"), ("a\u{1B}]0;title\u{07}b", "ab"), ("bell\u{07}", "bell␇"),
      ("nul\u{0}", "nul␀"), ("a\r\nb", "a\nb"), ("bidi\u{202E}x", "bidi\u{FFFD}x"),
      ("zero\u{200B}width", "zero\u{FFFD}width"), ("tab\tstays", "tab\tstays"), ("é漢字😀", "é漢字😀"),
      ("\u{9B}31mred", "red"), ("open\u{1B}]0;never ends\nnext", "open\nnext"),
    ])
  func visible(raw: String, shown: String) { #expect(SafeText.visible(raw) == shown) }

  @Test("one line has no line break and no run of blanks")
  func oneLine() { #expect(SafeText.oneLine(" a\n  b\t c ") == "a b c") }

  @Test("a middle cut keeps both ends and its length")
  func middleCut() {
    #expect(SafeText.middleCut("abcdefghij", to: 5) == "ab…ij")
    #expect(SafeText.middleCut("abc", to: 5) == "abc")
  }

  @Test("a prefix in bytes never splits a character")
  func prefixBytes() { #expect(SafeText.prefix("aéé", bytes: 4) == "aé") }
}

@Suite struct HTMLTests {
  @Test("text cannot leave its element or its attribute")
  func escaped() {
    #expect(HTML.escaped("<a href=\"x\">'&") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;")
  }

  @Test("only http, https and relative addresses are linked")
  func addresses() {
    #expect(HTML.safeAddress("https://example.org") != nil)
    #expect(HTML.safeAddress("a/b.html#c") != nil)
    for bad in ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "vbscript:x"] {
      #expect(HTML.safeAddress(bad) == nil)
    }
  }
}

@Suite struct JSONWriterTests {
  @Test("documents are as written, and safe inside HTML")
  func document() {
    var json = JSONWriter()
    json.object { json in
      json.member("a", "</script>\u{2028}\"\n")
      json.member("b", array: [1, 2]) { $0.number($1) }
      json.member("c", nil as Double?)
      json.member("d", Double.nan)
      json.key("e")
      json.object { _ in }
    }
    let text = String(decoding: json.bytes, as: UTF8.self)
    #expect(
      text == #"{"a":"\u003c/script\u003e\u2028\"\n","b":[1,2],"c":null,"d":null,"e":{}}"#)
  }

  @Test("indented documents put each member on a line")
  func indented() {
    var json = JSONWriter(isIndented: true)
    json.object { $0.member("a", array: [1]) { $0.number($1) } }
    #expect(String(decoding: json.bytes, as: UTF8.self) == "{\n  \"a\": [\n    1\n  ]\n}")
  }
}

@Suite struct GlobTests {
  @Test(
    "patterns match what shells match",
    arguments: [
      ("*.xml", "a.xml", true), ("*.xml", "a/b.xml", false), ("**/*.xml", "a/b/c.xml", true),
      ("**/*.xml", "c.xml", true), ("a/**", "a/b/c", true), ("a?c", "abc", true),
      ("a?c", "a/c", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
      ("{a,b}/*.json", "b/x.json", true), ("{a,b}/*.json", "c/x.json", false),
      ("plain", "plain", true),
      ("plain", "plainer", false), ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true),
      ("*", "", true),
      ("BM_*/64", "BM_Sort/64", true), ("**", "a/b", true), ("a\\*b", "a*b", true),
      ("a\\*b", "axb", false),
    ])
  func matching(pattern: String, text: String, expected: Bool) {
    #expect(Glob(pattern).matches(text) == expected, "\(pattern) on \(text)")
  }

  @Test("many stars cost no exponential time")
  func manyStars() {
    let pattern = String(repeating: "*a", count: 30)
    #expect(!Glob(pattern).matches(String(repeating: "a", count: 3000) + "b"))
  }
}

@Suite struct DigestTests {
  @Test("the digest of abc is the one of FIPS 180-4")
  func known() {
    #expect(
      Digest.hex(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
