import Foundation
import Testing
import TidemarkModel
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct WordsTests {
  private func words(_ file: String) throws -> Words {
    var words = Words()
    try words.add(Array(file.utf8), path: "strings.en.yml")
    return words
  }

  @Test("a text is filled in, counted and joined")
  func texts() throws {
    let words = try words(
      """
      # a comment
      plain: "say \\"hi\\"\\n"

      run.one: "{n} run of {branch}"
      run.other: "{n} runs of {branch}"
      list.separator: ", "
      list.last: " and "
      """)
    #expect(words.text("plain") == "say \"hi\"\n")
    #expect(words.count("run", 1, ["branch": "main"]) == "1 run of main")
    #expect(words.count("run", 1204, ["branch": "main"]) == "1,204 runs of main")
    #expect(words.text("not.there") == "not.there")
    #expect(words.joined(["a"]) == "a")
    #expect(words.joined(["a", "b", "c"]) == "a, b and c")
  }

  @Test("markup in a value is escaped, markup in a part is kept")
  func markup() throws {
    let words = try words("x: \"<{a}> {b}\"")
    guard case .html(let bytes) = words.html("x", ["a": "<b>", "b": .html(Array("<i>".utf8))])
    else {
      Issue.record("no markup")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self) == "&lt;&lt;b&gt;&gt; <i>")
  }

  @Test("a later file replaces texts one by one")
  func override() throws {
    var words = try words("a: \"1\"\nb: \"2\"")
    try words.add(Array("b: \"3\"".utf8), path: "x")
    #expect(words.text("a") + words.text("b") == "13")
  }

  @Test(
    "a line that is no text names its place",
    arguments: [
      "a: \"1\"\nb: 2", "a: \"1\"\nb \"2\"", "a: \"1\"\nb: \"2\"3\"", "a: \"1\"\n: \"2\"",
    ])
  func errors(file: String) throws {
    let problem = try #require(throws: Problem.self) { try words(file) }
    #expect(problem.line == 2)
    #expect(problem.path == "strings.en.yml")
  }

  @Test("every language of the default theme has every text, with the same places to fill in")
  func complete() throws {
    func texts(_ name: String) throws -> [String: String] {
      let file = try #require(embeddedTheme.first { $0.name.description == name })
      var texts: [String: String] = [:]
      for match in file.text.description.matches(of: /(?m)^([a-z_.0-9]+): "(.*)"$/) {
        #expect(texts[String(match.1)] == nil, "\(name): \(match.1) stands twice")
        texts[String(match.1)] = String(match.2)
      }
      return texts
    }
    func places(_ text: String) -> Set<String> {
      Set(text.matches(of: /\{([a-z]+)\}/).map { String($0.1) })
    }
    let english = try texts("strings.en.yml")
    let german = try texts("strings.de.yml")
    #expect(english.count > 300)
    #expect(Set(english.keys).symmetricDifference(german.keys).isEmpty)
    for (key, text) in english {
      let other = places(german[key] ?? "")
      // A form for one may do without the number.
      let same = key.hasSuffix(".one") ? other.union(["n"]) : other
      let own = key.hasSuffix(".one") ? places(text).union(["n"]) : places(text)
      #expect(same == own, "\(key)")
    }
    for key in english.keys where key.hasSuffix(".one") {
      #expect(english[key.dropLast(4) + ".other"] != nil, "\(key)")
    }
  }

  /// A key that is asked for by a sentence's name would show itself instead of a text.
  @Test("every key that the code asks for has a text")
  func keys() throws {
    let theme = try Theme()
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/TidemarkSite").standardized.resolvingSymlinksInPath()
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var asked = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /(?:words|context\.words)\.(text|html|count)\(\s*"([a-z_.]+)"/)
      {
        asked += 1
        let key = String(match.2)
        if match.1 == "count" {
          #expect(theme.words.contains(key + ".one"), "\(file.lastPathComponent): \(key)")
          #expect(theme.words.contains(key + ".other"), "\(file.lastPathComponent): \(key)")
        } else {
          #expect(theme.words.contains(key), "\(file.lastPathComponent): \(key)")
        }
      }
      let pattern =
        /"((?:figure|lead|short|judged|health|state|outcome|verdict|input|glossary)\.[a-z_.]+)"/
      for match in text.matches(of: pattern) {
        asked += 1
        let key = String(match.1)
        if key.hasSuffix(".html") { continue }
        #expect(
          theme.words.contains(key) || theme.words.contains(key + ".other")
            || theme.words.contains(key + "_title"), "\(file.lastPathComponent): \(key)")
      }
    }
    #expect(asked > 150)
  }
}
