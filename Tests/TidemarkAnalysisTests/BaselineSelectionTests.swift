import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport

@Suite struct BaselineSelectionTests {
  private func laboratory(_ count: Int) -> Laboratory {
    Laboratory(tests: ["t": String(repeating: ".", count: count)])
  }

  @Test("Without an earlier run there is no baseline, and the run is unjudged")
  func none() {
    let report = laboratory(1).report
    #expect(report.baseline.status == .none)
    #expect(report.baseline.message == "the history has no earlier run")
    #expect(report.verdict == .unjudged)
    #expect(report.codes.first == .baselineNone)
    #expect(report.runs.map(\.id) == ["r0"])
  }

  @Test("Fewer than five runs are a partial baseline, and the run is judged")
  func partial() {
    let report = laboratory(5).report
    #expect(report.baseline.status == .partial)
    #expect(report.baseline.runs == 4)
    #expect(report.verdict == .pass)
    #expect(report.codes == [.baselinePartial])
    #expect(
      report.baseline.message
        == "against 4 runs of `main`, the newest 1 h old (commit3); 5 runs make a full baseline")
  }

  @Test("Five runs are a full baseline")
  func ok() {
    let report = laboratory(6).report
    #expect(report.baseline.status == .ok)
    #expect(report.baseline.newestCommit == "commit4")
    #expect(report.baseline.message == "against 5 runs of `main`, the newest 1 h old (commit4)")
    #expect(report.reasons.isEmpty)
    #expect(report.verdict == .pass)
  }

  @Test("Damaged segments make a baseline partial, whatever its runs")
  func damaged() {
    let report = laboratory(8).with { $0.damaged = [Problem("bad checksum", path: "a.seg")] }.report
    #expect(report.baseline.status == .partial)
    #expect(report.codes == [.baselinePartial, .segmentDamaged])
    #expect(report.reason(.segmentDamaged) == "a.seg: bad checksum")
    #expect(report.verdict == .pass)
  }

  @Test(
    "A baseline is stale after 14 days, and the run unjudged", arguments: [(14, false), (15, true)])
  func stale(days: Int, isStale: Bool) {
    let laboratory = laboratory(9).with {
      $0.current.header.time.millisecondsSince1970 =
        $0.runs[7].header.time.millisecondsSince1970 + Int64(days) * 86_400_000
    }
    #expect(laboratory.report.baseline.status == (isStale ? .stale : .ok))
    #expect(laboratory.report.verdict == (isStale ? .unjudged : .pass))
    #expect(laboratory.report.codes.contains(.baselineStale) == isStale)
  }

  @Test("A run is judged against the history without itself")
  func itself() {
    let laboratory = laboratory(6)
    let history = laboratory.with { $0.runs.append($0.current) }.history
    let again = Judge(options: laboratory.options).report(on: laboratory.current, against: history)
    #expect(again.baseline.runs == 5)
    #expect(again.runs.count == 6)
  }

  @Test("Later runs do not count: which pipeline ended first does not show")
  func laterRuns() {
    let laboratory = laboratory(8)
    let report = Judge(options: laboratory.options)
      .report(on: laboratory.runs[5], against: laboratory.history)
    #expect(report.baseline.runs == 5)
    let first = Judge(options: laboratory.options)
      .report(on: laboratory.runs[0], against: laboratory.history)
    #expect(first.baseline.status == .none)
    #expect(first.baseline.message == "all 6 runs of the history are newer than this one")
  }

  @Test("At most the newest 256 runs count")
  func newest256() {
    let report = laboratory(300).report
    #expect(report.baseline.runs == 256)
    #expect(report.runs.count == 257)
    #expect(report.runs.first?.id == "r43")
  }

  @Test("A pull request's runs are no baseline for another branch")
  func pullRequestRuns() {
    let laboratory = laboratory(12).with {
      for index in 6..<11 {
        $0.runs[index].header.pullRequest = "3"
        $0.runs[index].header.base = "main"
      }
    }
    #expect(laboratory.report.baseline.runs == 6)
    #expect(laboratory.report.runs.count == 7)
  }

  @Test("A pull request is held against its base at or before the merge base, then its own runs")
  func mergeBase() {
    let laboratory = laboratory(12).with {
      for index in 10...11 {
        $0.runs[index].header.branch = "topic"
        $0.runs[index].header.base = "main"
        $0.runs[index].header.pullRequest = "7"
      }
      $0.current.header.mergeBase = "commit6"
    }
    let report = laboratory.report
    #expect(report.baseline.runs == 7)
    #expect(report.baseline.newestCommit == "commit6")
    #expect(report.baseline.branch == "main")
    #expect(report.baseline.message.hasSuffix(", up to the merge base commit6"))
    #expect(report.runs.map(\.id) == (0...6).map { "r\($0)" } + ["r10", "r11"])
  }

  @Test("A merge base without a run is placed by the log of commits, else all earlier runs count")
  func mergeBaseWithoutRun() {
    let laboratory = laboratory(12).asPullRequest().with {
      $0.current.header.mergeBase = "between"
    }
    #expect(laboratory.report.baseline.runs == 11)
    #expect(laboratory.report.baseline.message.contains("all runs before this one count"))
    let entries = (0..<12).flatMap { number in
      [CommitLog.Entry(commit: "commit\(number)")]
        + (number == 4 ? [CommitLog.Entry(commit: "between")] : [])
    }
    let placed = laboratory.with { $0.options.commits = CommitLog(entries) }.report
    #expect(placed.baseline.runs == 5)
    #expect(placed.baseline.newestCommit == "commit4")
    let timed = laboratory.with {
      $0.options.commits = CommitLog([
        CommitLog.Entry(commit: "between", time: RunHeader.number(3).time)
      ])
    }.report
    #expect(timed.baseline.runs == 4)
  }

  @Test("A pull request whose merge base nobody knows says so; a push has none to know")
  func unknownMergeBase() {
    let pull = laboratory(12).asPullRequest().with { $0.current.header.mergeBase = nil }.report
    #expect(pull.baseline.message.contains("the merge base is not known (fetch more commits)"))
    #expect(!laboratory(12).report.baseline.message.contains("merge base"))
  }

  @Test("A push is held against the default branch, then its own branch's earlier runs")
  func topicBranch() {
    let laboratory = laboratory(10).with {
      for index in 7..<10 { $0.runs[index].header.branch = "topic" }
      $0.options.defaultBranch = "main"
    }
    #expect(laboratory.report.baseline.runs == 7)
    #expect(laboratory.report.runs.count == 10)
    let alone = laboratory.with { $0.options.defaultBranch = nil }.report
    #expect(alone.baseline.branch == "topic")
    #expect(alone.baseline.runs == 2)
  }

  @Test("Another pull request from a branch of the same name is not one's own")
  func equalBranchNames() {
    let laboratory = laboratory(10).with {
      for index in 8..<10 {
        $0.runs[index].header.branch = "patch-1"
        $0.runs[index].header.base = "main"
        $0.runs[index].header.pullRequest = String(index)
      }
    }
    #expect(laboratory.report.runs.count == 9)
  }

  @Test("Runs without any branch are a baseline for one another")
  func noBranch() {
    let report = Laboratory(tests: ["t": "......"], branch: nil).report
    #expect(report.baseline.status == .ok)
    #expect(report.baseline.message == "against 5 runs, the newest 1 h old (commit4)")
  }
}
