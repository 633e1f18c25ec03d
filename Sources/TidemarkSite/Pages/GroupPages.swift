internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// The series of a group side by side, each with its course: where not every series has a page.
struct GroupPages {
  private let context: SiteContext
  /// The item of each series, by its place in the report.
  private let items: [[UInt8]]
  private let pages: [[Range<Int>]]
  /// Where each series stands, by its place in the report.
  private(set) var addresses: [String]

  /// - Parameter items: What ``items(_:_:)`` gives for all series.
  init(_ context: SiteContext, items: [[UInt8]]) {
    self.context = context
    self.items = items
    addresses = context.report.series.map { _ in "" }
    var pages: [[Range<Int>]] = []
    for group in context.places.groups {
      let ranges = Pager.pages([group.series.map { items[$0].count }])
        .compactMap { $0.first?.rows }
      for (number, range) in ranges.enumerated() {
        let path = "groups/" + Pager.path(group.fileName, page: number)
        for index in group.series[range] {
          addresses[index] = "\(path)#\(GroupPages.anchor(context, index))"
        }
      }
      pages.append(ranges)
    }
    self.pages = pages
  }

  private static func anchor(_ context: SiteContext, _ index: Int) -> String {
    "s-" + context.places.fileNames[index]
  }

  static func items(_ context: SiteContext, _ range: Range<Int>) throws(Problem) -> [[UInt8]] {
    var items: [[UInt8]] = []
    for index in range {
      let series = context.report.series[index]
      let scale = ValueScale(series, numbers: context.words.numbers)
      var values = series.state.mark.values(context.words)
      values["anchor"] = .text(anchor(context, index))
      values["name"] = context.breakable(context.seriesName(series))
      values["where"] = .text(context.seriesPlace(series))
      values["value"] = Value(series.value.map(scale.text))
      values["multiple"] = SmallMultiple.render(series, runCount: context.report.runs.count)
      if context.places.hasOwnPage[index] {
        values["href"] = .text("../series/\(context.places.fileNames[index]).html")
        values["effect"] = Value(context.effect(series))
      }
      values["noise"] = Value(
        series.noisePercent.map { "±" + context.words.numbers.percentSize($0) })
      items.append(try context.theme.rendered("group_item", .object(values)))
    }
    return items
  }

  func render() throws(Problem) -> [SiteFile] {
    let words = context.words
    var files: [SiteFile] = []
    for (group, ranges) in zip(context.places.groups, pages) {
      let states = Dictionary(grouping: group.series) { context.report.series[$0].state }
      for (number, range) in ranges.enumerated() {
        var title = group.name.isEmpty ? words.text("group.all") : context.name(group.name)
        if number > 0 {
          title = words.text("page.number", ["title": title, "n": "\(number + 1)"])
        }
        files.append(
          try context.page(
            "group", path: "groups/" + Pager.path(group.fileName, page: number), title: title,
            tab: .benchmarks,
            [
              "heading": .text(title), "lead": .text(lead(group, states.mapValues(\.count))),
              "cut": context.cut(
                shown: range.count, total: group.series.count, name: group.fileName, page: number,
                pages: ranges.count),
              "rows": .html(Array(group.series[range].map { items[$0] }.joined())),
            ]))
      }
    }
    return files
  }

  /// `83 series: 1 regressed, 82 unchanged.`
  private func lead(_ group: SeriesGroup, _ states: [SeriesState: Int]) -> String {
    let keys: [(SeriesState, String)] = [
      (.regressed, "short.regressed"), (.suspected, "short.suspected"),
      (.missing, "short.missing"), (.improved, "short.improved"), (.new, "short.new"),
      (.insufficientData, "short.insufficient"), (.unchanged, "lead.unchanged"),
    ]
    let words = context.words
    let parts = keys.compactMap { state, key in
      states[state].map { words.count(key, $0) }
    }
    return words.text(
      "group.lead",
      ["series": words.count("series", group.series.count), "states": words.joined(parts)])
  }
}

extension SiteContext {
  /// The groups' pages, for the list on the page of the benchmarks.
  var groupLinks: [Value] {
    places.groups.map { group in
      [
        "href": .text("groups/\(group.fileName).html"),
        "name": .text(group.name.isEmpty ? words.text("group.all") : name(group.name)),
        "count": .text(words.count("series", group.series.count)),
      ]
    }
  }
}
