internal import Foundation
internal import FoundationXML
internal import Testing
internal import TidemarkModel
internal import TidemarkReport

@testable internal import TidemarkSinks

@Suite struct JUnitFileTests {
  private func documents(
    _ report: Report, profile: SinkOptions.JUnitProfile = .standard
  ) throws -> [XMLElement] {
    try JUnitFile.render(report, options: SinkOptions(junitProfile: profile)).files.map { file in
      try #require(try XMLDocument(data: Data(file.bytes)).rootElement())
    }
  }

  private func cases(_ root: XMLElement) -> [XMLElement] {
    root.elements(forName: "testsuite").flatMap { $0.elements(forName: "testcase") }
  }

  private func attribute(_ name: String, _ element: XMLElement) -> String? {
    element.attribute(forName: name)?.stringValue
  }

  @Test("every test that ran is there once, and the counts are the report's")
  func counts() throws {
    let report = SampleReport.small()
    let root = try #require(try documents(report).first)
    #expect(cases(root).count == report.testTotals.counts.total)
    #expect(attribute("tests", root) == "11")
    #expect(attribute("failures", root) == "4")
    #expect(attribute("errors", root) == "1")
    #expect(!cases(root).contains { attribute("name", $0) == "is gone" })
  }

  @Test("class and name are unique, however alike the names are")
  func unique() throws {
    var report = SampleReport.small()
    report.tests = (0..<40).map { number in
      var test = SampleReport.test(
        number, name: number % 2 == 0 ? "same" : "same [2]", state: .passing, outcome: .passed)
      test.job = "job \(number / 10)"
      test.identity.ordinal = 1
      return test
    }
    report.tests.append(
      SampleReport.test(99, name: "same\u{202E}", state: .passing, outcome: .passed))
    report.tests.append(
      SampleReport.test(98, name: "same\u{202D}", state: .passing, outcome: .passed))
    let root = try #require(try documents(report).first)
    let names = cases(root).map {
      "\(attribute("classname", $0) ?? "").\(attribute("name", $0) ?? "")"
    }
    #expect(names.count == 42 && Set(names).count == 42)
  }

  @Test("a failure says what it says in its message and in its text")
  func failureText() throws {
    let root = try #require(try documents(SampleReport.small()).first)
    let failure = try #require(
      cases(root).first { attribute("name", $0) == "parses exponents" && $0.childCount > 0 }?
        .elements(forName: "failure").first)
    #expect(attribute("message", failure) == "#expect(value == 1e-3) failed: value → 0.01")
    #expect(failure.stringValue?.contains("at Tests/ParserTests.swift:41") == true)
    for (index, detail) in [nil, TestDetail(), TestDetail(message: " "), TestDetail(text: "\n")]
      .enumerated()
    {
      var report = SampleReport.small()
      var test = SampleReport.test(index, name: "bare", state: .newlyFailing, outcome: .failed)
      test.detail = detail
      report.tests = [test]
      let root = try #require(try documents(report).first)
      let bare = try #require(cases(root).first)
      let failure = try #require(bare.elements(forName: "failure").first)
      #expect(attribute("message", failure) == "failed" && failure.stringValue == "failed")
    }
  }

  @Test("earlier attempts are flaky on a passed test and reruns on a failed one")
  func attempts() throws {
    let root = try #require(try documents(SampleReport.small()).first)
    let flaky = try #require(cases(root).first { attribute("name", $0) == "talks to the server" })
    #expect(flaky.elements(forName: "flakyFailure").count == 1)
    #expect(flaky.elements(forName: "failure").isEmpty)
    let rerun = try #require(cases(root).first { attribute("name", $0) == "talks twice" })
    #expect(rerun.elements(forName: "rerunError").count == 1)
    #expect(rerun.elements(forName: "failure").count == 1)
  }

  @Test("labels and job are the suite's properties, a quarantine the test's")
  func properties() throws {
    let root = try #require(try documents(SampleReport.small()).first)
    let text = root.xmlString
    #expect(text.contains("name=\"job\" value=\"linux\""))
    #expect(text.contains("name=\"os\" value=\"linux\""))
    #expect(text.contains("name=\"quarantined\" value=\"needs a display\""))
    let xunit = try #require(try documents(SampleReport.small(), profile: .xunit).first).xmlString
    #expect(!xunit.contains("file=") && !xunit.contains("name=\"quarantined\""))
    #expect(xunit.contains("quarantined: needs a display"))
  }

  @Test("files are split before their budget, and together hold every test")
  func split() throws {
    var document = JUnitDocument(
      SampleReport.large(tests: 3000, series: 0, nameLength: 50), profile: .standard)
    document.fileLimit = 100_000
    let rendering = document.render(sink: "junit", path: "junit/tidemark")
    #expect(rendering.files.count > 5 && rendering.cuts.isEmpty)
    #expect(rendering.files[0].path == "junit/tidemark.xml")
    #expect(rendering.files[1].path == "junit/tidemark-2.xml")
    #expect(rendering.files.allSatisfy { $0.bytes.count <= 100_000 })
    var names: [String] = []
    for file in rendering.files {
      let root = try #require(try XMLDocument(data: Data(file.bytes)).rootElement())
      #expect(attribute("tests", root) == "\(cases(root).count)")
      names += cases(root).map { attribute("name", $0) ?? "" }
    }
    #expect(names.count == 3000 && Set(names).count == 3000)
  }

  @Test("where a job may hold no more, passing tests go before failures do, and it is told")
  func totalLimits() throws {
    let report = SampleReport.large(tests: 1000, series: 0)
    var document = JUnitDocument(report, profile: .standard)
    document.totalCaseLimit = 300
    let rendering = document.render(sink: "gitlab", path: "gitlab/junit")
    #expect(rendering.cuts == [Cut(sink: "gitlab", what: "tests", kept: 300, total: 1000)])
    let root = try #require(try XMLDocument(data: Data(rendering.files[0].bytes)).rootElement())
    #expect(attribute("failures", root) == "200")
  }

  @Test("no test at all is a file without a suite")
  func nothing() throws {
    let root = try #require(try documents(SampleReport.nothing()).first)
    #expect(attribute("tests", root) == "0" && root.elements(forName: "testsuite").isEmpty)
  }

  @Test(
    "only a path below the repository is a test's file",
    arguments: [
      ("Tests/A.swift", "Tests/A.swift"), ("./a//b.c", "a/b.c"), ("a\\b.cs", "a/b.cs"),
      ("/home/x/a.c", nil), ("../a", nil), ("a/../../b", nil), ("C:\\a.cs", nil),
      ("https://x/a", nil), ("", nil), ("a/b\\c", nil),
    ])
  func paths(raw: String, path: String?) { #expect(SourcePath.relative(raw) == path) }
}
