import Testing
import TidemarkHistory
import TidemarkModel
import TidemarkReport

@testable import TidemarkAnalysis

@Suite struct TestDurationsTests {
  /// `runs` runs of classes of tests; `seconds` tells how long a test takes in a run, nil where it is not
  /// there.
  private func laboratory(
    runs: Int = 36, classes: [String], tests: Int,
    seconds: (_ test: Int, _ name: String, _ run: Int) -> Double?
  ) -> Laboratory {
    var noise = Noise(seed: 7)
    var laboratory = Laboratory(tests: ["x": String(repeating: ".", count: runs)])
    for run in 0..<runs {
      for name in classes {
        for test in 0..<tests {
          let jitter = 1 + 0.03 * noise.normal()
          guard let duration = seconds(test, name, run) else { continue }
          let identity = TestIdentity(suite: ["suite"], className: name, name: "t\(test)")
          guard var result = Test("t", mark: ".") else { continue }
          result.identity = identity
          result.id = TestDurationsTests.id(name, test)
          result.duration = duration * jitter
          laboratory.runs[run].parts[0].tests.append(result)
        }
      }
    }
    return laboratory
  }

  private static func id(_ name: String, _ test: Int) -> Identifier {
    Identifier(bits: UInt64(name.utf8.first ?? 0) << 32 | UInt64(test))
  }

  @Test("A class of many quick tests that all slow down is one line, with its slowest tests")
  func aClass() throws {
    let report = laboratory(classes: ["A", "B"], tests: 400) { _, name, run in
      name == "A" && run >= 31 ? 0.009 : 0.005
    }.report
    #expect(report.slowTests.map(\.title) == ["suite › A"])
    let slow = try #require(report.slowTests.first)
    #expect(slow.name == nil && slow.tests.count == 10)
    #expect((1.8...2.2).contains(slow.before) && (3.3...3.9).contains(slow.after))
    #expect(slow.changePoint.run == "r31")
    #expect(slow.changePoint.previousCommit == "commit30")
    #expect(
      report.reason(.testsSlower)?.hasPrefix("1 class of tests newly slow: `suite › A` from")
        == true)
  }

  @Test("A slow test that slows down is told, and its class is not told again")
  func aSingle() throws {
    let report = laboratory(classes: ["A"], tests: 20) { test, _, run in
      test == 3 ? (run >= 31 ? 4 : 2) : 0.05
    }.report
    #expect(report.slowTests.map(\.title) == ["suite › A › t3"])
    #expect(report.slowTests.first?.tests == [Self.id("A", 3)])
    #expect(report.verdict == .pass)
    #expect(report.test("t3")?.state == .passing)
    #expect(report.seriesTotals.series == 0 && report.series.isEmpty)
  }

  @Test("A slow test and a benchmark that changed in one range of commits are one cluster")
  func cluster() throws {
    let values = Noise.values(31) + Noise.values(5, level: 130, seed: 2)
    let report = laboratory(classes: ["A"], tests: 1) { _, _, run in run >= 31 ? 4 : 2 }.with {
      for run in $0.runs.indices {
        $0.runs[run].parts[0].values = [SeriesValue("parse", values[run])]
      }
    }.report
    let cluster = try #require(report.clusters.first { $0.kind == "commit" })
    #expect(cluster.tests == [Self.id("A", 0)])
    #expect(cluster.series == [SeriesValue("parse", 1).id])
    #expect(cluster.changePoint?.run == "r31")
    // A slow test passes: there is nothing to run for `git bisect`.
    #expect(report.bisection(of: cluster)?.contains("TEST_COMMAND") != true)
  }

  @Test("A slow test that is accepted with what began beside it is slow no more")
  func acceptedCluster() throws {
    let slow = laboratory(classes: ["A"], tests: 1) { _, _, run in run >= 31 ? 4 : 2 }
    let accepted = slow.with {
      $0.records = [
        .accept(
          id: Clusters.id(kind: Clusters.commitKind, run: "r31"), commit: nil, run: "r31",
          reason: "", author: nil)
      ]
    }
    #expect(slow.report.slowTests.count == 1)
    #expect(accepted.report.slowTests.isEmpty)
  }

  @Test(
    "What does not make a test slower is not told",
    arguments: [
      "tests come and go", "one run", "below a second", "little", "the machine", "faster",
    ])
  func quiet(what: String) {
    let report = laboratory(classes: ["A", "B", "C", "D", "E", "F", "G"], tests: 40) {
      test, _, run in
      switch what {
      case "tests come and go":
        test % 3 == 0 && run < 31 ? nil : test % 3 == 1 && run >= 31 ? nil : 0.1
      case "one run": run == 35 ? 0.3 : 0.1
      case "below a second": run >= 31 ? 0.02 : 0.01
      case "little": run >= 31 ? 0.115 : 0.1
      case "the machine": run >= 31 ? 0.2 : 0.1
      default: run >= 31 ? 0.05 : 0.1
      }
    }.report
    #expect(report.slowTests.isEmpty, "\(report.slowTests.map(\.title))")
    #expect(!report.codes.contains(.testsSlower))
  }

  @Test("A failing test's time does not count, and an accepted test is slow no more")
  func failing() {
    let slow = laboratory(classes: ["A"], tests: 1) { _, _, run in run >= 31 ? 4 : 2 }
    let failing = slow.with {
      for run in 31..<36 {
        let last = $0.runs[run].parts[0].tests.count - 1
        $0.runs[run].parts[0].tests[last].outcome = .failed
      }
    }
    #expect(slow.report.slowTests.count == 1)
    #expect(failing.report.slowTests.isEmpty)
    let accepted = slow.with {
      $0.records = [
        .accept(id: Self.id("A", 0), commit: nil, run: "r31", reason: "", author: nil)
      ]
    }
    #expect(accepted.report.slowTests.isEmpty)
  }

  @Test("A pull request answers for what became slow in its own runs")
  func pullRequest() {
    let slow = laboratory(classes: ["A"], tests: 1) { _, _, run in run >= 32 ? 4 : 2 }
    #expect(slow.asPullRequest(newest: 4).report.slowTests.count == 1)
    #expect(slow.asPullRequest(newest: 1).report.slowTests.isEmpty)
  }

  @Test("Runs of more than the window, and no durations at all, are no trap")
  func odd() {
    let long = laboratory(runs: 90, classes: ["A"], tests: 3) { _, _, run in run >= 85 ? 4 : 2 }
    #expect(long.report.slowTests.count == 3)
    let none = long.with {
      for run in $0.runs.indices {
        for test in $0.runs[run].parts[0].tests.indices {
          $0.runs[run].parts[0].tests[test].duration = nil
        }
      }
    }
    #expect(none.report.slowTests.isEmpty)
  }
}
