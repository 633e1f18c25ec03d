package import TidemarkModel
private import TidemarkSyntax

/// EleutherAI's lm-evaluation-harness: `results*.json`, in the layout of version 0.3 and before
/// (`acc`, `acc_stderr`) and since 0.4 (`acc,none`: metric and filter), and the list that BigScience's
/// fork writes, one entry for each prompt and metric.
package enum LMEval: Format {
  package static let name = "lm-eval"
  package static let producers = "lm-evaluation-harness (--output_path)"
  package static let specification =
    "https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/interface.md"
  package static let kept = """
    Every metric of every task and group, with its standard error, number of samples and direction; \
    each sample's score as an item where the file has them, or a file of samples beside it \
    (`--log_samples`: `samples_TASK_DATE.jsonl`); model, provider and task as labels; the number of \
    shots as a parameter.
    """
  package static let dropped =
    "Configurations, chat templates, task hashes; files of samples without one of results."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.kind("results") == .array {
      return json.has("results[].task_name") && json.has("results[].prompt_name") ? .yes : .no
    }
    guard json.kind("results") == .object else { return .no }
    let isOld = json.kind("versions") == .object
    let isNew =
      json.has("n-shot") || json.has("n-samples") || json.has("lm_eval_version")
      || json.has("config.model_args") || json.has("group_subtasks")
    // Scores of a long list of tasks fill the head before any other member comes.
    let isEarly = json.hasPath("results.") {
      $0.hasSuffix(",none") || ($0.hasSuffix("_stderr") && json.kind($0) == .number)
    }
    return isOld || isNew || isEarly ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tasks = root["results"], tasks.isObject || tasks.isArray else {
        throw Problem("has no `results`")
      }
      let evaluation = Evaluation(root, file)
      results.newestTime = evaluation.time
      results.environment = evaluation.facts
      for entry in tasks.elements {
        guard let task = entry["task_name"]?.string else { continue }
        evaluation.append(
          entry, of: task, prompt: entry["prompt_name"]?.string, into: &results)
      }
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
  private let file: InputFile
  private let labels: Labels
  /// By task: a file may have thousands.
  private let shots: [String: JSONValue]
  private let samples: [String: JSONValue]
  private let directions: [String: JSONValue]
  private let configurations: [String: JSONValue]
  /// The samples' own scores, which the file mostly has not.
  private let logged: [String: JSONValue]

  init(_ root: JSONValue, _ file: InputFile) {
    self.root = root
    self.file = file
    shots = Evaluation.byName(root["n-shot"])
    samples = Evaluation.byName(root["n-samples"])
    directions = Evaluation.byName(root["higher_is_better"])
    configurations = Evaluation.byName(root["configs"])
    logged = Evaluation.byName(root["samples"])
    let config = root["config"]
    let model = config?["model"]?.string
    let named = Evaluation.model(config)
    var labels = Labels()
    labels["model"] =
      root["model_name"]?.string.flatMap { name in
        // Where the arguments tell none (`--model dummy`) it is empty, and in newer versions
        // drawn anew in every run.
        let isDrawn = config != nil && named == nil && name.utf8.count == 8
        return name.isEmpty || isDrawn ? nil : name
      } ?? named ?? model
    labels["provider"] = root["model_source"]?.string?.nonEmpty ?? model
    self.labels = labels
  }

  private static func byName(_ object: JSONValue?) -> [String: JSONValue] {
    var table: [String: JSONValue] = [:]
    if let object { for (name, value) in object.members { table[name.string] = value } }
    return table
  }

  /// `pretrained=gpt2,dtype=float` or, since 0.4.9, an object. An adapter comes before what it is for.
  private static func model(_ config: JSONValue?) -> String? {
    guard let arguments = config?["model_args"] else { return nil }
    let pairs = (arguments.string ?? "").split(separator: ",")
    for key in ["peft", "delta", "pretrained", "model", "path", "engine"] {
      if let name = arguments[named: key]?.string { return name }
      if let pair = pairs.first(where: { $0.hasPrefix(key + "=") }) {
        return String(pair.dropFirst(key.count + 1))
      }
    }
    return nil
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
    // Scores of the first samples alone are others than those of all.
    facts["lm_eval_limit"] = root["config"]?["limit"]?.scalarText
    return facts
  }

  /// - Parameter prompt: Of several that a task may have in the fork.
  func append(
    _ scores: JSONValue, of task: String, prompt: String? = nil, into results: inout Results
  ) {
    var labels = labels
    labels["task"] = task
    var parameters = Labels()
    parameters["shots"] =
      (shots[task] ?? root["config"]?["num_fewshot"])?.scalarText
    parameters["prompt"] = prompt
    // Since 0.4 every score names its filter, and what does not is none.
    let hasFilters = scores.members.contains { $0.key.utf8.contains(UInt8(ascii: ",")) }
    let keys = scores.members.map { (Key($0.key.string), $0.value) }.filter {
      !$0.0.isError && !$0.0.isNoScore && $0.0.hasFilter == hasFilters
    }
    let samples = samples(of: task, keys.map(\.0), into: &results)
    for (key, value) in keys {
      guard let score = value.double else {
        if value.isNull, prompt == nil, scores["prompt_name"] == nil {
          results.skipValue(of: "\(task) \(key.shown)", "has no finite value")
        }
        continue
      }
      var measurement = Measurement(
        name: task, parameters: parameters, metric: key.shown, value: score, unit: .score,
        direction: direction(of: key, in: task), labels: labels)
      measurement.items = samples.items(
        of: key.metric, filter: key.filter ?? "none", mean: score)
      measurement.n = count(scores, of: task, key) ?? measurement.items.count.positive
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
    // Of pairs of sentences, one of them a stereotype.
    if key.metric.hasPrefix("likelihood_diff") { return .lower }
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

  /// Those that a result was kept with (`simple_evaluate`, written as JSON), else those beside it.
  private func samples(
    of task: String, _ keys: [Key], into results: inout Results
  ) -> LMEvalSamples {
    var filters: [String] = []
    for key in keys where !filters.contains(key.filter ?? "none") {
      filters.append(key.filter ?? "none")
    }
    var samples = LMEvalSamples(metrics: keys.map(\.metric), filters: filters)
    if let logged = logged[task] {
      for sample in logged.elements { samples.add(sample) }
    } else if !keys.isEmpty,
      let problem = samples.read(sampleFiles(of: task), beside: file)
    {
      results.problems.append(problem)
    }
    return samples
  }

  /// `samples_TASK_DATE.jsonl` beside `results_DATE.json`; before version 0.4.3 `ARGUMENTS_TASK.jsonl`.
  private func sampleFiles(of task: String) -> [String] {
    guard !task.contains("/"), task.utf8.count < 200 else { return [] }
    var names: [String] = []
    let name = file.path.split(separator: "/").last ?? ""
    if let start = name.lastIndex(of: "_"), let end = name.firstRange(of: ".json")?.lowerBound,
      start < end
    {
      names.append("samples_\(task)\(name[start..<end]).jsonl")
    }
    if root["model_name"] == nil, let arguments = root["config"]?["model_args"]?.string {
      let pieces = arguments.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "=" }
      names.append("\(pieces.joined(separator: "__"))_\(task).jsonl")
    }
    return names.filter { $0.utf8.count <= 255 }
  }
}

extension Int {
  fileprivate var positive: Int? { self > 0 ? self : nil }
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
  /// A number of samples, or what stands in place of scores that were not asked for: always 999.
  var isNoScore: Bool { ["sample_len", "bypass"].contains(metric) }
  var shown: String { filter.map { "\(metric),\($0)" } ?? metric }
  /// The key of its standard error.
  var error: String { metric + "_stderr" + (hasFilter ? "," + (filter ?? "none") : "") }
}
