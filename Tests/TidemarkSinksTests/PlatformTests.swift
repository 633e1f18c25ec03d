internal import Foundation
internal import FoundationXML
internal import Testing
internal import TidemarkModel
internal import TidemarkReport

@testable internal import TidemarkSinks

private func file(_ path: String, _ sink: any Sink.Type, _ report: Report) throws -> [UInt8] {
  let files = try sink.render(report, options: SinkOptions()).files
  return try #require(files.first { $0.path == path }).bytes
}

@Suite struct ReportFileTests {
  static let schema = Golden.root.appendingPathComponent(
    "docs/schemas/tidemark.report-1.schema.json")

  @Test("report.json has the keys of its schema, in that order, and no other")
  func keys() throws {
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: Self.schema)) as? [String: Any])
    let required = try #require(schema["required"] as? [String])
    let bytes = try file("report.json", ReportFile.self, SampleReport.small())
    #expect(topLevelKeys(bytes) == required)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let series = try #require((document["series"] as? [[String: Any]])?.first)
    let properties = try #require(schema["properties"] as? [String: Any])
    let items = ((properties["series"] as? [String: Any])?["items"] as? [String: Any])
    let keys = try #require(items?["required"] as? [String])
    // Keys that were added later are described too, and may be absent.
    let described = try #require(items?["properties"] as? [String: Any])
    #expect(Set(series.keys) == Set(described.keys))
    #expect(Set(keys).isSubset(of: series.keys))
  }

  @Test("report.json has why, the range of commits, the suspects' paths and the line for git bisect")
  func explained() throws {
    var report = SampleReport.small()
    let index = try #require(report.series.firstIndex { $0.state == .regressed })
    report.series[index].changePoint = ChangePoint(
      index: 1, run: "r", commit: String(repeating: "b", count: 40), time: nil,
      previousCommit: String(repeating: "a", count: 40))
    report.series[index].suspects = [
      Suspect(commit: "b1", paths: ["a.swift"]), Suspect(commit: "b2"),
    ]
    report.series[index].explanation = "rose"
    let document = try #require(
      try JSONSerialization.jsonObject(
        with: Data(file("report.json", ReportFile.self, report))) as? [String: Any])
    let series = try #require((document["series"] as? [[String: Any]])?[index])
    #expect(series["explanation"] as? String == "rose")
    #expect(series["good_commit"] as? String == String(repeating: "a", count: 40))
    #expect(series["paths"] as? [[String]] == [["a.swift"], []])
    #expect((series["bisect"] as? String)?.hasPrefix("git bisect start bbbb") == true)
    let calm = try #require((document["series"] as? [[String: Any]])?.last)
    #expect(calm["bisect"] is NSNull)
  }

  private func topLevelKeys(_ bytes: [UInt8]) -> [String] {
    var keys: [String] = []
    var (depth, isInString, isEscaped) = (0, false, false)
    var text: [UInt8] = []
    for byte in bytes {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        } else {
          text.append(byte)
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        isInString = true
        text = []
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":") where depth == 1: keys.append(String(decoding: text, as: UTF8.self))
      default: break
      }
    }
    return keys
  }

  @Test("passing tests stay out, a history has 30 points at most, numbers are finite")
  func contents() throws {
    var report = SampleReport.small()
    report.series[0].points = (0..<100).map { SeriesPoint(run: $0, value: Double($0)) }
    report.series[0].q = .nan
    report.series[0].changeHigh = .infinity
    let bytes = try file("report.json", ReportFile.self, report)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let changes = try #require(document["test_changes"] as? [[String: Any]])
    #expect(changes.count == 9)
    #expect(!changes.contains { $0["state"] as? String == "passing" })
    let series = try #require((document["series"] as? [[String: Any]])?.first)
    let history = try #require(series["history"] as? [String: [Any]])
    #expect(history.values.allSatisfy { $0.count == 30 })
    #expect(history["runs"]?.first as? Int == 70)
    #expect(series["q"] is NSNull && series["change_high"] is NSNull)
  }

  @Test("a document that would be too large is cut and says so")
  func budget() throws {
    var report = SampleReport.large(tests: 10_000, series: 0)
    for index in report.tests.indices {
      report.tests[index].state = .stillFailing
      report.tests[index].detail = TestDetail(message: String(repeating: "é", count: 5000))
    }
    let (bytes, cuts) = ReportJSON.encode(report)
    #expect(bytes.count <= ReportJSON.byteBudget)
    let cut = try #require(cuts.first { $0.what == "test_changes" })
    #expect(cut.kept > 1000 && cut.total == 10_000)
    let text = String(decoding: bytes.suffix(200), as: UTF8.self)
    #expect(text.contains("\"what\":\"test_changes\""))
  }

  @Test(
    "report.json is valid by its schema", .enabled(if: CheckOutputs.python != nil),
    arguments: ["small", "calm", "nothing", "hostile", "large"])
  func schemaIsMet(name: String) throws {
    let report = try #require(OutputSharedTests.reports.first { $0.name == name }).report
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tidemark-report-\(ProcessInfo.processInfo.processIdentifier)-\(name).json")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(try file("report.json", ReportFile.self, report)).write(to: url)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(CheckOutputs.python))
    process.arguments = [
      "-c",
      """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))
      """, Self.schema.path, url.path,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}

@Suite struct AzureTests {
  @Test("each result has its own definition, and errors count as failed")
  func results() throws {
    let bytes = try file("azure/results.trx", Azure.self, SampleReport.small())
    // Foundation finds no child by its bare name in a namespace.
    let text = String(decoding: bytes, as: UTF8.self).replacing(
      " xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\"", with: "")
    let root = try #require(try XMLDocument(data: Data(text.utf8)).rootElement())
    func children(_ name: String) -> [XMLElement] {
      root.elements(forName: name).first?.children?.compactMap { $0 as? XMLElement } ?? []
    }
    let ids = children("TestDefinitions").compactMap { $0.attribute(forName: "id")?.stringValue }
    let used = children("Results").compactMap { $0.attribute(forName: "testId")?.stringValue }
    #expect(ids.count == 11 && Set(ids).count == 11 && Set(used) == Set(ids))
    let outcomes = children("Results").compactMap {
      $0.attribute(forName: "outcome")?.stringValue
    }
    #expect(outcomes.count { $0 == "Failed" } == 5)
    #expect(outcomes.count { $0 == "NotExecuted" } == 1)
  }

  @Test("equal tests of two jobs get two ids, the same in the next run")
  func stableIDs() throws {
    func ids(run: String) throws -> [String] {
      var report = SampleReport.small()
      report.run.id = run
      var twin = report.tests[0]
      twin.job = "elsewhere"
      report.tests.append(twin)
      let text = String(
        decoding: try file("azure/results.trx", Azure.self, report), as: UTF8.self)
      return text.split(separator: "\n").filter { $0.contains("<UnitTest ") }.compactMap { line in
        line.firstRange(of: " id=\"").map { String(line[$0.upperBound...].prefix(36)) }
      }
    }
    let first = try ids(run: "1")
    #expect(first.count == 12 && Set(first).count == 12)
    #expect(try ids(run: "2") == first)
  }

  @Test("a day and more is written with its days, and ends on a later day")
  func longDurations() throws {
    var report = SampleReport.small()
    report.tests[0].duration = 90_000
    let text = String(decoding: try file("azure/results.trx", Azure.self, report), as: UTF8.self)
    #expect(text.contains("duration=\"1.01:00:00.0000000\""))
    #expect(text.contains("endTime=\"2026-11-25T13:00:00Z\""))
  }
}

@Suite struct GitLabTests {
  @Test(
    "values have the figures that noise leaves them",
    arguments: [
      (12.3456, nil, "12.3"), (12.3456, 2.0, "12"), (123_456, nil, "123000"),
      (0.000123456, 0.5, "0.000123"), (0, nil, "0"), (-12.39, nil, "-12.4"), (9.999, nil, "10"),
    ] as [(Double, Double?, String)])
  func figures(value: Double, noise: Double?, text: String) {
    #expect(GitLab.rounded(value, noisePercent: noise) == text)
  }

  @Test("the metrics end as OpenMetrics must")
  func metrics() throws {
    let text = String(
      decoding: try file("gitlab/metrics.txt", GitLab.self, SampleReport.small()), as: UTF8.self)
    #expect(text.hasSuffix("\n# EOF\n"))
    #expect(text.contains("tidemark_tests{outcome=\"failed\"} 4\n"))
    #expect(
      text.contains("tidemark_value{name=\"parse\",metric=\"time\",unit=\"ms\",os=\"linux\"} 12\n"))
  }

  @Test("links are on the job's page only where they are addresses")
  func annotations() throws {
    var report = SampleReport.small()
    report.links = Links(site: "javascript:x", run: nil, artifact: "/x")
    let text = String(
      decoding: try file("gitlab/annotations.json", GitLab.self, report), as: UTF8.self)
    #expect(text.filter { !$0.isWhitespace } == "{\"Tidemark\":[]}")
  }
}

