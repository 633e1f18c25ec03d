import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport

@Suite struct ReplayTests {
  private func replay(_ laboratory: Laboratory, newest: Int? = nil) async -> Replay {
    await Replay(
      of: HistoryContents(runs: laboratory.runs), options: laboratory.options, newest: newest,
      workers: 1)
  }

  @Test("A regression that lasts is one alarm, in the run that confirmed it, and it held")
  func lasting() async throws {
    let values = Noise.values(30) + Noise.values(30, level: 120, seed: 2)
    let replay = await replay(Laboratory(series: ["s": values]))
    #expect(replay.entries.count == 60)
    let alarms = replay.entries.flatMap { entry in entry.alarms.filter(\.isConfirmed) }
    #expect(alarms.count == 1)
    #expect(alarms.first?.held == true)
    #expect(alarms.first?.since == "r30")
    #expect(replay.record.alarms == 1)
    #expect(replay.record.settled == 1)
    #expect(replay.record.takenBack == 0)
    #expect(replay.record.takenBackPerThousand == 0)
    let raised = try #require(
      replay.entries.firstIndex { $0.alarms.contains(where: \.isConfirmed) })
    #expect((31...34).contains(raised))
  }

  @Test("An alarm that later runs no longer show is taken back")
  func takenBack() async throws {
    // Three runs that are 20 % slower look like a step; that such stretches come and go is seen later.
    var values = Noise.values(24)
    for stretch in 0..<4 {
      values += Noise.values(3, level: 120, seed: UInt64(10 + stretch))
      values += Noise.values(3, seed: UInt64(20 + stretch))
    }
    values += Noise.values(20, seed: 30)
    let replay = await replay(Laboratory(series: ["s": values]))
    #expect(replay.record.alarms >= 1)
    #expect(replay.record.settled == replay.record.alarms)
    #expect(replay.record.takenBack <= replay.record.settled)
    for entry in replay.entries {
      for alarm in entry.alarms where alarm.isConfirmed { #expect(alarm.held != nil) }
    }
  }

  @Test("What each run says is what report says of it")
  func asReport() async throws {
    let laboratory = Laboratory(
      tests: ["t": String(repeating: ".", count: 36) + "FFF."],
      series: ["s": Noise.values(30) + Noise.values(10, level: 120, seed: 2)])
    let replay = await replay(laboratory)
    for (place, entry) in replay.entries.enumerated() {
      let report = laboratory.with { $0.runs = Array($0.runs[...place]) }.report
      #expect(entry.verdict == report.verdict)
      #expect(entry.newlyFailing == report.testTotals.newlyFailing)
    }
  }

  @Test("Alarms with too few runs after them settle nothing, and pull requests are not replayed")
  func unsettled() async {
    let values = Noise.values(30) + Noise.values(6, level: 120, seed: 2)
    let laboratory = Laboratory(series: ["s": values])
    let replay = await replay(laboratory)
    #expect(replay.record.alarms == 1)
    #expect(replay.record.settled == 0)
    #expect(replay.entries.flatMap(\.alarms).allSatisfy { $0.held == nil })
    let asPullRequest = await self.replay(laboratory.asPullRequest(newest: 6))
    #expect(asPullRequest.entries.count == 30)
    #expect(asPullRequest.record.alarms == 0)
  }

  @Test("Only the newest runs are judged, against all that came before")
  func newest() async {
    let values = Noise.values(30) + Noise.values(30, level: 120, seed: 2)
    let laboratory = Laboratory(series: ["s": values])
    let all = await replay(laboratory)
    let some = await replay(laboratory, newest: 20)
    #expect(some.entries.count == 20)
    #expect(some.entries.map(\.verdict) == all.entries.suffix(20).map(\.verdict))
  }
}
