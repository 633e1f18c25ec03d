package import TidemarkModel
private import TidemarkSyntax

/// A test run of DeepEval: `.deepeval/.latest_run_full.json`, or `test_run_DATE.json` in the folder of
/// results.
package enum DeepEval: Format {
  package static let name = "deepeval"
  package static let producers =
    "deepeval (deepeval test run, evaluate(): .deepeval/.latest_run_full.json, DEEPEVAL_RESULTS_FOLDER)"
  package static let specification =
    "https://github.com/confident-ai/deepeval/blob/main/deepeval/test_run/test_run.py"
  package static let kept = """
    Each test case as a test, failed with the metrics below their threshold, errored with a metric \
    that ended in an error; of each metric the mean score, with each case's as an item, and the share \
    that passed; cost, tokens and mean time of the answers; model and data set as labels where the run \
    names them.
    """
  package static let dropped =
    "Inputs, outputs, contexts, traces, judgements of single spans, costs of the judges."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let hasCases =
      json.kind("testCases") == .array && json.kind("conversationalTestCases") == .array
    return hasCases || json.has("testCases[].metricsData[].strictMode") ? .yes : .no
  }

  /// Whether it is the copy of a run that its viewer takes, `.latest_test_run.json`. The run itself
  /// stands beside it, so that a folder would hold it twice.
  static func isCopy(_ json: JSONOutline) -> Bool { json.kind("testRunData") == .object }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      let run = root["testRunData"] ?? root
      guard let cases = run["testCases"], cases.isArray else {
        throw Problem("has no list `testCases`")
      }
      var tally = DeepEvalTally()
      let suite = run["testFile"]?.string.map { [$0] } ?? []
      if !suite.isEmpty { results.suites.append(Suite(path: suite)) }
      for test in cases.elements + run.list("conversationalTestCases") {
        tally.add(test)
        append(test, suite: suite.isEmpty ? -1 : 0, into: &results)
      }
      tally.append(of: run, into: &results)
    }
  }

  private static func append(_ test: JSONValue, suite: Int32, into results: inout Results) {
    let metrics = test.list("metricsData")
    let failures = metrics.filter { $0["success"]?.bool != true && $0["flaky"]?.bool != true }
    let errors = failures.filter { $0["error"]?.string != nil }
    let outcome: Outcome =
      switch test["success"]?.bool {
      case true?: errors.isEmpty ? .passed : .errored
      case false?: errors.isEmpty ? .failed : .errored
      // A turn of a conversation that no metric was to judge.
      case nil: metrics.isEmpty ? .skipped : .errored
      }
    var detail: TestDetail?
    if outcome.isFailure {
      let lines = (errors.isEmpty ? failures : errors).map(describe)
      detail = TestDetail(message: lines.first, text: lines.joined(separator: "\n"))
    }
    results.append(
      suite: suite, name: test["name"]?.string ?? "test case", outcome: outcome,
      duration: test["runDuration"]?.double, detail: detail)
  }

  private static func describe(_ metric: JSONValue) -> String {
    let name = metric["name"]?.string ?? "metric"
    if let error = metric["error"]?.string { return "\(name): \(error)" }
    let score = metric["score"]?.double.flatMap(NumberText.exact) ?? "none"
    let limit = metric["threshold"]?.double.flatMap(NumberText.exact).map { " (threshold \($0))" }
    let reason = metric["reason"]?.string.map { ": \($0)" } ?? ""
    return "\(name) is \(score)\(limit ?? "")\(reason)"
  }
}

/// The scores of a run, by metric.
private struct DeepEvalTally {
  private struct Scores {
    var items: [ItemScore] = []
    var passes = 0.0
    /// Cases that only a metric of which less is better judges so.
    var isLower = false
  }

  private var order: [String] = []
  private var metrics: [String: Scores] = [:]
  private var times: [Double] = []
  private var sums: [String: Double] = [:]

  private static let metricLimit = 1000
  private static let costs: [(key: String, metric: String, unit: Unit)] = [
    ("tokenCost", "cost", Unit(parsing: "USD")), ("inputTokenCount", "input tokens", .none),
    ("outputTokenCount", "output tokens", .none),
  ]

  mutating func add(_ test: JSONValue) {
    let text = test["input"]?.string ?? test["scenario"]?.string ?? test["name"]?.string ?? ""
    let id = Digest.identifier(of: Array(text.utf8)).bits
    if let time = test["completionTime"]?.double, time >= 0 { times.append(time) }
    for (key, _, _) in DeepEvalTally.costs {
      if let value = test[named: key]?.double { sums[key, default: 0] += value }
    }
    for metric in test.list("metricsData") {
      // What ended in an error has no score.
      guard let name = metric["name"]?.string, let score = metric["score"]?.double,
        let hasPassed = metric["success"]?.bool, metric["error"]?.string == nil
      else { continue }
      if metrics[name] == nil {
        guard order.count < DeepEvalTally.metricLimit else { continue }
        order.append(name)
      }
      var scores = metrics.removeValue(forKey: name) ?? Scores()
      scores.items.append(ItemScore(id: id, score: score))
      if hasPassed { scores.passes += 1 }
      if let threshold = metric["threshold"]?.double, score != threshold {
        scores.isLower = scores.isLower || (score < threshold) == hasPassed
      }
      metrics[name] = scores
    }
  }

  func append(of run: JSONValue, into results: inout Results) {
    let task = run["datasetAlias"]?.string ?? run["testFile"]?.string ?? "deepeval"
    var labels = Labels()
    labels["task"] = task
    labels["model"] = run["hyperparameters"]?["model"]?.string
    for name in order {
      guard let scores = metrics[name] else { continue }
      let values = scores.items.map(\.score)
      let named = Direction.byDefault(metric: name, unit: .score)
      var score = Measurement(
        name: task, metric: name, value: values.mean, unit: .score,
        direction: scores.isLower ? .lower : named, labels: labels, n: values.count,
        standardError: values.standardError)
      score.items = scores.items
      results.measurements.append(score)
      results.measurements.append(
        Measurement(
          name: task, metric: "\(name) pass rate", value: scores.passes / Double(values.count),
          unit: .ratio, direction: .higher, labels: labels, n: values.count, isPrimary: false))
    }
    func add(_ metric: String, _ value: Double?, _ unit: Unit) {
      guard let value, value.isFinite, value >= 0 else { return }
      results.measurements.append(
        Measurement(
          name: task, metric: metric, value: value, unit: unit, direction: .lower,
          labels: labels, isPrimary: false))
    }
    add("latency", times.isEmpty ? nil : times.mean, .seconds)
    for (key, metric, unit) in DeepEvalTally.costs { add(metric, sums[key], unit) }
  }
}
