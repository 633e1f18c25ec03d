package import TidemarkModel
private import TidemarkSyntax

/// One task's result of the Massive Text Embedding Benchmark.
package enum MTEB: Format {
  package static let name = "mteb"
  package static let producers = "mteb (results/MODEL/REVISION/TASK.json)"
  package static let specification =
    "https://github.com/embeddings-benchmark/mteb/blob/main/mteb/results/task_result.py"
  package static let kept = """
    The main score of every split and subset; the task as a label, the model where the file's \
    folders name it; revision of the dataset and version as facts; the date.
    """
  package static let dropped =
    "The other scores of a subset (hundreds, and the main one is one of them); times; emissions."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("scores") == .object, json.has("task_name") || json.has("mteb_version") else {
      return .no
    }
    // Of a long list of scores the head may not reach the main one.
    let isList = json.hasPath("scores.") { $0.hasSuffix("[]") || $0.contains("[].") }
    return json.has("dataset_revision") || isList ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let model = model(in: file.path)
    return try file.readJSON { (root, results) throws(Problem) in
      guard let scores = root["scores"], scores.isObject, let task = root["task_name"]?.string
      else { throw Problem("has no `scores` and `task_name`") }
      results.environment["mteb"] = root["mteb_version"]?.string
      results.environment["dataset_revision"] = root["dataset_revision"]?.string
      if let date = root["date"]?.double, date > 0, date < 253_402_300_800 {
        results.newestTime = Timestamp(millisecondsSince1970: Int64(date * 1000))
      }
      var labels = Labels()
      labels["task"] = task
      labels["model"] = model
      for (split, subsets) in scores.members {
        for subset in subsets.elements {
          append(subset, task: task, split: split.string, labels, into: &results)
        }
      }
    }
  }

  /// `MODEL/REVISION/TASK.json`, where the model's name has `__` for its slash.
  private static func model(in path: String) -> String? {
    let folders = path.split(separator: "/").dropLast()
    guard let folder = folders.dropLast().last, let mark = Substring(folder).firstRange(of: "__")
    else { return nil }
    return "\(folder[..<mark.lowerBound])/\(folder[mark.upperBound...])"
  }

  private static func append(
    _ subset: JSONValue, task: String, split: String, _ labels: Labels, into results: inout Results
  ) {
    var parameters = Labels()
    parameters["split"] = split
    parameters["subset"] = subset["hf_subset"]?.string
    guard let score = subset["main_score"]?.double else {
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
