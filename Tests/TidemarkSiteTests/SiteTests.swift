import Foundation
import Testing
import TidemarkModel
import TidemarkReport
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct SiteTests {
  static let samples: [(name: String, make: @Sendable () -> Report)] = [
    ("rich", { SampleReports.rich() }), ("first run", { SampleReports.firstRun() }),
    ("nothing read", { SampleReports.nothingRead() }), ("stale", { SampleReports.stale() }),
    ("all fine", { SampleReports.allFine() }),
  ]

  private func render(
    _ report: Report, options: SiteOptions = SiteOptions(project: "acme/parser")
  ) throws -> [String: String] {
    let files = try Site.render(report: report, theme: Theme(), options: options)
    #expect(files.first?.path == "index.html")
    let texts = files.map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) }
    #expect(Set(texts.map(\.0)).count == texts.count, "a file is written twice")
    return Dictionary(uniqueKeysWithValues: texts)
  }

  @Test("the same report gives the same bytes", arguments: samples.map(\.name))
  func sameBytes(name: String) throws {
    let make = try #require(Self.samples.first { $0.name == name }).make
    let theme = try Theme()
    #expect(
      try Site.render(report: make(), theme: theme) == Site.render(report: make(), theme: Theme()))
  }

  @Test(
    "no page needs a script, a style of its own or another host", arguments: samples.map(\.name))
  func policy(name: String) throws {
    let make = try #require(Self.samples.first { $0.name == name }).make
    for (path, text) in try render(make()) where path.hasSuffix(".html") {
      #expect(!text.contains("<script"), "\(path)")
      #expect(!text.contains("<style"), "\(path)")
      #expect(text.firstMatch(of: /<[^>]*\s(style|on[a-z]+)=/) == nil, "\(path)")
      #expect(text.firstMatch(of: /<[^>]*\s(src|srcset|action)=/) == nil, "\(path)")
      #expect(!text.contains("target="), "\(path)")
      #expect(!text.contains("<form") && !text.contains("<button"), "\(path)")
    }
  }

  @Test("every link leads to a file and a place that exist", arguments: samples.map(\.name))
  func links(name: String) throws {
    let make = try #require(Self.samples.first { $0.name == name }).make
    try expectLinks(render(make()))
  }

  /// Tests that became slow, pass and so have no place; runs without a page; series without one.
  @Test("so does every link of a long history, of the feed, of the search and of the API")
  func allLinks() throws {
    var report = SampleReports.rich()
    let runs = SampleReports.runs(RunPlaces.newestCount + 60)
    report.runs = runs
    report.run = SampleReports.header(runs)
    report.series += (0..<420).map { number in
      SampleReports.series(
        900 + number, name: "group\(number / 40)/case_\(number)", levels: [(0, 10)], noise: 0.02,
        runs: runs, state: .unchanged)
    }
    let ends = ChangePoint(
      index: 70, run: runs[70].id, commit: runs[70].commit, time: runs[70].time)
    report.slowTests = report.tests.map { test in
      SlowTest(
        tests: [test.id], suite: test.identity.suite, className: test.identity.className,
        name: test.identity.name, job: test.job, before: 0.1, after: 0.4, changePoint: ends,
        p: 0.001)
    }
    let files = try render(report, options: SiteOptions(project: "acme/parser", hasScript: true))
    #expect(files.keys.contains { $0.hasPrefix("groups/") })
    #expect(files.keys.count { $0.hasPrefix("runs/") } < runs.count)
    #expect(files.values.contains { $0.contains("runs.html#r-") })
    try expectLinks(files)
    let feed = try #require(files["feed.xml"])
    for match in feed.matches(of: /\shref="([^"]*)"/) {
      try expectPlace(String(match.1), from: "feed.xml", files)
    }
    let names = try #require(files["names.js"]).dropFirst("tidemarkNames(".count).dropLast(3)
    let entries = try JSONSerialization.jsonObject(with: Data(names.utf8)) as? [[String]] ?? []
    #expect(entries.count > report.series.count)
    for entry in entries { try expectPlace(entry[2], from: "names.js", files) }
    for (path, text) in files where path.hasPrefix("api/") {
      for match in text.matches(of: /"page":"([^"]*)"/) {
        try expectPlace(String(match.1), from: "index.html", files)
      }
      for match in text.matches(of: /"file":"(series\/[^"]*)"/) {
        #expect(files["api/\(match.1)"] != nil, "\(path): \(match.1)")
      }
    }
  }

  private func expectLinks(
    _ files: [String: String], of isMeant: (String) -> Bool = { _ in true }
  ) throws {
    for (path, text) in files where path.hasSuffix(".html") && isMeant(path) {
      // A page has many links to one place.
      for link in Set(text.matches(of: /\shref="([^"]*)"/).map(\.1)) {
        try expectPlace(String(link).replacing("&amp;", with: "&"), from: path, files)
      }
    }
  }

  private func expectPlace(_ link: String, from path: String, _ files: [String: String]) throws {
    if link.hasPrefix("https://") || link.hasPrefix("http://") { return }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    var place = path.split(separator: "/").dropLast().map(String.init)
    for part in parts[0].split(separator: "/") {
      if part == ".." { place.removeLast() } else { place.append(String(part)) }
    }
    let target = parts[0].isEmpty ? path : place.joined(separator: "/")
    let page = try #require(files[target], "\(path) links to \(link)")
    if parts.count > 1 {
      let isThere = page.utf8.firstRange(of: "id=\"\(parts[1])\"".utf8) != nil
      #expect(isThere, "\(path): \(link)")
    }
  }

  @Test("one h1, one title, a language and no id twice on a page", arguments: samples.map(\.name))
  func structure(name: String) throws {
    let make = try #require(Self.samples.first { $0.name == name }).make
    for (path, text) in try render(make()) where path.hasSuffix(".html") {
      #expect(text.matches(of: /<h1[ >]/).count == 1, "\(path)")
      #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"), "\(path)")
      let ids = text.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
      #expect(Set(ids).count == ids.count, "\(path): an id stands twice")
    }
  }

  @Test("a hostile name is text wherever it shows")
  func hostile() throws {
    for (path, text) in try render(SampleReports.rich()) where path.hasSuffix(".html") {
      #expect(!text.contains("<script"), "\(path)")
      #expect(!text.contains("<b>suite"), "\(path)")
      #expect(!text.contains("<img"), "\(path)")
      #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"), "\(path)")
    }
  }

  @Test("a page stays below 250 KB and a long list goes on, saying so at its head")
  func paging() throws {
    let files = try render(SampleReports.large())
    for (path, text) in files where path.hasSuffix(".html") {
      #expect(text.utf8.count <= 250_000, "\(path)")
    }
    let tests = files.keys.filter { $0.hasPrefix("tests") }.sorted()
    #expect(tests.count >= 5)
    let rows = tests.compactMap { files[$0]?.matches(of: /<tr><th scope="row"/).count }
    #expect(rows.reduce(0, +) == 2010)
    let head = try #require(files["tests.html"]).split(separator: "<h2").first ?? ""
    #expect(head.contains("Showing 500 of 2,018 rows; the rest: <a href=\"tests-2.html\">"))
    try expectLinks(files, of: { !$0.contains("/") })
  }

  @Test("equal ids of two jobs have two pages and two places")
  func equalIds() throws {
    var report = SampleReports.rich()
    report.series.append(contentsOf: report.series.prefix(1))
    let failing = try #require(report.tests.firstIndex { $0.state == .newlyFailing })
    report.tests.insert(report.tests[failing], at: failing)
    report.runs.insert(report.runs[0], at: 1)
    let files = try render(report)
    #expect(files.keys.contains("series/\(report.series[0].id)-2.html"))
    try expectLinks(files)
  }

  @Test("values that no chart can show do no harm")
  func extremeValues() throws {
    var report = SampleReports.rich()
    let count = try render(report).count
    for (index, value) in [
      Double.nan, .infinity, -.infinity, 1.7e308, -1.7e308, .leastNonzeroMagnitude, 0,
    ].enumerated() {
      report.series[0].points[index].value = value
      report.series[0].regimes[0].low = value
      report.series[0].changePercent = value
      report.series[0].minimumDetectablePercent = value
      report.series[0].noisePercent = value
      report.series[0].baseline?.value = value
      report.series[1].points[index].run = index * 1_000_000 - 1
      report.series[1].regimes[0].last = index * 1000 - 1
      report.series[1].changePoints[0].index = index * 1000 - 1
      report.series[1].changePoint?.index = -5
      report.series[1].unit.scale = value
      report.tests[0].duration = value
      let files = try render(report)
      #expect(files.count == count)
    }
  }

  @Test("an address that cannot be linked to is not a link")
  func addresses() throws {
    for address in [
      "javascript:alert(1)", "https://", "http://a b/", "https://x/%zz", "ftp://x/", "//x/y",
      "https://u:p@x/", "https://x:port/", "https://x/\"onclick=", "https://x/<y>",
    ] {
      var report = SampleReports.allFine()
      report.run.url = address
      report.jobs[0].url = address
      let index = try #require(try render(report)["index.html"])
      #expect(!index.contains("href=\"\(HTML.escaped(address))\""), "\(address)")
    }
  }

  @Test("the navigation shows only pages that exist")
  func navigation() throws {
    let empty = try render(SampleReports.nothingRead())
    #expect(
      Set(empty.keys.filter { $0.hasSuffix(".html") })
        == ["index.html", "runs.html", "health.html"])
    #expect(empty["feed.xml"] == nil)
    let index = try #require(empty["index.html"])
    #expect(!index.contains("tests.html") && !index.contains("benchmarks.html"))
    #expect(try #require(try render(SampleReports.rich())["index.html"]).contains("grid.html"))
  }

  @Test("the script is loaded, and written, only where it is asked for")
  func script() throws {
    let with = try render(SampleReports.allFine(), options: SiteOptions(hasScript: true))
    #expect(with["tidemark.js"] != nil)
    let index = try #require(with["index.html"])
    let element = "<script src=\"tidemark.js\" defer data-root=\"\" data-names=\"names.js\""
    #expect(index.contains(element))
    let names = try #require(with["names.js"])
    #expect(names.hasPrefix("tidemarkNames([[") && names.contains("\"series/"))
    #expect(try render(SampleReports.allFine())["tidemark.js"] == nil)
  }

  @Test("the names in a template's form are not filled in")
  func templateInName() throws {
    let tests = try #require(try render(SampleReports.rich())["tests.html"])
    #expect(tests.contains("in {{names}}"))
  }
}
