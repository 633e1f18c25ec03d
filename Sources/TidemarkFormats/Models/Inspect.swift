package import TidemarkModel
internal import TidemarkSyntax

/// A log of Inspect, the UK AI Security Institute's framework for evaluations: one JSON document, or
/// a zip archive of several (`.eval`, see ``InspectArchive``).
package enum Inspect: Format {
  package static let name = "inspect"
  package static let producers =
    "inspect_ai (inspect eval, --log-format eval or json; inspect log convert)"
  package static let specification = "https://inspect.aisi.org.uk/reference/inspect_ai.log.html"
  package static let kept = """
    Every metric of every score with its standard error and number of samples; each sample's score, \
    reduced over epochs as the metric is, as an item; cost, tokens and mean time of a sample beside \
    them; model, provider, task and scorer as labels; epochs, reducer, a solver and arguments that were \
    passed as parameters; an evaluation that did not succeed, was stopped early or scored nothing as a \
    blocking problem, samples that ended in an error or at a limit, or could not be scored, as a \
    note.
    """
  package static let dropped = "Messages, events, plans, tokens by model and role."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.string("status") != nil, json.string("eval.task") != nil else { return .no }
    // The model comes behind the list of all samples' ids, which may fill the head.
    return json.has("eval.model") || json.has("eval.run_id") || json.has("eval.created")
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      var samples = InspectSamples()
      for sample in root.list("samples") { samples.add(sample) }
      let reductions = root["reductions"] ?? root["results"]?["sample_reductions"]
      if let reductions { samples.add(reductions: reductions) }
      try append(root["eval"], outcome: root, samples, into: &results)
    }
  }

  /// - Parameters:
  ///   - evaluation: What was to be evaluated.
  ///   - outcome: Status, results, statistics and error; nil where the log was never finished.
  static func append(
    _ evaluation: JSONValue?, outcome: JSONValue?, _ samples: InspectSamples,
    into results: inout Results
  ) throws(Problem) {
    guard let evaluation, let task = evaluation["task"]?.string else {
      throw Problem("has no `eval` with a task")
    }
    let times = [evaluation["created"], outcome?["stats"]?["completed_at"]]
    results.newestTime = times.compactMap { $0?.string.flatMap { TimeText.parse($0) } }.max()
    results.environment["inspect_ai"] = evaluation["packages"]?["inspect_ai"]?.string
    noteStatus(outcome, task: task, into: &results)
    let log = InspectLog(evaluation, outcome: outcome, task: task, samples)
    for score in log.scores { log.append(score, into: &results) }
    log.noteErrors(into: &results)
    log.noteGaps(into: &results)
    log.appendUsage(into: &results)
  }

  private static func noteStatus(
    _ outcome: JSONValue?, task: String, into results: inout Results
  ) {
    let why = (outcome?["error"]?["message"]?.string).map { ": \($0.prefix(300))" } ?? ""
    switch outcome?["status"]?.string ?? "started" {
    case "success": break
    case "started":
      results.problems.append(
        ResultProblem(.unterminated, "\(task) began and never ended", isBlocking: true))
    case let status:
      results.problems.append(
        ResultProblem(
          status == "cancelled" ? .bailedOut : .outsideError,
          "\(task) ended with status \(status)\(why)", isBlocking: true))
    }
  }
}

private struct InspectLog {
  private let outcome: JSONValue?
  private let task: String
  private let labels: Labels
  private let epochs: Int?
  /// Arguments of the task, the solver if it is not the task's own, epochs.
  private let parameters: Labels
  private let samples: InspectSamples

  private static let argumentLimit = 16

  init(_ evaluation: JSONValue, outcome: JSONValue?, task: String, _ samples: InspectSamples) {
    self.outcome = outcome
    self.task = task
    self.samples = samples
    epochs = evaluation["config"]?["epochs"]?.int
    var parameters = Labels()
    for (key, value) in evaluation.entries("task_args_passed").prefix(InspectLog.argumentLimit) {
      // What tells a list or a long text from another is no name.
      if let text = value.scalarText, text.utf8.count <= 100 { parameters[key] = text }
    }
    parameters["solver"] = evaluation["solver"]?.string
    if let epochs, epochs > 1 { parameters["epochs"] = String(epochs) }
    self.parameters = parameters
    var labels = Labels()
    labels["task"] = task
    // `provider/name`
    if let model = evaluation["model"]?.string {
      let parts = model.split(separator: "/", maxSplits: 1)
      labels["model"] = parts.count == 2 ? String(parts[1]) : model
      if parts.count == 2 { labels["provider"] = String(parts[0]) }
    }
    self.labels = labels
  }

  /// Before version 0.3.25 there is one, and its scorer is an object.
  var scores: [JSONValue] {
    guard let results = outcome?["results"], results.isObject else { return [] }
    if let scores = results["scores"], scores.isArray { return Array(scores.elements) }
    return results["metrics"] == nil ? [] : [results]
  }

