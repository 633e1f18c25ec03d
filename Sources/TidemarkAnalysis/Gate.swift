import TidemarkModel
import TidemarkReport

extension GateRule {
  /// What the rule says of a run; `thresholds` also what each threshold of the config says.
  func results(_ findings: Findings) -> [GateResult] {
    let rules = self == .thresholds ? findings.thresholds.rules.map(\.result) : []
    return [result(findings)] + rules
  }

  private func result(_ findings: Findings) -> GateResult {
    let (count, what) = count(findings)
    return GateResult(
      rule: rawValue, failed: count > 0, count: count,
      message: count > 0 ? what : "\(rawValue): nothing found")
  }

  private func count(_ findings: Findings) -> (Int, String) {
    switch self {
    case .newFailures:
      let count = findings.testTotals.newlyFailing
      return (count, "\(Sentence.count(count, "test")) newly failing")
    case .failures:
      let count = findings.failures.count
      return (count, "\(Sentence.count(count, "test")) failing")
    case .regressions:
      let count = findings.seriesTotals.regressed
      return (count, Sentence.count(count, "confirmed regression"))
    case .suspected:
      let count = findings.seriesTotals.suspected
      return (count, Sentence.count(count, "suspected regression"))
    case .missing:
      let jobs = findings.missingJobs.count
      let series = findings.seriesTotals.missing
      let parts =
        (jobs > 0 ? [Sentence.count(jobs, "job")] : [])
        + (series > 0 ? [Sentence.count(series, "series", plural: "series")] : [])
      return (jobs + series, "\(Sentence.list(parts)) missing")
    case .unjudged: return unjudged(findings)
    case .problems:
      let count = findings.blocking.count + findings.failedInputs.count
      return (count, Sentence.count(count, "blocking problem"))
    case .thresholds:
      let breaches = findings.breaches.count
      let unheld = findings.thresholds.rules.count { !$0.gaps.isEmpty }
      let parts =
        (breaches > 0 ? ["\(Sentence.count(breaches, "value")) beyond a threshold"] : [])
        + (unheld > 0 ? ["\(Sentence.count(unheld, "threshold")) not held against anything"] : [])
      return (breaches + unheld, Sentence.list(parts))
    }
  }

  private func unjudged(_ findings: Findings) -> (Int, String) {
    if !findings.isAnythingRead { return (1, "no result was read") }
    switch findings.baseline.status {
    case .none: return (1, "there is no baseline")
    case .stale: return (1, "the baseline is stale")
    case .partial, .ok: return (0, "")
    }
  }
}

extension ThresholdFindings.RuleFindings {
  /// The threshold's own line in the list of gates.
  fileprivate var result: GateResult {
    let count = breaches.count + (gaps.isEmpty ? 0 : 1)
    let what =
      gaps.first ?? "\(rule.sentence): \(Sentence.count(breaches.count, "value")) beyond it"
    return GateResult(
      rule: "\(GateRule.thresholds.rawValue): \(Sentence.name(rule.pattern.text)) \(rule.bounds)",
      failed: count > 0, count: count,
      message: count > 0
        ? what
        : "\(rule.sentence): kept by \(Sentence.count(held, "series", plural: "series"))")
  }
}
