internal import TidemarkConfig
internal import TidemarkSite
private import TidemarkSyntax

extension Config {
  /// What of the configuration bears on the judgement, for a reader who wonders whether to trust it.
  /// What is not set stands there with its default; lists are counted, so that a site tells no patterns
  /// over names that are nobody's business.
  var shown: [SiteOptions.Setting] {
    var pairs: [(String, String)] = [("file", path ?? "none, all is by default")]
    let floor = detection.last { $0.pattern == "**" }?.effectFloor
    pairs.append(("detection.effect_floor", NumberText.percentSize((floor ?? 0.02) * 100)))
    for constant in constants {
      pairs.append(
        ("detection.constants.\(constant.name)", NumberText.significant(constant.value)))
    }
    pairs.append(("history.baseline_runs", NumberText.count(history.baselineRuns ?? 256)))
    pairs.append(
      ("history.stale_after", TimeText.age(seconds: history.staleAfter ?? 14 * 86_400)))
    let lists = [
      ("detection.rules", detection.count { $0.pattern != "**" }), ("thresholds", thresholds.count),
      ("quarantine", quarantine.count), ("annotations", annotations.count),
      ("owners", owners.count), ("labels", labels.count), ("aliases", aliases.count),
    ]
    for (key, count) in lists where count > 0 { pairs.append((key, NumberText.count(count))) }
    return pairs.map { SiteOptions.Setting(key: $0.0, value: $0.1) }
  }
}
