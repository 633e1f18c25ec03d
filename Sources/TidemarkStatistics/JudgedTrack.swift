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
  /// The sd of one run on the scale.
  var noiseDeviation = 0.0
  let track: Track
  /// The position in the track of each of `changes`.
  var positions: [Int] = []

  /// The index in the input of the newest run; −1 without runs.
  var newestIndex: Int { track.indices.last ?? -1 }
}

extension JudgedTrack {
  /// Judges a track: its only window, or windows that overlap, oldest first.
  init(_ track: Track, options: DetectorOptions, sample: inout OrderedSample) {
    self.track = track
    var findings: [(position: Int, finding: Judgement.Finding)] = []
    let windows = Self.windows(of: track.y.count, options: options)
    for (place, range) in windows.enumerated() {
      let isLast = place == windows.count - 1
      let judgement = Judgement(
        range, of: track, options: options, endsHistory: isLast, sample: &sample)
      let own = Self.ownPart(place, of: windows)
      let earlier = findings
      for finding in judgement.findings {
        let position = range.lowerBound + finding.position
        let isKnown = earlier.contains { Self.isSame($0, (position, finding)) }
        if own.contains(position), !isKnown { findings.append((position, finding)) }
      }
      if isLast { describeNewest(judgement) }
    }
    findings.sort { $0.position < $1.position }
    for (position, finding) in findings {
      let change = Self.change(finding, at: position, of: track)
      guard change.effect != 0 else { continue }
      changes.append(change)
      positions.append(position)
      isInFamily.append(
        position >= track.y.count - options.familyRuns && finding.evidence.deviation > 0)
    }
    regimes = regimes(boundaries: positions, options: options, sample: &sample)
  }

  /// How far two windows may place one change apart.
  private static let margin = 5

  private static func isSame(
    _ one: (position: Int, finding: Judgement.Finding),
    _ other: (position: Int, finding: Judgement.Finding)
  ) -> Bool {
    abs(one.position - other.position) <= margin
      && (one.finding.evidence.difference > 0) == (other.finding.evidence.difference > 0)
  }

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
    noiseDeviation = judgement.window.noise.sigma
    let window = judgement.window
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

  /// The levels between `boundaries`, fixed ones and machine changes, as the values themselves lie.
  func regimes(boundaries: [Int], options: DetectorOptions, sample: inout OrderedSample)
    -> [Regime]
  {
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

extension JudgedTrack {
  /// How many runs the newest run's machine class has in one stretch.
  var runsOfClass: Int { track.y.count - track.classStart }

  /// The direction of the last confirmed change since the newest baseline that was given.
  func verdict(_ changes: [Change]) -> SeriesVerdict {
    let start = track.fixedBoundaries.last.map { track.indices[$0] } ?? 0
    guard let last = changes.last(where: { $0.state == .confirmed && $0.index >= start }) else {
      return .unchanged
    }
    return last.isRegression ? .regressed : .improved
  }

  /// The regimes, parted only by changes that were kept.
  func regimes(keeping kept: [Change], options: DetectorOptions) -> [Regime] {
    guard kept.count < changes.count else { return regimes }
    let indices = Set(kept.map(\.index))
    var sample = OrderedSample()
    return regimes(
      boundaries: positions.filter { indices.contains(track.indices[$0]) }, options: options,
      sample: &sample)
  }
}
