package import TidemarkModel
private import TidemarkSyntax

/// The log of OpenAI's evals: JSON lines that begin with the run's specification, go on with events
/// of samples and end with the final report.
package enum OpenAIEvals: Format {
  package static let name = "openai-evals"
  package static let producers = "openai/evals (oaieval --record_path, /tmp/evallogs/*.jsonl)"
  package static let specification =
    "https://github.com/openai/evals/blob/main/evals/record.py"
  package static let kept = """
    Every number of the final report, an accuracy with its bootstrapped standard error and number of \
    samples; each sample's match or number that a metric is the mean of, as an item; model and task as labels; a run without a final \
    report as a blocking problem, errors of samples as a note.
    """
  package static let dropped = "Prompts, answers, embeddings, the run's configuration."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.has("spec.eval_name") && (json.has("spec.run_id") || json.has("spec.completion_fns")) {
      return .yes
    }
    let isEvents =
      json.has("run_id") && json.has("event_id") && json.has("sample_id") && json.has("type")
    return isEvents ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var log = EvaluationLog()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let record, let number) = line else { return false }
      return log.read(record, line: number, into: &results)
    }
    guard log.hasRecords else { throw Problem("has no record of an evaluation", line: 1) }
    log.finish(into: &results)
    return results
  }
}

private struct EvaluationLog {
  private(set) var hasRecords = false
  private var task = "eval"
  private var labels = Labels()
  /// By the number that they are of; a match is of the accuracy.
  private var items: [String: [ItemScore]] = [:]
  private var itemCount = 0
  private var errors = 0
  private var firstErrorLine: Int?
  private var hasReport = false

  private static let itemLimit = 1_000_000

  /// - Returns: Whether the line is a record of the log.
  mutating func read(_ record: JSONValue, line: Int, into results: inout Results) -> Bool {
    if let spec = record["spec"], spec.isObject {
      begin(spec, into: &results)
    } else if let report = record["final_report"], report.isObject {
      append(report, into: &results)
    } else if let type = record["type"]?.string, record["event_id"] != nil {
      note(type, record, line: line)
    } else {
      return false
    }
    hasRecords = true
    return true
  }

  private mutating func begin(_ spec: JSONValue, into results: inout Results) {
    task = spec["eval_name"]?.string ?? spec["base_eval"]?.string ?? task
    labels = Labels()
    labels["task"] = task
    // `completion_fns` since version 1; before it `model_name` or `model_names`.
    labels["model"] =
      spec.strings("completion_fns").first ?? spec["model_name"]?.string
      ?? spec["model_names"]?.strings("completions").first
    results.newestTime =
      (spec["created_at"]?.string).flatMap { TimeText.parse($0) } ?? results.newestTime
  }

  private mutating func note(_ type: String, _ event: JSONValue, line: Int) {
    switch type {
    case "match": add(event["data"]?["correct"], of: event, to: "accuracy")
    case "metrics":
      for (name, value) in event.entries("data") { add(value, of: event, to: name) }
    case "error":
      errors += 1
      firstErrorLine = firstErrorLine ?? line
    default: break
    }
  }

  private mutating func add(_ value: JSONValue?, of event: JSONValue, to metric: String) {
    guard itemCount < EvaluationLog.itemLimit, let id = event["sample_id"]?.scalarText,
      let score = value?.double ?? value?.bool.map({ $0 ? 1 : 0 })
    else { return }
    itemCount += 1
    items[metric, default: []].append(
      ItemScore(id: Digest.identifier(of: Array(id.utf8)).bits, score: score))
  }

  private mutating func append(_ report: JSONValue, into results: inout Results) {
    hasReport = true
    var further: [(String, Double)] = []
    for (key, value) in report.members {
      let metric = key.string
      if let value = value.double {
        further.append((metric, value))
      } else if value.isObject {
        // Some evaluations report by category.
        for (inner, value) in value.members {
          if let value = value.double { further.append(("\(metric)/\(inner.string)", value)) }
        }
      }
    }
    // The name stood without its second t for years.
    let spread = further.first { $0.0 == "bootstrap_std" || $0.0 == "boostrap_std" }?.1
    for (metric, value) in further where metric != "bootstrap_std" && metric != "boostrap_std" {
      let unit = EvaluationLog.unit(of: metric)
      var measurement = Measurement(
        name: task, metric: metric, value: value, unit: unit,
        direction: .byDefault(metric: metric, unit: unit), labels: labels)
      if metric == "accuracy" || metric == "score" {
        measurement.standardError = spread.flatMap { $0 >= 0 ? $0 : nil }
        measurement.n = items["accuracy"]?.count
      }
      if let found = items[metric],
        abs(found.map(\.score).mean - value) <= 1e-6 * max(1, abs(value))
      {
        measurement.items = found
        measurement.n = measurement.n ?? found.count
      }
      results.measurements.append(measurement)
    }
    items = [:]
  }

  private static func unit(of metric: String) -> Unit {
    metric.hasPrefix("usage_") || metric.hasPrefix("counts/") || metric.hasPrefix("num_")
      ? .none : .score
  }

  func finish(into results: inout Results) {
    if errors > 0 {
      results.problems.append(
        ResultProblem(
          .outsideError, "\(errors) samples ended with an error", line: firstErrorLine,
          isBlocking: false))
    }
    if !hasReport {
      results.problems.append(
        ResultProblem(.unterminated, "\(task) has no final report", isBlocking: true))
    }
  }
}
