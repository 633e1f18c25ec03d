import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

extension [Reason] {
  /// In the order of the codes; of one code as they stand.
  package var weightiestFirst: [Reason] {
    Reason.Code.allCases.flatMap { code in filter { $0.code == code } }
  }
}

extension Findings {
  /// Every reason, in the order of the codes: the weightiest first.
  var reasons: [Reason] {
    let all =
      testReasons + seriesReasons + inputReasons + baselineReasons + missingReasons
      + machineReasons + configReasons
    return all.weightiestFirst
  }

  /// The most reasons of one code that name one thing each.
  private static let listLimit = 10

  private func names(_ tests: [TestResult]) -> String {
    Sentence.list(tests.map { Sentence.test($0.identity) })
  }

  private func names(_ series: [SeriesChange]) -> String {
    Sentence.list(
      series.map { change in
        let percent = change.changePercent.map { " \(NumberText.percentChange($0))" } ?? ""
        return Sentence.series(change.identity) + percent
      })
  }

  /// One reason a sentence, and one for those beyond the limit.
  private func each(_ code: Reason.Code, _ sentences: [String], more: String) -> [Reason] {
    let rest = sentences.count - Findings.listLimit
    return sentences.prefix(Findings.listLimit).map { Reason(code, $0) }
      + (rest > 0 ? [Reason(code, "\(Sentence.count(rest, "more \(more)"))")] : [])
  }

  private var testReasons: [Reason] {
    var reasons: [Reason] = []
    let newly = tests(in: .newlyFailing)
    let failing = failures
    if baseline.status == .none {
      if !failing.isEmpty {
        reasons.append(
          Reason(
            .failedWithoutBaseline,
            "\(Sentence.count(failing.count, "test")) failed, and without a baseline every failure"
              + " counts: \(names(failing))"))
      }
    } else if !newly.isEmpty {
      reasons.append(
        Reason(
          .newlyFailing,
          "\(Sentence.count(newly.count, "test")) newly failing: \(names(newly))"))
    }
    let still = tests(in: .stillFailing)
    if !still.isEmpty {
      reasons.append(
        Reason(
          .stillFailing, "\(Sentence.count(still.count, "test")) still failing: \(names(still))"))
    }
    let flaky = tests(in: .flaky)
    if !flaky.isEmpty {
      let newly = flaky.count { $0.isNewlyFlaky }
      let news = newly > 0 ? ", \(NumberText.count(newly)) of them new" : ""
      reasons.append(
        Reason(.flaky, "\(Sentence.count(flaky.count, "flaky test"))\(news): \(names(flaky))"))
    }
    if !slowTests.isEmpty {
      let names = Sentence.list(
        slowTests.map { slow in
          let seconds = [slow.before, slow.after].map { NumberText.significant($0) }
          return "\(Sentence.quoted(slow.title)) from \(seconds[0]) to \(seconds[1]) s"
        })
      let single = slowTests.count { $0.name != nil }
      let what = [
        single > 0 ? [Sentence.count(single, "test")] : [],
        single < slowTests.count
          ? [Sentence.count(slowTests.count - single, "class of tests", plural: "classes of tests")]
          : [],
      ]
      reasons.append(
        Reason(.testsSlower, "\(Sentence.list(what.flatMap { $0 })) newly slow: \(names)"))
    }
    return reasons
  }

  private var seriesReasons: [Reason] {
    var reasons = each(.thresholdFailed, breaches.map(\.sentence), more: "value beyond a threshold")
    reasons += each(
      .thresholdUnjudged, thresholds.gaps, more: "threshold that could not be held")
    let regressed = series(in: .regressed)
    if !regressed.isEmpty {
      reasons.append(
        Reason(
          .regressed,
          "\(Sentence.count(regressed.count, "confirmed regression")): \(names(regressed))"))
    }
    let suspected = series(in: .suspected)
    if !suspected.isEmpty {
      let needed = suspected.compactMap(\.runsNeeded).min()
      let confirm = needed.map { "; \(Sentence.count($0, "more run")) would confirm the first" }
      reasons.append(
        Reason(
          .suspected,
          "\(Sentence.count(suspected.count, "suspected regression")): \(names(suspected))"
            + (confirm ?? "")))
    }
    let missing = series(in: .missing)
    if !missing.isEmpty {
      reasons.append(
        Reason(
          .seriesMissing,
          "\(Sentence.count(missing.count, "series", plural: "series")) missing though their jobs"
            + " ran: \(Sentence.list(missing.map { Sentence.series($0.identity) }))"))
    }
    let insufficient = series(in: .insufficientData)
    if !insufficient.isEmpty {
      reasons.append(
        Reason(
          .insufficientData,
          "\(Sentence.count(insufficient.count, "series", plural: "series")) with too few runs to"
            + " judge, of \(NumberText.count(seriesTotals.series))"))
    }
    return reasons
  }

  private var inputReasons: [Reason] {
    var reasons: [Reason] = []
    if !isAnythingRead { reasons.append(Reason(.nothingRead, nothingRead)) }
    reasons += each(.problem, blocking.map(sentence), more: "blocking problem")
    let failed = failedInputs.map { input in
      let what = input.error.map { $0.inFile(input.path).description }
      return "could not read \(SafeText.oneLine(what ?? input.path))"
    }
    reasons += each(.inputFailed, failed, more: "file that could not be read")
    let outages = problems.filter { $0.code == .providerOutage }
    reasons += each(.providerOutage, outages.map(sentence), more: "provider that was not available")
    let unrecognised = inputs.filter { $0.status == .unrecognised }
    if !unrecognised.isEmpty {
      reasons.append(
        Reason(
          .inputUnrecognised,
          "\(Sentence.count(unrecognised.count, "file")) in no known format:"
            + " \(Sentence.list(unrecognised.map { Sentence.quoted($0.path) }))"))
    }
    // A command that brought nothing is a reason already, and has no tests of its own. What says itself
    // why it has none (a plan, a report whose tests stand in another beside it) is none that lost them.
    let empty = inputs.filter { input in
      input.status == .read && input.counts.total == 0 && input.benchmarks == 0
        && input.series == 0
        && !input.problems.contains {
          $0.code == .commandFailed || $0.code == .providerOutage || $0.code == .limit
        }
    }
    if !empty.isEmpty, isAnythingRead {
      reasons.append(
        Reason(
          .noTests,
          "\(Sentence.count(empty.count, "file")) with neither tests nor benchmarks:"
            + " \(Sentence.list(empty.map { Sentence.quoted($0.path) }))"))
    }
    return reasons
  }

