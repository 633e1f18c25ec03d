package import TidemarkModel

extension HistoryContents {
  /// A stored run as the judge takes one. Messages of failures, problems of inputs and the inputs
  /// themselves are not in a history, so they are not in the answer either.
  ///
  /// - Parameter stored: One of ``runs``, with all columns.
  package func run(_ stored: StoredRun) -> Run {
    var parts = stored.jobs.map {
      Part(job: $0.name, url: $0.url, attempt: $0.attempt, environment: $0.environment)
    }
    for outcome in stored.outcomes where tests.indices.contains(Int(outcome.test)) {
      guard parts.indices.contains(Int(outcome.job)) else { continue }
      let known = tests[Int(outcome.test)]
      var test = Test(
        id: known.id, identity: known.identity, outcome: outcome.outcome,
        duration: outcome.durationOrNaN.isNaN ? nil : outcome.durationOrNaN)
      if outcome.isFlaky {
        var detail = TestDetail()
        detail.isMarkedFlaky = true
        test.detail = detail
      }
      parts[Int(outcome.job)].tests.append(test)
    }
    for value in stored.values where series.indices.contains(Int(value.series)) {
      guard parts.indices.contains(Int(value.job)) else { continue }
      parts[Int(value.job)].values.append(seriesValue(value))
    }
    return Run(header: stored.header, parts: parts)
  }

  /// In the unit that the series has now, which need not be the one that this run wrote.
  private func seriesValue(_ stored: StoredValue) -> SeriesValue {
    let known = series[Int(stored.series)]
    let factor = stored.unitScale / known.unit.scale
    return SeriesValue(
      id: known.id, identity: known.identity, value: stored.value * factor, unit: known.unit,
      direction: known.direction, n: stored.n,
      standardError: stored.standardError.map { $0 * factor },
      samples: stored.samples.map { samples in
        var samples = samples
        samples.values = samples.values.map { $0 * factor }
        return samples
      }, items: stored.items)
  }
}
