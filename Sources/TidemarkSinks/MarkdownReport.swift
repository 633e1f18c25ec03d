internal import TidemarkReport
private import TidemarkSyntax

/// What comment and summaries begin and end with.
enum MarkdownReport {
  /// The verdict first, then against what, then the sums.
  static func head(of report: Report, on page: MarkdownPage) -> String {
    var lines = [
      page.text(Piece.sentence(Headline.baseline(of: report))), page.text(Headline.run(of: report)),
    ]
    lines += Headline.totals(of: report)
    return
      "## \(page.text(Piece.sentence(Headline.verdict(of: report))))\n\n\(lines.joined(separator: "<br>\n"))\n\n"
  }

  static func foot(of report: Report, on page: MarkdownPage) -> String {
    var parts: [String] = []
    if report.links.site != nil, let site = page.address(of: "index.html") {
      parts.append(Markdown.link("Full report", to: site))
    }
    if let run = report.links.run { parts.append(Markdown.link("Run", to: run)) }
    if let artifact = report.links.artifact { parts.append(Markdown.link("Files", to: artifact)) }
    let generator = "\(report.generator.name) \(report.generator.version)"
    parts.append(Markdown.text(SafeText.middleCut(generator, to: 80)))
    return "<sub>\(parts.joined(separator: " · "))</sub>\n"
  }
}
