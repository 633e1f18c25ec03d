import TidemarkModel
import TidemarkReport

extension GateRule {
  /// What the rule says of a run.
  func result(_ findings: Findings) -> GateResult {
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
      let count = findings.breaches.count
      return (count, "\(Sentence.count(count, "value")) beyond a threshold")
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
