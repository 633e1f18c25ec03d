package import TidemarkModel
private import TidemarkSyntax

/// EleutherAI's lm-evaluation-harness: `results*.json`, in the layout of version 0.3 and before
/// (`acc`, `acc_stderr`) and since 0.4 (`acc,none`: metric and filter).
package enum LMEval: Format {
  package static let name = "lm-eval"
  package static let producers = "lm-evaluation-harness (--output_path)"
  package static let specification =
    "https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/interface.md"
  package static let kept = """
    Every metric of every task and group, with its standard error, number of samples and direction; \
    each sample's score as an item where the file has them; model, provider and task as labels; the \
    number of shots as a parameter.
    """
  package static let dropped =
    "Configurations, chat templates, task hashes; files of samples (`samples_*.jsonl`)."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("results") == .object else { return .no }
    let isOld = json.kind("versions") == .object
    let isNew =
      json.has("n-shot") || json.has("n-samples") || json.has("lm_eval_version")
      || json.has("config.model_args") || json.has("group_subtasks")
    // Scores of a long list of tasks fill the head before any other member comes.
    let isEarly = json.hasPath("results.") { $0.hasSuffix(",none") || $0.hasSuffix("_stderr") }
    return isOld || isNew || isEarly ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tasks = root["results"], tasks.isObject else {
        throw Problem("has no object `results`")
      }
      let evaluation = Evaluation(root)
      results.newestTime = evaluation.time
      results.environment = evaluation.facts
      var seen: Set<String> = []
      for (task, scores) in tasks.members where seen.insert(task.string).inserted {
        evaluation.append(scores, of: task.string, into: &results)
      }
      for (group, scores) in root.entries("groups") where seen.insert(group).inserted {
        evaluation.append(scores, of: group, into: &results)
      }
    }
  }
}

/// What the file says of the whole evaluation.
private struct Evaluation {
  private let root: JSONValue
  private let labels: Labels
  /// By task: a file may have thousands.
  private let shots: [String: JSONValue]
  private let samples: [String: JSONValue]
  private let directions: [String: JSONValue]
  private let configurations: [String: JSONValue]
  /// The samples' own scores, which the file mostly has not.
  private let logged: [String: JSONValue]

  init(_ root: JSONValue) {
    self.root = root
    shots = Evaluation.byName(root["n-shot"])
    samples = Evaluation.byName(root["n-samples"])
    directions = Evaluation.byName(root["higher_is_better"])
    configurations = Evaluation.byName(root["configs"])
    logged = Evaluation.byName(root["samples"])
    let config = root["config"]
    var labels = Labels()
    // The name is empty where the arguments tell none (`--model dummy`).
    labels["model"] = root["model_name"]?.string?.nonEmpty ?? Evaluation.model(config)
    labels["provider"] = root["model_source"]?.string?.nonEmpty ?? config?["model"]?.string
    self.labels = labels
  }

  private static func byName(_ object: JSONValue?) -> [String: JSONValue] {
    var table: [String: JSONValue] = [:]
    if let object { for (name, value) in object.members { table[name.string] = value } }
    return table
  }

  /// `pretrained=gpt2,dtype=float` or, since 0.4.9, an object.
  private static func model(_ config: JSONValue?) -> String? {
    guard let arguments = config?["model_args"] else { return config?["model"]?.string }
    for key in ["pretrained", "model", "engine", "path"] {
      if let name = arguments[named: key]?.string { return name }
      let pairs = (arguments.string ?? "").split(separator: ",")
      if let pair = pairs.first(where: { $0.hasPrefix(key + "=") }) {
        return String(pair.dropFirst(key.count + 1))
      }
    }
    return config?["model"]?.string
  }

  /// `date` is a Unix time in seconds.
  var time: Timestamp? {
    guard let seconds = root["date"]?.double, seconds > 0, seconds < 253_402_300_800 else {
      return nil
    }
    return Timestamp(millisecondsSince1970: Int64(seconds * 1000))
  }

