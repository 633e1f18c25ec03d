internal import TidemarkModel
internal import TidemarkReport

/// Where each run of the window is shown, and what changed with it.
///
/// The newest runs have a page each, and so have those with which something changed; the others stand in
/// the list of runs, which says of them what a page would.
struct RunPlaces: Sendable {
  /// How many of the newest runs have a page each.
  static let newestCount = 50
  /// The most pages of older runs.
  private static let eventLimit = 200

  /// The page of each run, by its place in the window; nil where it has none.
  let pages: [String?]
  /// Where each run is shown: its page, else its row; nil for a second one of the same name.
  private(set) var addresses: [String?]
  /// The series and the tests that changed with a run, by their places in the report.
  let series: [Int: [Int]]
  let tests: [Int: [Int]]

  init(_ report: Report) {
    var series: [Int: [Int]] = [:]
    for (index, one) in report.series.enumerated() {
      for change in one.changePoints {
        if let run = change.index, series[run]?.last != index {
          series[run, default: []].append(index)
        }
      }
    }
    var tests: [Int: [Int]] = [:]
    for (index, test) in report.tests.enumerated() {
      if let run = test.since?.index { tests[run, default: []].append(index) }
    }
    let newest = report.runs.indices.suffix(RunPlaces.newestCount)
    let events = report.runs.indices.dropLast(RunPlaces.newestCount)
      .filter { series[$0] != nil || tests[$0] != nil }.suffix(RunPlaces.eventLimit)
    let paged = Set(newest).union(events)
    var seen: Set<Identifier> = []
    var pages: [String?] = []
    for index in report.runs.indices {
      let run = report.runs[index].identifier
      let isFirst = seen.insert(run).inserted
      pages.append(isFirst && paged.contains(index) ? "runs/\(run).html" : nil)
    }
    self.pages = pages
    self.series = series
    self.tests = tests
    addresses = pages
  }

  /// - Parameter rows: The address of each run's row, by its place in the window.
  mutating func place(rows: [Int: String]) {
    for index in addresses.indices where addresses[index] == nil { addresses[index] = rows[index] }
  }
}
