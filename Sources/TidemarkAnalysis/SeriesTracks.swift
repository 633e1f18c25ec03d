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

/// The columns of a window's values, held for reading them series by series.
struct ValueColumns: Sendable {
  let numbers: [[Double]]
  let unitScales: [[Double]]
  /// Empty where no run has any.
  let details: [[ValueDetail]]
  /// The index of every run of the window, and of this one.
  let allRuns: [Int]

  init(_ window: Window) {
    numbers = window.runs.map(\.values.numbers)
    unitScales = window.runs.map(\.values.unitScales)
    let details = window.runs.map(\.values.details)
    self.details = details.contains { !$0.isEmpty } ? details : []
    allRuns = Array(0...window.currentIndex)
  }

  func detail(at place: Int, in run: Int) -> ValueDetail? {
    details.isEmpty || details[run].isEmpty ? nil : details[run][place]
  }
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
  /// For each value what it has beside its number, in the series' unit; empty where none has any.
  private var extras: [Extra] = []
  /// The items of the newest runs of the base branch that have any, newest first, at most
  /// ``ItemComparison/baselineLimit``.
  private(set) var baselineItems: [[ItemScore]] = []
  /// Whether the values are ratios that can be shares: all from 0 to 1.
  private var isShare: Bool

  private struct Extra: Sendable {
    var n: Int?
    var standardError: Double?
    var samples: [Double] = []

    var isEmpty: Bool { n == nil && standardError == nil && samples.isEmpty }
  }

  /// The values of the window's runs, then this run's own.
  ///
  /// - Parameter places: for each run of the window, the place of the series' value in its columns, or
  ///   −1.
  init(_ series: JobSeries, places: ArraySlice<Int32>, columns: ValueColumns, baseCount: Int) {
    self.series = series
    isShare = series.identity.quantity == .ratio
    values.reserveCapacity(places.count + 1)
    runs.reserveCapacity(places.count + 1)
    for (run, place) in places.enumerated() where place >= 0 {
      // The unit may differ from run to run; its quantity does not.
      let scale = columns.unitScales[run][Int(place)]
      let factor = scale == series.unit.scale ? 1 : scale / series.unit.scale
      let value = columns.numbers[run][Int(place)] * factor
      guard value.isFinite else { continue }
      append(value, run: run)
      if let detail = columns.detail(at: Int(place), in: run) {
        append(detail, factor: factor, isBase: run < baseCount)
      }
      if run < baseCount { self.baseCount += 1 }
    }
    if let value = series.value, value.value.isFinite {
      append(value.value, run: places.count)
      append(
        Extra(
          n: value.n, standardError: value.standardError, samples: value.samples?.values ?? []))
    }
    // Complete series share one array of runs.
    if runs.count == columns.allRuns.count { runs = columns.allRuns }
  }

  private mutating func append(_ value: Double, run: Int) {
    runs.append(run)
    values.append(value)
    if !extras.isEmpty { extras.append(Extra()) }
    // A percentage of 100 may come out a little above 1.
    if isShare, !(0...1.000_000_1).contains(value * series.unit.scale) { isShare = false }
  }

  private mutating func append(_ detail: ValueDetail, factor: Double, isBase: Bool) {
    let samples = detail.samples?.values ?? []
    append(
      Extra(
        n: detail.n, standardError: detail.standardError.map { $0 * factor },
        samples: factor == 1 ? samples : samples.map { $0 * factor }))
    guard isBase, !detail.items.isEmpty else { return }
    baselineItems.insert(detail.items, at: 0)
    if baselineItems.count > ItemComparison.baselineLimit { baselineItems.removeLast() }
  }

  /// Sets what the newest value has beside its number.
  private mutating func append(_ extra: Extra) {
    guard !extra.isEmpty else { return }
    if extras.isEmpty { extras = [Extra](repeating: Extra(), count: values.count) }
    extras[values.count - 1] = extra
  }

  private func extra(at place: Int) -> Extra { extras.isEmpty ? Extra() : extras[place] }

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
  func input(direction: Direction, effectFloor: Double?) -> SeriesInput {
    let scale = detectorScale
    func scaled(_ numbers: [Double]) -> [Double] {
      scale == 1 ? numbers : numbers.map { $0 * scale }
    }
    let isRate = isShare && extras.contains { $0.n != nil }
    let hasErrors = extras.contains { $0.standardError != nil }
    let hasRepetitions = extras.last?.samples.isEmpty == false
    return SeriesInput(
      id: "", unit: group, direction: direction == .lower ? .lower : .higher,
      values: scaled(values), runs: runs,
      counts: isRate ? extras.map { $0.n.map(Double.init) ?? .nan } : nil,
      standardErrors: hasErrors ? extras.map { ($0.standardError ?? .nan) * scale } : nil,
      samples: hasRepetitions ? extras.map { scaled($0.samples) } : nil,
      effectFloor: effectFloor, kind: kind)
  }

  /// How many repetitions this run has.
  var newestRepetitions: Int { extras.last?.samples.count ?? 0 }

  /// Counts beyond it are no counts of items; their shares are judged as plain ratios.
  private static let countLimit = 1 << 40

  /// Hits and count of each value whose count is known, oldest first, by its place in ``values``.
  func hits(at place: Int) -> (hits: Int, count: Int)? {
    guard isShare, let count = extra(at: place).n, (1...Self.countLimit).contains(count) else {
      return nil
    }
    let hits = (values[place] * series.unit.scale * Double(count)).rounded()
    return (min(max(Int(hits), 0), count), count)
  }

  /// What a level may be off by, relative, because it was computed from logarithms.
  static let rounding = 1e-12

  /// A level of the detector in the series' unit: the value itself where it is one of its stretch.
  func level(_ level: Double, in regime: TidemarkStatistics.Regime) -> Double {
    let scaled = level / detectorScale
    guard values.indices.contains(regime.last) else { return scaled }
    let value = values[regime.last]
    return abs(scaled - value) <= Self.rounding * abs(value) ? value : scaled
  }

  /// The window's values as a report draws them.
  var points: [SeriesPoint] {
    runs.indices.map { place in
      let (low, high) = interval(at: place)
      return SeriesPoint(
        run: runs[place], value: values[place], low: low, high: high,
        samples: extra(at: place).samples)
    }
  }

  /// What a run's own repetitions leave open: 1.96 standard errors, of a share with a count Wilson's
  /// interval, else the range of the samples.
  ///
  /// - Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
  private func interval(at place: Int) -> (low: Double?, high: Double?) {
    if extras.isEmpty { return (nil, nil) }
    let value = values[place]
    if let error = extras[place].standardError, error.isFinite, error >= 0 {
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
    let samples = extras[place].samples
    return samples.count > 1 ? (samples.min(), samples.max()) : (nil, nil)
  }
}
