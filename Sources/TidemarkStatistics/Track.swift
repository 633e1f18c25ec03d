/// A series as it is judged: on its scale, absent values left out. Where machine classes alternate,
/// each class of a series is a track of its own.
package struct Track: Sendable {
  /// The place of the series in the batch.
  let series: Int
  let unit: String?
  let kind: ValueKind
  /// The machine class, where classes alternate.
  let environment: String?
  /// +1 where more is worse, −1 where less is.
  let worse: Double
  let effectFloor: Double?
  let scale: Scale
  /// The values on the scale; the common mode is taken out where `common` has something.
  var y: [Double]
  /// What was taken out of each of `y`; empty if nothing was.
  var common: [Double] = []
  /// The index in the input of each of `y`.
  let indices: [Int]
  /// The rank of the run of each of `y`; empty where the ranks given do not ascend.
  let runs: [Int]
  /// The least sd that each of `y` can have by its count or standard error; empty if none is known.
  let knownDeviations: [Double]
  /// Positions in `y` at which a boundary is given: neither judged nor reported.
  let fixedBoundaries: [Int]
  /// The positions in `y` of runs whose machine class is not that of the run before.
  let classChanges: [Int]
  /// The common mode's lasting moves, by the position in `y` of the first run after them.
  var machineShifts: [MachineShift] = []
  /// The repetitions within the newest run, on the scale; empty if unknown.
  var newestRepetitions: [Double]

  /// The position of the first run of the newest run's machine class, in one stretch.
  var classStart: Int { classChanges.last ?? 0 }

  /// A lasting move of the common mode as one track sees it.
  struct MachineShift: Hashable, Sendable {
    var position: Int
    /// On the scale.
    var shift: Double
  }
}

extension Track {
  /// The tracks of a series: one, or one a machine class where classes alternate.
  ///
  /// - Parameter limit: the newest finite values of each track that are kept.
  static func tracks(of input: SeriesInput, series: Int, limit: Int) -> [Track] {
    guard let classes = input.environment, classes.count >= input.values.count else {
      let indices = newestFinite(limit, of: input.values)
      return [Track(input, series, indices: indices, limit: limit)]
    }
    let present = newestFinite(.max, of: input.values)
    guard alternates(present.map { classes[$0] }) else {
      return [Track(input, series, indices: present, limit: limit, classes: classes)]
    }
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for index in present {
      if members[classes[index]] == nil { order.append(classes[index]) }
      members[classes[index], default: []].append(index)
    }
    return order.map { name in
      Track(input, series, indices: members[name] ?? [], limit: limit, environment: name)
    }
  }

