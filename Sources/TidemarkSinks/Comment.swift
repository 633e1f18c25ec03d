package import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

/// comment.md: what a pull request's author must know, one comment that is edited in place.
///
/// The first two lines are for `publish`: whose comment it is, and of which run.
package enum Comment: Sink {
  package static let name = "comment"
  /// UTF-8 bytes of the longest comment in ``utf16Budget``: three for each UTF-16 unit.
  ///
  /// - Source: GitHub takes 65,536 characters,
  ///   https://github.com/orgs/community/discussions/27190
  package static let byteBudget = 3 * utf16Budget
  /// What a comment is measured in, with room left below GitHub's limit.
  static let utf16Budget = 60_000

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    let page = MarkdownPage(
      sink: name, links: MarkdownReport.links(of: report), unit: .utf16Units, budget: utf16Budget)
    let head = marker(of: report) + MarkdownReport.head(of: report, on: page)
    let (text, cuts) = page.compose(
      head: head, sections: Sections(report, detail: .brief).all,
      foot: MarkdownReport.foot(of: report, on: page, isStrict: true))
    return Rendering(files: [OutputFile(path: "comment.md", bytes: Array(text.utf8))], cuts: cuts)
  }

  /// The marker and the meta line, each an HTML comment that ends where it should whatever the
  /// run's id is: JSON writes `<` and `>` as escapes.
  static func marker(of report: Report) -> String {
    var json = JSONWriter()
    json.object { json in
      json.member("sha", report.run.commit.map { meta($0) })
      if let number = Int(report.run.id), String(number) == report.run.id {
        json.member("run", number)
      } else {
        json.member("run", meta(report.run.id))
      }
      json.member("attempt", report.run.attempt)
    }
    let line = String(decoding: json.bytes, as: UTF8.self)
    return "<!-- tidemark:\(key(of: report)) v1 -->\n<!-- tidemark:meta \(line) -->\n\n"
  }

  private static func meta(_ text: String) -> String {
    LogCommands.broken(String(SafeText.oneLine(text).prefix(200)))
  }

  /// The report's key, or what of it may stand in a marker.
  private static func key(of report: Report) -> String {
    let allowed = report.key.lowercased().unicodeScalars.filter { scalar in
      ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
        || "._-".unicodeScalars.contains(scalar)
    }
    let key = String(String.UnicodeScalarView(allowed.prefix(64)))
    return key.isEmpty ? "main" : key
  }
}
