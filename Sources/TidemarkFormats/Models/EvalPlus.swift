package import TidemarkModel
private import TidemarkSyntax

/// The results of EvalPlus (HumanEval+, MBPP+): `MODEL_BACKEND_temp_T_eval_results.json`.
package enum EvalPlus: Format {
  package static let name = "evalplus"
  package static let producers =
    "evalplus (evalplus.evaluate: *_eval_results.json, eval_results.json)"
  package static let specification =
    "https://github.com/evalplus/evalplus/blob/master/evalplus/evaluate.py"
  package static let kept = """
    pass@1, pass@10 and pass@100 as the tool estimates them, of the base tests and, with a `+` behind \
    the task's name, of the extra ones too; the share of each problem's solutions that passed as items; \
    model and backend as labels where the file's name tells them.
    """
  package static let dropped = "Solutions, the tests that failed."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("eval") == .object, json.has("date"), json.has("hash") else { return .no }
    // A long solution stands before the first status.
    return json.hasPath("eval.") { $0.hasSuffix("[].task_id") || $0.hasSuffix("[].base_status") }
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let (model, backend) = name(in: file.path)
    return try file.readJSON { (root, results) throws(Problem) in
      let problems = root.entries("eval")
      guard let first = problems.first else { throw Problem("has no evaluated problems") }
      results.environment["dataset_hash"] = root["hash"]?.string
      // `HumanEval/0`, `Mbpp/2`
      let task = first.key.split(separator: "/").first.map { String($0) } ?? "evalplus"
      let hasExtra = problems.contains { $0.value.elements.contains { isExtra($0) } }
      for withExtra in hasExtra ? [false, true] : [false] {
        let name = withExtra ? task + "+" : task
        var labels = Labels()
        labels["task"] = name
        labels["model"] = model
        labels["provider"] = backend
        append(
          problems.map { key, solutions in
            let passed = solutions.elements.count { hasPassed($0, withExtra: withExtra) }
            return (key, passed, Array(solutions.elements).count)
          }, name: name, labels, into: &results)
      }
    }
  }

  private static func isExtra(_ solution: JSONValue) -> Bool {
    solution["plus_status"]?.string != nil
  }

  private static func hasPassed(_ solution: JSONValue, withExtra: Bool) -> Bool {
    solution["base_status"]?.string == "pass"
      && (!withExtra || solution["plus_status"]?.string == "pass")
  }

  private static func append(
    _ counts: [(key: String, passed: Int, of: Int)], name: String, _ labels: Labels,
    into results: inout Results
  ) {
    let least = counts.map(\.of).min() ?? 0
    for k in [1, 10, 100] where k <= least {
      let values = counts.map { estimate(passed: $0.passed, of: $0.of, k) }
      var measurement = Measurement(
        name: name, metric: "pass@\(k)", value: values.mean, unit: .ratio, direction: .higher,
        labels: labels, n: counts.count)
      if k == 1 {
        measurement.items = zip(counts, values).map {
          ItemScore(id: Digest.identifier(of: Array($0.key.utf8)).bits, score: $1)
        }
      }
      results.measurements.append(measurement)
    }
    if least == 0 {
      let missing = counts.count { $0.of == 0 }
      results.problems.append(
        ResultProblem(
          .planMismatch, "\(name): \(missing) problems have no solution", isBlocking: true))
    }
  }

  /// The chance that one of `k` solutions passes.
  ///
  /// - Source: Chen et al., "Evaluating Large Language Models Trained on Code", 2021, section 2.1.
  private static func estimate(passed: Int, of count: Int, _ k: Int) -> Double {
    guard count - passed >= k else { return 1 }
    var none = 1.0
    for place in (count - passed + 1)..<(count + 1) { none *= 1 - Double(k) / Double(place) }
    return 1 - none
  }

  /// `org--name_vllm_temp_0.0_eval_results.json`, where `--` stands for a slash.
  private static func name(in path: String) -> (model: String?, backend: String?) {
    let name = path.split(separator: "/").last ?? ""
    guard let end = name.firstRange(of: "_temp_")?.lowerBound,
      let mark = name[..<end].lastIndex(of: "_")
    else { return (nil, nil) }
    let parts = name[..<mark].split(separator: "--", omittingEmptySubsequences: false)
    return (parts.joined(separator: "/"), String(name[name.index(after: mark)..<end]))
  }
}