  /// The indices of the newest finite values, ascending.
  private static func newestFinite(_ limit: Int, of values: [Double]) -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(min(limit, values.count))
    var index = values.count
    while index > 0, indices.count < limit {
      index -= 1
      if values[index].isFinite { indices.append(index) }
    }
    indices.reverse()
    return indices
  }

  /// Whether a class comes back after another one.
  private static func alternates(_ classes: [String]) -> Bool {
    var left: Set<String> = []
    for (previous, next) in zip(classes, classes.dropFirst()) where previous != next {
      left.insert(previous)
      if left.contains(next) { return true }
    }
    return false
  }

  private init(
    _ input: SeriesInput, _ series: Int, indices all: [Int], limit: Int, classes: [String]? = nil,
    environment: String? = nil
  ) {
    let indices = Array(all.suffix(limit))
    let values = indices.map { input.values[$0] }
    let counts = Self.knownCounts(input, indices)
    let scale = Self.scale(for: values, kind: input.kind, hasCounts: counts != nil)
    self.series = series
    unit = input.unit
    kind = input.kind
    self.environment = environment
    worse = input.direction == .lower ? 1 : -1
    effectFloor = input.effectFloor
    self.scale = scale
    y = values.map { scale.position(of: $0) }
    self.indices = indices
    runs = Self.ranks(input.runs, indices)
    knownDeviations = Self.knownDeviations(counts: counts, scale: scale)
    classChanges = Self.classChanges(classes, indices)
    fixedBoundaries = Self.fixedBoundaries(input, indices, classChanges: classChanges)
    newestRepetitions = Self.repetitions(input, indices, scale: scale)
  }

  private static func scale(for values: [Double], kind: ValueKind, hasCounts: Bool) -> Scale {
    if case .rate(let percent) = kind {
      return hasCounts ? .arcsine(percent: percent) : linear(for: values)
    }
    if let least = values.min(), least > 0 { return .logarithmic }
    return linear(for: values)
  }

  /// Squares of values beyond 1e100 would overflow in sums.
  private static func linear(for values: [Double]) -> Scale {
    let largest = values.lazy.map(abs).max() ?? 0
    guard largest > 1e100 else { return .linear(factor: 1) }
    return .linear(factor: Double(sign: .plus, exponent: -Int(largest.exponent), significand: 1))
  }

  /// The counts behind a rate; runs without one get the median of the others. `nil` if none is known.
  ///
  /// Without counts, standard errors tell what they are worth: p (1 − p) / error².
  private static func knownCounts(_ input: SeriesInput, _ indices: [Int]) -> [Double]? {
    guard case .rate(let percent) = input.kind else { return nil }
    let all = input.counts ?? effectiveCounts(input, scale: percent ? 100 : 1)
    let given = indices.map { $0 < all.count && all[$0] >= 1 && all[$0].isFinite ? all[$0] : nil }
    var sample = OrderedSample()
    sample.take(given.compactMap { $0 })
    guard sample.count > 0 else { return nil }
    let usual = sample.median
    return given.map { $0 ?? usual }
  }

  private static func effectiveCounts(_ input: SeriesInput, scale: Double) -> [Double] {
    guard let errors = input.standardErrors else { return [] }
    return zip(input.values, errors).map { value, error in
      let p = value / scale
      return p * (1 - p) / squared(error / scale)
    }
  }

  private static func knownDeviations(counts: [Double]?, scale: Scale) -> [Double] {
    guard case .arcsine = scale, let counts else { return [] }
    return counts.map { 0.5 / $0.squareRoot() }
  }

  private static func ranks(_ given: [Int], _ indices: [Int]) -> [Int] {
    if indices.count == given.count, indices.last == given.count - 1,
      zip(given, given.dropFirst()).allSatisfy({ $0 < $1 })
    {
      return given  // The usual case shares the input's array.
    }
    var ranks: [Int] = []
    ranks.reserveCapacity(indices.count)
    for index in indices {
      guard index < given.count else { return [] }
      if let last = ranks.last, last >= given[index] { return [] }
      ranks.append(given[index])
    }
    return ranks
  }

  /// The positions of runs whose class is not that of the run before.
  private static func classChanges(_ classes: [String]?, _ indices: [Int]) -> [Int] {
    guard let classes else { return [] }
    return indices.indices.dropFirst().filter { classes[indices[$0]] != classes[indices[$0 - 1]] }
  }

  private static func fixedBoundaries(
    _ input: SeriesInput, _ indices: [Int], classChanges: [Int]
  ) -> [Int] {
    var positions = Set(classChanges)
    for accepted in input.acceptedChanges {
      let position = indices.firstIndex { $0 >= accepted } ?? indices.count
      if position > 0, position < indices.count { positions.insert(position) }
    }
    return positions.sorted()
  }

  /// The newest run's repetitions on the scale, moved by what a run's value usually differs from its
  /// repetitions' level: a value may be their least, or a slope through them.
  private static func repetitions(_ input: SeriesInput, _ indices: [Int], scale: Scale) -> [Double]
  {
    guard let newest = indices.last,
      let own = repetitions(input, at: newest, scale: scale), !own.isEmpty
    else { return [] }
    let offset = repetitionOffset(input, indices.dropLast(), scale: scale)
    return own.map { $0 - offset }
  }

  private static func repetitions(_ input: SeriesInput, at index: Int, scale: Scale) -> [Double]? {
    guard let samples = input.samples, index < samples.count else { return nil }
    let finite = samples[index].filter(\.isFinite)
    if scale == .logarithmic, finite.contains(where: { $0 <= 0 }) { return nil }
    return finite.map { scale.position(of: $0) }
  }

  /// The median of what the repetitions' level in the newest runs is above the run's value; 0 where no
  /// run of `indices` has repetitions.
  static func repetitionOffset(
    _ input: SeriesInput, _ indices: ArraySlice<Int>, scale: Scale
  ) -> Double {
    guard input.samples != nil else { return 0 }
    var sample = OrderedSample()
    let offsets = indices.suffix(20).compactMap { index -> Double? in
      guard let own = repetitions(input, at: index, scale: scale), own.count >= 3 else {
        return nil
      }
      sample.take(own)
      return sample.trimmedMean(0.2) - scale.position(of: input.values[index])
    }
    sample.take(offsets)
    return sample.median
  }
}
