import TidemarkModel
import TidemarkReport
import TidemarkStatistics
private import TidemarkSyntax

/// One series' state, from what the detector and the comparison of its items say.
struct SeriesJudgement {
  let track: SeriesTrack
  let answer: SeriesAnswer
  let input: SeriesInput
  let window: Window
  let run: RunHeader
  /// The first value whose change still counts.
  let recentStart: Int
  /// Changes before this value are accepted.
  let acceptedEnd: Int
  /// What accepts them.
  let acceptance: Acceptance?
  /// For what accepts all that began in a run.
  let acceptances: Acceptances
  let options: DetectorOptions
  let comparison: (ItemComparison, q: Double)?
  /// What moved this series' whole job.
  let machineChanges: [MachineChange]

  private var state = SeriesState.unchanged
  /// The change that the state rests on.
  private var main: Change?
  /// From the level before the first recent change to the newest level: effect and its 95 % interval.
  private var net: (effect: Double, low: Double, high: Double)?
  private var restsOnComparison = false
  /// What began and went back: the first change and the last.
  private var takenBack: (first: Change, last: Change)?

  init(
    track: SeriesTrack, answer: SeriesAnswer, input: SeriesInput, window: Window, run: RunHeader,
    recentStart: Int, acceptedEnd: Int, acceptance: Acceptance?,
    acceptances: Acceptances, options: DetectorOptions,
    comparison: (ItemComparison, q: Double)?,
    machineChanges: [MachineChange]
  ) {
    self.track = track
    self.answer = answer
    self.input = input
    self.window = window
    self.run = run
    self.recentStart = recentStart
    self.acceptedEnd = acceptedEnd
    self.acceptance = acceptance
    self.acceptances = acceptances
    self.options = options
    self.comparison = comparison
    self.machineChanges = machineChanges
  }

  private var worseSign: Double { input.direction == .lower ? 1 : -1 }

  private func counts(_ change: Change) -> Bool {
    change.index >= recentStart && acceptance(of: change) == nil && !isExplainedByMachine(change)
  }

  private func acceptance(of change: Change) -> Acceptance? {
    if change.index < acceptedEnd { return acceptance }
    let own = runs(of: change)
    if let (acceptance, _) = acceptances.ofCluster(in: own) { return acceptance }
    // Further runs may have moved the place.
    let near = max(own.lowerBound - SeriesStates.placeTolerance, 0)
    guard
      let (acceptance, run) = acceptances.ofCluster(
        in: near...(own.upperBound + SeriesStates.placeTolerance)),
      !answer.changes.contains(where: { runs(of: $0).contains(run) })
    else { return nil }
    return acceptance
  }

  /// The runs of the window among which a change began: after the last run before it, up to its first.
  private func runs(of change: Change) -> ClosedRange<Int> {
    let first = track.runs[change.index]
    let before = change.index > 0 ? track.runs[change.index - 1] : first - 1
    return min(before + 1, first)...first
  }

  /// Runs around a machine change within which the changes of single series are held against it.
  private static let machineReach = 3

  /// Whether a change is the move of the whole job in a series that was too noisy to take the
  /// correction: it begins with the move, and less than half of the move is left without it.
  private func isExplainedByMachine(_ change: Change) -> Bool {
    machineChanges.contains { machine in
      let isNear = track.runs.indices.contains {
        abs($0 - change.index) <= Self.machineReach && track.runs[$0] == machine.run
      }
      guard isNear, !isCorrected(change, for: machine) else { return false }
      let rest = (1 + change.effect) / (1 + machine.shift) - 1
      return abs(rest) < 0.5 * abs(machine.shift)
    }
  }

  /// Whether the change's levels have the machine's move taken out: then they lie off the values.
  private func isCorrected(_ change: Change, for machine: MachineChange) -> Bool {
    let values = track.values[change.index...].prefix(max(change.runsAfter, 1)).sorted()
    let level = change.levelAfter / track.detectorScale
    guard let middle = values.dropFirst(values.count / 2).first, level != 0 else { return false }
    return abs(middle / level - 1) > 0.5 * abs(machine.shift)
  }

  mutating func decide() {
    guard track.series.value != nil else {
      state = .missing
      return
    }
    guard track.baseCount > 0 else {
      state = .new
      return
    }
    state = answer.verdict == .insufficient ? .insufficientData : .unchanged
    decideByRuns()
    decideByItems()
  }

