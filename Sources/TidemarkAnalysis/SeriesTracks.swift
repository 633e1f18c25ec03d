import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// One series of this run, or one that it misses, in one job.
struct JobSeries: Sendable {
  var id: Identifier
  var identity: SeriesIdentity
  /// As in this run; of a missing series as it was last written.
  var unit: Unit
  var direction: Direction
  /// Its job's place in ``Window/jobs``.
  var job: Int32
  /// nil for a missing series.
  var value: SeriesValue?
}

/// A series over the window, in one unit, for one machine class.
struct SeriesTrack: Sendable {
  let series: JobSeries
  /// For each value, the index of its run in the window; the last may be this run's.
  private(set) var runs: [Int] = []
  /// In the series' unit; finite.
  private(set) var values: [Double] = []
  /// How many of the values are of runs of the base branch.
  private(set) var baseCount = 0
  private var counts: [Int?] = []
  private var standardErrors: [Double?] = []
  private var samples: [[Double]] = []
  /// The items of the newest runs of the base branch that have any, newest first, at most
  /// ``ItemComparison/baselineLimit``.
  private(set) var baselineItems: [[ItemScore]] = []

  /// Whether the values are ratios that can be shares: all from 0 to 1.
  private var isShare: Bool

  init(_ series: JobSeries) {
    self.series = series
    isShare = series.identity.quantity == .ratio
  }

  /// Adds a stored run's value, which is in `unitScale` base units.
  mutating func append(
    _ number: Double, unitScale: Double, detail: ValueDetail?, run: Int, isBase: Bool
  ) {
    // The unit may differ from run to run; its quantity does not.
    let factor = unitScale == series.unit.scale ? 1 : unitScale / series.unit.scale
    let value = number * factor
    guard value.isFinite else { return }
    append(value, run: run)
    counts.append(detail?.n)
    standardErrors.append(detail?.standardError.map { $0 * factor })
    let repetitions = detail?.samples?.values ?? []
    samples.append(factor == 1 ? repetitions : repetitions.map { $0 * factor })
    if isBase {
      baseCount += 1
      if let items = detail?.items, !items.isEmpty {
        baselineItems.insert(items, at: 0)
        if baselineItems.count > ItemComparison.baselineLimit { baselineItems.removeLast() }
      }
    }
  }

  private mutating func append(_ value: Double, run: Int) {
    runs.append(run)
    values.append(value)
    // A percentage of 100 may come out a little above 1.
    if isShare, !(0...1.000_000_1).contains(value * series.unit.scale) { isShare = false }
  }

  /// Adds this run's own value.
  mutating func appendCurrent(at run: Int) {
    guard let value = series.value, value.value.isFinite else { return }
    append(value.value, run: run)
    counts.append(value.n)
    standardErrors.append(value.standardError)
    samples.append(value.samples?.values ?? [])
  }

  /// Names the series that share a machine: those of one quantity in one job. A common mode is taken
  /// out of them together.
  var group: String { "\(series.identity.quantity.name)\u{1}\(series.job)" }

  /// What the detector's values are multiplied by: shares are judged as shares, from 0 to 1.
  var detectorScale: Double { isShare ? series.unit.scale : 1 }

  private var kind: ValueKind {
    switch series.identity.quantity {
    case .bytes, .count, .instructions, .allocations: .deterministic
    case .ratio: isShare ? .rate(percent: false) : .other
    default: .other
    }
  }

  /// The series as the detector takes it.
  ///
  /// - Parameter count: How many of the values, from the oldest on.
  func input(direction: Direction, effectFloor: Double?, count: Int? = nil) -> SeriesInput {
    let count = count ?? values.count
    let scale = detectorScale
    let isRate = isShare && counts.contains { $0 != nil }
    let hasErrors = standardErrors.contains { $0 != nil }
    let hasSamples = !(samples.last ?? []).isEmpty
    return SeriesInput(
      id: "", unit: group,
      direction: direction == .lower ? .lower : .higher,
      values: scale == 1 ? Array(values.prefix(count)) : values.prefix(count).map { $0 * scale },
      runs: Array(runs.prefix(count)),
      counts: isRate ? counts.prefix(count).map { $0.map(Double.init) ?? .nan } : nil,
      standardErrors: hasErrors
        ? standardErrors.prefix(count).map { $0.map { $0 * scale } ?? .nan } : nil,
      samples: hasSamples
        ? samples.prefix(count).map { scale == 1 ? $0 : $0.map { $0 * scale } } : nil,
      effectFloor: effectFloor, kind: kind)
  }

  /// This run's repetitions as the detector takes them.
  var newestRepetitions: [Double] { (samples.last ?? []).map { $0 * detectorScale } }

  /// Hits and count of each value whose count is known, oldest first, by its place in ``values``.
  func hits(at place: Int) -> (hits: Int, count: Int)? {
    guard isShare, let count = counts[place], count > 0 else { return nil }
    let hits = (values[place] * series.unit.scale * Double(count)).rounded()
    return (min(max(Int(hits), 0), count), count)
  }

  /// The window's values as a report draws them.
  var points: [SeriesPoint] {
    runs.indices.map { place in
      let (low, high) = interval(at: place)
      return SeriesPoint(
        run: runs[place], value: values[place], low: low, high: high, samples: samples[place])
    }
  }

  /// What a run's own repetitions leave open: 1.96 standard errors, of a share with a count Wilson's
  /// interval, else the range of the samples.
  ///
  /// - Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
  private func interval(at place: Int) -> (low: Double?, high: Double?) {
    let value = values[place]
    if let error = standardErrors[place], error.isFinite, error >= 0 {
      return (value - 1.96 * error, value + 1.96 * error)
    }
    if let (_, count) = hits(at: place) {
      let n = Double(count)
      let share = min(max(value * series.unit.scale, 0), 1)
      let z = 1.96
      let center = (share + z * z / (2 * n)) / (1 + z * z / n)
      let reach =
        z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
      let scale = series.unit.scale
      return (max(center - reach, 0) / scale, min(center + reach, 1) / scale)
    }
    guard samples[place].count > 1 else { return (nil, nil) }
    return (samples[place].min(), samples[place].max())
  }
}
