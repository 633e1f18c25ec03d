import Testing
import TidemarkModel

@testable import TidemarkReport

@Suite struct SideBySideTests {
  private typealias Standing = SideBySide.Standing

  private func sides(
    _ keys: [String], _ members: [([String], SideBySide.Standing)]
  ) -> SideBySide {
    SideBySide(
      keys: keys,
      members: members.enumerated().map {
        .init(index: $0.offset, values: $0.element.0, standing: $0.element.1)
      })
  }

  private func finding(
    _ pairs: (String, String)..., isExcept: Bool = false, isConjunction: Bool = false
  ) -> SideBySide.Finding {
    .init(
      labels: pairs.map { Labels.Pair(key: $0.0, value: $0.1) }, isExcept: isExcept,
      isConjunction: isConjunction)
  }

  @Test("a label that all bad ones have and no clear one is where it is bad")
  func only() {
    let three = sides(
      ["os"], [(["linux"], .clear), (["macos"], .clear), (["windows"], .bad)])
    #expect(three.finding == finding(("os", "windows")))
    let six = sides(
      ["arch", "os"],
      [
        (["arm64", "linux"], .bad), (["arm64", "macos"], .bad), (["x86_64", "linux"], .clear),
        (["x86_64", "windows"], .clear),
      ])
    #expect(six.finding == finding(("arch", "arm64")))
  }

  @Test("labels that always come together are all named: which one it is cannot be told")
  func together() {
    let two = sides(
      ["os", "toolchain"], [(["linux", "clang"], .clear), (["windows", "msvc"], .bad)])
    #expect(two.finding == finding(("os", "windows"), ("toolchain", "msvc")))
  }

  @Test("where all but one are bad, the exception is named")
  func except() {
    let three = sides(["os"], [(["linux"], .clear), (["macos"], .bad), (["windows"], .bad)])
    #expect(three.finding == finding(("os", "linux"), isExcept: true))
  }

  @Test("two labels are named where neither divides alone")
  func conjunction() {
    let four = sides(
      ["arch", "os"],
      [
        (["arm64", "linux"], .clear), (["arm64", "windows"], .bad), (["x86_64", "linux"], .clear),
        (["x86_64", "windows"], .clear),
      ])
    #expect(four.finding == finding(("arch", "arm64"), ("os", "windows"), isConjunction: true))
  }

  @Test("without a bad one, without a clear one, or without a pattern nothing is claimed")
  func none() {
    #expect(sides(["os"], [(["linux"], .clear), (["macos"], .clear)]).finding == nil)
    #expect(sides(["os"], [(["linux"], .bad), (["macos"], .bad)]).finding == nil)
    #expect(sides(["os"], [(["linux"], .unsure), (["macos"], .bad)]).finding == nil)
    #expect(
      sides(
        ["v"], [(["1"], .bad), (["2"], .clear), (["3"], .bad), (["4"], .clear)]
      ).finding == nil)
    #expect(sides(["os"], [([""], .bad), (["macos"], .clear)]).finding != finding(("os", "")))
  }

  private func report(_ tests: [(Labels, String, Outcome, TestState)]) -> Report {
    var report = Report(
      run: RunHeader(id: "1", time: Timestamp(millisecondsSince1970: 0)),
      generator: Generator(version: "0"))
    report.jobs = [Job(name: "one"), Job(name: "two")]
    report.tests = tests.enumerated().map { index, test in
      TestResult(
        id: Identifier(bits: UInt64(index)),
        identity: TestIdentity(suite: ["S"], className: "", name: "t", labels: test.0),
        job: test.1, state: test.3, outcome: test.2)
    }
    return report
  }

  @Test("a test of one name is one group; a flaky or skipped one takes no side")
  func tests() throws {
    let groups = SideBySide.tests(
      report([
        (Labels([("os", "windows")]), "one", .failed, .newlyFailing),
        (Labels([("os", "linux")]), "one", .passed, .passing),
        (Labels([("os", "macos")]), "one", .skipped, .passing),
        (Labels([("os", "bsd")]), "one", .failed, .flaky),
      ]))
    let group = try #require(groups.first)
    #expect(groups.count == 1 && group.keys == ["os"])
    #expect(group.members.map(\.values) == [["bsd"], ["linux"], ["macos"], ["windows"]])
    #expect(group.members.map(\.standing) == [.unsure, .clear, .unsure, .bad])
    #expect(group.finding == finding(("os", "windows")))
  }

  @Test("without labels the jobs tell them apart; one test under one label is no group")
  func jobs() throws {
    let groups = SideBySide.tests(
      report([(.none, "one", .failed, .newlyFailing), (.none, "two", .passed, .passing)]))
    #expect(groups.first?.finding == finding(("job", "one")))
    #expect(SideBySide.tests(report([(.none, "one", .failed, .newlyFailing)])).isEmpty)
  }

  private func series(
    _ os: String, _ state: SeriesState, change: Double, detectable: Double, model: String? = nil
  ) -> SeriesChange {
    var labels = Labels([("os", os)])
    labels["model"] = model
    var series = SeriesChange(
      id: Identifier(bits: 1),
      identity: SeriesIdentity(name: "b", metric: "m", quantity: .time, labels: labels),
      unit: Unit(text: "s", quantity: .time, scale: 1), direction: .lower, job: "j", state: state,
      value: 1)
    series.changePercent = change
    series.minimumDetectablePercent = detectable
    return series
  }

  @Test("an unchanged series speaks against a change only where it would have shown it")
  func series() throws {
    var report = report([])
    report.series = [
      series("arm64", .regressed, change: 8, detectable: 2),
      series("quiet", .unchanged, change: 0, detectable: 3),
      series("noisy", .unchanged, change: 1, detectable: 20),
    ]
    let group = try #require(SideBySide.series(report).first)
    #expect(group.members.map(\.standing) == [.bad, .unsure, .clear])
    #expect(group.finding == finding(("os", "arm64")))
    report.series.remove(at: 1)
    #expect(SideBySide.series(report).first?.finding == nil)
  }

  @Test("models and tasks make a grid, not sides")
  func models() {
    var report = report([])
    report.series = [
      series("linux", .regressed, change: 8, detectable: 2, model: "a"),
      series("linux", .unchanged, change: 0, detectable: 3, model: "b"),
    ]
    #expect(SideBySide.series(report).isEmpty)
  }
}