  private mutating func decideByRuns() {
    let recent = answer.changes.filter(counts)
    let confirmed = recent.filter { $0.state == .confirmed }
    setNet(confirmed, return: returning(from: confirmed, recent))
    guard takenBack == nil else { return }
    let suspected = recent.last {
      $0.state == .suspected && $0.isRegression && $0.index > confirmed.last?.index ?? -1
    }
    if let net, net.effect * worseSign > 0 {
      state = .regressed
    } else if let suspected {
      state = .suspected
      main = suspected
      net = (suspected.effect, suspected.effectLow, suspected.effectHigh)
    } else if net != nil {
      state = .improved
    } else if let hopeful = recent.last(where: { $0.state == .suspected }) {
      main = hopeful
      net = (hopeful.effect, hopeful.effectLow, hopeful.effectHigh)
    }
  }

  /// The way back from what is confirmed. Nothing confirms one that comes soon, for few runs stand before it:
  /// three runs do for it.
  private func returning(from confirmed: [Change], _ recent: [Change]) -> Change? {
    guard let last = confirmed.last, let next = recent.last, next.index > last.index,
      next.doubt == .shortBaseline || next.doubt == .fewRuns, next.runsAfter >= 3,
      (next.effect > 0) != (last.effect > 0)
    else { return nil }
    return next
  }

  /// Several confirmed changes count by what they come to together: a regression that was taken back
  /// is none.
  private mutating func setNet(_ confirmed: [Change], return next: Change?) {
    guard let first = confirmed.first, let last = next ?? confirmed.last else { return }
    var effect = first.effect
    var (low, high) = (first.effectLow, first.effectHigh)
    if confirmed.count > 1 || next != nil {
      let before = first.levelBefore
      effect =
        before == 0
        ? (last.levelAfter == 0 ? 0 : (last.levelAfter > 0 ? 1 : -1))
        : (last.levelAfter - before) / abs(before)
      // What is uncertain of the newest level is uncertain of the sum.
      let factor = last.effect > -1 ? (1 + effect) / (1 + last.effect) : 1
      let ends = [last.effectLow, last.effectHigh].map { (1 + $0) * factor - 1 }
      (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
      let floor = max(
        options.effectFloorMinimum,
        input.effectFloor ?? min(options.effectFloor, options.effectFloorNoise * last.noise))
      guard abs(effect) >= floor else {
        takenBack = (first, last)
        return
      }
    }
    net = (effect, low, high)
    main =
      confirmed.filter { ($0.effect > 0) == (effect > 0) }
      .max { abs($0.effect) < abs($1.effect) } ?? last
  }

  private mutating func decideByItems() {
    guard let (comparison, _) = comparison, let isWorse = comparison.isWorse,
      state != .regressed
    else { return }
    switch (isWorse, comparison.isConfirmed) {
    case (true, true): state = .regressed
    case (true, false): state = .suspected
    case (false, true) where state != .suspected: state = .improved
    default: return
    }
    restsOnComparison = true
    main = nil
    net = nil
  }
}

// MARK: - Describing

extension SeriesJudgement {
  /// Writes what was decided into `change`.
  func describe(_ change: inout SeriesChange) {
    change.state = state
    change.changePoints = answer.changes.map { point($0) }
    change.baseline = baseline(change.regimes)
    setChange(&change)
    change.explanation = explanation(change)
    switch state {
    case .suspected: change.runsNeeded = restsOnComparison ? nil : main?.runsToConfirm
    case .insufficientData: change.runsNeeded = answer.neededRuns
    case .new: change.runsNeeded = max(options.minimumBaseline - track.values.count, 0)
    default: break
    }
  }

  private func setChange(_ change: inout SeriesChange) {
    change.p = answer.newestP
    if restsOnComparison, let (comparison, q) = comparison {
      describe(comparison, q, &change)
    } else if let main, let net {
      change.changePercent = finite(net.effect * 100)
      change.changeLow = finite(net.low * 100)
      change.changeHigh = finite(net.high * 100)
      change.p = main.p
      change.q = main.q
      change.changePoint = point(main)
    } else if let level = change.baseline?.value, let value = change.value, level != 0 {
      change.changePercent = finite((value - level) / abs(level) * 100)
    }
    // A level is a mean of logarithms: of equal values it may lie a rounding beside them.
    if let percent = change.changePercent, abs(percent) < SeriesTrack.rounding * 100 {
      change.changePercent = 0
    }
  }

  private func describe(
    _ comparison: ItemComparison, _ q: Double, _ change: inout SeriesChange
  ) {
    change.p = comparison.p
    change.q = q
    let last = track.values.count - 1
    let before = track.baseCount - 1
    let old = track.values[before]
    if old != 0 {
      change.changePercent = finite((track.values[last] - old) / abs(old) * 100)
      let scale =
        abs(old) * (track.series.identity.quantity == .ratio ? track.series.unit.scale : 1)
      let ends = [comparison.newest.low, comparison.newest.high].map { $0 * -worseSign / scale }
      change.changeLow = finite(min(ends[0], ends[1]) * 100)
      change.changeHigh = finite(max(ends[0], ends[1]) * 100)
    }
    change.changePoint = window.changePoint(
      at: track.runs[last], of: run, changePercent: change.changePercent,
      isWorse: comparison.isWorse == true, isConfirmed: comparison.isConfirmed,
      previous: track.runs[before])
  }

