import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkRun

@Suite struct SeriesStatesTests {
  /// 30 quiet runs, then `runs` at `factor` times their level.
  private func step(
    _ factor: Double, runs: Int, before: Int = 30, direction: Direction = .lower
  ) -> Laboratory {
    let values = Noise.values(before) + Noise.values(runs, level: 100 * factor, seed: 2)
    return Laboratory(series: ["s": values], direction: direction)
  }

  @Test(
    "A series has the state that its runs show",
    arguments: [
      (1.0, 5, Direction.lower, SeriesState.unchanged),
      (1.2, 1, .lower, .suspected),
      (1.2, 4, .lower, .regressed),
      (1.2, 10, .lower, .regressed),
      (1.2, 13, .lower, .unchanged),
      (0.8, 4, .lower, .improved),
      (0.8, 13, .lower, .unchanged),
      (0.8, 1, .higher, .suspected),
      (0.8, 4, .higher, .regressed),
      (1.2, 4, .higher, .improved),
      (0.8, 1, .lower, .unchanged),
    ])
  func state(factor: Double, runs: Int, direction: Direction, expected: SeriesState) {
    let change = step(factor, runs: runs, direction: direction).report.change("s")
    #expect(change?.state == expected, "\(change?.explanation ?? "")")
  }

  @Test("A confirmed regression says how much, since when, and fails the verdict")
  func aConfirmedRegression() throws {
    let report = step(1.2, runs: 5).report
    #expect(report.verdict == .fail)
    let change = try #require(report.change("s"))
    let percent = try #require(change.changePercent)
    #expect((18...22).contains(percent))
    let low = try #require(change.changeLow)
    let high = try #require(change.changeHigh)
    #expect(low < percent && percent < high)
    #expect((change.p ?? 1) < 1e-6)
    #expect((change.q ?? 1) < 0.05)
    #expect(change.changePoint?.run == "r30")
    #expect(change.changePoint?.previousCommit == "commit29")
    #expect(change.changePoint?.isConfirmed == true)
    #expect(change.baseline?.runs == 30)
    #expect(abs((change.baseline?.value ?? 0) - 100) < 1)
    #expect(change.window == 35)
    #expect(change.points.count == 35)
    #expect(change.regimes.count == 2)
    #expect(change.explanation.contains("since run `r30` (commit29..commit30)"))
    #expect(change.explanation.contains("confirmed by 5 runs at the new level: "))
    #expect(change.explanation.contains(" times what one run varies (0.9"))
    #expect(change.explanation.contains(", and more than the 30 runs before ever strayed"))
  }

