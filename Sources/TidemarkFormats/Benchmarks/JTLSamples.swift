internal import TidemarkModel

/// What the samples of a JMeter run add up to, by label: whichever way they are written.
struct JTLSamples {
  private struct Label {
    var name: String
    var count = 0
    var failed = 0
    var sum = 0.0
    /// By Welford's recurrence, for the squares only.
    var mean = 0.0
    var squares = 0.0
    /// The first of them: percentiles of more say nothing else.
    var kept: [Double] = []
  }

  private static let labelLimit = 20_000
  private static let keptLimit = 200_000

  private var labels: [Label] = []
  private var index: [String: Int] = [:]
  private var results = Results()
  private var newest: Int64 = 0
  private var hasTooMany = false

  /// - Parameters:
  ///   - elapsed: Milliseconds; not negative.
  ///   - stamp: Milliseconds since 1970, where the sample has one.
  mutating func add(
    _ name: String, elapsed: Double, isFailed: Bool, stamp: Int64?, line: Int
  ) {
    guard let place = index[name] ?? begin(name, line: line) else { return }
    labels[place].sum += elapsed
    // Welford, Technometrics 4(3), 1962.
    labels[place].count += 1
    let distance = elapsed - labels[place].mean
    labels[place].mean += distance / Double(labels[place].count)
    labels[place].squares += distance * (elapsed - labels[place].mean)
    if labels[place].kept.count < JTLSamples.keptLimit { labels[place].kept.append(elapsed) }
    if isFailed { labels[place].failed += 1 }
    if let stamp { newest = max(newest, stamp) }
  }

  /// Says that a sample had no time, and was left out or read as none.
  mutating func skip(_ why: String, line: Int) {
    results.skipValue(of: "a sample", why, line: line)
  }

  private mutating func begin(_ name: String, line: Int) -> Int? {
    guard labels.count < JTLSamples.labelLimit else {
      if !hasTooMany {
        results.problems.append(
          ResultProblem(
            .limit, "more than \(JTLSamples.labelLimit) labels; the others are left out",
            line: line, isBlocking: false))
      }
      hasTooMany = true
      return nil
    }
    index[name] = labels.count
    labels.append(Label(name: name))
    return labels.count - 1
  }

  consuming func finish() -> Results {
    if newest > 0, newest < 253_402_300_800_000 {
      results.newestTime = Timestamp(millisecondsSince1970: newest)
    }
    for label in labels { JTLSamples.append(label, to: &results) }
    return results
  }

  private static func append(_ label: Label, to results: inout Results) {
    var main = Measurement(
      name: label.name, metric: "elapsed", value: label.sum / Double(label.count),
      unit: .milliseconds,
      direction: .lower, n: label.count)
    if label.count > 1 {
      let count = Double(label.count)
      main.standardError = (label.squares / (count - 1) / count).squareRoot()
      main.samples = Samples(label.kept)
    }
    results.measurements.append(main)
    let ordered = label.kept.sorted()
    for percent in [50, 90, 95, 99] where ordered.count > 1 {
      // The smallest value that this share of all does not exceed.
      let rank = (ordered.count * percent + 99) / 100
      results.measurements.append(
        Measurement(
          name: label.name, metric: "p\(percent)", value: ordered[max(rank, 1) - 1],
          unit: .milliseconds, direction: .lower, isPrimary: false))
    }
    results.measurements.append(
      Measurement(
        name: label.name, metric: "failure share",
        value: Double(label.failed) / Double(label.count), unit: .ratio, direction: .lower,
        n: label.count, isPrimary: false))
    if label.failed > 0 {
      results.noteFailures(Double(label.failed), of: Double(label.count), in: label.name)
    }
  }
}
