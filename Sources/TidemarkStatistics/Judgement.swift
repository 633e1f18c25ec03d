/// The changes of one window of a track: from a partition that splits too much, by taking away what
/// does not stand, and a look at the newest runs.
struct Judgement {
  /// A change that stands, by its position in the window.
  struct Finding {
    var evidence: BoundaryEvidence
    var state: Change.State
    var doubt: Change.Doubt?
    var runsToConfirm: Int?

    var position: Int { evidence.boundary }
  }

  let window: Window
  private(set) var findings: [Finding] = []
  /// The first run of the newest level, without what the newest runs may have begun.
  private(set) var newestLevelStart = 0
  /// Two-sided p of the newest run against the runs of the newest level before it, if they are three.
  private(set) var newestP: Double?
  /// What the newest run's repetitions say; `nil` with too few of them, or of runs before them.
  private(set) var repetitionEvidence: RepetitionEvidence?
  private var pieces: [Piece] = []
  private let fixed: Set<Int>
  private let shifts: [Track.MachineShift]

  /// - Parameters:
  ///   - range: the part of the track to judge.
  ///   - endsHistory: whether its end is the newest run, which is looked at on its own.
  init(
    _ range: Range<Int>, of track: Track, options: DetectorOptions, endsHistory: Bool,
    sample: inout OrderedSample
  ) {
    window = Window(range, of: track, options: options, sample: &sample)
    fixed = Set(
      track.fixedBoundaries.lazy.map { $0 - range.lowerBound }.filter { $0 > 0 && $0 < range.count }
    )
    shifts = track.machineShifts.compactMap {
      range.contains($0.position)
        ? Track.MachineShift(position: $0.position - range.lowerBound, shift: $0.shift) : nil
    }
    guard range.count >= options.minimumBaseline else { return }
    let standing = settle(candidates(sample: &sample), sample: &sample)
    for evidence in standing where !isMachineChange(evidence) {
      findings.append(finding(evidence))
    }
    newestLevelStart = pieces.last?.range.lowerBound ?? 0
    if endsHistory { lookAtNewestRuns(sample: &sample) }
  }

  /// The boundaries of the partition, and the fixed ones; fixed ones part what is partitioned.
  private func candidates(sample: inout OrderedSample) -> [Int] {
    let ends = fixed.sorted() + [window.y.count]
    var start = 0
    var boundaries = fixed
    for end in ends {
      if end - start >= 4 {
        let found = window.x.withUnsafeBufferPointer {
          Partition.boundaries(
            of: UnsafeBufferPointer(rebasing: $0[start..<end]), noise: window.noise,
            penalty: window.options.penalty, center: window.center)
        }
        for boundary in found { boundaries.insert(start + boundary) }
      }
      start = end
    }
    return boundaries.sorted()
  }

  /// Takes the weakest boundary away until all others stand; leaves the pieces between them.
  private mutating func settle(_ candidates: [Int], sample: inout OrderedSample)
    -> [BoundaryEvidence]
  {
    let starts = [0] + candidates
    let ends = candidates + [window.y.count]
    pieces = zip(starts, ends).map { window.piece($0..<$1, sample: &sample) }
    while true {
      let residualSpread = window.residualSpread(pieces, sample: &sample)
      var standing: [BoundaryEvidence] = []
      var weakest: (place: Int, weakness: Double)?
      for place in pieces.indices.dropFirst()
      where !fixed.contains(pieces[place].range.lowerBound) {
        let evidence = window.judge(
          pieces[place - 1], pieces[place], residualSpread: residualSpread, sample: &sample)
        if stands(evidence) {
          standing.append(evidence)
        } else if evidence.weakness > weakest?.weakness ?? -.infinity {
          weakest = (place, evidence.weakness)
        }
      }
      guard let weakest else { return standing }
      merge(weakest.place, sample: &sample)
    }
  }

  private mutating func merge(_ place: Int, sample: inout OrderedSample) {
    let joined = pieces[place - 1].range.lowerBound..<pieces[place].range.upperBound
    pieces[place - 1] = window.piece(joined, sample: &sample)
    pieces.remove(at: place)
  }

  private func stands(_ evidence: BoundaryEvidence) -> Bool {
    let options = window.options
    let before = evidence.before.count
    let after = evidence.after.count
    let isLast = evidence.after.range.upperBound == window.y.count
    return evidence.holds
      && evidence.p <= (min(before, after) >= 5 ? options.alpha : options.alphaFewRuns)
      && before >= 3 && after >= (isLast ? 2 : 3)
  }

