package import TidemarkModel
private import TidemarkSyntax

/// One run's `stats.json` of HELM, Stanford's Holistic Evaluation of Language Models, and the
/// `per_instance_stats.json` beside it.
package enum HELM: Format {
  package static let name = "helm"
  package static let producers =
    "HELM (helm-run: benchmark_output/runs/SUITE/RUN/stats.json, per_instance_stats.json)"
  package static let specification =
    "https://github.com/stanford-crfm/helm/blob/main/src/helm/benchmark/metrics/statistic.py"
  package static let kept = """
    The mean of every score of every split, with its standard error over trials; run time and numbers \
    of tokens; perturbations as parameters; task, model and provider as labels where the run's folder \
    names them. Of single instances (parameter `of`) the mean with its standard error over them, and \
    each one's score as an item.
    """
  package static let dropped = """
    Bookkeeping (numbers of references and training trials, batch sizes, finish reasons, estimates of \
    training cost).
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isStats =
      json.kind("") == .array && json.kind("[].name") == .object && json.has("[].name.name")
      && json.has("[].sum_squared")
    let isInstances =
      json.string("[].instance_id") != nil && json.kind("[].stats") == .array
      && json.has("[].train_trial_index")
    return isStats || isInstances ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let run = RunFolder(name(of: file))
    return try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of statistics") }
      var instances = InstanceScores()
      for entry in root.elements {
        if let id = entry["instance_id"]?.scalarText {
          for statistic in entry.list("stats") {
            instances.add(statistic, of: id, into: &results)
          }
        } else {
          append(entry, of: run, into: &results)
        }
      }
      instances.append(of: run, into: &results)
    }
  }

  /// The run's: that of its folder, or what the specification beside the file says.
  private static func name(of file: InputFile) -> String {
    let folder = String(file.path.split(separator: "/").dropLast().last ?? "")
    guard !folder.contains("model="), let spec = file.companion("run_spec.json", limit: 1 << 24),
      let (bytes, count) = try? spec.contents(padding: JSONReader.padding)
    else { return folder }
    let name = try? JSONReader.read(bytes, count: count) { (root, _) in root["name"]?.string }
    return name?.map { $0 == "/" ? "_" : $0 }.reduce(into: "") { $0.append($1) } ?? folder
  }

  private static func append(
    _ statistic: JSONValue, of run: RunFolder, into results: inout Results
  ) {
    guard let (key, mean) = score(statistic, into: &results) else { return }
    var measurement = measurement(of: key, mean, run)
    if let count = statistic["count"]?.double, count > 1,
      let deviation = statistic["stddev"]?.double, deviation >= 0
    {
      measurement.n = Int(exactly: count)
      measurement.standardError = deviation / count.squareRoot()
    }
    results.measurements.append(measurement)
  }

  fileprivate static func measurement(
    of key: StatisticKey, _ mean: Double, _ run: RunFolder
  ) -> Measurement {
    let unit = unit(of: key.metric)
    return Measurement(
      name: run.task ?? "helm", parameters: run.parameters.merging(key.parameters),
      metric: key.metric, value: mean, unit: unit,
      direction: .byDefault(metric: key.metric, unit: unit), labels: run.labels)
  }

  /// What a statistic is of, and its mean; nil where it is bookkeeping or empty.
  fileprivate static func score(
    _ statistic: JSONValue, into results: inout Results
  ) -> (StatisticKey, mean: Double)? {
    guard let name = statistic["name"], let metric = name["name"]?.string, !isBookkeeping(metric),
      let count = statistic["count"]?.double, count > 0
    else { return nil }
    let mean = statistic["mean"]?.double ?? statistic["sum"]?.double.map { $0 / count }
    guard let mean, mean.isFinite else {
      results.skipValue(of: metric, "has no finite mean")
      return nil
    }
    var key = StatisticKey(metric: metric)
    key.parameters["split"] = name["split"]?.string
    key.parameters["sub_split"] = name["sub_split"]?.string
    if let perturbation = name["perturbation"], perturbation.isObject {
      // Of gender there are two in one run, of terms and of pronouns.
      let parts = ["name", "mode", "computed_on"].map { perturbation[named: $0]?.string }
      key.parameters["perturbation"] = parts.compactMap(\.self).joined(separator: ", ")
    }
    return (key, mean)
  }

  private static func unit(of metric: String) -> Unit {
    if metric.hasSuffix("runtime") || metric.hasSuffix("runtime_discrepancy") { return .seconds }
    if metric == "num_bytes" { return .bytes }
    return metric.hasPrefix("num_") ? .none : .score
  }

  private static func isBookkeeping(_ metric: String) -> Bool {
    let names = [
      "num_references", "num_train_trials", "num_train_instances", "num_instances", "batch_size",
      "prompt_truncated", "num_perplexity_tokens",
    ]
    return names.contains(metric) || metric.hasPrefix("finish_reason_")
      || metric.hasPrefix("training_")
  }
}

/// What a statistic is of.
private struct StatisticKey: Hashable {
  var metric: String
  /// Split and perturbation.
  var parameters = Labels()
}

/// Statistics of single instances, each with the mean of its trials.
private struct InstanceScores {
  private struct Sum {
    var value = 0.0
    var count = 0.0
  }

  private var order: [StatisticKey] = []
  private var sums: [StatisticKey: [UInt64: Sum]] = [:]
  private var items: [StatisticKey: [UInt64]] = [:]

  mutating func add(_ statistic: JSONValue, of instance: String, into results: inout Results) {
    guard let (key, mean) = HELM.score(statistic, into: &results) else { return }
    let id = Digest.identifier(of: Array(instance.utf8)).bits
    if sums[key] == nil { order.append(key) }
    if sums[key]?[id] == nil { items[key, default: []].append(id) }
    sums[key, default: [:]][id, default: Sum()].value += mean
    sums[key, default: [:]][id, default: Sum()].count += 1
  }

  func append(of run: RunFolder, into results: inout Results) {
    for key in order {
      guard let sums = sums[key], let ids = items[key] else { continue }
      let scores = ids.compactMap { id in
        sums[id].map { ItemScore(id: id, score: $0.value / $0.count) }
      }
      let values = scores.map(\.score)
      var shown = key
      // The same score of all together stands in the other file, with an error over trials.
      shown.parameters["of"] = "instances"
      var measurement = HELM.measurement(of: shown, values.mean, run)
      measurement.n = values.count
      measurement.standardError = values.standardError
      measurement.items = scores
      results.measurements.append(measurement)
    }
  }
}

/// `mmlu:subject=anatomy,method=multiple_choice_joint,model=openai_gpt-4`: the task, its
/// parameters, and the model, whose `/` is written `_`.
private struct RunFolder {
  var task: String?
  var parameters = Labels()
  var labels = Labels()

  init(_ folder: String) {
    guard folder.contains("model=") else { return }
    let colon = folder.firstIndex(of: ":")
    // A task without parameters of its own: `boolq:model=…`, or `mmlu,model=…`.
    let end = colon ?? folder.firstIndex(of: ",") ?? folder.endIndex
    let task = String(folder[..<end])
    self.task = task
    labels["task"] = task
    guard end < folder.endIndex else { return }
    for pair in folder[folder.index(after: end)...].split(separator: ",") {
      guard let equals = pair.firstIndex(of: "=") else { continue }
      let key = String(pair[..<equals])
      let value = pair[pair.index(after: equals)...]
      guard key == "model" else {
        parameters[key] = String(value)
        continue
      }
      let names = value.split(separator: "_", maxSplits: 1)
      labels["model"] = String(names.last ?? value)
      if names.count == 2 { labels["provider"] = String(names[0]) }
    }
  }
}
