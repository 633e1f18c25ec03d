import Testing

@testable import TidemarkStatistics

@Suite struct DetectorTests {
  private func judge(
    _ values: [Double], unit: String? = "ns", direction: BetterDirection = .lower,
    extent: Detector.Extent = .newest
  ) -> SeriesAnswer {
    let input = SeriesInput(id: "s", unit: unit, direction: direction, values: values)
    return Detector().judge([input], extent: extent).series[0]
  }

  @Test("a step is found where it is, with its size and an interval that holds it")
  func step() throws {
    var noisy = Noisy(seed: 1)
    let answer = judge(noisy.series(100, noise: 0.01, steps: [(run: 70, factor: 1.1)]))
    let change = try #require(answer.changes.first)
    #expect(answer.changes.count == 1 && answer.verdict == .regressed)
    #expect(change.index == 70 && change.isRegression && change.state == .confirmed)
    #expect(abs(change.effect - 0.1) < 0.01)
    #expect(change.effectLow < 0.1 && 0.1 < change.effectHigh)
    #expect(abs(change.levelBefore - 100) < 1 && abs(change.levelAfter - 110) < 1)
    #expect(change.runsBefore == 70 && change.runsAfter == 30)
    #expect(change.doubt == nil && change.runsToConfirm == 0)
    #expect(abs(change.noise - 0.01) < 0.004)
    #expect(answer.regimes.map(\.first) == [0, 70] && answer.regimes.map(\.last) == [69, 99])
  }

  @Test("the direction decides what is worse, not what is found")
  func direction() {
    var noisy = Noisy(seed: 1)
    let values = noisy.series(100, noise: 0.01, steps: [(run: 70, factor: 1.1)])
    let lower = judge(values)
    let higher = judge(values, direction: .higher)
    #expect(higher.verdict == .improved && lower.verdict == .regressed)
    #expect(higher.changes[0].p == lower.changes[0].p)
    #expect(higher.changes[0].effect == lower.changes[0].effect)
  }

  @Test("the unit of measure changes nothing", arguments: [1e-9, 0.1, 1e6])
  func unitOfMeasure(factor: Double) {
    var noisy = Noisy(seed: 3)
    let values = noisy.series(120, noise: 0.02, steps: [(run: 60, factor: 0.9)])
    let one = judge(values)
    let other = judge(values.map { $0 * factor })
    #expect(one.changes.map(\.index) == other.changes.map(\.index))
    #expect(expectClose(one.changes[0].effect, other.changes[0].effect, within: 1e-9))
  }

  @Test("steady noise raises no confirmed alarm", arguments: [0.002, 0.02, 0.2])
  func steady(noise: Double) {
    var noisy = Noisy(seed: 21)
    let answers = (0..<100).map { _ in judge(noisy.series(100, noise: noise)) }
    #expect(answers.allSatisfy { $0.verdict == .unchanged })
  }

  @Test("fewer than five finite runs are insufficient, and it says how many are missing")
  func insufficient() {
    let answer = judge([1, .nan, 1, 1, .infinity])
    #expect(answer.verdict == .insufficient && answer.neededRuns == 2)
    #expect(answer.changes.isEmpty && answer.minimumDetectableEffect == nil)
    #expect(judge([]).neededRuns == 5 && judge([]).regimes.isEmpty)
  }

  @Test("absent values are skipped, and indices stay those of the input")
  func absent() {
    var noisy = Noisy(seed: 1)
    var values = noisy.series(100, noise: 0.01, steps: [(run: 70, factor: 1.2)])
    values[3] = .nan
    values[69] = .infinity
    #expect(judge(values).changes.map(\.index) == [70])
    values[70] = .nan
    #expect(judge(values).changes.map(\.index) == [71])
  }

  @Test("a deterministic count that was constant is confirmed by one run")
  func deterministic() {
    let values = [Double](repeating: 4096, count: 20) + [4100]
    let bytes = judge(values, unit: "bytes")
    #expect(bytes.verdict == .unchanged, "0.1 % is the least that is said")
    let more = judge([Double](repeating: 4096, count: 20) + [4200], unit: "bytes")
    #expect(more.verdict == .regressed && more.changes[0].index == 20)
    let time = judge([Double](repeating: 4096, count: 20) + [4200], unit: "ns")
    #expect(time.verdict == .unchanged && time.changes[0].doubt == .newestRunOnly)
  }

  @Test("a single run is suspected, and as many more as it says confirm it")
  func newestRun() throws {
    var noisy = Noisy(seed: 6)
    let base = noisy.series(60, noise: 0.01)
    let suspected = judge(base + [120])
    let change = try #require(suspected.changes.first)
    #expect(change.state == .suspected && change.doubt == .newestRunOnly)
    #expect(suspected.verdict == .unchanged && change.index == 60)
    let more = try #require(change.runsToConfirm)
    let confirmed = judge(base + (0...more).map { _ in 120 * (1 + 0.01 * noisy.normal()) })
    #expect(confirmed.verdict == .regressed)
  }

