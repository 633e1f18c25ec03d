package import TidemarkModel
private import TidemarkSyntax

/// The report of a run of SWE-bench's harness: `MODEL.RUN.json`.
package enum SWEBench: Format {
  package static let name = "swe-bench"
  package static let producers =
    "SWE-bench (python -m swebench.harness.run_evaluation: MODEL.RUN_ID.json)"
  package static let specification =
    "https://github.com/SWE-bench/SWE-bench/blob/main/swebench/harness/reporting.py"
  package static let kept = """
    The share of all instances that were resolved, as the harness counts it, with each instance as an \
    item; empty patches and errors as further numbers; the model as a label where the file's name \
    begins with it. A run that completed none is a blocking problem; instances that were not run, \
    ended in an error or failed for want of their environment are notes.
    """
  package static let dropped = "Containers and images left over; reasons of failures."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let counts = ["total_instances", "resolved_instances"]
    return counts.allSatisfy { json.kind($0) == .number }
      && (json.has("completed_instances") || json.has("empty_patch_instances")) ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var labels = Labels()
    labels["task"] = task
    labels["model"] = model(in: file.path)
    return try file.readJSON { (root, results) throws(Problem) in
      guard let total = root["total_instances"]?.int, total >= 0,
        let resolved = root["resolved_instances"]?.int, resolved >= 0
      else { throw Problem("has no numbers of instances") }
      noteStates(root, total: total, into: &results)
      let completed = root["completed_instances"]?.int ?? 1
      let empty = root["empty_patch_instances"]?.int ?? 0
      guard total > 0, completed > 0 || empty > 0 else { return results.unmeasured.append(task) }
      var measurement = Measurement(
        name: task, metric: "resolved", value: Double(resolved) / Double(total), unit: .ratio,
        direction: .higher, labels: labels, n: total)
      measurement.items = items(root, total: total)
      results.measurements.append(measurement)
      for (metric, key) in further {
        guard let count = root[named: key]?.double, count >= 0 else { continue }
        results.measurements.append(
          Measurement(
            name: task, metric: metric, value: count, unit: .none, direction: .lower,
            labels: labels, isPrimary: false))
      }
    }
  }

  private static let task = "swe-bench"
  private static let further = [
    ("empty patches", "empty_patch_instances"), ("errors", "error_instances"),
  ]

  /// Every instance, where the lists name them all.
  private static func items(_ root: JSONValue, total: Int) -> [ItemScore] {
    let failed: [StaticString] = [
      "unresolved_ids", "empty_patch_ids", "error_ids", "incomplete_ids",
    ]
    var scores: [String: Double] = [:]
    for list in failed { for id in root.strings(list) { scores[id] = 0 } }
    for id in root.strings("resolved_ids") { scores[id] = 1 }
    guard scores.count == total else { return [] }
    return scores.keys.sorted(by: utf8Precedes).compactMap { id in
      scores[id].map { ItemScore(id: Digest.identifier(of: Array(id.utf8)).bits, score: $0) }
    }
  }

  private static func noteStates(_ root: JSONValue, total: Int, into results: inout Results) {
    let missing = root.list("incomplete_ids").count
    let errors = root["error_instances"]?.int ?? 0
    let environment = root["infra_failure_instances"]?.int ?? 0
    let isEmpty =
      total == 0
      || (root["completed_instances"]?.int == 0 && (root["empty_patch_instances"]?.int ?? 0) == 0)
    func note(_ count: Int, _ what: String, _ code: ResultProblem.Code, isBlocking: Bool) {
      guard count > 0 else { return }
      results.problems.append(
        ResultProblem(
          code, "\(task): \(count) of \(total) instances \(what)", isBlocking: isBlocking))
    }
    note(missing, "have no prediction", .planMismatch, isBlocking: isEmpty)
    note(errors, "ended in an error", .outsideError, isBlocking: isEmpty)
    note(
      environment, "failed for want of their environment, not of the patch", .outsideError,
      isBlocking: false)
    if isEmpty, missing == 0, errors == 0 {
      results.problems.append(
        ResultProblem(.planMismatch, "\(task): no instance was run", isBlocking: true))
    }
  }

  /// `openai__gpt-4.1.RUN.json`, where the model's name has `__` for its slash.
  private static func model(in path: String) -> String? {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasSuffix(".json") else { return nil }
    let stem = name.dropLast(5)
    guard let dot = stem.lastIndex(of: "."), dot > stem.startIndex else { return nil }
    return stem[..<dot].split(separator: "__", omittingEmptySubsequences: false)
      .joined(separator: "/")
  }
}
