internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Which series moved beyond their own noise? What moved comes first, by state and size; what did
/// not is folded by group.
struct BenchmarksPage {
  private struct Section {
    var title: String
    var anchor: String
    var isFolded: Bool
    /// The head of a table of sides.
    var head: [String: Value] = [:]
    var rows: [[UInt8]] = []
  }

  /// Rows of one table of sides.
  private static let sideCount = 100

  private let context: SiteContext
  private var sections: [Section] = []

  init(_ context: SiteContext) throws(Problem) {
    self.context = context
    var moved = Section(
      title: context.words.text("section.moved"), anchor: "moved", isFolded: false)
    var insufficient = Section(
      title: context.words.text("section.insufficient_data"), anchor: "insufficient",
      isFolded: false)
    var groups: [String: Section] = [:]
    var order: [String] = []
    for (index, series) in context.report.series.enumerated() {
      // The rest stands on the pages of groups.
      guard context.places.hasOwnPage[index] else { continue }
      let row = try row(series, path: context.seriesPaths[index])
      switch series.state {
      case .unchanged:
        let key = SeriesPlaces.head(SafeText.oneLine(series.identity.name))
        if groups[key] == nil {
          order.append(key)
          groups[key] = Section(title: context.name(key), anchor: "", isFolded: true)
        }
        groups[key]?.rows.append(row)
      case .insufficientData: insufficient.rows.append(row)
      case .regressed, .suspected, .missing, .improved, .new: moved.rows.append(row)
      }
    }
    sections = [moved].filter { !$0.rows.isEmpty }
    try addSides()
    if !insufficient.rows.isEmpty { sections.append(insufficient) }
    var folded = order.sorted(by: utf8Precedes).compactMap { groups[$0] }
    if !folded.isEmpty { folded[0].anchor = "unchanged" }
    sections += folded
  }

  /// Series under several labels: first those of which some regressed, and not all.
  private mutating func addSides() throws(Problem) {
    let groups = context.sides.series
    let told = groups.filter { $0.finding != nil }
    let ranked = told + groups.filter { $0.finding == nil }
    for table in Sides.tables(ranked, context).prefix(5) {
      var section = Section(
        title: context.words.text("section.side_by_side"),
        anchor: sections.contains { !$0.head.isEmpty } ? "" : "sides", isFolded: false)
      section.head = context.sideHead(table)
      for side in table.groups.prefix(BenchmarksPage.sideCount) {
        section.rows.append(try context.sideRow(series: side))
      }
      sections.append(section)
    }
  }

  private func row(_ series: SeriesChange, path: String) throws(Problem) -> [UInt8] {
    var values = context.values(series, path: path)
    if series.state != .missing, series.state != .insufficientData { values["sentence"] = .empty }
    return try context.theme.rendered("benchmark_row", .object(values))
  }

  func render() throws(Problem) -> [SiteFile] {
    guard !context.report.series.isEmpty else { return [] }
    let pages = Pager.pages(sections.map { $0.rows.map(\.count) })
    let total = sections.reduce(0) { $0 + $1.rows.count }
    let (lead, totals) = (lead, totals)
    var files: [SiteFile] = []
    for (number, page) in pages.enumerated() {
      var title = context.words.text("nav.benchmarks")
      if number > 0 {
        title = context.words.text("page.number", ["title": title, "n": "\(number + 1)"])
      }
      files.append(
        try context.page(
          "benchmarks", path: Pager.path("benchmarks", page: number), title: title,
          tab: .benchmarks,
          [
            "heading": .text(title), "lead": lead, "totals": .text(totals),
            "cut": context.cut(
              shown: page.reduce(0) { $0 + $1.rows.count }, total: total, name: "benchmarks",
              page: number, pages: pages.count),
            "sections": .list(page.map(values)),
            "groups": .list(number == 0 ? context.groupLinks : []), "without": .text(without),
          ]))
    }
    return files
  }

  /// How many series have no page of their own.
  private var without: String {
    let count = context.places.hasOwnPage.count { !$0 }
    return context.words.count(
      "group.without", count,
      ["total": context.words.numbers.count(context.report.series.count)])
  }

  private func values(_ stretch: Pager.Stretch) -> Value {
    let section = sections[stretch.section]
    let values: [String: Value] = [
      "title": .text(section.title), "folded": .flag(section.isFolded),
      "sides": .flag(!section.head.isEmpty),
      "anchor": stretch.rows.lowerBound == 0 ? Value(section.anchor) : .empty,
      "heading": .flag(section.anchor == "unchanged"),
      "continued": .flag(stretch.rows.lowerBound > 0),
      "count": .text(context.words.count("series", section.rows.count)),
      "rows": .html(Array(section.rows[stretch.rows].joined())),
    ]
    return .object(values.merging(section.head) { _, head in head })
  }

  private var lead: Value {
    let words = context.words
    let totals = context.report.seriesTotals
    let parts = [
      (totals.regressed, "short.regressed"), (totals.suspected, "short.suspected"),
      (totals.missing, "short.missing"), (totals.improved, "short.improved"),
      (totals.new, "short.new"),
    ].filter { $0.0 > 0 }.map { words.count($0.1, $0.0) }
    if !parts.isEmpty {
      let counts = words.text("sentence", ["text": words.joined(parts)])
      guard let worst else { return .text(counts) }
      return words.html(
        "benchmarks.lead",
        ["counts": .text(counts), "worst": worst, "common": Value(common.map { " \($0)" })])
    }
    if totals.unchanged == 0 { return .text(words.text("benchmarks.insufficient")) }
    guard let detectable = context.medianDetectable else {
      return .text(words.text("benchmarks.still"))
    }
    return .text(
      words.text("benchmarks.still_size", ["size": context.words.numbers.percentSize(detectable)]))
  }

  /// What regressed most, or may have, with its effect and its certainty.
  private var worst: Value? {
    let series = context.report.series
    guard let index = series.indices.first,
      [.regressed, .suspected].contains(series[index].state), series[index].changePercent != nil
    else { return nil }
    return context.words.html(
      "benchmarks.worst",
      [
        "series": link(index, context.breakable(context.seriesName(series[index]))),
        "sentence": context.sentence(series[index]),
      ])
  }

  /// Under which labels alone all of what regressed did.
  private var common: String? {
    let regressed = context.report.series.indices.filter {
      context.report.series[$0].state == .regressed
    }
    let sides = regressed.map(context.sides.of(series:))
    if regressed.count == 1 { return sides[0].flatMap(context.sentence(series:)) }
    return context.commonSentence("benchmarks.common", sides)
  }

  private func link(_ index: Int, _ name: Value) -> Value {
    guard case .html(let markup) = name else { return name }
    let start = "<a href=\"\(HTML.escaped(context.seriesPaths[index]))\" dir=\"auto\">"
    return .html(Array(start.utf8) + markup + Array("</a>".utf8))
  }

  private var totals: String {
    let totals = context.report.seriesTotals
    var parts = [context.words.count("series", context.report.series.count)]
    if totals.unchanged > 0 {
      parts.append(context.words.count("lead.unchanged", totals.unchanged))
    }
    if totals.insufficientData > 0 {
      parts.append(context.words.count("short.insufficient", totals.insufficientData))
    }
    return parts.joined(separator: " · ")
  }
}

extension SiteContext {
  /// The median of the smallest changes that would show.
  var medianDetectable: Double? {
    let sizes = report.series.compactMap(\.minimumDetectablePercent).filter(\.isFinite).sorted()
    return sizes.isEmpty ? nil : sizes[sizes.count / 2]
  }
}
