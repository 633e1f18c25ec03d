private import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// What comment and summaries begin and end with.
enum MarkdownReport {
  /// The report's links, the run's own address standing in for one that was not given.
  static func links(of report: Report) -> Links {
    var links = report.links
    links.run = links.run ?? report.run.url
    return links
  }

  /// The verdict first, then against what, then the sums.
  static func head(of report: Report, on page: MarkdownPage) -> String {
    var lines = [
      page.text(Piece.sentence(Headline.baseline(of: report))), page.text(Headline.run(of: report)),
    ]
    lines += Headline.totals(of: report)
    return
      "## \(page.text(Piece.sentence(Headline.verdict(of: report))))\n\n\(lines.joined(separator: "<br>\n"))\n\n"
  }

  /// - Parameter isStrict: Whether only the site, or without one only the run, may be linked to.
  static func foot(of report: Report, on page: MarkdownPage, isStrict: Bool) -> String {
    var links: [(String, String)] = []
    if let site = page.site { links.append(("Full report", site)) }
    if links.isEmpty || !isStrict, let run = page.links.run { links.append(("Run", run)) }
    if !isStrict, let artifact = page.links.artifact { links.append(("Files", artifact)) }
    var parts = links.filter { Markdown.absoluteAddress($0.1) != nil }
      .map { Markdown.link($0.0, to: $0.1) }
    let generator = "\(report.generator.name) \(report.generator.version)"
    parts.append(Markdown.text(SafeText.middleCut(generator, to: 80)))
    return "<sub>\(parts.joined(separator: " · "))</sub>\n"
  }
}
