import Testing
import TidemarkModel
import TidemarkSyntax

@Suite struct MustacheTests {
  private func render(
    _ template: String, _ values: Mustache.Value = [:], partials: [String: String] = [:]
  ) throws -> String {
    var mustache = Mustache()
    try mustache.add(Array(template.utf8), named: "page")
    for (name, source) in partials { try mustache.add(Array(source.utf8), named: name) }
    var bytes: [UInt8] = []
    try mustache.render("page", values, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "a tag becomes its value",
    arguments: [
      ("plain", "plain"),
      ("a{{x}}b", "a&lt;&amp;&gt;b"),
      ("a{{{x}}}b", "a<&>b"),
      ("a{{&x}}b", "a<&>b"),
      ("a{{ x }}b", "a&lt;&amp;&gt;b"),
      ("a{{markup}}b", "a<i>b"),
      ("{{missing}}.", "."),
      ("{{inner.deep}}", "deep value"),
      ("{{inner.missing.deep}}.", "."),
      ("{{! a comment }}x", "x"),
      ("{ {x} } { {", "{ {x} } { {"),
      ("{{#yes}}on{{/yes}}{{#no}}off{{/no}}", "on"),
      ("{{^yes}}on{{/yes}}{{^no}}off{{/no}}{{^missing}}!{{/missing}}", "off!"),
      ("{{#list}}({{.}}){{/list}}", "(1)(2)"),
      ("{{#inner}}{{deep}} {{outer}}{{/inner}}", "deep value outer value"),
      ("{{#empty}}x{{/empty}}{{^empty}}none{{/empty}}", "none"),
      ("{{#nothing}}x{{/nothing}}{{^nothing}}none{{/nothing}}", "none"),
    ])
  func tags(template: String, expected: String) throws {
    let values: Mustache.Value = [
      "x": "<&>", "markup": .html(Array("<i>".utf8)), "yes": true, "no": false,
      "list": .list(["1", "2"]), "inner": ["deep": "deep value"], "outer": "outer value",
      "empty": .list([]), "nothing": "",
    ]
    #expect(try render(template, values) == expected)
  }

  @Test("an inner value without a text hides an outer one of the same name")
  func emptyHides() throws {
    let values: Mustache.Value = [
      "x": "outer", "rows": .list([["x": .empty], ["x": "inner"], [:]]),
    ]
    #expect(try render("{{#rows}}[{{x}}]{{/rows}}", values) == "[][inner][outer]")
  }

  @Test(
    "a tag alone on its line takes the line with it",
    arguments: [
      ("a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n"),
      ("a\n  {{! note }}  \nb", "a\nb"),
      ("a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\n", "a\r\nb\r\n"),
      ("{{#yes}}\nb\n{{/yes}}", "b\n"),
      ("a {{#yes}}\nb\n{{/yes}} c", "a \nb\n c"),
      ("  {{x}}\n", "  X\n"),
      ("{{> part}}\nend", "part\nend"),
    ])
  func standalone(template: String, expected: String) throws {
    let values: Mustache.Value = ["yes": true, "x": "X"]
    #expect(try render(template, values, partials: ["part": "part\n"]) == expected)
  }

  @Test("a partial sees the values where it stands")
  func partial() throws {
    let values: Mustache.Value = ["rows": .list([["n": "1"], ["n": "2"]])]
    let text = try render("{{#rows}}{{> row}}{{/rows}}", values, partials: ["row": "<{{n}}>"])
    #expect(text == "<1><2>")
  }

  @Test(
    "a template that cannot be read names its line",
    arguments: [
      ("a\n{{#x}}\nb", 2, "section x is not closed"),
      ("a\nb\n{{/x}}", 3, "section x is closed but was not opened"),
      ("{{#x}}\n{{#y}}\n{{/x}}\n{{/y}}", 3, "section y of line 2 is closed as x"),
      ("\n\n{{x", 3, "a tag is not closed"),
      ("{{=<% %>=}}", 1, "{{= is not supported"),
      ("{{a b}}", 1, "a tag needs one name, and has 2"),
      ("x\n{{}}", 2, "a tag needs one name, and has 0"),
      ("{{a..b}}", 1, "a..b is no name"),
    ])
  func errors(template: String, line: Int, what: String) throws {
    let problem = try #require(throws: Problem.self) { try render(template) }
    #expect(problem.path == "page.mustache")
    #expect(problem.line == line)
    #expect(problem.what == what)
  }

  @Test("a missing partial and endless partials are problems with a place")
  func partialErrors() throws {
    let missing = try #require(throws: Problem.self) { try render("x\n{{> gone}}\n") }
    #expect(missing.description == "page.mustache:2: no template is named gone.mustache")
    let endless = try #require(throws: Problem.self) {
      try render("{{> page}}")
    }
    #expect(endless.what == "partials nest more than 32 deep")
  }

  @Test("every name that a template asks for is listed with its line")
  func references() throws {
    var mustache = Mustache()
    try mustache.add(Array("{{a}}\n{{#b}}\n{{c.d}}{{> e}}\n{{/b}}\n".utf8), named: "page")
    let references = mustache.references(in: "page")
    #expect(references.map(\.name) == ["a", "b", "c.d", "e"])
    #expect(references.map(\.line) == [1, 2, 3, 3])
    #expect(references.map(\.isPartial) == [false, false, false, true])
  }
}
