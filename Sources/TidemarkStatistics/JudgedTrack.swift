/// A track with its changes, before the correction for the batch's size.
struct JudgedTrack: Sendable {
  /// In the order of their indices.
  var changes: [Change] = []
  /// For each of `changes`, whether it is one of those that are corrected for the batch's size.
  var isInFamily: [Bool] = []
  var regimes: [Regime] = []
  var noise: Double?
  var minimumDetectableEffect: Double?
  var newestP: Double?
  /// The index in the input of the newest run; −1 without runs.
  let newestIndex: Int
  /// How many runs the newest run's machine class has in one stretch.
  let runsOfClass: Int
  /// The index in the input from which changes count for the verdict.
  let baselineStart: Int
  /// The indices in the input of all runs, where classes alternate; else empty.
  let indicesOfClass: [Int]
  /// What the regimes are made of, as long as they may change: while a change is in the family.
  private var source: RegimeSource?
}

extension JudgedTrack {
  /// Judges a track: its only window, or windows that overlap, oldest first.
  init(_ track: Track, options: DetectorOptions, sample: inout OrderedSample) {
    newestIndex = track.indices.last ?? -1
    runsOfClass = track.y.count - track.classStart
    baselineStart = track.fixedBoundaries.last.map { track.indices[$0] } ?? 0
    indicesOfClass = track.environment == nil ? [] : track.indices
    var findings: [PlacedFinding] = []
    var previous: [PlacedFinding] = []
    var noiseDeviation = 0.0
    let windows = Self.windows(of: track.y.count, options: options)
    for (place, range) in windows.enumerated() {
      let isLast = place == windows.count - 1
      let judgement = Judgement(
        range, of: track, options: options, endsHistory: isLast, sample: &sample)
      let own = Self.ownPart(place, of: windows)
      let placed = judgement.findings.map {
        PlacedFinding(position: range.lowerBound + $0.position, finding: $0)
      }
      previous = placed.filter { new in
        own.contains(new.position) && !previous.contains { $0.isSame(as: new, within: Self.margin) }
      }
      findings += previous
      noiseDeviation = judgement.window.noise.sigma
      if isLast { describeNewest(judgement) }
    }
    var positions: [Int] = []
    for placed in findings.sorted(by: { $0.position < $1.position }) {
      let change = Self.change(placed.finding, at: placed.position, of: track)
      guard change.effect != 0 else { continue }
      changes.append(change)
      positions.append(placed.position)
      isInFamily.append(
        placed.position >= track.y.count - options.familyRuns
          && placed.finding.evidence.deviation > 0)
    }
    let source = RegimeSource(
      track: track, positions: positions, noiseDeviation: noiseDeviation, options: options)
    regimes = source.regimes(boundaries: positions, sample: &sample)
    if isInFamily.contains(true) { self.source = source }
  }

  /// How many runs two windows, or two classes, may place one change apart.
  static let margin = 5

  private static func windows(of count: Int, options: DetectorOptions) -> [Range<Int>] {
    guard count > options.window else { return [0..<count] }
    let newest = count - options.window
    let step = min(options.stride, options.window)
    return stride(from: 0, to: newest, by: step).map { $0..<($0 + options.window) }
      + [newest..<count]
  }

  /// The part of a window whose changes are its own: up to the middle of what it shares with the
  /// next, and from a little before the middle of what it shares with the one before, where that one
  /// may have placed a change beyond its own part.
  private static func ownPart(_ place: Int, of windows: [Range<Int>]) -> Range<Int> {
    let window = windows[place]
    let low =
      place == 0 ? 0 : (windows[place - 1].upperBound + window.lowerBound) / 2 - margin
    let high =
      place == windows.count - 1
      ? window.upperBound : (window.upperBound + windows[place + 1].lowerBound) / 2
    return min(max(low, 0), high)..<high
  }

