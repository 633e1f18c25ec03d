import Foundation
import Testing
import TidemarkModel
import TidemarkRun

@testable import TidemarkCommands

@Suite struct GatheringTests {
  private static func meson(_ result: String) -> String {
    """
    {"name": "demo:unit / sums", "result": "\(result)", "command": ["./sums"], "returncode": 0, \
    "duration": 0.5, "starttime": 1700000000}

    """
  }

  private static func junit(_ inside: String) -> String {
    """
    <testsuites><testsuite name="demo" tests="1"><testcase name="sums" classname="demo" time="0.5">\
    \(inside)</testcase></testsuite></testsuites>
    """
  }

  private static let twister = """
    {"environment": {"zephyr_version": "v4.1.0", "run_date": "2026-11-01T10:00:00+00:00"}, \
    "testsuites": [{"name": "kernel/sums", "platform": "native_sim", "status": "passed", \
    "used_ram": 2048, "used_rom": 4096, \
    "testcases": [{"identifier": "kernel.sums.adds", "status": "passed"}]}]}
    """

  private func gather(_ names: [String]) async -> Gathering {
    await Gathering(
      names, excluding: [], labels: { _ in .none },
      progress: Progress(level: .quiet, usesColor: false))
  }

  private func tests(_ gathering: Gathering) -> [String: Int] {
    var counts: [String: Int] = [:]
    for input in gathering.inputs {
      let name = input.record.path.split(separator: "/").last.map { String($0) } ?? ""
      counts[name] = input.results.tests.count
    }
    return counts
  }

  @Test("Of Meson's two reports in a folder the tests are read once, and the other one is an input")
  func mesonPair() async throws {
    let scratch = try Scratch()
    try scratch.write(Self.meson("OK"), to: "testlog.json")
    try scratch.write(Self.junit(""), to: "testlog.junit.xml")
    let gathering = await gather([scratch.path])
    #expect(tests(gathering) == ["testlog.json": 0, "testlog.junit.xml": 1])
    #expect(gathering.unread.isEmpty)
    let log = try #require(gathering.inputs.first { $0.record.path.hasSuffix(".json") })
    #expect(log.record.status == .read)
    #expect(log.record.counts == OutcomeCounts())
    #expect(
      log.record.problems.map(\.message) == [
        "its tests are those of testlog.junit.xml beside it, and are read from there"
      ])
    #expect(log.record.problems.allSatisfy { !$0.isBlocking })
  }

  @Test("A report that stands alone, is named, or shows a failure that the other does not is read")
  func noTwin() async throws {
    let alone = try Scratch()
    try alone.write(Self.meson("OK"), to: "testlog.json")
    #expect(tests(await gather([alone.path])) == ["testlog.json": 1])

    let both = try Scratch()
    let log = try both.write(Self.meson("OK"), to: "testlog.json")
    let xml = try both.write(Self.junit(""), to: "testlog.junit.xml")
    #expect(tests(await gather([log, xml])) == ["testlog.json": 1, "testlog.junit.xml": 1])

    let failing = try Scratch()
    try failing.write(Self.meson("FAIL"), to: "testlog.json")
    try failing.write(Self.junit(""), to: "testlog.junit.xml")
    #expect(tests(await gather([failing.path])) == ["testlog.json": 1, "testlog.junit.xml": 1])
    try failing.write(Self.junit("<failure message=\"3\"/>"), to: "testlog.junit.xml")
    #expect(tests(await gather([failing.path])) == ["testlog.json": 0, "testlog.junit.xml": 1])
  }

  @Test(
    "Of twister's reports the JSON leaves its tests to an XML beside it, and keeps RAM and ROM",
    arguments: ["twister.xml", "twister_report.xml", "twister_suite_report.xml"])
  func twister(name: String) async throws {
    let scratch = try Scratch()
    try scratch.write(Self.twister, to: "twister.json")
    try scratch.write(Self.junit(""), to: name)
    let gathering = await gather([scratch.path])
    #expect(tests(gathering) == ["twister.json": 0, name: 1])
    let json = try #require(gathering.inputs.first { $0.record.path.hasSuffix(".json") })
    #expect(json.results.measurements.map(\.metric).sorted() == ["ram", "rom"])
  }

  @Test("An XML that is of another run, or holds no test, takes nothing from twister's JSON")
  func otherReports() async throws {
    let scratch = try Scratch()
    try scratch.write(Self.twister, to: "twister.json")
    try scratch.write(Self.junit(""), to: "other.xml")
    try scratch.write("<testsuites/>", to: "twister.xml")
    #expect(tests(await gather([scratch.path]))["twister.json"] == 1)
  }
}
