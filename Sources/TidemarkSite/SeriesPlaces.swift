internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Series whose names begin alike: they share a page where not every series has one of its own.
struct SeriesGroup: Sendable {
  var name: String
  /// The name of its page, made from ``name``: the same from run to run.
  var fileName: String
  /// By their places in the report, in the order of their names.
  var series: [Int]
}

/// Where each series of a site is shown.
///
/// Up to ``pageLimit`` series each has its page. Of more, those have one that a reader looks for, as
/// many as ``pageBudget`` holds; all of them stand on the pages of their groups.
struct SeriesPlaces: Sendable {
  static let pageLimit = 400
  /// Bytes of all pages of series, and of their files for programs, where not every one has one.
  private static let pageBudget = 14_000_000
  /// The most groups: names that begin in more ways are told apart by less of them.
  private static let groupLimit = 200
  /// How many of the noisiest series have pages: as many as the health page names.
  private static let noisiestCount = 10

  /// The name of each series' files, by its place in the report.
  let fileNames: [String]
  let hasOwnPage: [Bool]
  /// In the order of their names; empty where every series has a page.
  let groups: [SeriesGroup]

  init(_ series: [SeriesChange], hasBaseline: Bool) {
    // One id may stand twice, where no label tells two jobs apart: the second page gets a number.
    var seen: [Identifier: Int] = [:]
    fileNames = series.map { series in
      let count = (seen[series.id] ?? 0) + 1
      seen[series.id] = count
      return count == 1 ? series.id.description : "\(series.id)-\(count)"
    }
    guard series.count > SeriesPlaces.pageLimit else {
      hasOwnPage = series.map { _ in true }
      groups = []
      return
    }
    hasOwnPage = SeriesPlaces.pages(series, hasBaseline: hasBaseline)
    groups = SeriesPlaces.groups(series)
  }

  /// What is beyond a hard threshold, what is noisiest, then what changed, the worst first.
  private static func pages(_ series: [SeriesChange], hasBaseline: Bool) -> [Bool] {
    var hasPage = [Bool](repeating: false, count: series.count)
    var left = min(pageLimit, pageBudget / weight(series))
    func give(_ index: Int) {
      guard left > 0, !hasPage[index] else { return }
      hasPage[index] = true
      left -= 1
    }
    for index in series.indices where series[index].isBeyondThreshold { give(index) }
    let noisy = series.indices.filter { series[$0].noisePercent?.isFinite == true }
      .sorted { (series[$1].noisePercent ?? 0, $0) < (series[$0].noisePercent ?? 0, $1) }
    for index in noisy.prefix(noisiestCount) { give(index) }
    // The report has them by state, and by the size of the change.
    for index in series.indices {
      switch series[index].state {
      case .regressed, .suspected, .missing, .improved: give(index)
      case .new: if hasBaseline { give(index) }
      case .unchanged, .insufficientData: break
      }
    }
    return hasPage
  }

  /// About how many bytes the page and the file of a series have: a point is a mark with a title and
  /// a row of the table, of which there are no more than the chart has marks.
  private static func weight(_ series: [SeriesChange]) -> Int {
    let points = series.reduce(0) { max($0, $1.points.count) }
    return 8000 + 580 * min(points, SeriesChart.pointLimit) + 60 * points
  }

  private static func groups(_ series: [SeriesChange]) -> [SeriesGroup] {
    let names = series.map { SafeText.oneLine($0.identity.name) }
    // The rougher the key, the fewer groups: the first that gives no more than a page can list.
    let keys: [(String) -> String] = [
      head, { String(head($0).prefix { $0.isLetter || $0 == "_" }) }, { String($0.prefix(2)) },
      { _ in "" },
    ]
    var members: [String: [Int]] = [:]
    for key in keys {
      members = Dictionary(grouping: series.indices) { key(names[$0]) }
      if members.count <= groupLimit { break }
    }
    return members.keys.sorted(by: utf8Precedes).map { name in
      let sorted = (members[name] ?? []).map { ($0, series[$0].sortKey) }
        .sorted { $0.1 == $1.1 ? $0.0 < $1.0 : utf8Precedes($0.1, $1.1) }
      let id = Digest.identifier(of: Array("group \(name)".utf8))
      return SeriesGroup(name: name, fileName: id.description, series: sorted.map(\.0))
    }
  }

  /// The first part of a name that has parts (`parser/large`, `Lexer::scan`), else its first word.
  static func head(_ name: String) -> String {
    let head = name.prefix { !"/:.([ ".contains($0) }
    return head.isEmpty ? name : String(head)
  }
}