  private var nothingRead: String {
    if inputs.isEmpty { return "no result was read: no input matched" }
    if inputs.allSatisfy({ $0.status != .read }) {
      return "no result was read: none of \(Sentence.count(inputs.count, "input")) could be read"
    }
    return "no result was read: the inputs hold neither tests nor benchmarks"
  }

  private func sentence(_ problem: ResultProblem) -> String {
    let place = problem.path.map { path in
      "\(Sentence.name(path))\(problem.line.map { ":\($0)" } ?? ""): "
    }
    let message = SafeText.middleCut(SafeText.oneLine(problem.message), to: 300)
    return "\(place ?? "")\(message) (\(problem.code.rawValue))"
  }

  private var baselineReasons: [Reason] {
    var reasons: [Reason] = []
    switch baseline.status {
    case .none: reasons.append(Reason(.baselineNone, "no baseline: \(baseline.message)"))
    case .stale: reasons.append(Reason(.baselineStale, "stale baseline: \(baseline.message)"))
    case .partial: reasons.append(Reason(.baselinePartial, "partial baseline: \(baseline.message)"))
    case .ok: break
    }
    let damaged = damagedSegments.map { SafeText.oneLine($0.description) }
    return reasons + each(.segmentDamaged, damaged, more: "damaged segment")
  }

  private var missingReasons: [Reason] {
    var reasons = each(.jobMissing, missingJobs.map(\.sentence), more: "missing job")
    let removed = tests(in: .removed)
    if !removed.isEmpty {
      reasons.append(
        Reason(
          .testsRemoved,
          "\(Sentence.count(removed.count, "test")) removed though their jobs ran:"
            + " \(names(removed))"))
    }
    let counts = testTotals.counts
    if counts.total > 0, counts.skipped == counts.total {
      let what =
        counts.total == 1 ? "the only test was" : "all \(NumberText.count(counts.total)) tests were"
      reasons.append(Reason(.allSkipped, "\(what) skipped: nothing was tested"))
    }
    return reasons
  }

  private var machineReasons: [Reason] {
    var reasons = machineChanges.map { finding in
      let commit = finding.point.commit.map { " (\(Sentence.commit($0)))" } ?? ""
      return Reason(
        .machineChanged,
        "\(Sentence.name(finding.quantity)) of all"
          + " \(Sentence.count(finding.series.count, "series", plural: "series")) of job"
          + " \(Sentence.quoted(finding.job)) moved by"
          + " \(NumberText.percentChange(finding.shift * 100)) together in run"
          + " \(Sentence.quoted(finding.point.run))\(commit): another machine, not another program;"
          + " the move is taken out")
    }
    reasons += each(.machineNew, newMachines.map(\.sentence), more: "job on a new machine class")
    if !environmentChanges.isEmpty {
      let list = environmentChanges.map { change in
        "\(Sentence.name(change.key)) of job \(Sentence.quoted(change.job)) from"
          + " \(change.from.map(Sentence.quoted) ?? "nothing") to"
          + " \(change.to.map(Sentence.quoted) ?? "nothing")"
      }
      reasons.append(
        Reason(.environmentChanged, "the environment changed: \(Sentence.list(list))"))
    }
    return reasons
  }

  private var configReasons: [Reason] {
    var reasons = labelReasons
    reasons += each(.renameProposed, renames.map(\.sentence), more: "rename")
    let expired = expiredQuarantine.map { rule in
      let place = rule.path.map { path in
        "\(Sentence.name(path))\(rule.line.map { ":\($0)" } ?? ""): "
      }
      let day = rule.quarantine.expires.map { TimeText.minute($0).prefix(10) } ?? ""
      let owner = rule.quarantine.owner.map { ", owner \(Sentence.name($0))" } ?? ""
      return "\(place ?? "")the quarantine of \(Sentence.quoted(rule.pattern.text)) expired on"
        + " \(day) and no longer applies\(owner)"
    }
    return reasons + each(.quarantineExpired, expired, more: "expired quarantine")
  }

  /// One reason a set of jobs whose results have the same names.
  private var labelReasons: [Reason] {
    let sets = Set(sharedTests.counts.keys).union(sharedSeries.counts.keys)
    let sentences = sets.sorted { $0.lexicographicallyPrecedes($1, by: utf8Precedes) }.map { jobs in
      var parts: [String] = []
      if let count = sharedTests.counts[jobs] { parts.append(Sentence.count(count, "test")) }
      if let count = sharedSeries.counts[jobs] {
        parts.append(Sentence.count(count, "series", plural: "series"))
      }
      let list = Sentence.list(jobs.map(Sentence.quoted))
      let first = jobs.first.map(Sentence.name) ?? ""
      return "the jobs \(list) have \(Sentence.list(parts)) of equal names, told apart by job only;"
        + " give each job a label, as in `--label job=\(first)`"
    }
    return each(.labelMissing, sentences, more: "set of jobs without labels")
  }
}
