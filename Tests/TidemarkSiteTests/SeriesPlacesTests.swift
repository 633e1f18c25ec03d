import Foundation
import Testing
import TidemarkModel
import TidemarkReport
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct SeriesPlacesTests {
  /// `count` series in groups of 40; the first three have regressed, the last is missing.
  private func report(_ count: Int) -> Report {
    var report = SampleReports.rich()
    let runs = report.runs
    report.series = (0..<count).map { number in
      SampleReports.series(
        number, name: "group\(number / 40)x/case_\(number)", levels: [(0, 10)], noise: 0.01,
        runs: runs, state: number < 3 ? .regressed : number == count - 1 ? .missing : .unchanged)
    }
    return report
  }

  private func render(_ report: Report) throws -> [String: String] {
    let files = try Site.render(report: report, theme: Theme())
    return Dictionary(
      uniqueKeysWithValues: files.map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) })
  }

  @Test("up to the limit every series has its page, and there are no groups")
  func few() throws {
    let files = try render(report(400))
    #expect(files.keys.count { $0.hasPrefix("series/") } == 400)
    #expect(!files.keys.contains { $0.hasPrefix("groups/") })
  }

  @Test("of many series those with news have pages, all stand in a group, and the site says so")
  func many() throws {
    let report = report(500)
    let files = try render(report)
    let pages = files.keys.filter { $0.hasPrefix("series/") }
    // Three regressed, one missing, the ten noisiest.
    #expect((4...14).contains(pages.count))
    for index in [0, 1, 2, 499] {
      #expect(files["series/\(report.series[index].id).html"] != nil)
      let id = report.series[index].id.description
      #expect(files["api/series/\(id.prefix(1)).json"]?.contains("\"\(id)\"") == true)
    }
    let groups = files.filter { $0.key.hasPrefix("groups/") }
    for series in report.series {
      #expect(groups.values.count { $0.contains("id=\"s-\(series.id)\"") } == 1)
    }
    let benchmarks = try #require(files["benchmarks.html"])
    #expect(benchmarks.contains("\(500 - pages.count) of 500 series have no page of their own"))
    #expect(groups.count == 13)
    for path in groups.keys { #expect(benchmarks.contains("href=\"\(path)\"")) }
  }

  @Test("every link leads to a file and a place, also to series without a page")
  func links() throws {
    let files = try render(report(500))
    for (path, text) in files where path.hasSuffix(".html") {
      let folder = path.contains("/") ? String(path.prefix { $0 != "/" }) + "/" : ""
      for match in text.matches(of: /\shref="([^"]*)"/) {
        let link = String(match.1)
        guard !link.hasPrefix("http") else { continue }
        let parts = link.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        let target =
          parts[0].isEmpty
          ? path : parts[0].hasPrefix("../") ? String(parts[0].dropFirst(3)) : folder + parts[0]
        let file = try #require(files[target], "\(path) → \(link)")
        if parts.count > 1 { #expect(file.contains("id=\"\(parts[1])\""), "\(path) → \(link)") }
      }
    }
  }

  @Test("a series beyond a threshold has a page whatever its state")
  func threshold() {
    var report = report(500)
    report.series[250].isBeyondThreshold = true
    #expect(SeriesPlaces(report.series, hasBaseline: true).hasOwnPage[250])
  }

  @Test("a first run of many series, all new, has no page for each")
  func first() {
    var report = report(500)
    for index in report.series.indices { report.series[index].state = .new }
    let places = SeriesPlaces(report.series, hasBaseline: false)
    #expect(places.hasOwnPage.count { $0 } <= 10)
    let later = SeriesPlaces(report.series, hasBaseline: true)
    #expect(later.hasOwnPage.count { $0 } > 100)
  }

  @Test("groups are at most as many as a page can list, however the names begin")
  func groups() {
    for name in [{ "name\($0)/x" }, { "\($0)" }, { String(UnicodeScalar(UInt8(33 + $0 % 90))) }]
      as [(Int) -> String]
    {
      var report = report(900)
      for index in report.series.indices { report.series[index].identity.name = name(index) }
      let places = SeriesPlaces(report.series, hasBaseline: true)
      #expect((1...200).contains(places.groups.count))
      #expect(places.groups.flatMap(\.series).sorted() == Array(report.series.indices))
      #expect(Set(places.groups.map(\.fileName)).count == places.groups.count)
    }
  }

  @Test("the group of a series is the same whatever state it and the others are in")
  func stable() {
    let report = report(500)
    var other = report
    for index in other.series.indices { other.series[index].state = .insufficientData }
    other.series.reverse()
    func addresses(_ report: Report) -> [String: String] {
      let places = SeriesPlaces(report.series, hasBaseline: true)
      var addresses: [String: String] = [:]
      for group in places.groups {
        for index in group.series { addresses[places.fileNames[index]] = group.fileName }
      }
      return addresses
    }
    #expect(addresses(report) == addresses(other))
  }

  @Test("rendered in tasks a site of many series and tests has the same bytes")
  func tasks() async throws {
    let report = report(450)
    let theme = try Theme()
    let whole = try Site.render(report: report, theme: theme)
    let parallel = try await Site.render(report: report, theme: theme, workers: 3)
    #expect(parallel == whole)
  }
}
