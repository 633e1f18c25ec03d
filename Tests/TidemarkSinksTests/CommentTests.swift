internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkSinks

@Suite struct CommentTests {
  private func text(_ report: Report) throws -> String {
    let rendering = try Comment.render(report, options: SinkOptions())
    return String(decoding: try #require(rendering.files.first).bytes, as: UTF8.self)
  }

  private func lines(_ report: Report) throws -> [Substring] {
    try text(report).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("marker, meta and verdict stand first, whatever the names are")
  func firstLines() throws {
    let small = try lines(SampleReport.small())
    #expect(small[0] == "<!-- tidemark:main v1 -->")
    #expect(
      small[1]
        == "<!-- tidemark:meta {\"sha\":\"\(SampleReport.commit(20))\",\"run\":812,\"attempt\":2} -->"
    )
    #expect(small[3].hasPrefix("## ✗ fail: 2 tests newly failing, 1 series regressed"))
    let hostile = try lines(SampleReport.hostileReport())
    #expect(hostile[0] == "<!-- tidemark:main v1 -->")
    #expect(hostile[1].hasPrefix("<!-- tidemark:meta {") && hostile[1].hasSuffix("} -->"))
    #expect(hostile[1].dropLast(3).contains("-->") == false)
    #expect(hostile[3].hasPrefix("## ✗ fail"))
  }

  @Test("the budget is kept at any size, and nothing of the frame is lost", arguments: 0..<6)
  func budget(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let report = SampleReport.large(
      tests: Int(random.next() % 1500), series: Int(random.next() % 400),
      nameLength: Int(random.next() % 400))
    let text = try text(report)
    #expect(text.utf16.count <= Comment.utf16Budget)
    #expect(text.hasPrefix("<!-- tidemark:main v1 -->\n<!-- tidemark:meta {"))
    #expect(text.contains("\n## ✗ fail"))
    #expect(text.hasSuffix("tidemark 1.0.0</sub>\n"))
    #expect(text.contains("Newly failing") || report.testTotals.newlyFailing == 0)
    #expect(text.contains("Regressed") || report.seriesTotals.regressed == 0)
  }

  @Test("what is cut is told in the comment and to the caller")
  func cuts() throws {
    let report = SampleReport.large(tests: 8000, series: 10, nameLength: 60)
    let rendering = try Comment.render(report, options: SinkOptions())
    let cut = try #require(rendering.cuts.first { $0.what == "newly failing tests" })
    #expect(cut.total == 800 && cut.kept > 25 && cut.kept < 800)
    let text = try text(report)
    #expect(text.contains("more in the [full report](https://example.com/tidemark/tests.html)."))
    #expect(text.contains("Not shown for length, all in the [full report]"))
  }

  @Test("every row of every table has as many cells as its head")
  func tablesAreWhole() throws {
    for report in [
      SampleReport.small(), SampleReport.hostileReport(),
      SampleReport.large(tests: 1000, series: 100, nameLength: 100),
    ] {
      var width: Int?
      var tables = 0
      for line in try lines(report) {
        guard line.hasPrefix("|") else {
          width = nil
          continue
        }
        let cells = line.count { $0 == "|" }
        #expect(line.hasSuffix(" |"))
        if width == nil { tables += 1 }
        #expect(cells == width ?? cells, "\(line)")
        width = cells
      }
      #expect(tables >= 3)
    }
  }

  @Test("no name makes a block, a link, a picture or HTML of its own")
  func structureIsOurs() throws {
    let outline = Markdown.outline(try text(SampleReport.hostileReport()))
    #expect(Set(outline.blocks) == ["heading", "paragraph", "list", "html_block"])
    #expect(
      outline.addresses.allSatisfy {
        $0.hasPrefix("https://example.com/tidemark/") || $0.hasPrefix("https://ci.example.com/")
      })
    let html = outline.html.map { $0.trimmingPrefix("\n") }.filter {
      !$0.hasPrefix("<!-- tidemark:")
    }
    for piece in html {
      let isOurs =
        ["<br>", "<code>", "</code>", "<sub>", "</sub>"].contains(String(piece))
        || piece.hasPrefix("<details>\n<summary>") || piece.hasPrefix("</details>")
      #expect(isOurs, "\(piece)")
    }
    #expect(!outline.text.contains("@octo") && !outline.text.contains("#1"))
  }

