package import TidemarkModel
private import TidemarkSyntax

/// promptfoo's output file, versions 2 and 3.
package enum Promptfoo: Format {
  package static let name = "promptfoo"
  package static let producers = "promptfoo (promptfoo eval --output results.json)"
  package static let specification = "https://www.promptfoo.dev/docs/configuration/outputs/"
  package static let kept = """
    Of each prompt and provider the share of tests that passed as the main metric, each test's \
    outcome as an item; mean score, named scores, mean latency and cost as further ones; tests that \
    ended in an error as a blocking problem.
    """
  package static let dropped = "Answers, assertions, variables, token counts."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("results") == .object else { return .no }
    let isThree = json.has("results.prompts[].metrics.testPassCount")
    let isTwo =
      json.has("results.table.head.prompts[].provider")
      || (json.has("results.version") && json.has("results.results[].gradingResult"))
    // A long prompt fills the head before its metrics come.
    let isEarly = json.has("evalId") && json.has("results.version")
    return isThree || isTwo || isEarly ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let content = root["results"], content.isObject else {
        throw Problem("has no object `results`")
      }
      results.newestTime = (content["timestamp"]?.string).flatMap { TimeText.parse($0) }
      var prompts = content.list("prompts")
      if prompts.isEmpty { prompts = content["table"]?["head"]?.list("prompts") ?? [] }
      guard !prompts.isEmpty else { throw Problem("has no prompts with metrics") }
      let items = items(content.list("results"))
      for (index, prompt) in prompts.enumerated() {
        append(prompt, items: items[index] ?? [], into: &results)
      }
    }
  }

  /// Each test's outcome, by its prompt's place.
  private static func items(_ outcomes: [JSONValue]) -> [Int: [ItemScore]] {
    var items: [Int: [ItemScore]] = [:]
    for outcome in outcomes {
      guard let prompt = outcome["promptIdx"]?.int, let passed = outcome["success"]?.bool else {
        continue
      }
      // What a test asks for tells it from others even when some are added before it.
      let variables = outcome.entries("vars").map { "\($0.key)=\($0.value.scalarText ?? "")" }
      let text =
        variables.isEmpty
        ? outcome["testIdx"]?.scalarText ?? "" : variables.sorted().joined(separator: "\n")
      items[prompt, default: []].append(
        ItemScore(id: Digest.identifier(of: Array(text.utf8)).bits, score: passed ? 1 : 0))
    }
    return items
  }

  private static func append(
    _ prompt: JSONValue, items: [ItemScore], into results: inout Results
  ) {
    let label = prompt["label"]?.string ?? prompt["raw"]?.string ?? "prompt"
    let name = String(label.prefix(200))
    var labels = Labels()
    labels["model"] = prompt["provider"]?.string
    guard let metrics = prompt["metrics"] else {
      results.unmeasured.append(name)
      return results.skipValue(of: name, "has no metrics")
    }
    let passed = metrics["testPassCount"]?.double ?? 0
    let errors = metrics["testErrorCount"]?.double ?? 0
    let count = passed + (metrics["testFailCount"]?.double ?? 0) + errors
    guard count > 0 else {
      results.unmeasured.append(name)
      return results.skipValue(of: name, "ran no test")
    }
    func add(_ metric: String, _ value: Double?, _ unit: Unit, _ direction: Direction) {
      guard let value, value.isFinite else { return }
      var measurement = Measurement(
        name: name, metric: metric, value: value, unit: unit, direction: direction,
        labels: labels, n: Int(exactly: count), isPrimary: metric == "pass rate")
      if measurement.isPrimary, Double(items.count) == count { measurement.items = items }
      results.measurements.append(measurement)
    }
    add("pass rate", passed / count, .ratio, .higher)
    add("score", metrics["score"]?.double.map { $0 / count }, .score, .higher)
    add("latency", metrics["totalLatencyMs"]?.double.map { $0 / count }, .milliseconds, .lower)
    add("cost", metrics["cost"]?.double, Unit(parsing: "USD"), .lower)
    for (key, value) in metrics.entries("namedScores") {
      let times = metrics["namedScoresCount"]?[named: key]?.double ?? count
      guard times > 0 else { continue }
      add("score \(key)", value.double.map { $0 / times }, .score, .higher)
    }
    guard errors > 0 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): \(NumberText.exact(errors) ?? "some") tests ended in an error",
        isBlocking: true))
  }
}
