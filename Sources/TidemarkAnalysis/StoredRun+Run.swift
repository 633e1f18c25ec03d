package import TidemarkHistory
package import TidemarkModel

extension Run {
  /// A stored run as it was judged when it was new, as far as a history keeps it: what readers had to
  /// say of its files, messages and attempts are gone.
  ///
  /// Values come in the unit that their series has in `history`.
  package init(_ stored: StoredRun, in history: HistoryContents) {
    var parts = stored.jobs.map {
      Part(job: $0.name, url: $0.url, attempt: $0.attempt, environment: $0.environment)
    }
    for outcome in stored.outcomes {
      guard parts.indices.contains(Int(outcome.job)),
        history.tests.indices.contains(Int(outcome.test))
      else { continue }
      let test = history.tests[Int(outcome.test)]
      var detail: TestDetail?
      if outcome.isFlaky {
        detail = TestDetail()
        detail?.isMarkedFlaky = true
      }
      parts[Int(outcome.job)].tests.append(
        Test(
          id: test.id, identity: test.identity, outcome: outcome.outcome,
          duration: outcome.durationOrNaN.isNaN ? nil : outcome.durationOrNaN, detail: detail))
    }
    for value in stored.values {
      guard parts.indices.contains(Int(value.job)),
        history.series.indices.contains(Int(value.series))
      else { continue }
      parts[Int(value.job)].values.append(SeriesValue(value, of: history.series[Int(value.series)]))
    }
    self.init(header: stored.header, parts: parts)
  }
}

extension SeriesValue {
  fileprivate init(_ stored: StoredValue, of series: StoredSeries) {
    let factor = stored.unitScale == series.unit.scale ? 1 : stored.unitScale / series.unit.scale
    self.init(
      id: series.id, identity: series.identity, value: stored.value * factor, unit: series.unit,
      direction: series.direction, n: stored.n,
      standardError: stored.standardError.map { $0 * factor },
      samples: stored.samples.map {
        Samples(values: $0.values.map { $0 * factor }, count: $0.count)
      },
      items: stored.items)
  }
}
