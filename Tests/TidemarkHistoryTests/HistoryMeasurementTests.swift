import Testing
import TidemarkHistory
import TidemarkModel

#if canImport(Glibc)
  import Glibc
#endif

private func measured(_ name: String) -> Bool {
  guard let wanted = getenv("TM_MEASURE").map({ String(cString: $0) }) else { return false }
  return wanted == name || wanted == "all"
}

/// Sizes and times, printed, not judged: `TM_MEASURE=all swift test -c release`.
@Suite(.serialized) struct HistoryMeasurementTests {
  @Test(
    "A typical history: 500 tests and 50 series of 200 runs",
    .enabled(if: measured("typical")), arguments: [true, false])
  func typical(isFull: Bool) throws {
    var sample = SampleHistory()
    sample.tests = 500
    sample.series = 50
    sample.jobs = ["ci"]
    sample.isFull = isFull
    sample.hasDetails = false
    try measure("typical, \(isFull ? "all digits" : "three decimals")", sample, runs: 200)
  }

  @Test("A million points", .enabled(if: measured("million")), arguments: [true, false])
  func million(isFull: Bool) throws {
    var sample = SampleHistory()
    sample.tests = 0
    sample.series = 1000
    sample.jobs = ["ci"]
    sample.isFull = isFull
    sample.hasDetails = false
    sample.hasGaps = false
    try measure("1,000 × 1,000, \(isFull ? "all digits" : "three decimals")", sample, runs: 1000)
  }

  @Test("Ten million points", .enabled(if: measured("large")))
  func large() throws {
    var sample = SampleHistory()
    sample.tests = 0
    sample.series = 10_000
    sample.jobs = ["ci"]
    sample.hasDetails = false
    sample.hasGaps = false
    try measure("10,000 × 1,000", sample, runs: 1000)
  }

  @Test("A hundred thousand tests of 256 runs", .enabled(if: measured("tests")))
  func tests() throws {
    var sample = SampleHistory()
    sample.tests = 100_000
    sample.series = 0
    sample.jobs = ["ci"]
    try measure("100,000 tests × 256", sample, runs: 256)
  }

  private func measure(_ name: String, _ sample: SampleHistory, runs: Int) throws {
    let folder = TemporaryFolder()
    let history = folder.history()
    var appends: [Double] = []
    for number in 0..<runs {
      let run = sample.run(number)
      let time = try seconds { _ = try history.append(run, normalisationVersion: 1) }
      appends.append(time)
    }
    print("== \(name)")
    print("   append: \(milliseconds(appends.sorted()[appends.count / 2])) (median)")
    try report(history, "single runs")
    let time = try seconds { _ = try history.compact() }
    print("   compact: \(milliseconds(time))")
    try report(history, "compacted")
  }

  private func report(_ history: History, _ state: String) throws {
    let statistics = try history.statistics()
    print("   \(state): \(statistics.segments) segments, \(statistics.bytes) bytes")
    for (kind, bytes) in statistics.bytesBySection.sorted(by: { $0.key < $1.key }) {
      print("      \(kind) \(bytes)")
    }
    print(
      "      a value: \(per(statistics.bytesBySection["VALU"], statistics.points))",
      "all: \(per(statistics.bytes, statistics.points + statistics.outcomes))",
      "an outcome: \(per(statistics.bytesBySection["OUTC"], statistics.outcomes))",
      "a duration: \(per(statistics.bytesBySection["DURA"], statistics.outcomes))")
    for (title, options) in [
      ("all", LoadOptions()), ("no durations, no details", LoadOptions(columns: [])),
      ("newest 64", LoadOptions(newest: 64, columns: [])),
    ] {
      var times: [Double] = []
      for _ in 0..<5 { times.append(try seconds { _ = try history.load(options) }) }
      print(
        "      load \(title): \(milliseconds(times.min() ?? 0)), first \(milliseconds(times[0]))")
    }
  }

  private func seconds(_ work: () throws -> Void) rethrows -> Double {
    // Time of this thread on a processor: what other work on the machine takes is not counted.
    let start = now()
    try work()
    return now() - start
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func milliseconds(_ seconds: Double) -> String {
    "\((seconds * 1e5).rounded() / 100) ms"
  }

  private func per(_ bytes: Int?, _ count: Int) -> Double {
    count == 0 ? 0 : (Double(bytes ?? 0) / Double(count) * 10_000).rounded() / 10_000
  }
}
