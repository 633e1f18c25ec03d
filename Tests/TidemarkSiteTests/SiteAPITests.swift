import Foundation
import FoundationXML
import Testing
import TidemarkModel
import TidemarkReport
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct SiteAPITests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func files(_ report: Report) throws -> [String: [UInt8]] {
    let files = try Site.render(
      report: report, theme: Theme(), options: SiteOptions(project: "acme/parser"))
    return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) })
  }

  private func json(_ bytes: [UInt8]?) throws -> [String: Any] {
    let data = Data(try #require(bytes))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test(
    "every file has the keys of the schema, and no other", arguments: SiteTests.samples.map(\.name))
  func schema(name: String) throws {
    let make = try #require(SiteTests.samples.first { $0.name == name }).make
    let schema = try JSONSchema(
      Data(
        contentsOf: Self.root.appending(path: "docs/schemas/tidemark.site-api-1.schema.json")))
    let files = try files(make())
    let api = files.filter { $0.key.hasPrefix("api/") }
    #expect(api.count >= 4)
    for (path, bytes) in api {
      let problems = schema.problems(try json(bytes))
      #expect(problems.isEmpty, "\(path): \(problems.prefix(5))")
    }
  }

  @Test("a file that breaks the schema is seen as one that does")
  func schemaCanFail() throws {
    let schema = try JSONSchema(
      Data(
        contentsOf: Self.root.appending(path: "docs/schemas/tidemark.site-api-1.schema.json")))
    var document = try json(files(SampleReports.rich())["api/index.json"])
    document["verdict"] = "green"
    #expect(!schema.problems(document).isEmpty)
    document["verdict"] = "pass"
    #expect(schema.problems(document).isEmpty)
    document["secret"] = 1
    #expect(!schema.problems(document).isEmpty)
  }

  @Test("the index names every list's files")
  func index() throws {
    let files = try files(SampleReports.rich())
    let lists = try json(files["api/index.json"])["files"] as? [String: [String]] ?? [:]
    #expect(lists.values.joined().count >= 3)
    for name in lists.values.joined() { #expect(files["api/\(name)"] != nil, "\(name)") }
  }

  @Test("all points of a series stand in the file that the first digit of its id names")
  func points() throws {
    let report = SampleReports.rich()
    let files = try files(report)
    for series in report.series {
      let name = "api/series/\(series.id.description.prefix(1)).json"
      let members = try json(files[name])["series"] as? [[String: Any]] ?? []
      let one = members.first { $0["id"] as? String == series.id.description }
      let points = one?["points"] as? [String: [Any]]
      #expect(points?["values"]?.count == series.points.count)
      #expect(files[one?["page"] as? String ?? ""] != nil)
    }
    #expect(files.keys.count { $0.hasPrefix("api/series/") } <= 16)
    let listed = try json(files["api/series.json"])["series"] as? [[String: Any]] ?? []
    for series in listed { #expect(files["api/\(series["file"] as? String ?? "")"] != nil) }
  }

  @Test("which models are told apart is there, with the series and models that it is about")
  func comparisons() throws {
    var report = SampleReports.rich()
    let models = report.series.filter { $0.identity.labels["model"] != nil }
    try #require(models.count > 1)
    #expect(try files(report)["api/comparisons.json"] == nil)
    report.modelComparisons = [
      ModelComparison(
        best: models[0].id, other: models[1].id, basis: .items, difference: 0.1, low: 0.02,
        high: 0.18, p: 0.01, n: 100)
    ]
    let document = try json(files(report)["api/comparisons.json"])
    let one = try #require((document["comparisons"] as? [[String: Any]])?.first)
    #expect(one["best"] as? String == models[0].id.description)
    #expect(one["other_model"] as? String == models[1].identity.labels["model"])
    #expect(one["task"] as? String == models[0].identity.labels["task"])
    #expect(one["apart"] as? Bool == true)
  }

  @Test("a long list goes on in a further file, and the files say so")
  func longList() throws {
    var report = SampleReports.rich()
    let one = try #require(report.tests.first { $0.state == .newlyFailing })
    report.tests += (0..<4000).map { number in
      var test = one
      test.identity.name = "further \(number)"
      test.id = Identifier(bits: UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
      return test
    }
    let files = try files(report)
    var name: String? = "tests.json"
    var seen = 0
    while let path = name {
      let document = try json(files["api/\(path)"])
      #expect(try #require(files["api/\(path)"]).count < SiteAPI.fileBudget + 2000)
      seen += (document["tests"] as? [Any])?.count ?? 0
      #expect(document["total"] as? Int == document["kept"] as? Int)
      name = document["next"] as? String
      if name == nil { #expect(document["total"] as? Int == seen) }
    }
    #expect(seen > 4000)
    #expect(files["api/tests-2.json"] != nil)
  }
}

@Suite struct AlertFeedTests {
  private func feed(_ report: Report) throws -> String {
    let files = try Site.render(
      report: report, theme: Theme(), options: SiteOptions(project: "acme/parser"))
    return String(
      decoding: try #require(files.first { $0.path == "feed.xml" }).bytes, as: UTF8.self)
  }

  private func contents(_ element: String, _ text: String) throws -> [String] {
    let pattern = try Regex("<\(element)[^>]*>([^<]*)</\(element)>")
    return text.matches(of: pattern).compactMap { $0.output[1].substring.map(String.init) }
  }

  @Test("it is well-formed, and has what RFC 4287 asks of a feed and of every entry")
  func valid() throws {
    for make in SiteTests.samples.map(\.make) where !make().tests.isEmpty {
      let text = try feed(make())
      #expect(XMLParser(data: Data(text.utf8)).parse())
      let entries = text.split(separator: "<entry>").dropFirst()
      let head = try #require(text.split(separator: "<entry>").first).description
      for element in ["id", "title", "updated", "name"] {
        #expect(try contents(element, head).count == 1, "\(element)")
      }
      for entry in entries.map(String.init) {
        for element in ["id", "title", "updated", "content"] {
          #expect(try contents(element, entry).count == 1, "\(element): \(entry)")
        }
        #expect(entry.contains("rel=\"alternate\""))
      }
      let ids = try contents("id", text)
      #expect(Set(ids).count == ids.count)
      #expect(ids.allSatisfy { $0.wholeMatch(of: /urn:uuid:[0-9a-f-]{36}/) != nil })
    }
  }

  @Test("an alert keeps its id in the next run, wherever the site is served")
  func stable() throws {
    var report = SampleReports.rich()
    let before = Set(try contents("id", feed(report)))
    report.run.id = "another"
    report.run.time = Timestamp(
      millisecondsSince1970: report.run.time.millisecondsSince1970 + 3_600_000)
    report.links.site = "https://acme.example/parser"
    let text = try feed(report)
    #expect(Set(try contents("id", text)) == before)
    let links = text.matches(of: /href="([^"]*)"/).map { String($0.1) }
    #expect(links.allSatisfy { $0.hasPrefix("https://acme.example/parser/") }, "\(links)")
    #expect(text.contains("rel=\"self\""))
  }

  @Test("without the site's address links are relative, and lead to pages that are there")
  func relative() throws {
    let files = try Site.render(report: SampleReports.rich(), theme: Theme())
    let paths = Set(files.map(\.path))
    let text = try feed(SampleReports.rich())
    #expect(text.contains(" xml:base=\"./\"") && text.contains("rel=\"self\" href=\"feed.xml\""))
    for match in text.matches(of: /href="([^"]*)"/) {
      #expect(paths.contains(String(match.1.prefix { $0 != "#" })), "\(match.1)")
    }
  }
}

@Suite struct BadgesTests {
  private func badge(_ name: String, _ report: Report) throws -> String {
    let files = try Site.render(report: report, theme: Theme())
    let file = try #require(files.first { $0.path == "badges/\(name).svg" })
    return String(decoding: file.bytes, as: UTF8.self)
  }

  @Test("a badge says in words what it says, without a script or a style")
  func words() throws {
    for make in SiteTests.samples.map(\.make) {
      for name in ["tests", "performance", "baseline"] {
        let svg = try badge(name, make())
        #expect(!svg.contains("style") && !svg.contains("<script") && !svg.contains("href"))
        #expect(svg.contains("role=\"img\" aria-labelledby=\"t\"><title id=\"t\">"))
      }
    }
    #expect(try badge("tests", SampleReports.rich()).contains("newly failing</title>"))
    #expect(try badge("performance", SampleReports.rich()).contains("regressed</title>"))
    #expect(try badge("baseline", SampleReports.stale()).contains("stale, "))
  }

  @Test("what was not run or not judged is never shown as a pass")
  func absence() throws {
    #expect(try badge("tests", SampleReports.nothingRead()).contains("tests: none</title>"))
    #expect(try badge("performance", SampleReports.firstRun()).contains("not judged"))
    #expect(try badge("baseline", SampleReports.firstRun()).contains("baseline: none"))
    for name in ["tests", "performance", "baseline"] {
      #expect(try !badge(name, SampleReports.nothingRead()).contains("passed"))
    }
  }
}
