import FoundationEssentials
import Testing
import TidemarkModel

@testable import TidemarkFormats

/// What the sample of a recorded file was written to give; `fixtures/keep.py` writes it.
private struct Expected: Decodable {
  var format: String
  var passed: Int?
  var failed: Int?
  var errored: Int?
  var skipped: Int?
  /// Failures of which the file says nothing more: of a test that holds others, or in plain TAP.
  var unexplained: Int?
  /// What has primary series, in the file's order, parameters after the name.
  var benchmarks: [String]?
  var unmeasured: [String]?
  /// Values of series, as the script that recorded the file found them in it.
  var values: [String: Double]?
  /// The codes of problems that stop a pass.
  var problems: [String]?
}

private let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// Every file that has an expectation beside it, by its path under fixtures/.
private let recorded: [String] = {
  let files = FileManager.default
  func names(_ folder: String) -> [String] {
    (try? files.contentsOfDirectory(atPath: "\(root)/fixtures/\(folder)")) ?? []
  }
  return names("").flatMap { family in names(family).map { "\(family)/\($0)" } }
    .filter { $0.hasSuffix(".expected") }.map { String($0.dropLast(9)) }.sorted()
}()

/// Files that the real tools wrote, run by `make fixtures`: see fixtures/README.md.
@Suite struct RecordedFixturesTests {
  @Test("there are recorded files of many formats, and each tool's version is known")
  func present() throws {
    let versions = try String(contentsOfFile: root + "/fixtures/versions.tsv", encoding: .utf8)
    let listed = versions.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    #expect(listed.sorted() == recorded)
    #expect(recorded.count >= 30)
  }

  @Test(
    "a tool's file is recognised by its content and has what its sample has", arguments: recorded)
  func reading(path: String) throws {
    let data = try Data(contentsOf: URL(filePath: "\(root)/fixtures/\(path).expected"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    // Under another name: the name must not decide.
    let (bytes, size) = try InputFile(path: "\(root)/fixtures/\(path)").contents()
    let file = InputFile(path: "x", bytes: Array(bytes[..<size]))
    let format = try #require(Reading.recognise(try Reading.head(of: file)))
    #expect(format.name == expected.format)
    // Go's JSON lines of tests and of benchmarks are told apart by the order of the readers.
    if !path.hasPrefix("go/") { #expect(takers(of: try Reading.head(of: file)).count == 1) }
    let results = try format.read(file)
    expectTests(of: results, expected)
    expectMeasurements(of: results, expected)
    #expect(
      results.problems.filter(\.isBlocking).map { "\($0.code.rawValue): \($0.message)" }
        == expected.problems ?? [])
    #expect(results.environment["hostname"] == nil)
  }

  /// The formats that know the file, of which the first gets it.
  private func takers(of head: Head) -> [String] {
    formats.filter { $0.recognises(head) == .yes }.map { $0.name }
  }

  private func expectTests(of results: Results, _ expected: Expected) {
    var counts = OutcomeCounts()
    for test in results.tests where test.role != .inner { counts.add(test.outcome) }
    #expect(
      [counts.passed, counts.failed, counts.errored, counts.skipped]
        == [expected.passed, expected.failed, expected.errored, expected.skipped].map { $0 ?? 0 })
    let unexplained = results.tests.filter {
      $0.outcome.isFailure && results.detail(of: $0)?.message?.isEmpty != false
    }
    #expect(
      unexplained.count == expected.unexplained ?? 0,
      "\(unexplained.map { results.text.string($0.name) })")
  }

  private func expectMeasurements(of results: Results, _ expected: Expected) {
    let primary = results.measurements.filter(\.isPrimary)
    func name(_ series: Measurement) -> String {
      series.name + (series.parameters.isEmpty ? "" : " {\(series.parameters)}")
    }
    var names: [String] = []
    for series in primary.map(name) where !names.contains(series) { names.append(series) }
    #expect(names == expected.benchmarks ?? [])
    #expect(results.unmeasured == expected.unmeasured ?? [])
    for (wanted, value) in expected.values ?? [:] {
      let read = results.measurements.first {
        name($0) == wanted || "\(name($0)) \($0.metric)" == wanted
      }
      #expect(read?.value == value, "\(wanted)")
    }
  }
}
