package import TidemarkModel
private import TidemarkSyntax

/// Hugging Face's LightEval: `results/MODEL/results_DATE.json`.
package enum LightEval: Format {
  package static let name = "lighteval"
  package static let producers = "lighteval (--output-dir; results of the Open LLM Leaderboard)"
  package static let specification =
    "https://github.com/huggingface/lighteval/blob/main/src/lighteval/logging/evaluation_tracker.py"
  package static let kept = """
    Every metric of every task with its standard error, number of documents and direction; averages \
    over tasks without an error; model, provider and task as labels, the number of shots as a parameter.
    """
  package static let dropped = """
    Configurations, hashes, versions; the standard error of an average, which the file has as the mean \
    of its parts' errors; details of single documents (Parquet).
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("config_general") == .object else { return .no }
    return json.kind("results") == .object || json.has("config_general.lighteval_sha") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tasks = root["results"], tasks.isObject else {
        throw Problem("has no object `results`")
      }
      let evaluation = LightEvaluation(root)
      let entries = tasks.members.map { ($0.key.string, $0.value) }
      let count = entries.count { $0.0 != LightEvaluation.all }
      for (task, scores) in entries where task != LightEvaluation.all || count > 1 {
        evaluation.append(scores, of: task, into: &results)
      }
      results.environment["lighteval"] = root["config_general"]?["lighteval_sha"]?.string
    }
  }
}

/// What the file says of the whole evaluation.
private struct LightEvaluation {
  /// The mean of all tasks.
  static let all = "all"

  private var labels = Labels()
  private var configurations: [String: JSONValue] = [:]

  init(_ root: JSONValue) {
    let general = root["config_general"]
    let model = general?["model_config"]
    labels["model"] = general?["model_name"]?.string ?? model?["model_name"]?.string
    labels["provider"] = model?["provider"]?.string
    for (task, configuration) in root.entries("config_tasks") {
      configurations[task] = configuration
    }
  }

  func append(_ scores: JSONValue, of key: String, into results: inout Results) {
    let (task, shots) = LightEvaluation.split(key)
    // Before the number of shots stood in the name there too.
    let configuration = configurations[key] ?? configurations[task]
    let isAverage = key == LightEvaluation.all || task.hasSuffix(":_average")
    var labels = labels
    labels["task"] = task
    var parameters = Labels()
    parameters["shots"] = shots
    let count = configuration?["effective_num_docs"]?.int.flatMap { $0 > 0 ? $0 : nil }
    for (name, value) in scores.members {
      let metric = name.string
      guard !metric.hasSuffix("_stderr") else { continue }
      guard let score = value.double else {
        if value.isNull { results.skipValue(of: "\(task) \(metric)", "has no finite value") }
        continue
      }
      var measurement = Measurement(
        name: task, parameters: parameters, metric: metric, value: score, unit: .score,
        direction: LightEvaluation.direction(of: metric, configuration), labels: labels, n: count)
      if !isAverage {
        let error = scores[named: metric + "_stderr"]?.double
        measurement.standardError = error.flatMap { $0 >= 0 ? $0 : nil }
      }
      results.measurements.append(measurement)
    }
  }

  /// `gsm8k|5`, `lighteval|mmlu:anatomy|5`: the last part is the number of shots.
  private static func split(_ key: String) -> (task: String, shots: String?) {
    guard let bar = key.lastIndex(of: "|"), Int(key[key.index(after: bar)...]) != nil else {
      return (key, nil)
    }
    return (String(key[..<bar]), String(key[key.index(after: bar)...]))
  }

  /// Metrics that are computed together have their names in a list and their directions in an object.
  private static func direction(of metric: String, _ configuration: JSONValue?) -> Direction {
    guard let metrics = configuration?["metrics"] else {
      return .byDefault(metric: metric, unit: .score)
    }
    // A task has a handful of them.
    for entry in metrics.elements.prefix(100) {
      guard
        entry["metric_name"]?.string == metric || entry.strings("metric_name").contains(metric)
      else { continue }
      let claim = entry["higher_is_better"]
      if let isHigher = claim?.bool ?? claim?[named: metric]?.bool {
        return isHigher ? .higher : .lower
      }
    }
    return .byDefault(metric: metric, unit: .score)
  }
}