@Suite struct FindingTests {
  @Test("the worst stand first")
  func order() {
    let levels = Finding.all(in: SampleReport.small()).map(\.level)
    let ranks = levels.map { $0 == .failure ? 0 : $0 == .warning ? 1 : 2 }
    #expect(ranks.first == 0 && ranks.last == 2)
    let rules = Finding.all(in: SampleReport.small()).map(\.rule)
    #expect(rules.prefix(3) == [.testFailure, .testFailure, .regression])
  }

  @Test("a fingerprint outlives a move, another message and the next state")
  func fingerprints() {
    var report = SampleReport.small()
    let before = Finding.all(in: report)
    for index in report.tests.indices {
      report.tests[index].detail?.line = 4711
      report.tests[index].detail?.message = "another"
      if report.tests[index].state == .newlyFailing { report.tests[index].state = .stillFailing }
    }
    let after = Finding.all(in: report)
    #expect(Set(before.map(\.fingerprint)) == Set(after.map(\.fingerprint)))
    let hostile = Finding.all(in: SampleReport.hostileReport()).map(\.fingerprint)
    #expect(Set(hostile).count == hostile.count)
  }

  @Test("every place is a path below the repository")
  func places() {
    for finding in Finding.all(in: SampleReport.hostileReport()) {
      #expect(SourcePath.relative(finding.path) == finding.path, "\(finding.path)")
      #expect(finding.line >= 1)
    }
  }