  @Test(
    "a sentence's names are code, and its blanks stay",
    arguments: [
      ("of `main`, now", "of `main`, now"), ("`a` and `b`", "`a` and `b`"), ("a ` b", "a \\` b"),
      ("`a``b`", "`a` `b`"), ("plain", "plain"), ("`@x`", "`@x`"), ("", ""),
    ])
  func sentences(raw: String, markdown: String) {
    let page = MarkdownPage(sink: "x", links: Links(), unit: .bytes, budget: 1)
    #expect(page.text(Piece.sentence(raw)) == markdown)
  }

  @Test("newly failing and regressed stand before everything else")
  func order() throws {
    let text = try text(SampleReport.small())
    let places = ["Newly failing", "Regressed", "Suspected", "To know", "Still failing", "Fixed"]
      .map { text.firstRange(of: $0)?.lowerBound }
    #expect(places.allSatisfy { $0 != nil })
    #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
  }

  @Test("an alarm tells size, certainty, baseline, since when, who, and what would confirm it")
  func alarmsAreWhole() throws {
    let text = try text(SampleReport.small())
    for part in [
      "12.4\u{A0}% slower (9.8 to 15.1)", "11.0\u{A0}ms → 12.4\u{A0}ms", "q = 0.002",
      "noise 1.2\u{A0}%", "against 20 runs", "`9fc0014`, this run",
      "Ada Lovelace: Parse numbers by hand", "2 more runs would", "failed 1 of last 20",
      "Baseline: against 20 runs of `main`, the newest 3 h old",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test("nothing wrong is a short text")
  func calm() throws {
    let text = try text(SampleReport.calm())
    #expect(text.contains("✓ pass: all 1,204 tests passed; no series moved beyond its noise"))
    #expect(text.contains("1.8 %, median"))
    #expect(text.utf16.count < 700)
    #expect(!text.contains("###") && !text.contains("|"))
  }

  @Test("links go to the site, else to the run, else nowhere")
  func links() throws {
    var report = SampleReport.small()
    #expect(
      Markdown.outline(try text(report)).addresses.allSatisfy {
        $0.hasPrefix("https://example.com/tidemark/")
      })
    report.links.site = nil
    #expect(
      Markdown.outline(try text(report)).addresses.allSatisfy { $0.contains("ci.example.com") })
    report.links = Links()
    report.run.url = nil
    #expect(Markdown.outline(try text(report)).addresses.isEmpty)
    report.links = Links(site: "javascript:alert(1)", run: "../x", artifact: "data:x")
    #expect(Markdown.outline(try text(report)).addresses.isEmpty)
  }

  @Test("a run's id that is no number is a string; a bad key is cleaned")
  func meta() {
    var report = SampleReport.small()
    report.run.id = "2026.11/7"
    report.run.commit = nil
    report.key = "Linux x64 -->"
    #expect(
      Comment.marker(of: report)
        == "<!-- tidemark:linuxx64-- v1 -->\n<!-- tidemark:meta {\"sha\":null,\"run\":\"2026.11/7\",\"attempt\":2} -->\n\n"
    )
  }
}

@Suite struct SummaryTests {
  @Test("a summary has the failures' texts and the inputs, the comment has not")
  func detail() throws {
    func text(_ sink: any Sink.Type) throws -> String {
      let files = try sink.render(SampleReport.small(), options: SinkOptions()).files
      return String(decoding: try #require(files.first).bytes, as: UTF8.self)
    }
    let summary = try text(Summary.self)
    #expect(summary.contains("at Tests/ParserTests.swift:41"))
    #expect(summary.contains("results/broken.xml"))
    #expect(summary.hasPrefix("## ✗ fail"))
    #expect(try !text(Comment.self).contains("at Tests/ParserTests.swift:41"))
  }

  @Test("Azure's summary folds nothing")
  func azure() throws {
    let files = try Azure.render(SampleReport.small(), options: SinkOptions()).files
    let summary = try #require(files.first { $0.path == "azure/summary.md" })
    #expect(!String(decoding: summary.bytes, as: UTF8.self).contains("<details>"))
  }

  @Test("a failure's text cannot end its block")
  func fences() throws {
    var report = SampleReport.small()
    report.tests[0].state = .newlyFailing
    report.tests[0].detail = TestDetail(message: "m", text: "a\n```\n# loose\n</details>\n````\nb")
    let files = try Summary.render(report, options: SinkOptions()).files
    let outline = Markdown.outline(String(decoding: files[0].bytes, as: UTF8.self))
    #expect(outline.code.contains { $0.contains("# loose\n</details>") })
  }
}