  @Test("a lone spike in the past is no change")
  func spike() {
    var noisy = Noisy(seed: 6)
    var values = noisy.series(60, noise: 0.01)
    values[40] *= 1.5
    #expect(judge(values).changes.isEmpty)
  }

  @Test("the more series, the more the newest changes need")
  func family() throws {
    var noisy = Noisy(seed: 6)
    let suspect = SeriesInput(
      id: "a", unit: "a", direction: .lower, values: noisy.series(10, noise: 0.01) + [112])
    var detector = Detector()
    let alone = detector.judge([suspect]).series[0]
    let change = try #require(alone.changes.first)
    #expect(change.q == change.p)
    let others = (0..<99).map {
      SeriesInput(id: "\($0)", unit: "b", direction: .lower, values: [1])
    }
    let among = detector.judge([suspect] + others).series[0]
    #expect(expectClose(among.changes.first?.q ?? 0, change.p * 100))
    var options = DetectorOptions()
    options.falseDiscoveryRate = change.p * 50
    detector = Detector(options: options)
    #expect(detector.judge([suspect] + others).series[0].changes.isEmpty)
    #expect(detector.judge([suspect]).series[0] == alone)
  }

  @Test("what moves all series together is the machine, and is said once")
  func commonMode() {
    var noisy = Noisy(seed: 12)
    var batch = (0..<12).map { place in
      SeriesInput(
        id: "\(place)", unit: "ns", direction: .lower,
        values: noisy.series(80, noise: 0.01, steps: [(run: 50, factor: 1.3)]))
    }
    let answer = Detector().judge(batch)
    #expect(answer.series.allSatisfy { $0.changes.isEmpty })
    #expect(answer.machineChanges.map(\.run) == [50])
    #expect(abs(answer.machineChanges[0].shift - 0.3) < 0.02)
    #expect(answer.series[0].regimes.map(\.first) == [0, 50], "drawn as the values lie")
    // One series that moves on its own besides is still found.
    for run in 65..<80 { batch[3].values[run] *= 1.2 }
    let found = Detector().judge(batch)
    #expect(found.series.filter { $0.verdict == .regressed }.map(\.id) == ["3"])
    #expect(found.series[3].changes.map(\.index) == [65])
  }

  @Test("a machine change that the machine's label tells is not reported")
  func labelledMachineChange() {
    var noisy = Noisy(seed: 12)
    let batch = (0..<12).map { place in
      SeriesInput(
        id: "\(place)", unit: "ns", direction: .lower,
        values: noisy.series(80, noise: 0.01, steps: [(run: 50, factor: 1.3)]),
        environment: (0..<80).map { $0 < 50 ? "old" : "new" })
    }
    let answer = Detector().judge(batch)
    #expect(answer.machineChanges.isEmpty && answer.series.allSatisfy { $0.changes.isEmpty })
  }

  @Test("another machine class starts a new level that is not reported")
  func machineClass() {
    var noisy = Noisy(seed: 3)
    var input = SeriesInput(
      id: "s", unit: "ns", direction: .lower,
      values: noisy.series(60, noise: 0.01, steps: [(run: 30, factor: 2)]))
    input.environment = (0..<60).map { $0 < 30 ? "old" : "new" }
    let answer = Detector().judge([input]).series[0]
    #expect(answer.changes.isEmpty && answer.verdict == .unchanged)
    #expect(answer.regimes.map(\.first) == [0, 30])
    input.environment = (0..<60).map { $0 < 57 ? "old" : "new" }
    let early = Detector().judge([input]).series[0]
    #expect(early.verdict == .insufficient && early.neededRuns == 2)
    #expect(early.changes.map(\.index) == [30], "the old class's changes stay")
  }

  @Test("alternating machine classes are judged each by itself")
  func alternation() {
    var noisy = Noisy(seed: 3)
    var values = noisy.series(80, noise: 0.01)
    for run in 0..<80 where run % 2 == 1 { values[run] *= 3 }
    var input = SeriesInput(id: "s", unit: "ns", direction: .lower, values: values)
    input.environment = (0..<80).map { $0 % 2 == 1 ? "slow" : "fast" }
    #expect(Detector().judge([input]).series[0].changes.isEmpty)
    for run in 61..<80 { input.values[run] *= 1.2 }
    let changed = Detector().judge([input]).series[0]
    #expect(changed.changes.map(\.index) == [61], "both classes saw it, it is told once")
    #expect(changed.verdict == .regressed)
    // A class that is new has no baseline yet.
    input.environment?[79] = "other"
    #expect(Detector().judge([input]).series[0].verdict == .insufficient)
  }

  @Test("an accepted change is not reported again")
  func accepted() {
    var noisy = Noisy(seed: 1)
    var input = SeriesInput(
      id: "s", unit: "ns", direction: .lower,
      values: noisy.series(100, noise: 0.01, steps: [(run: 70, factor: 1.1)]))
    input.acceptedChanges = [70]
    let answer = Detector().judge([input]).series[0]
    #expect(answer.changes.isEmpty && answer.verdict == .unchanged)
    #expect(answer.regimes.map(\.first) == [0, 70])
    input.acceptedChanges = [90]
    let later = Detector().judge([input]).series[0]
    #expect(later.changes.map(\.index) == [70] && later.verdict == .unchanged)
  }