  @Test(
    "What is said to take a regression back, or to refute a suspicion, does",
    arguments: [1, 2, 3, 4, 6, 9], [1.06, 1.2, 2.0])
  func takenBackAsSaid(runs: Int, factor: Double) throws {
    var (said, held) = (0, 0)
    for seed in 1...20 {
      let before = Noise.values(40, seed: UInt64(seed))
      let since = Noise.values(runs, level: 100 * factor, seed: UInt64(seed + 100))
      let worse = try #require(Laboratory(series: ["s": before + since]).report.change("s"))
      guard worse.state == .regressed || worse.state == .suspected else { continue }
      #expect(
        worse.explanation.hasSuffix(" back at the old level would take it back"),
        "\(worse.explanation)")
      let words = worse.explanation.split(separator: "; ").last?.split(separator: " ")
      let back = try #require(words?.lazy.compactMap { Int($0) }.first)
      let after = Noise.values(back, seed: UInt64(seed + 200))
      let state = Laboratory(series: ["s": before + since + after]).report.seriesState("s")
      if state == .unchanged || state == .improved { held += 1 }
      said += 1
    }
    // How much a few runs vary is not known to the last of them.
    #expect(Double(held) >= (factor > 1.1 ? 0.9 : 0.8) * Double(said), "\(held) of \(said)")
    #expect(said >= 5)
  }

  @Test("A series that cannot be judged says what it lacks")
  func lacking() throws {
    let change = try #require(
      Laboratory(series: ["s": Noise.values(3)]).report.change("s"))
    #expect(change.state == .insufficientData)
    #expect(
      change.explanation == "3 of the 5 runs that a judgement needs: 2 more runs would do")
    #expect(change.runsNeeded == 2)
  }

  @Test("A suspicion fails no verdict and says what would confirm it")
  func aSuspicion() throws {
    let report = step(1.2, runs: 1).report
    #expect(report.verdict == .pass)
    let change = try #require(report.change("s"))
    #expect(change.changePoint?.isConfirmed == false)
    #expect((change.runsNeeded ?? 0) > 0)
    #expect(change.explanation.contains("would confirm it"))
    #expect(report.reason(.suspected)?.contains("would confirm") == true)
  }

  @Test("A regression that was taken back is none")
  func takenBack() {
    let values =
      Noise.values(30) + Noise.values(5, level: 120, seed: 2) + Noise.values(4, seed: 3)
    let report = Laboratory(series: ["s": values]).report
    #expect(report.seriesState("s") == .unchanged)
    #expect(report.change("s")?.changePoints.count == 2)
    #expect(
      report.change("s")?.explanation.contains(
        "since run `r30` (commit29..commit30), and went back since run `r35`") == true)
  }

  @Test("An accepted regression is no alarm, and the next one is")
  func accepted() throws {
    let laboratory = step(1.2, runs: 5).with {
      $0.records = [
        .accept(
          id: $0.current.parts[0].values[0].id, commit: "commit34", run: nil, reason: "",
          author: nil)
      ]
    }
    #expect(laboratory.report.seriesState("s") == .unchanged)
    #expect(laboratory.report.verdict == .pass)
    #expect(laboratory.report.change("s")?.changePoints.count == 1)
    let values =
      Noise.values(30) + Noise.values(6, level: 120, seed: 2)
      + Noise.values(5, level: 150, seed: 3)
    var second = Laboratory(series: ["s": values])
    second.records = laboratory.records
    #expect(second.report.seriesState("s") == .regressed)
  }

  @Test("A regression accepted as a cluster is accepted for each of its series")
  func acceptedCluster() throws {
    let values = Noise.values(30) + Noise.values(5, level: 120, seed: 2)
    let laboratory = Laboratory(series: ["a": values, "b": values.map { $0 * 3 }])
    let cluster = try #require(laboratory.report.clusters.first { $0.kind == "commit" })
    #expect(cluster.series.count == 2)
    let accepted = laboratory.with {
      $0.records = [
        .accept(id: cluster.id, commit: "commit34", run: nil, reason: "", author: nil)
      ]
    }
    #expect(accepted.report.seriesTotals.regressed == 0)
  }

  @Test("What is measured now and then only joins what began among the runs that it left out")
  func sparse() throws {
    let values = Noise.values(90) + Noise.values(11, level: 130, seed: 2)
    var sparse = Noise.values(90, seed: 3) + Noise.values(11, level: 260, seed: 4)
    // Every second run, and not the newest level's first.
    for run in stride(from: 1, to: 101, by: 2) { sparse[run] = .nan }
    sparse[90] = .nan
    let laboratory = Laboratory(series: ["often": values, "rare": sparse])
    let report = laboratory.report
    #expect(report.change("rare")?.changePoint?.run == "r92")
    #expect(report.change("rare")?.changePoint?.previousCommit == "commit88")
    let cluster = try #require(report.clusters.first)
    #expect(report.clusters.count == 1 && cluster.series.count == 2)
    #expect(cluster.changePoint?.run == "r90")
    #expect(cluster.changePoint?.previousCommit == "commit89")
    let accepted = laboratory.with {
      $0.records = [.accept(id: cluster.id, commit: nil, run: "r90", reason: "", author: nil)]
    }
    #expect(accepted.report.seriesTotals.regressed == 0)
  }

  @Test("A machine that changed where changes began stands beside their cluster")
  func clusterEnvironment() throws {
    let values = Noise.values(30) + Noise.values(5, level: 120, seed: 2)
    let report = Laboratory(series: ["a": values, "b": values.map { $0 * 3 }]).with {
      for run in $0.runs.indices {
        $0.runs[run].parts[0].environment = ["cpu": run < 30 ? "old" : "new"]
      }
    }.report
    #expect(report.clusters.first?.environment == ["job `build`: cpu from `old` to `new`"])
  }

  @Test(
    "Of values that are all equal the change is zero and the level is the value",
    arguments: [100.1, 0.3, 1_234_567.891])
  func constant(value: Double) throws {
    let change = try #require(
      Laboratory(series: ["s": [Double](repeating: value, count: 12)]).report.change("s"))
    #expect(change.changePercent == 0)
    #expect(change.baseline?.value == value)
    #expect(change.baseline?.low == value)
    #expect(change.regimes.map(\.level) == [value])
  }

  @Test("What was accepted says by whom and why, as long as the change is recent")
  func acceptedSentence() throws {
    let laboratory = step(1.2, runs: 5).with {
      $0.records = [
        .accept(
          id: $0.current.parts[0].values[0].id, commit: nil, run: "r30", reason: "safer",
          author: "Ann")
      ]
    }
    let change = try #require(laboratory.report.change("s"))
    #expect(
      change.explanation.contains("since run `r30` (commit29..commit30), accepted by Ann: “safer”"))
    #expect(laboratory.report.acceptances.map(\.index) == [30])
  }

  @Test("A stored run is judged again as it was judged")
  func storedRun() throws {
    let laboratory = step(1.2, runs: 5)
    let history = HistoryContents(runs: laboratory.runs)
    let stored = try #require(history.runs.last)
    let again = Judge(options: laboratory.options).report(
      on: Run(stored, in: history), against: history)
    #expect(again.seriesTotals == laboratory.report.seriesTotals)
    #expect(again.change("s")?.p == laboratory.report.change("s")?.p)
    #expect(again.verdict == laboratory.report.verdict)
  }

  @Test("The unit may change from run to run")
  func unitsChange() throws {
    let laboratory = step(1, runs: 3).with {
      for index in 0..<20 {
        $0.runs[index].parts[0].values[0].value *= 1e6
        $0.runs[index].parts[0].values[0].unit = .ns
      }
    }
    let change = try #require(laboratory.report.change("s"))
    #expect(change.state == .unchanged)
    #expect(change.unit == .ms)
    #expect(change.points.allSatisfy { (90...110).contains($0.value) })
  }

  @Test("Below five runs there is not enough to judge, and the report says how many are needed")
  func insufficient() {
    let report = Laboratory(series: ["s": [100, 101, 99]]).report
    #expect(report.seriesState("s") == .insufficientData)
    #expect(report.change("s")?.runsNeeded == 2)
    #expect(report.codes.contains(.insufficientData))
  }

  @Test("A series that the baseline lacks is new")
  func new() {
    let nan = Double.nan
    let report = Laboratory(series: [
      "s": Noise.values(8), "t": [nan, nan, nan, nan, nan, nan, nan, 5],
    ]).report
    #expect(report.seriesState("t") == .new)
    #expect(report.seriesTotals.new == 1)
  }

  @Test(
    "A series is missing if it stood in three of its job's last five runs",
    arguments: [
      ([true, true, true, true, true], true), ([false, true, true, true, false], true),
      ([false, false, true, true, false], false), ([true, true, false, false, false], false),
      ([true, true, true, false, false], true),
    ])
  func missing(stood: [Bool], isMissing: Bool) {
    let values = Noise.values(10) + stood.map { $0 ? 100 : .nan } + [.nan]
    let report = Laboratory(series: ["s": values, "t": Noise.values(16)]).report
    #expect(report.seriesState("s") == (isMissing ? .missing : nil))
    if isMissing {
      #expect(report.change("s")?.value == nil)
      #expect(report.codes.contains(.seriesMissing))
      #expect(report.seriesTotals.series == 2)
    }
  }

  @Test("A pull request is not blamed for what its base already has")
  func theBasesRegression() {
    let values = Noise.values(30) + Noise.values(6, level: 120, seed: 2)
    let laboratory = Laboratory(series: ["s": values])
    #expect(laboratory.report.seriesState("s") == .regressed)
    #expect(laboratory.asPullRequest().report.seriesState("s") == .unchanged)
  }

  @Test("A pull request's earlier runs confirm what they began")
  func ownRunsConfirm() {
    #expect(step(1.2, runs: 1).asPullRequest(newest: 1).report.seriesState("s") == .suspected)
    #expect(step(1.2, runs: 4).asPullRequest(newest: 4).report.seriesState("s") == .regressed)
  }

  @Test("Runs of one machine class are held against that class alone")
  func machineClasses() {
    let slow = Noise.values(40, level: 200, seed: 4)
    let laboratory = Laboratory(series: ["s": Noise.values(40)]).with {
      for index in 0..<40 {
        let isSlow = index % 2 == 0
        $0.runs[index].parts[0].environment["machine"] = isSlow ? "slow" : "fast"
        if isSlow { $0.runs[index].parts[0].values[0].value = slow[index] }
      }
    }
    let report = laboratory.report
    #expect(report.seriesState("s") == .unchanged)
    #expect(report.change("s")?.points.count == 20)
    #expect(report.change("s")?.changePoints.isEmpty == true)
    let fresh = laboratory.with { $0.current.parts[0].environment["machine"] = "third" }
    #expect(fresh.report.seriesState("s") == .new)
  }

  @Test("A run that measured on new machine classes alone is unjudged, however slow it was")
  func newMachineClass() {
    let laboratory = Laboratory(series: ["s": Noise.values(30) + [300]]).with {
      for run in 0..<30 { $0.runs[run].parts[0].environment["machine"] = "a" }
      $0.current.parts[0].environment["machine"] = "b"
    }
    let report = laboratory.report
    #expect(report.verdict == .unjudged && report.baseline.status == .none)
    #expect(
      report.baseline.message == "none of the 30 runs of `main` ran on machine class `b`")
    #expect(
      report.reason(.machineNew)
        == "job `build` ran on machine class `b`, which the baseline does not have: its 1 series"
        + " starts anew and is not judged yet")
    let second = laboratory.with {
      $0.runs.append($0.current)
      $0.current.header = .number(31, branch: "main")
    }.report
    #expect(second.reason(.machineNew) == nil && second.verdict == .pass)
  }

  @Test("Tests and series of known machine classes are judged beside a new class")
  func newMachineClassBesideOthers() {
    let laboratory = Laboratory(
      tests: ["t": String(repeating: ".", count: 31)], series: ["s": Noise.values(31)]
    ).with {
      for run in 0..<30 { $0.runs[run].parts[0].environment["machine"] = "a" }
      $0.current.parts[0].environment["machine"] = "b"
    }
    let report = laboratory.report
    #expect(report.verdict == .pass && report.baseline.status == .ok)
    #expect(report.reason(.machineNew) != nil)
  }

  @Test("A machine that slows everything down is one reason and no alarm")
  func aSlowMachine() {
    var series: [String: [Double]] = [:]
    for number in 0..<12 {
      let seed = UInt64(number * 2 + 1)
      series["s\(number)"] =
        Noise.values(30, level: Double(50 + number), seed: seed)
        + Noise.values(5, level: Double(50 + number) * 1.3, seed: seed + 1)
    }
    let report = Laboratory(series: series).report
    #expect(report.seriesTotals.regressed == 0)
    #expect(report.seriesTotals.suspected == 0)
    #expect(report.codes.filter { $0 == .machineChanged }.count == 1)
    #expect(report.clusters.first { $0.kind == "machine" }?.series.count == 12)
    #expect(report.verdict == .pass)
  }

  @Test("A run on a slow machine says so beside each value")
  func aSlowRun() throws {
    var series: [String: [Double]] = [:]
    for number in 0..<12 {
      series["s\(number)"] =
        Noise.values(30, level: Double(50 + number), seed: UInt64(number + 1))
        + [Double(50 + number) * 1.3]
    }
    let report = Laboratory(series: series).report
    #expect(report.seriesTotals.suspected == 0)
    let change = try #require(report.change("s3"))
    #expect(change.explanation.contains("% is taken out"))
    #expect(
      report.reason(.machineChanged)?.hasPrefix("time of all 12 series of job `build`") == true)
  }

  @Test("A slow job of several moves its own series alone")
  func aSlowJob() {
    var laboratory = Laboratory(tests: ["t": String(repeating: ".", count: 31)])
    for job in ["a", "b", "c"] {
      let values = (0..<8).map { Noise.values(31, seed: UInt64(job.utf8.count * 7 + $0) + 3) }
      for index in 0..<31 {
        let factor = job == "b" && index == 30 ? 1.4 : 1
        laboratory.runs[index].parts.append(
          Part(
            job: job,
            values: values.indices.map {
              SeriesValue("\(job)\($0)", values[$0][index] * factor)
            }))
      }
    }
    let report = laboratory.report
    #expect(report.seriesTotals.suspected == 0)
    #expect(report.seriesTotals.regressed == 0)
    #expect(report.reason(.machineChanged)?.contains("job `b`") == true)
  }

  @Test("A hostile count of items is no trap", arguments: [Int.max, Int.min, 0, 1 << 62])
  func hostileCounts(count: Int) {
    let laboratory = evaluation(runs: 4, lost: [1]).with {
      for index in 0..<4 {
        $0.runs[index].parts[0].values[0].n = count
        $0.runs[index].parts[0].values[0].items = []
        $0.runs[index].parts[0].values[0].value = 100
      }
    }
    #expect(laboratory.report.seriesState("eval") == .insufficientData)
  }

  @Test(
    "Values at the edge of numbers are judged without a trap",
    arguments: [0, -1, 1e308, -1e308, .leastNonzeroMagnitude, 1e-300])
  func extremeValues(value: Double) {
    let report = Laboratory(series: [
      "s": [Double](repeating: value, count: 20) + [value, 1, value * 0.5, 1e300]
    ]).report
    #expect(report.change("s") != nil)
    for change in report.series {
      for number in [
        change.changePercent, change.changeLow, change.changeHigh, change.noisePercent,
      ] {
        #expect(number?.isFinite != false)
      }
    }
  }

  @Test("A changed environment stands beside the regression that it may explain")
  func environmentNote() throws {
    let laboratory = step(1.2, runs: 5).with {
      for index in 0..<35 {
        $0.runs[index].parts[0].environment["cpu"] = index < 30 ? "A" : "B"
      }
    }
    let change = try #require(laboratory.report.change("s"))
    #expect(change.explanation.contains("cpu from `A` to `B`"))
    #expect(laboratory.report.environmentChanges.isEmpty)
  }

  @Test("A rule gives a series its effect floor and direction")
  func detectionRules() {
    let laboratory = step(1.05, runs: 6)
    #expect(laboratory.report.seriesState("s") == .regressed)
    let floored = laboratory.with {
      $0.options.detection = [DetectionRule(pattern: NamePattern("*"), effectFloor: 0.1)]
    }
    #expect(floored.report.seriesState("s") == .unchanged)
    let turned = laboratory.with {
      $0.options.detection = [DetectionRule(pattern: NamePattern("s/time"), direction: .higher)]
    }
    #expect(turned.report.seriesState("s") == .improved)
  }

  @Test("Suspects are the commits between the last good and the first bad run")
  func suspects() {
    let entries = (0..<40).map {
      CommitLog.Entry(commit: "commit\($0)", author: "ann", subject: "change \($0)")
    }
    let laboratory = step(1.2, runs: 5).with {
      $0.options.commits = CommitLog(entries)
      // Run 29 is missing: two commits come into question.
      $0.runs.remove(at: 29)
    }
    #expect(
      laboratory.report.change("s")?.suspects.map(\.commit) == ["commit29", "commit30"])
  }

  @Test(
    "The commit that touched what is named like the series comes first, with what it touched",
    arguments: [
      ("parse/json_large", "src/json/Parser.swift"), ("ParseJSON", "lib/parse_json.c"),
      ("encodeFrame", "video/frame-encoder.rs"),
    ])
  func rankedSuspects(name: String, path: String) throws {
    let paths = [["README.md"], ["docs/a.md", path], ["src/network/Socket.swift"], []]
    let entries = (26..<40).map {
      CommitLog.Entry(
        commit: "commit\($0)", author: "ann", subject: "change \($0)", paths: paths[$0 % 4])
    }
    let values = Noise.values(30) + Noise.values(5, level: 120, seed: 2)
    let report = Laboratory(series: [name: values]).with {
      $0.options.commits = CommitLog(entries)
      // The runs of 27 to 29 are missing: four commits come into question.
      $0.runs.removeSubrange(27...29)
    }.report
    let suspects = try #require(report.series.first?.suspects)
    #expect(suspects.map(\.commit) == ["commit29", "commit27", "commit28", "commit30"])
    #expect(suspects.first?.paths == [path, "docs/a.md"])
    #expect(suspects.map(\.related) == [1, 0, 0, 0])
  }

  @Test("Five quiet repetitions within the run confirm what one run alone cannot")
  func repetitionsConfirm() throws {
    let laboratory = step(1.3, runs: 1).with {
      for index in 0..<31 {
        let value = $0.runs[index].parts[0].values[0].value
        $0.runs[index].parts[0].values[0].samples = Samples(
          Noise.values(10, level: value, sd: 0.005, seed: UInt64(index + 1)))
      }
    }
    let change = try #require(laboratory.report.change("s"))
    #expect(change.state == .regressed)
    #expect(change.explanation.contains("confirmed by the run's own 10 repetitions"))
    #expect(change.changePoint?.isConfirmed == true)
  }

  @Test("A count that never varied confirms its change at once")
  func deterministicUnits() throws {
    let values = [Double](repeating: 4096, count: 15) + [8192]
    let report = Laboratory(series: ["s": values], unit: .bytes, metric: "size").report
    let change = try #require(report.change("s"))
    #expect(change.state == .regressed)
    #expect(abs((change.changePercent ?? 0) - 100) < 1e-9)
    #expect(change.explanation.contains("it was the same in all 15 runs before"))
  }

  /// 200 items of which every tenth is wrong, and those in `lost`, too.
  private func items(lost: Set<Int> = []) -> [ItemScore] {
    (0..<200).map {
      ItemScore(id: UInt64($0), score: $0 % 10 == 0 || lost.contains($0) ? 0 : 1)
    }
  }

  private func evaluation(runs: Int, lost: Set<Int>) -> Laboratory {
    Laboratory(
      series: ["eval": [Double](repeating: 90, count: runs)], unit: .percent, direction: .higher
    ).with {
      for index in 0..<runs {
        let items = items(lost: index == runs - 1 ? lost : [])
        let share = items.reduce(0) { $0 + $1.score } / 200
        $0.runs[index].parts[0].values[0].value = share * 100
        $0.runs[index].parts[0].values[0].n = 200
        $0.runs[index].parts[0].values[0].items = items
      }
    }
  }

  @Test("An evaluation's lost items are a regression long before a series of runs is")
  func pairedItems() throws {
    let lost = Set(stride(from: 1, to: 160, by: 10))
    let once = evaluation(runs: 2, lost: lost).report
    #expect(once.seriesState("eval") == .suspected)
    let report = evaluation(runs: 3, lost: lost).report
    let change = try #require(report.change("eval"))
    #expect(change.state == .regressed)
    #expect(report.verdict == .fail)
    let percent = try #require(change.changePercent)
    #expect(abs(percent - -8 / 0.9) < 0.01)
    #expect((change.changeLow ?? 0) < percent && percent < (change.changeHigh ?? 0))
    #expect(change.explanation.contains("the same 200 items score worse"))
  }

  @Test("A few lost items of an evaluation are no verdict")
  func aFewItems() {
    let report = evaluation(runs: 3, lost: [1, 2, 3]).report
    #expect(report.seriesState("eval") == .insufficientData)
  }

  @Test("A rate's own interval comes from its count")
  func rateInterval() throws {
    let change = try #require(evaluation(runs: 3, lost: []).report.change("eval"))
    let point = try #require(change.points.last)
    #expect(abs((point.low ?? 0) - 85.1) < 0.1)
    #expect(abs((point.high ?? 0) - 93.4) < 0.1)
  }

  @Test("A missing series and a new one of like name and level are proposed as a rename")
  func rename() throws {
    let nan = Double.nan
    let laboratory = Laboratory(series: [
      "parse_json": Noise.values(10) + [nan],
      "parse_json_fast": [Double](repeating: nan, count: 10) + [100],
      "render": Noise.values(11, level: 3000, seed: 5),
    ])
    let report = laboratory.report
    let message = try #require(report.reason(.renameProposed))
    #expect(message.contains("`parse_json` time may go on as `parse_json_fast` time"))
    let old = try #require(report.change("parse_json")?.id)
    let fresh = try #require(report.change("parse_json_fast")?.id)
    #expect(message.contains("\(old): \(fresh)"))
    let renamed = laboratory.with { $0.options.aliases = [old: fresh] }.report
    #expect(renamed.seriesState("parse_json") == nil)
    #expect(renamed.seriesState("parse_json_fast") == .unchanged)
  }
}
