import Testing
import TidemarkModel
import TidemarkReport

@testable import TidemarkSite

@Suite struct ThemeTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("the style sheet and the script keep to their sizes")
  func sizes() throws {
    let theme = try Theme()
    #expect(try #require(theme.assets["tidemark.css"]).count <= 30_000)
    #expect(try #require(theme.assets["tidemark.js"]).count <= 20_000)
  }

  @Test("a theme replaces a template, a word and the style sheet")
  func overrides() throws {
    let theme = try Theme(overrides: [
      "runs.mustache": bytes("<title>{{heading}}</title>{{> logo}}"),
      "logo.mustache": bytes("LOGO"),
      "strings.en.yml": bytes("nav.runs: \"Läufe\""), "tidemark.css": bytes("body { margin: 0 }"),
      "logo.svg": bytes("<svg/>"), "README.md": bytes("about"),
    ])
    let files = try Site.render(report: SampleReports.allFine(), theme: theme)
    func text(_ path: String) -> String? {
      files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
    #expect(text("runs.html") == "<title>Läufe</title>LOGO")
    #expect(text("tidemark.css") == "body { margin: 0 }")
    #expect(text("logo.svg") == "<svg/>")
    #expect(text("README.md") == nil)
    #expect(text("index.html")?.contains(">Läufe</a>") == true)
  }

  @Test(
    "a theme that cannot work says where",
    arguments: [
      ("runs.mustache", "{{#rows}}", "runs.mustache:1: section rows is not closed"),
      ("runs.mustache", "\n{{> gone}}", "runs.mustache:2: no template is named gone.mustache"),
      (
        "runs.mustache", "{{t.nav.gone}}",
        "runs.mustache:1: strings.en.yml has no text nav.gone"
      ),
      (
        "overveiw.mustache", "x",
        "overveiw.mustache: no template uses this one; name it as one of the default theme's, or put it in with {{> …}}"
      ),
      (
        "strings.de.yml", "a: \"b\"",
        "strings.de.yml: the words of a theme stand in strings.en.yml; rename it"
      ),
      ("page.html", "x", "page.html: a theme has no use for this file"),
      (
        "../x.css", "x",
        "../x.css: a theme's file is named in a–z, 0–9, - and _, with an ending"
      ),
    ])
  func errors(name: String, text: String, message: String) throws {
    let problem = try #require(throws: Problem.self) { try Theme(overrides: [name: bytes(text)]) }
    #expect(problem.description == message)
  }
}