  @Test("a floor of a series' own is kept")
  func effectFloor() {
    var noisy = Noisy(seed: 1)
    var input = SeriesInput(
      id: "s", unit: "ns", direction: .lower,
      values: noisy.series(100, noise: 0.01, steps: [(run: 70, factor: 1.1)]))
    input.effectFloor = 0.2
    #expect(Detector().judge([input]).series[0].changes.isEmpty)
  }

  @Test("a rate with counts is judged by what its counts allow")
  func rates() {
    var noisy = Noisy(seed: 4)
    let values = (0..<60).map { run in
      let rate = run < 40 ? 0.95 : 0.85
      return Double((0..<500).count { _ in noisy.uniform() < rate }) / 500
    }
    var input = SeriesInput(id: "s", unit: "ratio", direction: .higher, values: values)
    input.counts = values.map { _ in 500 }
    let answer = Detector().judge([input]).series[0]
    #expect(answer.verdict == .regressed && answer.changes.map(\.index) == [40])
    #expect(abs(answer.changes[0].effect + 0.1 / 0.95) < 0.02)
    var withErrors = input
    withErrors.counts = nil
    withErrors.standardErrors = values.map { ($0 * (1 - $0) / 500).squareRoot() }
    let alike = Detector().judge([withErrors]).series[0]
    #expect(alike.changes.map(\.index) == [40])
    #expect(expectClose(alike.changes[0].p, answer.changes[0].p, within: 1e-6))
    var percent = input
    percent.kind = .rate(percent: true)
    percent.values = values.map { $0 * 100 }
    let same = Detector().judge([percent]).series[0]
    #expect(same.changes.map(\.index) == [40])
    #expect(abs(same.changes[0].levelBefore - 95) < 1)
  }

  @Test("a long history is judged in windows: all its changes, once each")
  func wholeHistory() {
    var noisy = Noisy(seed: 5)
    let steps = [150, 191, 193 + 128, 500, 777, 990]
    let values = noisy.series(
      1000, noise: 0.01, steps: steps.enumerated().map { ($1, $0 % 2 == 0 ? 1.2 : 0.8) })
    let whole = judge(values, extent: .whole)
    #expect(whole.changes.map(\.index) == steps)
    let newest = judge(values, extent: .newest)
    #expect(newest.changes.map(\.index) == [777, 990])
    #expect(whole.changes.last == newest.changes.last)
    #expect(whole.regimes.map(\.first) == [0] + steps)
  }

  @Test("within one window, the whole and the newest are the same")
  func oneWindow() {
    var noisy = Noisy(seed: 5)
    let values = noisy.series(256, noise: 0.01, steps: [(100, 1.2), (240, 0.8)])
    #expect(judge(values, extent: .whole) == judge(values, extent: .newest))
  }

  @Test("the number of workers does not show", arguments: [2, 3, 8])
  func workers(count: Int) async {
    var noisy = Noisy(seed: 77)
    let batch = (0..<50).map { place in
      SeriesInput(
        id: "\(place)", unit: place % 2 == 0 ? "ns" : "bytes", direction: .lower,
        values: noisy.series(
          40 + place, noise: 0.01, steps: [(run: 30, factor: place % 3 == 0 ? 1.2 : 1)]))
    }
    let alone = Detector().judge(batch, extent: .whole)
    #expect(await Detector().judge(batch, extent: .whole, workers: count) == alone)
  }

  @Test("no numbers make it stop", arguments: 0..<40)
  func hostile(seed: Int) {
    var noisy = Noisy(seed: UInt64(seed))
    let extremes: [Double] = [
      0, -0.0, 1, -1, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
      .nan, .infinity, -.infinity, 1e-308, 1e154, 1e300,
    ]
    let batch = (0..<8).map { place in
      let count = Int(noisy.uniform() * 60)
      var input = SeriesInput(
        id: "\(place)", unit: ["ns", "percent", "bytes", nil][place % 4], direction: .higher,
        values: (0..<count).map { _ in extremes[Int(noisy.uniform() * Double(extremes.count))] })
      input.counts = (0..<count / 2).map { _ in extremes[Int(noisy.uniform() * 13)] }
      input.samples = (0..<count).map { _ in
        (0..<6).map { _ in extremes[Int(noisy.uniform() * 13)] }
      }
      input.acceptedChanges = [-1, count, count / 2, .max, .min]
      input.runs = (0..<max(0, count - 2)).map { $0 % 7 == 6 ? 0 : $0 }
      input.environment = place == 3 ? (0..<count).map { "\($0 % 3)" } : ["x"]
      return input
    }
    let answer = Detector().judge(batch, extent: .whole)
    #expect(answer.series.count == 8)
    for change in answer.series.flatMap(\.changes) {
      #expect(change.p >= 0 && change.p <= 1 && !change.effect.isNaN)
    }
  }
}
