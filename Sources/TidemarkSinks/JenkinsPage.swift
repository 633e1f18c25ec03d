internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// jenkins/index.html and its stylesheet: one page, complete in itself, that works under the
/// content security policy which Jenkins sends with what it publishes: no script, no inline style,
/// no outside resource.
///
/// - Source: https://www.jenkins.io/doc/book/security/configuring-content-security-policy/
enum JenkinsPage {
  /// A page of more is slow to open and read by nobody.
  private static let byteBudget = 1_048_576

  static func render(_ report: Report) -> Rendering {
    let page = HTMLPage(sink: Jenkins.name, budget: byteBudget, links: report.links)
    let sections = Sections(report, detail: .full).all.filter { $0.what != "notes" }
    let (text, cuts) = page.compose(
      head: head(of: report, on: page), sections: sections,
      foot: notes(of: report) + foot(of: report, on: page))
    return Rendering(
      files: [
        OutputFile(path: "jenkins/index.html", bytes: Array(text.utf8)),
        OutputFile(path: "jenkins/tidemark.css", bytes: Array(JenkinsStyle.css.utf8)),
      ], cuts: cuts)
  }

  private static func head(of report: Report, on page: HTMLPage) -> String {
    let verdict = Headline.verdict(of: report)
    let tone: Section.Tone =
      switch report.verdict {
      case .fail: .worse
      case .unjudged: .suspect
      case .pass: .plain
      }
    let totals = Headline.totals(of: report).map { "<p class=\"muted\">\($0)</p>\n" }.joined()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Tidemark: \(HTMLPage.escaped(SafeText.middleCut(verdict, to: 120)))</title>
      <link rel="stylesheet" href="tidemark.css">
      </head>
      <body>
      <header>
      <p class="muted">\(page.text(Headline.run(of: report)))</p>
      </header>
      <main>
      <h1 class="verdict \(tone.rawValue)">\(page.text(Piece.sentence(verdict)))</h1>
      <p>\(page.text(Piece.sentence(Headline.baseline(of: report))))</p>
      \(figures(of: report))
      \(totals)
      """
  }

  private static func figures(of report: Report) -> String {
    let tests = report.testTotals
    let failed = tests.counts.failed + tests.counts.errored
    let figures: [(Int, String, Section.Tone)] = [
      (failed, failed == 1 ? "test failed" : "tests failed", .worse),
      (tests.newlyFailing, "newly failing", .worse),
      (report.seriesTotals.regressed, "series regressed", .worse),
      (report.seriesTotals.suspected, "series suspected", .suspect),
    ]
    let items = figures.map { number, label, tone in
      let mark = number > 0 ? tone.rawValue : "plain"
      return "<div class=\"\(mark)\"><dd>\(NumberText.count(number))</dd><dt>\(label)</dt></div>"
    }
    return "<dl class=\"figures\">\(items.joined())</dl>"
  }

  private static func notes(of report: Report) -> String {
    guard !report.annotations.isEmpty else { return "" }
    let notes = report.annotations.prefix(20).map { note in
      "<article><h3>At <code>\(HTMLPage.escaped(Words.commit(note.commit)))</code></h3>\n"
        + Markdown.renderSafeHTML(note.markdown) + "</article>\n"
    }
    return "<section>\n<h2>Notes</h2>\n\(notes.joined())</section>\n"
  }

  private static func foot(of report: Report, on page: HTMLPage) -> String {
    var parts: [String] = []
    for (label, address) in [
      ("Full report", report.links.site), ("Run", report.links.run),
      ("Files", report.links.artifact),
    ] {
      guard let safe = address.flatMap(Markdown.absoluteAddress) else { continue }
      // In Jenkins' frame a link may not open: the address is there to be read too.
      let shown = HTMLPage.escaped(safe)
      parts.append("<li>\(label): <a href=\"\(shown)\">\(shown)</a></li>")
    }
    let links = parts.isEmpty ? "" : "<ul>\(parts.joined())</ul>\n"
    let generator = HTMLPage.escaped("\(report.generator.name) \(report.generator.version)")
    return """
      </main>
      <footer>
      \(links)<p class="muted">\(generator)</p>
      </footer>
      </body>
      </html>

      """
  }
}

/// Sections as HTML.
struct HTMLPage: PageWriter {
  let sink: String
  let budget: Int
  let links: Links

  func measure(_ text: String) -> Int { text.utf8.count }

  func open(_ section: Section) -> String {
    let mark =
      section.glyph.isEmpty
      ? "" : "<span class=\"glyph\" aria-hidden=\"true\">\(section.glyph)</span> "
    let heading =
      "<h2 class=\"\(section.tone.rawValue)\">\(mark)\(section.title) "
      + "<span class=\"count\">\(NumberText.count(section.count))</span></h2>"
    let lead =
      section.isFolded
      ? "<section>\n<details>\n<summary>\(heading)</summary>\n" : "<section>\n\(heading)\n"
    switch section.shape {
    case .table(let columns):
      let heads = columns.map { column in
        "<th scope=\"col\">\(column.title)</th>"
      }
      return lead
        + "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(section.title)\">\n"
        + "<table>\n<caption>\(section.title)</caption>\n<thead><tr>\(heads.joined())</tr></thead>\n<tbody>\n"
    case .list: return lead + "<ul>\n"
    case .texts: return lead
    }
  }

  func row(_ row: Section.Row, of section: Section) -> String {
    switch section.shape {
    case .table(let columns):
      let cells = row.cells.enumerated().map { index, pieces in
        index == 0
          ? "<th scope=\"row\">\(text(pieces))</th>"
          : "<td data-label=\"\(index < columns.count ? columns[index].title : "")\">\(text(pieces))</td>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    case .list: return "<li>\(row.cells.map(text).joined(separator: " "))</li>\n"
    case .texts:
      return "<details>\n<summary>\(row.cells.map(text).joined(separator: " "))</summary>\n"
        + "<pre tabindex=\"0\">\(preformatted(row.text))</pre>\n</details>\n"
    }
  }

  func note(more: Int, of section: Section) -> String {
    let text = "\(NumberText.count(more)) more in the full report (report.json)"
    return switch section.shape {
    case .table(let columns):
      "<tr><td colspan=\"\(columns.count)\" class=\"muted\">\(text)</td></tr>\n"
    case .list: "<li class=\"muted\">\(text)</li>\n"
    case .texts: "<p class=\"muted\">\(text)</p>\n"
    }
  }

  func close(_ section: Section) -> String {
    let end =
      switch section.shape {
      case .table: "</tbody>\n</table>\n</div>\n"
      case .list: "</ul>\n"
      case .texts: ""
      }
    return end + (section.isFolded ? "</details>\n</section>\n" : "</section>\n")
  }

  func omission(of sections: [Section]) -> String {
    guard !sections.isEmpty else { return "" }
    let list = sections.map { "\($0.title.lowercased()) (\(NumberText.count($0.count)))" }
    return "<p>Not shown for length, all in the full report (report.json): "
      + "\(list.joined(separator: ", ")).</p>\n"
  }

  func text(_ pieces: [Piece]) -> String { pieces.map(text).joined() }

  private func text(_ piece: Piece) -> String {
    switch piece {
    case .text(let text): "<span dir=\"auto\">\(Self.escaped(SafeText.oneLine(text)))</span>"
    case .code(let text):
      "<code dir=\"auto\">\(Self.escaped(SafeText.oneLine(text)))</code>"
    case .own(let text): Self.escaped(text)
    case .page(let label, let path): link(label, path: path)
    case .lineBreak: "<br>"
    case .spark(let line): "<br>" + line.svg
    }
  }

  private func link(_ label: String, path: String) -> String {
    guard let site = links.site.flatMap(Markdown.absoluteAddress) else { return "" }
    let address = site + (site.hasSuffix("/") ? "" : "/") + path
    return " · <a href=\"\(Self.escaped(address))\">\(label)</a>"
  }

  /// `text` escaped, without what a log takes for a command.
  static func escaped(_ text: String) -> String {
    HTML.escaped(text).replacing("##", with: "#&#35;")
  }

  /// A text of many lines.
  private func preformatted(_ text: String) -> String {
    LogCommands.brokenHTML(HTML.escaped(text))
  }
}