  private func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }

  private func point(_ change: Change) -> ChangePoint {
    window.changePoint(
      at: track.runs[change.index], of: run, changePercent: finite(change.effect * 100),
      isWorse: change.isRegression, isConfirmed: change.state == .confirmed,
      previous: change.index > 0 ? track.runs[change.index - 1] : nil)
  }

  /// The level that the newest one is held against, without this run.
  private func baseline(_ regimes: [TidemarkReport.Regime]) -> SeriesBaseline? {
    let last = track.values.count - 1
    guard track.baseCount > 0, last >= 0 else { return nil }
    // The value before the change, or before this run.
    let reference = main?.index ?? (track.series.value == nil ? last + 1 : last)
    if state != .insufficientData,
      let regime = regimes.last(where: { $0.first < reference })
    {
      let end = min(regime.last, reference - 1)
      return SeriesBaseline(
        value: regime.level, low: regime.low, high: regime.high, runs: end - regime.first + 1)
    }
    let earlier = track.values.prefix(max(reference, 1)).sorted()
    guard let low = earlier.first, let high = earlier.last else { return nil }
    let middle = (earlier[(earlier.count - 1) / 2] + earlier[earlier.count / 2]) / 2
    return SeriesBaseline(value: middle, low: low, high: high, runs: earlier.count)
  }
}

// MARK: - Sentences

extension SeriesJudgement {
  private func explanation(_ change: SeriesChange) -> String {
    switch state {
    case .regressed, .improved:
      return restsOnComparison ? comparisonSentence(change) : confirmedSentence(change)
    case .suspected:
      return restsOnComparison ? comparisonSentence(change) : suspectedSentence(change)
    case .unchanged: return unchangedSentence(change)
    case .new: return "the baseline does not have it"
    case .missing:
      return "its job ran without it, and at least \(MissingSeries.leastRuns) of the job's last"
        + " \(MissingSeries.recentRuns) runs had it"
    case .insufficientData:
      let text =
        "\(track.values.count) of the \(options.minimumBaseline) runs that a judgement needs"
      return answer.neededRuns > 0
        ? "\(text): \(Sentence.count(answer.neededRuns, "more run")) would do" : text
    }
  }

  private func moved(_ change: SeriesChange) -> String {
    guard let percent = change.changePercent else { return "changed" }
    return (percent > 0 ? "rose " : "fell ") + NumberText.percentSize(percent)
  }

  private func since(_ change: SeriesChange) -> String {
    change.changePoint.map(since) ?? ""
  }

  private func since(_ point: ChangePoint) -> String {
    let commits = Sentence.commits(point).map { " (\($0))" } ?? ""
    return "since run \(Sentence.quoted(point.run))\(commits)"
  }

  private func interval(_ change: SeriesChange) -> String {
    // Of values that do not vary there is nothing to say.
    guard let low = change.changeLow, let high = change.changeHigh, high - low > 0.05 else {
      return ""
    }
    return " (95 % interval \(NumberText.percentChange(low))"
      + " to \(NumberText.percentChange(high)))"
  }

  private func confirmedSentence(_ change: SeriesChange) -> String {
    let text = "\(moved(change))\(interval(change)) \(since(change)), \(confirmation)"
    return state == .regressed ? "\(text); \(refutation)" : text
  }

  /// The runs from the change on.
  private var runsSince: Int { track.values.count - (main?.index ?? track.values.count) }

  private var confirmation: String {
    let before = Sentence.count(main?.runsBefore ?? 0, "run")
    let repetitions = track.newestRepetitions
    if runsSince == 1, repetitions < options.repetitions {
      return "confirmed at once: it was the same in all \(before) before"
    }
    let text =
      runsSince > 1
      ? "confirmed by \(Sentence.count(runsSince, "run")) at the new level"
      : "confirmed by the run's own \(Sentence.count(repetitions, "repetition"))"
    return text + (size.map { ": \($0)" } ?? "")
  }

  /// How the change compares with what the series does anyway.
  private var size: String? {
    guard let main, let net else { return nil }
    let before = Sentence.count(main.runsBefore, "run")
    guard main.noise > 0 else { return "the \(before) before were all the same" }
    let times = abs(net.effect) / main.noise
    var text =
      "\(NumberText.significant(times)) times what one run varies"
      + " (\(NumberText.percentSize(main.noise * 100)))"
    // The detector has looked where there are enough runs to have wandered in.
    let reach = min(main.runsAfter, options.guardRuns)
    if main.state == .confirmed, main.runsBefore >= max(options.guardRuns, 2 * reach) {
      text += ", and more than the \(before) before ever strayed"
    }
    return text
  }

