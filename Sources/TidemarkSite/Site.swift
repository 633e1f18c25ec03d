package import TidemarkModel
package import TidemarkReport

/// One file of the site, with its place below `site/`.
package struct SiteFile: Hashable, Sendable {
  /// Relative, with `/` between folders.
  package var path: String
  package var bytes: [UInt8]
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// What the report does not tell.
package struct SiteOptions: Hashable, Sendable {
  /// Stands before the commit on every page: the repository's name.
  package var project: String?
  /// Whether pages load `tidemark.js`. It adds a filter, sorting and a crosshair, nothing that the
  /// pages need; where a policy forbids scripts (Jenkins), browsers log each page's attempt.
  package var hasScript: Bool
  package var source = Source.inputs
  /// What the configuration says that bears on the judgement: its keys and their values, as the health
  /// page shows them.
  package var settings: [Setting] = []

  package struct Setting: Hashable, Sendable {
    package var key: String
    package var value: String
    package init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// What the report was made from.
  package enum Source: Hashable, Sendable {
    /// The files that a pipeline's jobs left.
    case inputs
    /// A run of the history, which keeps neither messages nor files.
    case history
  }

  package init(project: String? = nil, hasScript: Bool = false) {
    self.project = project
    self.hasScript = hasScript
  }
}

/// The HTML site: a finished report as pages that need no script, server or network; beside them a
/// feed, badges and JSON for programs.
///
/// Pure: no clock, no disk, no network, no analysis. The same report, theme and options give the
/// same bytes.
package enum Site {
  /// Renders on the calling thread.
  ///
  /// - Returns: `index.html` first, then the other pages, then the theme's own files.
  /// - Throws: ``Problem`` where a template of the theme cannot be rendered.
  package static func render(
    report: Report, theme: Theme, options: SiteOptions = SiteOptions()
  ) throws(Problem) -> [SiteFile] {
    var context = SiteContext(report: report, theme: theme, options: options)
    let runs = try RunsPage(context)
    try context.place(runs)
    let groups = GroupPages(context, items: try groupItems(context, groupedSeries(context)))
    context.place(groups)
    let tests = try TestsPage(context, rows: TestsPage.rows(context, report.tests.indices))
    context.place(tests)
    return try pages(context, tests: tests, runs: runs) + groups.render()
      + seriesPages(context, report.series.indices)
      + SiteAPI.seriesFiles(context, SiteAPI.digits) + lastPages(context)
  }

  /// The same files, rendered in `workers` tasks.
  package static func render(
    report: Report, theme: Theme, options: SiteOptions = SiteOptions(), workers: Int
  ) async throws(Problem) -> [SiteFile] {
    var prepared = SiteContext(report: report, theme: theme, options: options)
    let runs = try RunsPage(prepared)
    try prepared.place(runs)
    let items = await split(groupedSeries(prepared), workers, prepared, groupItems)
    let groups = GroupPages(prepared, items: try items.get())
    prepared.place(groups)
    let rows = await split(report.tests.indices, workers, prepared, TestsPage.rows)
    let tests = try TestsPage(prepared, rows: rows.get())
    prepared.place(tests)
    let context = prepared
    async let series = split(report.series.indices, workers, context, seriesPages)
    async let points = split(SiteAPI.digits, workers, context, SiteAPI.seriesFiles)
    let rest = Result { () throws(Problem) in
      (try pages(context, tests: tests, runs: runs) + groups.render(), try lastPages(context))
    }
    let others = await (series, points)
    return try rest.get().0 + others.0.get() + others.1.get() + rest.get().1
  }

  /// All series where they are shown in groups, else none.
  private static func groupedSeries(_ context: SiteContext) -> Range<Int> {
    context.places.groups.isEmpty ? 0..<0 : context.report.series.indices
  }

  private static func groupItems(
    _ context: SiteContext, _ range: Range<Int>
  ) throws(Problem) -> [[UInt8]] {
    try GroupPages.items(context, range)
  }

  private static func pages(
    _ context: SiteContext, tests: TestsPage, runs: RunsPage
  ) throws(Problem) -> [SiteFile] {
    let benchmarks = try BenchmarksPage(context)
    var files = [try OverviewPage(context).render()]
    files += try tests.render()
    files += try benchmarks.render()
    if let grid = GridPage(context) { files += try grid.render() }
    if let compare = ComparePage(context) { files.append(try compare.render()) }
    if context.hasAlertsPage { files.append(try AlertsPage(context).render()) }
    files += try runs.render()
    files.append(try HealthPage(context).render())
    if context.hasAlertsPage { files.append(AlertFeed(context).render()) }
    if context.options.hasScript, context.hasAlertsPage { files.append(NameList(context).render()) }
    return files + Badges(context).render() + SiteAPI(context).render()
  }

  private static func lastPages(_ context: SiteContext) throws(Problem) -> [SiteFile] {
    try RunPages(context).render() + context.assets
  }

  /// What `body` makes of all stretches of `range`, in their order, whichever task ends first.
  private static func split<Part: Sendable>(
    _ range: Range<Int>, _ workers: Int, _ context: SiteContext,
    _ body: @escaping @Sendable (SiteContext, Range<Int>) throws(Problem) -> [Part]
  ) async -> Result<[Part], Problem> {
    let stride = max(range.count / (max(workers, 1) * 4), 8)
    let parts = await withTaskGroup(of: (Int, Result<[Part], Problem>).self) { group in
      for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: stride) {
        group.addTask {
          let stretch = start..<min(start + stride, range.upperBound)
          return (start, Result { () throws(Problem) in try body(context, stretch) })
        }
      }
      var parts: [Int: Result<[Part], Problem>] = [:]
      for await (start, result) in group { parts[start] = result }
      return parts
    }
    return Result { () throws(Problem) in
      var all: [Part] = []
      for start in parts.keys.sorted() { all += try parts[start]?.get() ?? [] }
      return all
    }
  }

  private static func seriesPages(
    _ context: SiteContext, _ range: Range<Int>
  ) throws(Problem) -> [SiteFile] {
    var files: [SiteFile] = []
    for index in range where context.places.hasOwnPage[index] {
      files.append(try SeriesPage(context, index: index).render())
    }
    return files
  }
}