  func append(_ score: JSONValue, into results: inout Results) {
    let scorer = score["scorer"]?.string ?? score["scorer"]?["name"]?.string
    let name = score["name"]?.string ?? scorer ?? "score"
    let reducer = score["reducer"]?.string
    var labels = labels
    labels["scorer"] = name
    var parameters = parameters
    parameters["reducer"] = reducer
    if let unscored = score["unscored_samples"]?.int, unscored > 0 {
      results.problems.append(
        ResultProblem(
          .valueSkipped, "\(task): \(name) could not score \(unscored) samples",
          isBlocking: false))
    }
    let metrics = score.entries("metrics")
    let count =
      score["scored_samples"]?.int ?? outcome?["results"]?["completed_samples"]?.int
    let items = samples.items(of: name, scorer: scorer ?? name, reducer: reducer)
    for (metric, entry) in metrics where !InspectLog.isSpread(metric) {
      guard let value = entry["value"]?.double ?? entry.double else {
        results.skipValue(of: "\(task) \(name) \(metric)", "has no finite value")
        continue
      }
      var measurement = Measurement(
        name: task, parameters: parameters, metric: "\(name)/\(metric)", value: value,
        unit: .score, direction: .byDefault(metric: metric, unit: .score), labels: labels,
        n: entry["group"]?.string == nil ? count.flatMap { $0 > 0 ? $0 : nil } : nil)
      if metric == "accuracy" || metric == "mean" {
        let error = metrics.first { $0.key == "stderr" || $0.key == "bootstrap_stderr" }?.value
        measurement.standardError = (error?["value"]?.double).flatMap { $0 >= 0 ? $0 : nil }
        measurement.items = InspectLog.isMean(value, of: items) ? items : []
      }
      results.measurements.append(measurement)
    }
  }

  /// Whether the items are those that the metric was made of.
  private static func isMean(_ value: Double, of items: [ItemScore]) -> Bool {
    abs(items.map(\.score).mean - value) <= 1e-6 * max(1, abs(value))
  }

  private static func isSpread(_ metric: String) -> Bool {
    metric == "stderr" || metric == "bootstrap_stderr" || metric.hasSuffix("_stderr")
  }

  /// Samples that ended in an error have no score: they are in no metric, and must be told apart
  /// from wrong answers. Where there is no score at all, nothing is known of the model.
  func noteErrors(into results: inout Results) {
    let counts = outcome?["results"]
    let claimed = counts?["total_samples"]?.int ?? 0
    let missing = claimed &- (counts?["completed_samples"]?.int ?? claimed)
    let (errors, total) =
      samples.count > 0 ? (samples.errors, samples.count) : (missing, claimed)
    guard errors > 0 else { return }
    let isEmpty = results.measurements.isEmpty
    guard !isEmpty || !results.problems.contains(where: \.isBlocking) else { return }
    let why = samples.firstError.map { ": \($0)" } ?? ""
    results.problems.append(
      ResultProblem(
        .outsideError, "\(task): \(errors) of \(total) samples ended in an error\(why)",
        isBlocking: isEmpty))
  }

  /// A task that was told to stop and score what it had is a success to the log; so is one of which
  /// no sample could be scored, and samples may have been marked as invalid later.
  func noteGaps(into results: inout Results) {
    let counts = outcome?["results"]
    if let logged = counts?["logged_samples"]?.int, let planned = counts?["total_samples"]?.int,
      logged < planned
    {
      results.problems.append(
        ResultProblem(
          .bailedOut, "\(task) was stopped after \(logged) of \(planned) samples",
          isBlocking: true))
    }
    if samples.limited > 0 {
      let what = samples.firstLimit.map { " (\($0))" } ?? ""
      results.problems.append(
        ResultProblem(
          .outsideError,
          "\(task): \(samples.limited) of \(samples.count) samples were stopped by a limit\(what)",
          isBlocking: false))
    }
    if outcome?["invalidated"]?.bool == true {
      results.problems.append(
        ResultProblem(
          .outsideError, "\(task) has samples that were marked as invalid", isBlocking: false))
    }
    let isEmpty = results.measurements.isEmpty && scores.contains { $0["metrics"] != nil }
    guard isEmpty, !results.problems.contains(where: \.isBlocking) else { return }
    results.problems.append(
      ResultProblem(.outsideError, "\(task) has no finite score", isBlocking: true))
  }

  /// What the samples cost, all models together.
  func appendUsage(into results: inout Results) {
    guard !results.measurements.isEmpty else { return }
    var sums: [String: Double] = [:]
    for (_, usage) in outcome?["stats"]?.entries("model_usage") ?? [] {
      for (key, value) in usage.members {
        if let value = value.double { sums[key.string, default: 0] += value }
      }
    }
    func add(_ metric: String, _ value: Double?, _ unit: Unit) {
      guard let value, value.isFinite, value >= 0 else { return }
      results.measurements.append(
        Measurement(
          name: task, parameters: parameters, metric: metric, value: value, unit: unit,
          direction: .lower, labels: labels, isPrimary: false))
    }
    add("input tokens", sums["input_tokens"], .none)
    add("output tokens", sums["output_tokens"], .none)
    add("cost", sums["total_cost"], Unit(parsing: "USD"))
    add("sample time", samples.times.isEmpty ? nil : samples.times.mean, .seconds)
  }
}
