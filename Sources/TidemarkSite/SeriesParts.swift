internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

extension SiteContext {
  /// What a template may show of one series.
  func values(_ series: SeriesChange, path: String) -> [String: Value] {
    let scale = ValueScale(series, numbers: words.numbers)
    var values = series.state.mark.values(words)
    values["name"] = breakable(seriesName(series))
    values["where"] = .text(seriesPlace(series))
    values["href"] = .text(path)
    values["value"] = Value(series.value.map(scale.text))
    values["baseline"] = Value(series.baseline.map { scale.text($0.value) })
    values["change"] = Value(series.changePercent.map(words.numbers.percentChange))
    values["effect"] = Value(effect(series))
    values["floor"] = Value(
      (series.effectFloorPercent ?? series.minimumDetectablePercent).map {
        "±" + words.numbers.percentSize($0)
      })
    values["spark"] = Sparkline.render(series, runCount: report.runs.count)
    values["since"] = since(series.changePoint)
    values["owner"] = Value(series.owner)
    values["sentence"] = sentence(series)
    values["likely"] = likely(series.suspects)
    return values
  }

  /// The first suspect with its subject and author, and how many more there are; empty where the
  /// report names none.
  private func likely(_ suspects: [Suspect]) -> Value {
    guard let first = suspects.first, first.subject != nil || first.author != nil else {
      return .empty
    }
    let subject = first.subject.map { SafeText.middleCut(SafeText.oneLine($0), to: 120) }
    let author = first.author.map(name)
    let key =
      "likely." + (subject == nil ? "author" : author == nil ? "subject" : "both")
      + (suspects.count > 1 ? "_more" : "")
    return words.html(
      key,
      [
        "commit": commit(first.commit), "subject": Value(subject), "author": Value(author),
        "n": .text(words.numbers.count(suspects.count)),
      ])
  }

  /// Name and parameters.
  func seriesName(_ series: SeriesChange) -> String {
    let parameters = series.identity.parameters
    return name(series.identity.name)
      + (parameters.isEmpty ? "" : " (\(name(parameters.description)))")
  }

  /// `real_time · os=linux · job`
  func seriesPlace(_ series: SeriesChange) -> String {
    [
      series.identity.metric.isEmpty ? "" : name(series.identity.metric),
      series.identity.labels.isEmpty ? "" : name(series.identity.labels.description),
      report.jobs.count > 1 ? name(series.job) : "",
    ].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// `12.4 % slower (9.8 to 15.1)`
  func effect(_ series: SeriesChange) -> String? {
    guard let change = series.changePercent, change.isFinite else { return nil }
    let size = words.text(
      series.changeKey(change), ["size": words.numbers.percentSize(change)])
    guard let low = series.changeLow, let high = series.changeHigh, low.isFinite, high.isFinite
    else { return size }
    let interval: (String, String)
    if (low < 0) == (high < 0) {
      interval = (percentNumber(min(abs(low), abs(high))), percentNumber(max(abs(low), abs(high))))
    } else {
      interval = (signed(low), signed(high))
    }
    // Counted values (instructions, bytes) have an interval of no width.
    if interval.0 == interval.1 { return size }
    return words.text("effect", ["size": size, "low": interval.0, "high": interval.1])
  }

  private func percentNumber(_ percent: Double) -> String {
    words.numbers.fixed(percent, digits: percent >= 100 ? 0 : 1)
  }

  private func signed(_ percent: Double) -> String {
    (percent < 0 ? "\u{2212}" : "+") + percentNumber(abs(percent))
  }

  private func probability(_ q: Double) -> String {
    q < 0.001
      ? words.text("q.below") : words.text("q.equals", ["q": words.numbers.probability(q)])
  }

  /// The one sentence that says what became of a series.
  func sentence(_ series: SeriesChange) -> Value {
    let scale = ValueScale(series, numbers: words.numbers)
    var values: [String: Value] = [
      "effect": Value(effect(series)), "since": since(series.changePoint),
      "value": Value(series.value.map(scale.text)),
      "noise": Value(series.noisePercent.map(words.numbers.percentSize)),
      "q": Value(series.q.map(probability)),
    ]
    switch series.state {
    case .regressed, .improved, .suspected:
      guard series.changePercent != nil else { return prose(series.explanation) }
      let tail = series.q == nil ? "" : "_q"
      return words.html("series.\(series.state.rawValue)\(tail)", values)
    case .unchanged:
      return words.html(series.noisePercent == nil ? "series.still" : "series.unchanged", values)
    case .new: return words.html("series.new", values)
    case .missing: return .text(words.count("series.missing", series.points.count))
    case .insufficientData:
      guard let needed = series.runsNeeded else {
        return series.explanation.isEmpty
          ? .text(words.text("series.insufficient")) : prose(series.explanation)
      }
      values["needs"] = .text(words.count("runs", series.points.count + needed))
      values["has"] = .text(words.numbers.count(series.points.count))
      values["size"] = Value(
        (series.effectFloorPercent ?? series.minimumDetectablePercent)
          .map(words.numbers.percentSize))
      return words.html(
        values["size"]?.isTruthy == true ? "series.needs" : "series.needs_any", values)
    }
  }
}
