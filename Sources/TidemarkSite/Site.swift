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
    try context.renderPointRows()
    return try pages(context) + seriesPages(context, report.series.indices) + lastPages(context)
  }

  /// The same files, the pages of the series rendered in `workers` tasks.
  package static func render(
    report: Report, theme: Theme, options: SiteOptions = SiteOptions(), workers: Int
  ) async throws(Problem) -> [SiteFile] {
    var context = SiteContext(report: report, theme: theme, options: options)
    try context.renderPointRows()
    let series = await seriesPages(context, workers: workers)
    return try pages(context) + series.get() + lastPages(context)
  }

  private static func pages(_ given: SiteContext) throws(Problem) -> [SiteFile] {
    var context = given
    let tests = try TestsPage(context)
    let benchmarks = try BenchmarksPage(context)
    context.testAddresses = tests.addresses
    var files = [try OverviewPage(context).render()]
    files += try tests.render()
    files += try benchmarks.render()
    if let grid = GridPage(context) { files += try grid.render() }
    if let compare = ComparePage(context) { files.append(try compare.render()) }
    if context.hasAlertsPage { files.append(try AlertsPage(context).render()) }
    files += try RunsPage(context).render()
    files.append(try HealthPage(context).render())
    if context.hasAlertsPage { files.append(AlertFeed(context).render()) }
    return files + Badges(context).render() + SiteAPI(context).render()
  }

  private static func lastPages(_ context: SiteContext) throws(Problem) -> [SiteFile] {
    try RunPages(context).render() + context.assets
  }
  /// In the order of the report, whichever task ends first.
  private static func seriesPages(
    _ context: SiteContext, workers: Int
  ) async -> Result<[SiteFile], Problem> {
    let count = context.report.series.count
    let stride = max(count / (max(workers, 1) * 4), 8)
    let pages = await withTaskGroup(of: (Int, Result<[SiteFile], Problem>).self) { group in
      for start in Swift.stride(from: 0, to: count, by: stride) {
        group.addTask {
          do throws(Problem) {
            return (start, .success(try seriesPages(context, start..<min(start + stride, count))))
          } catch {
            return (start, .failure(error))
          }
        }
      }
      var pages: [Int: Result<[SiteFile], Problem>] = [:]
      for await (start, result) in group { pages[start] = result }
      return pages
    }
    do throws(Problem) {
      var files: [SiteFile] = []
      for start in pages.keys.sorted() { files += try pages[start]?.get() ?? [] }
      return .success(files)
    } catch {
      return .failure(error)
    }
  }

  private static func seriesPages(
    _ context: SiteContext, _ range: Range<Int>
  ) throws(Problem) -> [SiteFile] {
    var files: [SiteFile] = []
    let api = SiteAPI(context)
    for index in range where context.hasOwnPage[index] {
      files.append(try SeriesPage(context, index: index).render())
      files.append(api.series(index))
    }
    return files
  }
}