  /// Near a machine change only what is far larger than what the change may have left is reported.
  private func isMachineChange(_ evidence: BoundaryEvidence) -> Bool {
    let near = shifts.filter { abs($0.position - evidence.boundary) <= 3 }
    guard let largest = near.map({ abs($0.shift) }).max() else { return false }
    return abs(evidence.difference) < 0.5 * largest + evidence.floor
  }

  private func finding(_ evidence: BoundaryEvidence) -> Finding {
    var doubt: Change.Doubt?
    if evidence.before.count < window.options.minimumBaseline {
      doubt = .shortBaseline
    } else if evidence.after.count < 3 {
      if !window.allowsTwoRuns(evidence) { doubt = .newestTwoRuns }
    } else if !window.allowsRankTest(evidence) {
      doubt = .fewRuns
    }
    return finding(evidence, doubt)
  }

  private func finding(_ evidence: BoundaryEvidence, _ doubt: Change.Doubt?) -> Finding {
    Finding(
      evidence: evidence, state: doubt == nil ? .confirmed : .suspected, doubt: doubt,
      runsToConfirm: runsToConfirm(evidence, doubt))
  }

  /// The least number of further runs at the same level after which p and a rank test agree.
  private func runsToConfirm(_ evidence: BoundaryEvidence, _ doubt: Change.Doubt?) -> Int? {
    guard let doubt else { return 0 }
    guard doubt != .shortBaseline else { return nil }
    let options = window.options
    let noise = window.noise
    for extra in 1...64 {
      let after = evidence.after.count + extra
      guard after >= 3, window.allowsRankTest(evidence, extraRuns: extra) else { continue }
      guard evidence.deviation > 0 else { return extra }
      let standardError =
        evidence.deviation
        * (noise.varianceOfMean(evidence.before.count) + noise.varianceOfMean(after)).squareRoot()
      let p = StudentT.twoSidedP(
        evidence.difference / standardError, degrees: evidence.degrees + Double(extra))
      let alpha =
        min(evidence.before.count, after) >= 5 ? options.alpha : options.alphaFewRuns
      if p <= alpha { return extra }
    }
    return nil
  }

  /// Holds the newest two runs, then the newest one, against the newest level.
  private mutating func lookAtNewestRuns(sample: inout OrderedSample) {
    let options = window.options
    let n = window.y.count
    guard n - newestLevelStart >= options.minimumBaseline else { return }
    let residualSpread = window.residualSpread(pieces, sample: &sample)
    let (one, two) = newestEvidence(residualSpread: residualSpread, sample: &sample)
    newestP = one?.p
    if let one, one.before.count >= options.minimumBaseline {
      repetitionEvidence = window.repetitionEvidence(one, sample: &sample)
    }
    guard !findings.contains(where: { $0.position >= n - 2 }) else { return }
    for evidence in [two, one].compactMap({ $0 }) {
      let baseline = evidence.before.count
      guard baseline >= options.minimumBaseline,
        !shifts.contains(where: { abs($0.position - evidence.boundary) <= 2 })
      else { continue }
      let isConstant = evidence.deviation == 0 && baseline >= options.constantRuns
      guard evidence.holds, evidence.p < options.alphaNewest || isConstant else { continue }
      findings.append(newestFinding(evidence, isConstant: isConstant))
      return
    }
  }

  /// The newest run, and the newest two, against the rest of the newest level.
  private func newestEvidence(residualSpread: Double, sample: inout OrderedSample)
    -> (one: BoundaryEvidence?, two: BoundaryEvidence?)
  {
    let n = window.y.count
    // One sort does for both baselines.
    sample.take(window.y, newestLevelStart..<n)
    let baselines = [1, 2].map { newest in
      sample.remove(window.y[n - newest])
      return Piece(newestLevelStart..<(n - newest), sample: sample, trim: window.options.trim)
    }
    let evidence = baselines.map { baseline -> BoundaryEvidence? in
      guard baseline.count >= 3 else { return nil }
      let newest = window.piece(baseline.range.upperBound..<n, sample: &sample)
      return window.judge(baseline, newest, residualSpread: residualSpread, sample: &sample)
    }
    return (evidence[0], evidence[1])
  }

  private func newestFinding(_ evidence: BoundaryEvidence, isConstant: Bool) -> Finding {
    if isConstant, window.track.kind == .deterministic { return finding(evidence, nil) }
    if evidence.after.count == 1 {
      return finding(evidence, repetitionEvidence?.confirms == true ? nil : .newestRunOnly)
    }
    return finding(evidence, window.allowsTwoRuns(evidence) ? nil : .newestTwoRuns)
  }

  /// The level of the newest runs, and the sd of one run at it.
  var newestLevel: (level: Double, deviation: Double, runs: Int) {
    guard let newest = pieces.last else { return (0, 0, 0) }
    return (newest.level, max(newest.spread, window.noise.sigma), newest.count)
  }
}
