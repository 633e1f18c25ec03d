package import TidemarkModel
private import TidemarkSyntax

/// One task's result of the Massive Text Embedding Benchmark.
package enum MTEB: Format {
  package static let name = "mteb"
  package static let producers = "mteb (results/MODEL/REVISION/TASK.json)"
  package static let specification =
    "https://github.com/embeddings-benchmark/mteb/blob/main/mteb/results/task_result.py"
  package static let kept = """
    The main score of every split and subset; the task as a label, the model where `model_meta.json` beside \
    it or its folders name it; revision of the dataset and version as facts; the date.
    """
  package static let dropped =
    "The other scores of a subset (hundreds, and the main one is one of them); times; emissions."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.has("mteb_dataset_name") { return .yes }
    guard json.kind("scores") == .object, json.has("task_name") || json.has("mteb_version") else {
      return .no
    }
    // Of a long list of scores the head may not reach the main one.
    let isList = json.hasPath("scores.") { $0.hasSuffix("[]") || $0.contains("[].") }
    return json.has("dataset_revision") || isList ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let model = model(beside: file) ?? model(in: file.path)
    return try file.readJSON { (root, results) throws(Problem) in
      // Others write the name of the old layout into the new one.
      if root["scores"] == nil, let task = root["mteb_dataset_name"]?.string {
        return readOld(root, task: task, model: model, into: &results)
      }
      guard let scores = root["scores"], scores.isObject,
        let task = root["task_name"]?.string ?? root["mteb_dataset_name"]?.string
      else { throw Problem("has no `scores` and `task_name`") }
      results.environment["mteb"] = root["mteb_version"]?.string
      results.environment["dataset_revision"] = root["dataset_revision"]?.string
      if let date = root["date"]?.double, date > 0, date < 253_402_300_800 {
        results.newestTime = Timestamp(millisecondsSince1970: Int64(date * 1000))
      }
      var labels = Labels()
      labels["task"] = task
      labels["model"] = model
      labels["experiment"] = experiment(in: file.path)
      for (split, subsets) in scores.members {
        for subset in subsets.elements {
          append(subset, task: task, split: split.string, labels, into: &results)
        }
      }
    }
  }

  /// The results' folder has a description of the model.
  private static func model(beside file: InputFile) -> String? {
    guard let meta = file.companion("model_meta.json", limit: 1 << 20),
      let (bytes, count) = try? meta.contents(padding: JSONReader.padding)
    else { return nil }
    return try? JSONReader.read(bytes, count: count) { (root, _) in
      root["name"]?.string?.nonEmpty
    }
  }

  /// `MODEL/REVISION/TASK.json`, where the model's name has `__` for its slash; of an experiment
  /// `MODEL/REVISION/experiments/EXPERIMENT/TASK.json`.
  private static func model(in path: String) -> String? {
    let folders = path.split(separator: "/").dropLast()
    let place = experiment(in: path) == nil ? folders : folders.dropLast(2)
    guard let folder = place.dropLast().last, let mark = Substring(folder).firstRange(of: "__")
    else { return nil }
    return "\(folder[..<mark.lowerBound])/\(folder[mark.upperBound...])"
  }

  private static func experiment(in path: String) -> String? {
    let folders = path.split(separator: "/").dropLast()
    return folders.dropLast().last == "experiments" ? folders.last.map { String($0) } : nil
  }

  /// The layout before version 1.11: splits at the top, in each the scores or subsets that have them.
  private static func readOld(
    _ root: JSONValue, task: String, model: String?, into results: inout Results
  ) {
    results.environment["mteb"] = root["mteb_version"]?.string
    results.environment["dataset_revision"] = root["dataset_revision"]?.string
    var labels = Labels()
    labels["task"] = task
    labels["model"] = model
    for (split, scores) in root.members where scores.isObject {
      let subsets = scores.members.filter { key, value in
        value.isObject && !distances.contains { key == $0 }
      }
      for (key, subset) in subsets {
        append(
          mainScore(subset), of: key.string, task: task, split: split.string, labels,
          into: &results)
      }
      guard subsets.isEmpty else { continue }
      append(mainScore(scores), of: nil, task: task, split: split.string, labels, into: &results)
    }
  }

  /// Objects of scores by the distance between embeddings, and no subsets.
  private static let distances: [StaticString] = [
    "cos_sim", "euclidean", "manhattan", "dot", "max",
  ]

  /// The score that its kind of task has as its main one; only some files say which that is.
  private static func mainScore(_ scores: JSONValue) -> Double? {
    let cosine = scores["cos_sim"]
    // Of pairs of translations, where the accuracy is no more than one of four.
    let pairs = scores["precision"] == nil ? nil : scores["recall"] == nil ? nil : scores["f1"]
    return scores["main_score"]?.double ?? scores["ndcg_at_10"]?.double
      ?? cosine?["spearman"]?.double ?? cosine?["ap"]?.double ?? scores["v_measure"]?.double
      ?? scores["map"]?.double ?? pairs?.double ?? scores["accuracy"]?.double
      ?? scores["f1"]?.double
  }

  private static func append(
    _ subset: JSONValue, task: String, split: String, _ labels: Labels, into results: inout Results
  ) {
    append(
      subset["main_score"]?.double, of: subset["hf_subset"]?.string, task: task, split: split,
      labels, into: &results)
  }

  private static func append(
    _ score: Double?, of subset: String?, task: String, split: String, _ labels: Labels,
    into results: inout Results
  ) {
    var parameters = Labels()
    parameters["split"] = split
    parameters["subset"] = subset
    guard let score else {
      let name = "\(task) (\(parameters))"
      results.unmeasured.append(name)
      return results.skipValue(of: name, "has no main score")
    }
    results.measurements.append(
      Measurement(
        name: task, parameters: parameters, metric: "main_score", value: score, unit: .score,
        direction: .higher, labels: labels))
  }
}
