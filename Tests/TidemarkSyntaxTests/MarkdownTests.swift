internal import Testing

@testable internal import TidemarkSyntax

@Suite struct MarkdownTests {
  static let hostile = [
    "", " ", "a | b", "`", "``` x ```", "a\\|b", "\\", "|", "`|`\\", "*a* _b_ ~~c~~", "<b>x</b>",
    "[a](javascript:x)", "![a](b)", "&amp; &#64;", "@octocat", "a@b.example", "#12 !3 GH-4 ~bug",
    "https://evil.example www.evil.example", "/merge", "## vso", "##vso[x]", "::error::x", "- x",
    "1. x", "> x", "# x", "---", "===", "\u{202E}x", "a\u{0}b", "</code>", "<!-- x -->", "$x$ $1",
    "first\nsecond", "\u{1B}[31mred", "é | ü `", "x  y", "\t", "&commat;a", "<https://a.example>",
  ]

  @Test("running text reads as itself and as nothing else", arguments: hostile)
  func textStaysText(raw: String) {
    let outline = Markdown.outline("x " + Markdown.text(raw))
    #expect(outline.blocks == ["paragraph"])
    #expect(outline.addresses.isEmpty && outline.html.isEmpty && outline.code.isEmpty)
    let read = outline.text.replacing("\u{2060}", with: "")
    #expect(read == "x " + SafeText.oneLine(raw) || SafeText.oneLine(raw).isEmpty)
  }

  @Test("a code span reads as its text, also in a cell", arguments: hostile)
  func codeStaysCode(raw: String) {
    let code = Markdown.code(raw)
    let outline = Markdown.outline("x " + code)
    #expect(outline.blocks == ["paragraph"])
    #expect(Set(outline.html).isSubset(of: ["<code>", "</code>"]))
    #expect(!code.contains("|"))
    let read = (outline.text.dropFirst(2) + outline.code.joined()).replacing("\u{2060}", with: "")
    #expect(read == SafeText.oneLine(raw) || SafeText.oneLine(raw).isEmpty)
  }

  @Test("a fenced block holds all of its text", arguments: hostile + ["a\n```\nb\n````\n"])
  func fenceHolds(raw: String) {
    let outline = Markdown.outline(Markdown.fence(raw) + "\nafter\n")
    #expect(outline.blocks == ["code_block", "paragraph"])
    #expect(outline.text == "after")
  }

  @Test(
    "no platform finds a mention, a reference, an address or a command",
    arguments: ["@octocat", "#12", "!12", "GH-12", "gh-12", "~bug", "https://x", "www.x", "##vso["])
  func neighboursAreParted(token: String) {
    let outline = Markdown.outline("x " + Markdown.text("a \(token)"))
    #expect(!outline.text.contains(token))
    #expect(outline.text.replacing("\u{2060}", with: "") == "x a \(token)")
  }

  @Test("a text at a line's start would be no quick action")
  func slashIsEscaped() { #expect(Markdown.text("/merge") == "\\/merge") }

  @Test("only absolute web addresses are linked to")
  func addresses() {
    #expect(Markdown.link("a", to: "https://x.example/a") == "[a](https://x.example/a)")
    for bad in ["javascript:x", "//x", "/x", "x", "http://", "https:// x", "data:text/html,x"] {
      #expect(Markdown.link("a", to: bad) == "a")
    }
    #expect(
      Markdown.absoluteAddress("https://x/a b)(|<>\"\n") == "https://x/a%20b%29%28%7C%3C%3E%22%0A")
    #expect(Markdown.absoluteAddress("HTTPS://x/") == "https://x/")
    #expect(Markdown.absoluteAddress("https://" + String(repeating: "x", count: 3000)) == nil)
  }

  @Test("a check that a fragment reads as something else fails")
  func readsNotices() {
    #expect(!Markdown.reads("*a*", as: "*a*"))
    #expect(!Markdown.reads("a", as: "b"))
    #expect(!Markdown.reads("a\n\nb", as: "a b"))
    #expect(!Markdown.reads("<b>a</b>", as: "a"))
    #expect(Markdown.reads("`a`", as: "a"))
  }

  @Test("a note keeps its formatting and loses what is active")
  func notesAreSafe() {
    let html = Markdown.renderSafeHTML(
      """
      # Title
      **bold** <script>x</script> [a](javascript:x) [b](https://x.example) ![pic](https://x/p.png)

      <div onclick="x">block</div>
      """)
    #expect(html.contains("<h3>Title</h3>"))
    #expect(html.contains("<strong>bold</strong>"))
    #expect(html.contains("&lt;script&gt;x&lt;/script&gt;"))
    #expect(html.contains("&lt;div onclick="))
    #expect(html.contains("<a href=\"https://x.example\">b</a>"))
    #expect(!html.contains("javascript:") && !html.contains("<img") && !html.contains("<script"))
    #expect(html.contains("pic"))
  }

  @Test("a note beyond its bound is cut and says so")
  func notesAreBounded() {
    let html = Markdown.renderSafeHTML(String(repeating: "word ", count: 100_000))
    #expect(html.utf8.count < 2 * Markdown.noteLimit)
    #expect(html.contains("The note goes on."))
    // Deep nesting costs no stack.
    #expect(!Markdown.renderSafeHTML(String(repeating: ">", count: 16_000) + "x").isEmpty)
    #expect(!Markdown.renderSafeHTML(String(repeating: "[", count: 16_000)).isEmpty)
  }
}