  var facts: [String: String] {
    var facts: [String: String] = [:]
    facts["lm_eval"] = root["lm_eval_version"]?.string ?? root["git_hash"]?.string
    facts["transformers"] = root["transformers_version"]?.string
    facts["device"] = root["config"]?["device"]?.string
    return facts
  }

  func append(_ scores: JSONValue, of task: String, into results: inout Results) {
    var labels = labels
    labels["task"] = task
    var parameters = Labels()
    parameters["shots"] =
      (shots[task] ?? root["config"]?["num_fewshot"])?.scalarText
    // Since 0.4 every score names its filter, and what does not is none (a number of samples).
    let hasFilters = scores.members.contains { $0.key.utf8.contains(UInt8(ascii: ",")) }
    for (key, value) in scores.members {
      let key = Key(key.string)
      guard !key.isError, key.hasFilter == hasFilters, let score = value.double else { continue }
      var measurement = Measurement(
        name: task, parameters: parameters, metric: key.shown, value: score, unit: .score,
        direction: direction(of: key, in: task), labels: labels,
        n: count(scores, of: task, key))
      measurement.items = items(of: key, in: task)
      measurement.standardError = scores[named: key.error]?.double.flatMap { $0 >= 0 ? $0 : nil }
      results.measurements.append(measurement)
    }
  }

  private func direction(of key: Key, in task: String) -> Direction {
    if let isHigher = directions[task]?[named: key.metric]?.bool {
      return isHigher ? .higher : .lower
    }
    let listed = configurations[task]?["metric_list"].map { Array($0.elements) } ?? []
    for metric in listed where metric["metric"]?.string == key.metric {
      if let isHigher = metric["higher_is_better"]?.bool { return isHigher ? .higher : .lower }
    }
    return .byDefault(metric: key.metric, unit: .score)
  }

  /// Since 0.4.10 a group counts the samples of each metric by itself.
  private func count(_ scores: JSONValue, of task: String, _ key: Key) -> Int? {
    let samples = samples[task]
    let counts = [
      scores["sample_count"]?[named: key.written], samples?["effective"], samples?["original"],
      scores["sample_len"],
    ]
    return counts.compactMap { $0?.int }.first.flatMap { $0 > 0 ? $0 : nil }
  }

  /// A result that was kept with its samples (`simple_evaluate`, written as JSON) has each one's
  /// score beside its document's number.
  private func items(of key: Key, in task: String) -> [ItemScore] {
    (logged[task].map { Array($0.elements) } ?? []).compactMap { sample in
      if let filter = sample["filter"]?.string, key.hasFilter, filter != key.filter ?? "none" {
        return nil
      }
      let score = sample[named: key.metric]
      guard let value = score?.double ?? score?.bool.map({ $0 ? 1 : 0 }),
        let id = (sample["doc_hash"] ?? sample["doc_id"])?.scalarText
      else { return nil }
      return ItemScore(id: Digest.identifier(of: Array(id.utf8)).bits, score: value)
    }
  }
}

/// A key of the scores: `acc_norm`, `exact_match,strict-match`.
private struct Key {
  var written: String
  var metric: String
  /// Which part of the model's answer was taken; nil for `none` and in the old layout.
  private(set) var filter: String?
  private(set) var hasFilter: Bool

  init(_ key: String) {
    written = key
    let comma = key.firstIndex(of: ",")
    metric = String(key[..<(comma ?? key.endIndex)])
    let filter = comma.map { String(key[key.index(after: $0)...]) }
    hasFilter = filter != nil
    self.filter = filter == "none" ? nil : filter
  }

  var isError: Bool { metric.hasSuffix("_stderr") }
  var shown: String { filter.map { "\(metric),\($0)" } ?? metric }
  /// The key of its standard error.
  var error: String { metric + "_stderr" + (hasFilter ? "," + (filter ?? "none") : "") }
}
