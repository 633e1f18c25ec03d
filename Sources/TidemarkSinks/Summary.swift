package import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

/// summary.md: the same as the comment in more detail, for a job's summary page.
package enum Summary: Sink {
  package static let name = "summary"
  /// What all summaries of one step may hold on GitHub; a larger one is not shown at all.
  ///
  /// - Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
  package static let byteBudget = 1_048_576

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    Self.render(report, sink: name, path: "summary.md")
  }

  /// - Parameters:
  ///   - canFold: Whether the platform shows `<details>`.
  static func render(
    _ report: Report, sink: String, path: String, canFold: Bool = true
  ) -> Rendering {
    // Other commands of the same step may write a line or two beside it.
    let page = MarkdownPage(
      sink: sink, links: MarkdownReport.links(of: report), unit: .bytes,
      budget: byteBudget - 16_384,
      canFold: canFold)
    let (text, cuts) = page.compose(
      head: MarkdownReport.head(of: report, on: page),
      sections: Sections(report, detail: .full).all,
      foot: MarkdownReport.foot(of: report, on: page, isStrict: false))
    return Rendering(files: [OutputFile(path: path, bytes: Array(text.utf8))], cuts: cuts)
  }

  /// The comment's sections without the lines that find it again: for places with a budget of their
  /// own, as a check run is.
  ///
  /// - Parameter byteBudget: In UTF-8.
  package static func brief(_ report: Report, sink: String, byteBudget: Int) -> String {
    let page = MarkdownPage(
      sink: sink, links: MarkdownReport.links(of: report), unit: .bytes, budget: byteBudget)
    return page.compose(
      head: MarkdownReport.head(of: report, on: page),
      sections: Sections(report, detail: .brief).all,
      foot: MarkdownReport.foot(of: report, on: page, isStrict: true)
    ).text
  }
}