  private mutating func describeNewest(_ judgement: Judgement) {
    let window = judgement.window
    let track = window.track
    guard window.y.count >= window.options.minimumBaseline else { return }
    let (level, deviation, count) = judgement.newestLevel
    let step =
      window.options.detectableSize * deviation
      * (window.noise.varianceOfMean(max(count, 2)) + window.noise.varianceOfMean(3)).squareRoot()
    noise = track.scale.relative(deviation: deviation, at: level)
    minimumDetectableEffect = max(
      abs(track.scale.effect(from: level, to: level + track.worse * step)),
      window.effectFloor(deviation: deviation, level: level))
    newestP = judgement.newestP
  }

  private static func change(
    _ finding: Judgement.Finding, at position: Int, of track: Track
  ) -> Change {
    let evidence = finding.evidence
    let scale = track.scale
    let level = evidence.before.level
    let reach =
      evidence.standardError > 0
      ? evidence.standardError * StudentT.twoSidedQuantile(0.05, degrees: evidence.degrees) : 0
    let ends = [-reach, reach].map {
      scale.effect(from: level, to: evidence.after.level + $0)
    }
    return Change(
      index: track.indices[position], isRegression: evidence.effect * track.worse > 0,
      effect: evidence.effect, effectLow: min(ends[0], ends[1]),
      effectHigh: max(ends[0], ends[1]), p: evidence.p, q: nil, state: finding.state,
      doubt: finding.doubt, runsToConfirm: finding.runsToConfirm,
      levelBefore: scale.value(at: level), levelAfter: scale.value(at: evidence.after.level),
      noise: scale.relative(deviation: evidence.deviation, at: level),
      runsBefore: evidence.before.count, runsAfter: evidence.after.count)
  }

  /// The direction of the last confirmed change since the newest baseline that was given.
  func verdict(_ changes: [Change]) -> SeriesVerdict {
    let last = changes.last { $0.state == .confirmed && $0.index >= baselineStart }
    guard let last else { return .unchanged }
    return last.isRegression ? .regressed : .improved
  }

  /// The regimes, parted only by changes that were kept.
  func regimes(keeping kept: [Change]) -> [Regime] {
    guard kept.count < changes.count, let source else { return regimes }
    let indices = Set(kept.map(\.index))
    var sample = OrderedSample()
    return source.regimes(
      boundaries: source.positions.filter { indices.contains(source.track.indices[$0]) },
      sample: &sample)
  }
}

/// A finding by its position in the track.
private struct PlacedFinding {
  let position: Int
  let finding: Judgement.Finding

  /// Whether two windows mean one change, that they place a little apart.
  func isSame(as other: PlacedFinding, within margin: Int) -> Bool {
    abs(position - other.position) <= margin
      && (finding.evidence.difference > 0) == (other.finding.evidence.difference > 0)
  }
}

/// What a track's regimes are made of.
private struct RegimeSource: Sendable {
  let track: Track
  /// The positions in the track of all its changes.
  let positions: [Int]
  /// The sd of one run on the scale.
  let noiseDeviation: Double
  let options: DetectorOptions

  /// The levels between `boundaries`, fixed ones and machine changes, as the values themselves lie.
  func regimes(boundaries: [Int], sample: inout OrderedSample) -> [Regime] {
    let y = track.y
    guard !y.isEmpty else { return [] }
    let given = boundaries + track.fixedBoundaries + track.machineShifts.map(\.position)
    let starts = Set([0] + given.filter { $0 > 0 && $0 < y.count }).sorted()
    let raw = track.common.isEmpty ? y : zip(y, track.common).map { $0 + $1 }
    return zip(starts, starts.dropFirst() + [y.count]).map { start, end in
      sample.take(raw, start..<end)
      let level = sample.trimmedMean(options.trim)
      // A few runs do not show how much they vary.
      let deviation = end - start < 10 ? max(sample.spread, noiseDeviation) : sample.spread
      let reach = 1.96 * deviation
      return Regime(
        first: track.indices[start], last: track.indices[end - 1],
        level: track.scale.value(at: level), low: track.scale.value(at: level - reach),
        high: track.scale.value(at: level + reach))
    }
  }
}
