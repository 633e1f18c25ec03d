package import TidemarkModel
private import TidemarkSyntax

/// One run's `stats.json` of HELM, Stanford's Holistic Evaluation of Language Models.
package enum HELM: Format {
  package static let name = "helm"
  package static let producers = "HELM (helm-run: benchmark_output/runs/SUITE/RUN/stats.json)"
  package static let specification =
    "https://github.com/stanford-crfm/helm/blob/main/src/helm/benchmark/metrics/statistic.py"
  package static let kept = """
    The mean of every score of every split, with its standard error over trials; run time and numbers \
    of tokens; perturbations as parameters; task, model and provider as labels where the run's folder \
    names them.
    """
  package static let dropped = """
    Bookkeeping (numbers of references and training trials, batch sizes, finish reasons, estimates of \
    training cost); scores of single instances: they are another file.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isStats =
      json.kind("") == .array && json.kind("[].name") == .object && json.has("[].name.name")
      && json.has("[].sum_squared")
    return isStats ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let run = RunFolder(file.path)
    return try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of statistics") }
      for statistic in root.elements { append(statistic, of: run, into: &results) }
    }
  }

  private static func append(
    _ statistic: JSONValue, of run: RunFolder, into results: inout Results
  ) {
    guard let key = statistic["name"], let metric = key["name"]?.string, !isBookkeeping(metric),
      let count = statistic["count"]?.double, count > 0
    else { return }
    let mean = statistic["mean"]?.double ?? statistic["sum"]?.double.map { $0 / count }
    guard let mean, mean.isFinite else {
      return results.skipValue(of: metric, "has no finite mean")
    }
    var parameters = run.parameters
    parameters["split"] = key["split"]?.string
    parameters["sub_split"] = key["sub_split"]?.string
    if let perturbation = key["perturbation"], perturbation.isObject {
      let parts = [perturbation["name"]?.string, perturbation["computed_on"]?.string]
      parameters["perturbation"] = parts.compactMap(\.self).joined(separator: ", ")
    }
    let unit = unit(of: metric)
    var measurement = Measurement(
      name: run.task ?? "helm", parameters: parameters, metric: metric, value: mean, unit: unit,
      direction: .byDefault(metric: metric, unit: unit), labels: run.labels)
    if count > 1, let deviation = statistic["stddev"]?.double, deviation >= 0 {
      measurement.n = Int(exactly: count)
      measurement.standardError = deviation / count.squareRoot()
    }
    results.measurements.append(measurement)
  }

  private static func unit(of metric: String) -> Unit {
    if metric.hasSuffix("runtime") || metric.hasSuffix("runtime_discrepancy") { return .seconds }
    if metric.hasPrefix("num_") { return .none }
    return metric == "num_bytes" ? .bytes : .score
  }

  private static func isBookkeeping(_ metric: String) -> Bool {
    let names = [
      "num_references", "num_train_trials", "num_train_instances", "num_instances", "batch_size",
      "prompt_truncated", "num_perplexity_tokens",
    ]
    return names.contains(metric) || metric.hasPrefix("finish_reason_")
      || metric.hasPrefix("training_")
  }

  /// `mmlu:subject=anatomy,method=multiple_choice_joint,model=openai_gpt-4`: the task, its
  /// parameters, and the model, whose `/` is written `_`.
  private struct RunFolder {
    var task: String?
    var parameters = Labels()
    var labels = Labels()

    init(_ path: String) {
      let parts = path.split(separator: "/")
      guard let folder = parts.dropLast().last, folder.contains("model=") else { return }
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
}
