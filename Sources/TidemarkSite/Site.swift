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

  package init(project: String? = nil, hasScript: Bool = false) {
    self.project = project
    self.hasScript = hasScript
  }
}

/// The HTML site: a finished report as pages that need no script, server or network.
///
/// Pure: no clock, no disk, no network, no analysis. The same report, theme and options give the
/// same bytes.
package enum Site {
  /// - Returns: `index.html` first, then the other pages, then the theme's own files.
  /// - Throws: ``Problem`` where a template of the theme cannot be rendered.
  package static func render(
    report: Report, theme: Theme, options: SiteOptions = SiteOptions()
  ) throws(Problem) -> [SiteFile] {
    var context = SiteContext(report: report, theme: theme, options: options)
    let tests = try TestsPage(context)
    let benchmarks = try BenchmarksPage(context)
    context.testAddresses = tests.addresses
    var files = [try OverviewPage(context).render()]
    files += try tests.render()
    files += try benchmarks.render()
    if let grid = GridPage(context) { files.append(try grid.render()) }
    if let compare = ComparePage(context) { files.append(try compare.render()) }
    if context.hasAlertsPage { files.append(try AlertsPage(context).render()) }
    files += try RunsPage(context).render()
    files.append(try HealthPage(context).render())
    for index in report.series.indices {
      files.append(try SeriesPage(context, index: index).render())
    }
    files += try RunPages(context).render()
    return files + context.assets
  }
}
