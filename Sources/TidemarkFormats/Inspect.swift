package import TidemarkModel
private import TidemarkSyntax

/// A log of Inspect, the UK AI Security Institute's framework for evaluations, in JSON.
package enum Inspect: Format {
  package static let name = "inspect"
  package static let producers =
    "inspect_ai (inspect eval --log-format json, inspect log convert --to json)"
  package static let specification = "https://inspect.aisi.org.uk/reference/inspect_ai.log.html"
  package static let kept = """
    Every metric of every score with its standard error and number of samples; each sample's score \
    as an item; model, task and scorer as labels; epochs as a parameter; an evaluation that did not \
    succeed as a blocking problem.
    """
  package static let dropped = "Messages, events, plans, reductions, token counts, .eval archives."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.has("status"), json.kind("eval") == .object else { return .no }
    return json.has("eval.task") && json.has("eval.model") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let evaluation = root["eval"], let task = evaluation["task"]?.string else {
        throw Problem("has no `eval` with a task")
      }
      results.newestTime = (evaluation["created"]?.string).flatMap { TimeText.parse($0) }
      results.environment["inspect_ai"] = evaluation["packages"]?["inspect_ai"]?.string
      noteStatus(root, task: task, into: &results)
      let log = InspectLog(root, evaluation, task: task)
      for score in log.scores { log.append(score, into: &results) }
    }
  }

  private static func noteStatus(_ root: JSONValue, task: String, into results: inout Results) {
    let why = (root["error"]?["message"]?.string).map { ": \($0.prefix(300))" } ?? ""
    switch root["status"]?.string ?? "" {
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
  private let root: JSONValue
  private let task: String
  private let labels: Labels
  private let epochs: Int?

  init(_ root: JSONValue, _ evaluation: JSONValue, task: String) {
    self.root = root
    self.task = task
    epochs = evaluation["config"]?["epochs"]?.int
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
    guard let results = root["results"], results.isObject else { return [] }
    if let scores = results["scores"], scores.isArray { return Array(scores.elements) }
    return results["metrics"] == nil ? [] : [results]
  }

  func append(_ score: JSONValue, into results: inout Results) {
    let name =
      score["name"]?.string ?? score["scorer"]?.string ?? score["scorer"]?["name"]?.string
      ?? "score"
    var labels = labels
    labels["scorer"] = name
    var parameters = Labels()
    parameters["reducer"] = score["reducer"]?.string
    if let epochs, epochs > 1 { parameters["epochs"] = String(epochs) }
    let metrics = score.entries("metrics")
    let count = score["scored_samples"]?.int ?? root["results"]?["completed_samples"]?.int
    let items = items(of: name)
    for (metric, entry) in metrics where !InspectLog.isSpread(metric) {
      guard let value = entry["value"]?.double ?? entry.double else {
        results.skipValue(of: "\(task) \(name) \(metric)", "has no finite value")
        continue
      }
      var measurement = Measurement(
        name: task, parameters: parameters, metric: "\(name)/\(metric)", value: value,
        unit: .score, direction: .byDefault(metric: metric, unit: .score), labels: labels,
        n: count.flatMap { $0 > 0 ? $0 : nil })
      if metric == "accuracy" || metric == "mean" {
        let error = metrics.first { $0.key == "stderr" || $0.key == "bootstrap_stderr" }?.value
        measurement.standardError = (error?["value"]?.double).flatMap { $0 >= 0 ? $0 : nil }
        measurement.items = items
      }
      results.measurements.append(measurement)
    }
  }

  private static func isSpread(_ metric: String) -> Bool {
    metric == "stderr" || metric == "bootstrap_stderr" || metric.hasSuffix("_stderr")
  }

  /// Each sample's score, the mean of its epochs.
  private func items(of scorer: String) -> [ItemScore] {
    var sums: [UInt64: (sum: Double, count: Double)] = [:]
    var order: [UInt64] = []
    for sample in root.list("samples") {
      let score = sample["scores"]?[named: scorer] ?? sample["score"]
      guard let id = sample["id"]?.scalarText, let score,
        let value = InspectLog.number(score["value"])
      else { continue }
      let hash = Digest.identifier(of: Array(id.utf8)).bits
      if sums[hash] == nil { order.append(hash) }
      sums[hash, default: (0, 0)].sum += value
      sums[hash, default: (0, 0)].count += 1
    }
    return order.compactMap { id in
      sums[id].map { ItemScore(id: id, score: $0.sum / $0.count) }
    }
  }

  /// Inspect's own values for its letters: correct, partial, incorrect, no answer
  /// (https://inspect.aisi.org.uk/scorers.html#value).
  private static func number(_ value: JSONValue?) -> Double? {
    guard let value else { return nil }
    switch value.string {
    case "C": return 1
    case "P": return 0.5
    case "I", "N": return 0
    default: break
    }
    if let flag = value.bool { return flag ? 1 : 0 }
    return value.lenientDouble
  }
}
