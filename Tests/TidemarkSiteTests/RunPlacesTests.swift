import Testing
import TidemarkModel
import TidemarkReport

@testable import TidemarkSite

@Suite struct RunPlacesTests {
  private func report(_ count: Int, changesAt: Int? = nil) -> Report {
    let runs = SampleReports.runs(count)
    var report = SampleReports.rich()
    report.tests = []
    report.runs = runs
    report.run = SampleReports.header(runs)
    report.series = [
      SampleReports.series(
        1, name: "parse", levels: changesAt.map { [(0, 10), ($0, 12)] } ?? [(0, 10)], noise: 0.01,
        runs: runs, state: changesAt == nil ? .unchanged : .regressed)
    ]
    return report
  }

  @Test("the newest runs have pages, and so has an older one with which something changed")
  func pages() {
    let places = RunPlaces(report(RunPlaces.newestCount + 30, changesAt: 12))
    let paged = places.pages.indices.filter { places.pages[$0] != nil }
    #expect(paged == [12] + Array(30..<RunPlaces.newestCount + 30))
    #expect(places.series[12] == [0])
  }

  @Test("a run without a page is shown by its row in the list of runs")
  func rows() throws {
    let report = report(RunPlaces.newestCount + 30, changesAt: 12)
    let files = try Site.render(report: report, theme: Theme())
    let texts = Dictionary(
      uniqueKeysWithValues: files.map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) })
    let place = "runs.html#r-\(report.runs[3].identifier)"
    #expect(try #require(texts["series/\(report.series[0].id).html"]).contains("../\(place)\""))
    #expect(try #require(texts["runs.html"]).contains("<tr id=\"\(place.dropFirst(10))\""))
  }

  @Test("a run's page does not change with the next run")
  func stable() throws {
    let options = SiteOptions(project: "acme/parser")
    let before = report(40, changesAt: 12)
    var after = report(41, changesAt: 12)
    after.runs.replaceSubrange(..<40, with: before.runs)
    let pages = try [before, after].map { report in
      let files = try Site.render(report: report, theme: Theme(), options: options)
      return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) })
    }
    // The newest one's page says less from then on, and the one before it has a neighbour.
    for run in before.runs.dropLast() {
      let path = "runs/\(run.identifier).html"
      #expect(pages[0][path] != nil && pages[0][path] == pages[1][path], "\(path)")
    }
  }
}
