import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport

/// The property behind a cheap report: what is read of a history is all that the new run's report
/// depends on. Confirmed changes that are older need no second look: they do not come into it.
@Suite struct IncrementalTests {
  @Test(
    "A report from the newest runs of each branch is, to the byte, that of the whole history",
    arguments: 1...24)
  func newestRunsSuffice(seed: UInt64) {
    var laboratory = RandomHistory(seed: seed).laboratory
    laboratory.options.baselineRuns = 24
    let whole = laboratory.history
    let judge = Judge(options: laboratory.options)
    let full = judge.report(on: laboratory.current, against: whole)
    let part = judge.report(
      on: laboratory.current, against: whole.newest(laboratory.options.storedRuns))
    #expect(full.runs.count > 10)
    #expect(ReportJSON.encode(full).bytes == ReportJSON.encode(part).bytes)
    #expect(full.series.map(\.explanation) == part.series.map(\.explanation))
    #expect(full.series.map(\.changePoints) == part.series.map(\.changePoints))
    #expect(full.tests.map(\.history) == part.tests.map(\.history))
  }

  @Test(
    "Judged one after the other, each against what was stored before it, or all at once: the same",
    arguments: 1...6)
  func oneAfterTheOther(seed: UInt64) async {
    let laboratory = RandomHistory(seed: seed).laboratory
    let replay = await Replay(
      of: HistoryContents(runs: laboratory.runs), options: laboratory.options, workers: 2)
    for entry in replay.entries.suffix(12) {
      guard let place = laboratory.runs.firstIndex(where: { $0.header.id == entry.run.id }) else {
        Issue.record("no run \(entry.run.id)")
        continue
      }
      let then = laboratory.with { $0.runs = Array($0.runs[...place]) }.report
      #expect(entry.verdict == then.verdict)
      #expect(entry.newlyFailing == then.testTotals.newlyFailing)
    }
  }
}

extension HistoryContents {
  /// As `load` reads it: the newest so many runs of each branch.
  fileprivate func newest(_ limit: Int) -> HistoryContents {
    var counts: [[String?]: Int] = [:]
    var part = self
    part.runs = runs.reversed().filter { run in
      counts[[run.header.branch, run.header.pullRequest], default: 0] += 1
      return counts[[run.header.branch, run.header.pullRequest], default: 0] <= limit
    }.reversed()
    return part
  }
}

/// Some 100 to 150 runs of main and of pull requests: steps, spikes, drifting machines, missing values,
/// a test that breaks, one that is flaky, an acceptance.
struct RandomHistory {
  private(set) var laboratory: Laboratory

  init(seed: UInt64) {
    var noise = Noise(seed: seed)
    let count = 100 + Int(noise.uniform() * 50)
    var series: [String: [Double]] = [:]
    let slowRun = Int(noise.uniform() * Double(count))
    for number in 0..<8 {
      series["s\(number)"] = RandomHistory.values(count, slowRun: slowRun, &noise)
    }
    let tests = (0..<6).map { number in
      let rate = [0, 0, 0.05, 0.3, 0, 0.01][number]
      let broken = number == 4 ? Int(noise.uniform() * Double(count)) : count
      let marks = (0..<count).map { run -> Character in
        run >= broken || noise.uniform() < rate ? "F" : noise.uniform() < 0.03 ? " " : "."
      }
      return ("t\(number)", String(marks))
    }
    laboratory = Laboratory(tests: Dictionary(uniqueKeysWithValues: tests), series: series)
    // Now and then a pull request, and at times as the newest run.
    for index in laboratory.runs.indices.dropFirst(30) where noise.uniform() < 0.1 {
      let base = laboratory.runs[..<index].last { $0.header.pullRequest == nil }
      laboratory.runs[index].header.branch = "topic"
      laboratory.runs[index].header.base = "main"
      laboratory.runs[index].header.pullRequest = "\(index % 3)"
      laboratory.runs[index].header.mergeBase = base?.header.commit
    }
    if let accepted = laboratory.current.parts[0].values.first, noise.uniform() < 0.5 {
      laboratory.records = [
        .accept(
          id: accepted.id, commit: "commit\(count - 8)", run: nil, reason: "meant", author: nil)
      ]
    }
    // A machine class that changes, or two that alternate; a job that comes late.
    let machines = noise.uniform()
    for index in laboratory.runs.indices where machines < 0.5 {
      let isOther = machines < 0.25 ? index % 3 == 0 : index > count - 12
      laboratory.runs[index].parts[0].environment = ["machine": isOther ? "b" : "a"]
    }
    if noise.uniform() < 0.5 {
      for index in laboratory.runs.indices.suffix(10) {
        var part = laboratory.runs[index].parts[0]
        part.job = "late"
        laboratory.runs[index].parts.append(part)
      }
    }
  }

  private static func values(_ count: Int, slowRun: Int, _ noise: inout Noise) -> [Double] {
    var level = 10 + 100 * noise.uniform()
    let sd = 0.002 + 0.02 * noise.uniform()
    return (0..<count).map { run in
      if noise.uniform() < 0.03 { level *= 0.8 + 0.5 * noise.uniform() }
      let spike = noise.uniform() < 0.02 ? 1.5 : 1
      let machine = run == slowRun ? 1.2 : 1
      return noise.uniform() < 0.03
        ? .nan : level * spike * machine * (1 + sd * noise.normal())
    }
  }
}