  /// What would end it.
  private var refutation: String {
    let about = runsBack > 1 ? "about " : ""
    return "\(about)\(Sentence.count(runsBack, "run")) back at the old level would take it back"
  }

  /// How many: one where so few depart that a single run parts them from the end. Three where the new level is
  /// so short that it does not stand without its end. Else as many as a step back needs for its p.
  private var runsBack: Int {
    guard runsSince >= 3 else { return 1 }
    guard let main, let net, runsSince > 6, main.noise > 0 else { return 3 }
    let size = abs(net.effect) / main.noise
    let enough = (3...32).first { back in
      let runs = Double(runsSince + back)
      let error = (1 / Double(runsSince) + 1 / Double(back)).squareRoot()
      return StudentT.twoSidedP(size / error, degrees: runs - 2)
        <= (back < 5 ? options.alphaFewRuns : options.alpha)
    }
    return enough ?? 32
  }

  private func suspectedSentence(_ change: SeriesChange) -> String {
    let text = "\(moved(change))\(interval(change)) \(since(change))"
    return "\(text)\(size.map { ", \($0)" } ?? ""), not confirmed: \(doubt())"
  }

  /// What keeps the change from being confirmed, and what would confirm it.
  private func doubt() -> String {
    guard let main else { return "more runs would confirm it" }
    let reason =
      switch main.doubt {
      case .shortBaseline:
        "only \(Sentence.count(main.runsBefore, "run")) stand before it"
      case .fewRuns: "too few runs tell it from chance"
      case .newestRunOnly: "only the newest run departs"
      case .newestTwoRuns: "only the newest two runs depart"
      case nil: "too few runs tell it from chance"
      }
    guard let runs = main.runsToConfirm, runs > 0 else {
      return reason + ", and further runs alone cannot confirm it; accept it, or watch it"
    }
    var text = reason + "; \(Sentence.count(runs, "more run")) at this level would confirm it"
    if runsSince == 1, track.newestRepetitions < options.repetitions {
      text += ", or \(options.repetitions) repetitions within one run"
    }
    return "\(text); \(refutation)"
  }

  /// The newest change that would count if nobody had accepted it.
  private func acceptedSentence() -> String? {
    for accepted in answer.changes.reversed() where accepted.index >= recentStart {
      guard let acceptance = acceptance(of: accepted) else { continue }
      let way = accepted.effect > 0 ? "rose" : "fell"
      return "\(way) \(NumberText.percentSize(accepted.effect * 100)) \(since(point(accepted))),"
        + " \(acceptance.sentence)"
    }
    return nil
  }

  private func unchangedSentence(_ change: SeriesChange) -> String {
    if let accepted = acceptedSentence() { return accepted }
    if let takenBack {
      let way = takenBack.first.effect > 0 ? "rose" : "fell"
      return "\(way) \(NumberText.percentSize(takenBack.first.effect * 100))"
        + " \(since(point(takenBack.first))), and went back \(since(point(takenBack.last)))"
    }
    if let main {
      let runs = main.runsToConfirm.map { "; \(Sentence.count($0, "more run")) would confirm it" }
      return "may have improved: \(moved(change)) \(since(change))\(runs ?? "")"
    }
    var text = "within its noise"
    if let noise = change.noisePercent, noise > 0 {
      text += " of \(NumberText.percentSize(noise))"
    } else {
      text = "on its level"
    }
    if let machine = machineChanges.last(where: { $0.run == track.runs.last }) {
      text += ", when the machine's \(NumberText.percentChange(machine.shift * 100)) is taken out"
    }
    if let least = change.minimumDetectablePercent {
      text += "; three runs would confirm a change of \(NumberText.percentSize(least))"
    }
    return text
  }

  private func comparisonSentence(_ change: SeriesChange) -> String {
    guard let (comparison, _) = comparison else { return moved(change) }
    let what =
      comparison.isPaired
      ? "the same \(NumberText.count(comparison.items)) items score"
      : "its \(NumberText.count(comparison.items)) items score"
    let side = comparison.isWorse == true ? "worse" : "better"
    let against =
      comparison.isConfirmed
      ? "than in each of the newest runs of the baseline"
      : "than in the only run of the baseline that can be compared; one more would confirm it"
    return "\(moved(change))\(interval(change)): \(what) \(side) \(against)"
      + " (p \(NumberText.probability(comparison.p)))"
  }
}
