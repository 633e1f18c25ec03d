import Foundation
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
        "words.yml", "a: \"b\"",
        "words.yml: the words of a theme stand in strings.LANGUAGE.yml; rename it"
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
    let located = try #require(throws: Problem.self) {
      try Theme(overrides: [name: bytes(text)], folder: "our/theme")
    }
    #expect(located.description == "our/theme/" + message)
  }

  @Test("a language is the theme's or the default's; what it lacks is in English")
  func languages() throws {
    let french = [
      "strings.fr.yml": bytes("lang: \"fr\"\nnav.runs: \"Passages\"\nnumber.point: \",\"")
    ]
    let theme = try Theme(overrides: french, language: "fr")
    #expect(theme.words.text("nav.runs") == "Passages")
    #expect(theme.words.text("nav.tests") == "Tests")
    #expect(theme.words.numbers.significant(1.5) == "1,50")
    // It is there to be chosen, and does nothing else.
    #expect(try Theme(overrides: french).words.text("nav.runs") == "Runs")
    let german = try Theme(
      overrides: ["strings.de.yml": bytes("nav.runs: \"Bauten\"")], language: "de")
    #expect(german.words.text("nav.runs") == "Bauten")
    #expect(german.words.text("nav.alerts") == "Meldungen")
    let problem = try #require(throws: Problem.self) { try Theme(language: "eo") }
    #expect(
      problem.description
        == "no strings.eo.yml has the words of the language eo; use one of: de, en; or add it to the theme's folder"
    )
  }

  @Test("a page in another language says so, and writes numbers its way")
  func germanPages() throws {
    let files = try Site.render(
      report: SampleReports.rich(), theme: Theme(language: "de"),
      options: SiteOptions(project: "acme/parser"))
    for file in files where file.path.hasSuffix(".html") {
      let whole = String(decoding: file.bytes, as: UTF8.self)
      #expect(whole.contains("<html lang=\"de\">"), "\(file.path)")
      // What the report says itself is English, and marked so.
      let text = whole.replacing(/<(p|li|span)[^>]* lang="en">.*?<\/\1>/, with: "")
      for english in ["Skip to content", ">Overview<", " runs", "newly failing", "slower"] {
        let place = text.firstRange(of: english)
        #expect(
          place == nil, "\(file.path): \(place.map { text[$0.lowerBound...].prefix(80) } ?? "")")
      }
    }
    let index = try #require(files.first { $0.path == "index.html" })
    #expect(String(decoding: index.bytes, as: UTF8.self).contains("12,5\u{A0}% langsamer"))
  }

  @Test("templates hold no words: each stands in the files of words")
  func templatesHaveNoWords() throws {
    for file in embeddedTheme where file.name.description.hasSuffix(".mustache") {
      let bare = file.text.description
        .replacing(/\{\{[^}]*\}\}/, with: "").replacing(/<[^>]*>/, with: " ")
        .replacing(/&[#a-zA-Z0-9]+;/, with: "")
      #expect(bare.firstMatch(of: /[A-Za-z]/) == nil, "\(file.name)")
      for match in file.text.description.matches(of: /(?:aria-label|title|alt|content)="([^"]*)"/) {
        let words = match.1.replacing(/\{\{[^}]*\}\}/, with: "")
        let known = ["width=device-width, initial-scale=1", "light dark", "website"]
        #expect(
          known.contains(String(words)) || words.firstMatch(of: /[A-Za-z]/) == nil,
          "\(file.name): \(words)")
      }
    }
  }

  @Test("the program holds no words of the site: a literal text is a key or a sign")
  func codeHasNoWords() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/TidemarkSite").standardized.resolvingSymlinksInPath()
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    let words = try Theme().words
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /\.text\("([^"\\]*)"\)/) {
        let literal = String(match.1)
        let isTone = ["worse", "suspect", "better", "muted", "plain"].contains(literal)
        #expect(
          isTone || literal.contains(".") || literal.firstMatch(of: /[A-Za-z]{2}/) == nil
            || words.contains(literal),
          "\(file.lastPathComponent): \(literal)")
      }
    }
  }
}
