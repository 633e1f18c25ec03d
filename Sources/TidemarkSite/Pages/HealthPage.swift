internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Can these answers be trusted? The baseline's age, what is missing, how noisy the series are,
/// what was not read; then how everything is judged, and the vocabulary.
struct HealthPage {
  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private var words: Words { context.words }
  private var report: Report { context.report }

  func render() throws(Problem) -> SiteFile {
    let title = words.text("nav.health")
    return try context.page(
      "health", path: "health.html", title: title, tab: .health,
      [
        "heading": .text(title), "lead": .text(lead),
        "settings": .list(
          context.options.settings.prefix(40).map {
            ["key": .text(context.name($0.key)), "value": .text(context.name($0.value))]
          }),
        "facts": .list(facts), "doubts": .list(doubts),
        "noisiest": .list(noisiest),
        "unread": .list(context.unreadInputs.prefix(100).map { .object(context.unreadInput($0)) }),
        "has_series": .flag(!report.series.isEmpty),
        "glossary": .list(glossary), "key": .text(report.key),
      ])
  }

  private var lead: String {
    if context.nothingRead { return words.text("health.nothing") }
    let count = doubts.count
    switch report.baseline.status {
    case .none: return words.text("health.none")
    case .stale: return words.text("health.stale", ["age": context.baselineAge ?? "–"])
    case .partial, .ok:
      let good = context.options.source == .history ? "health.good_stored" : "health.good"
      return count == 0 ? words.text(good) : words.count("health.doubts", count)
    }
  }

  private var facts: [Value] {
    var pairs: [(String, Value)] = [
      ("health.baseline", .text(words.text("baseline.status.\(report.baseline.status.rawValue)"))),
      ("health.baseline_runs", context.baselineSentence),
      ("health.window", .text(words.count("runs", report.runs.count))),
    ]
    if let size = context.medianDetectable {
      pairs.append(("health.detectable", .text(words.numbers.percentSize(size))))
    }
    let noises = report.series.compactMap(\.noisePercent).filter(\.isFinite).sorted()
    if !noises.isEmpty {
      pairs.append(("health.noise", .text(words.numbers.percentSize(noises[noises.count / 2]))))
    }
    if let replay = report.replay, let rate = replay.takenBackPerThousand {
      let numbers = [
        "taken": NumberText.count(replay.takenBack), "settled": NumberText.count(replay.settled),
        "rate": NumberText.fixed(rate, digits: 2), "runs": NumberText.count(replay.runs),
      ]
      pairs.append(("health.replay", .text(words.text("health.replay_text", numbers))))
    }
    if context.options.source == .inputs { pairs.append(("health.inputs", .text(filesRead))) }
    pairs.append(("health.version", .text("\(report.generator.name) \(report.generator.version)")))
    return pairs.map { ["term": .text(words.text($0.0)), "text": $0.1] }
  }

  private var filesRead: String {
    words.text(
      "health.inputs_text",
      [
        "read": words.numbers.count(report.inputs.count - context.unreadInputs.count),
        "total": words.numbers.count(report.inputs.count),
      ])
  }

  /// The reasons that take something from the answers' weight.
  private var doubts: [Value] {
    let codes: Set<Reason.Code> = [
      .nothingRead, .baselineNone, .baselineStale, .baselinePartial, .segmentDamaged, .jobMissing,
      .seriesMissing, .testsRemoved, .inputFailed, .inputUnrecognised, .machineChanged,
      .environmentChanged, .labelMissing, .renameProposed, .quarantineExpired, .insufficientData,
      .noTests, .notRecorded, .runsMixed, .problem, .thresholdUnjudged,
    ]
    return report.reasons.filter { codes.contains($0.code) }
      .map { .object(["message": context.prose($0.message)]) }
  }

  private var noisiest: [Value] {
    report.series.indices
      .filter { report.series[$0].noisePercent?.isFinite == true }
      .sorted {
        (report.series[$1].noisePercent ?? 0, $0) < (report.series[$0].noisePercent ?? 0, $1)
      }
      .prefix(10)
      .map { index in
        let series = report.series[index]
        return [
          "name": .text(context.seriesName(series)), "href": .text(context.seriesPaths[index]),
          "where": .text(context.seriesPlace(series)),
          "noise": Value(series.noisePercent.map(words.numbers.percentSize)),
          "detectable": .text(
            series.minimumDetectablePercent.map(words.numbers.percentSize) ?? "–"),
        ]
      }
  }

  /// Every state with its sign, in the order of weight.
  private var glossary: [Value] {
    let tests = TestState.allCases.sorted { $0.rank < $1.rank }
      .map { ($0.mark, "glossary.test.\($0.rawValue)") }
    let series = SeriesState.allCases.sorted { $0.rank < $1.rank }
      .map { ($0.mark, "glossary.series.\($0.rawValue)") }
    return [("glossary.tests", tests), ("glossary.series", series)].map { title, entries in
      let list = entries.map { mark, key -> Value in
        var values = mark.values(words)
        values["meaning"] = .text(words.text(key))
        return .object(values)
      }
      return ["title": .text(words.text("\(title)_title")), "entries": .list(list)]
    }
  }
}