  @Test("a list ends before its budget")
  func limits() throws {
    var report = SampleReport.large(tests: 5500, series: 0, nameLength: 10)
    for index in report.tests.indices { report.tests[index].state = .stillFailing }
    let rendering = try GitHub.render(report, options: SinkOptions())
    #expect(rendering.cuts.contains { $0.what == "annotations" && $0.kept == 1000 })
    #expect(rendering.cuts.contains { $0.what == "results.sarif" && $0.kept == 5000 })
  }
}

@Suite struct JenkinsTests {
  @Test("the page needs no script, no inline style and nothing from elsewhere")
  func policy() throws {
    for report in [SampleReport.small(), SampleReport.hostileReport()] {
      let bytes = try file("jenkins/index.html", Jenkins.self, report)
      let text = String(decoding: bytes, as: UTF8.self)
      for bad in [
        "<script", " style=", "<style", "<img", "<iframe", "<form", "target=", "onerror=",
      ] {
        #expect(!tags(in: text).contains { $0.contains(bad) }, "\(bad)")
      }
      #expect(text.contains("<link rel=\"stylesheet\" href=\"tidemark.css\">"))
      #expect(text.count { $0 == "\n" } > 20)
      #expect(text.ranges(of: "<h1").count == 1)
      let css = String(
        decoding: try file("jenkins/tidemark.css", Jenkins.self, report), as: UTF8.self)
      #expect(!css.contains("url(") && !css.contains("@import"))
    }
  }

  /// Everything between `<` and `>`: text has none of them but escaped.
  private func tags(in html: String) -> [Substring] {
    html.split(separator: "<").dropFirst().map { "<" + $0.prefix { $0 != ">" } }.map { $0[...] }
  }

  @Test("the page keeps its budget and says what it left out")
  func budget() throws {
    let report = SampleReport.large(tests: 12_000, series: 1000, nameLength: 100)
    let rendering = JenkinsPage.render(report)
    #expect(rendering.files[0].bytes.count <= 1_048_576)
    #expect(rendering.cuts.contains { $0.what == "still failing tests" })
    let text = String(decoding: rendering.files[0].bytes, as: UTF8.self)
    #expect(text.contains("more in the full report (report.json)"))
    #expect(text.hasSuffix("</html>\n"))
  }

  @Test("the plot has one row of numbers below its labels")
  func plot() throws {
    let bytes = try file("jenkins/tidemark-plot.csv", Jenkins.self, SampleReport.small())
    let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 2)
    #expect(rows[0].hasPrefix("tests,failed,skipped,newly failing,flaky,regressed,suspected"))
    #expect(rows[1].hasPrefix("11,5,1,2,1,1,1,"))
  }
}
