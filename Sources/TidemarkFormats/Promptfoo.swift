package import TidemarkModel
private import TidemarkSyntax

/// promptfoo's output file, versions 2 and 3, and the summary that its `evaluate()` returns.
package enum Promptfoo: Format {
  package static let name = "promptfoo"
  package static let producers = "promptfoo (promptfoo eval --output results.json)"
  package static let specification = "https://www.promptfoo.dev/docs/configuration/outputs/"
  package static let kept = """
    Of each prompt and provider the share of answers that passed as the main metric, each answer's \
    outcome as an item; mean score, named scores, mean latency, tokens and cost as further ones. \
    Tests that ended in an error (provider, timeout, broken assertion) are no wrong answers: they \
    count in none of these and are a blocking problem.
    """
  package static let dropped = "Answers, assertions, variables, tokens of graders."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    // A long prompt fills the head before its metrics come.
    let isEarly = json.has("evalId") && json.has("results.version")
    let isOurs = ["results.", ""].contains { place in
      json.has(place + "prompts[].metrics.testPassCount")
        || json.has(place + "table.head.prompts[].provider")
        || (json.has(place + "version") && json.has(place + "results[].gradingResult"))
        || (json.has(place + "results[].promptIdx") && json.has(place + "results[].success"))
    }
    return isEarly || isOurs ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let list = root["results"], list.isObject || list.isArray else {
        throw Problem("has no `results`")
      }
      let content = list.isObject ? list : root
      results.newestTime = (content["timestamp"]?.string).flatMap { TimeText.parse($0) }
      results.environment["promptfoo"] = root["metadata"]?["promptfooVersion"]?.string
      var prompts = content.list("prompts")
      if prompts.isEmpty { prompts = content["table"]?["head"]?.list("prompts") ?? [] }
      guard !prompts.isEmpty else { throw Problem("has no prompts with metrics") }
      let places = Dictionary(
        prompts.enumerated().map { (key(of: $1, $1["provider"]), $0) }
      ) { first, _ in first }
      var tallies: [Int: PromptTally] = [:]
      for outcome in content.list("results") {
        // Before version 0.51 the prompt itself is all that tells which one it was.
        let named = outcome["prompt"].flatMap { places[key(of: $0, outcome["provider"])] }
        guard let prompt = outcome["promptIdx"]?.int ?? named else { continue }
        tallies[prompt, default: PromptTally()].add(outcome)
      }
      for (index, prompt) in prompts.enumerated() {
        append(prompt, tallies[index] ?? PromptTally(), into: &results)
      }
    }
  }

  private static func label(_ prompt: JSONValue) -> String {
    prompt["label"]?.string ?? prompt["display"]?.string ?? prompt["raw"]?.string ?? "prompt"
  }

  private static func key(of prompt: JSONValue, _ provider: JSONValue?) -> String {
    (provider?.string ?? provider?["id"]?.string ?? "") + "\u{1}" + label(prompt)
  }

  private static func append(
    _ prompt: JSONValue, _ tally: PromptTally, into results: inout Results
  ) {
    let name = String(label(prompt).prefix(200))
    var labels = Labels()
    labels["model"] = prompt["provider"]?.string ?? prompt["provider"]?["id"]?.string
    let metrics = prompt["metrics"]
    let (passed, failed, errors) = counts(metrics, tally)
    let answered = passed + failed
    if errors > 0 {
      let why = tally.firstError.map { ": \($0)" } ?? ""
      let what =
        "\(NumberText.exact(errors) ?? "some") of \(NumberText.exact(answered + errors) ?? "all")"
      results.problems.append(
        ResultProblem(
          answered > 0 ? .outsideError : .providerOutage,
          "\(name): \(what) tests ended in an error\(why)", isBlocking: true))
    }
    guard answered > 0 else {
      results.unmeasured.append(name)
      return results.skipValue(of: name, errors > 0 ? "has no answer" : "ran no test")
    }
    func add(_ metric: String, _ value: Double?, _ unit: Unit, _ direction: Direction) {
      guard let value, value.isFinite else { return }
      var measurement = Measurement(
        name: name, metric: metric, value: value, unit: unit, direction: direction,
        labels: labels, n: Int(exactly: answered), isPrimary: metric == "pass rate")
      if measurement.isPrimary, Double(tally.items.count) == answered {
        measurement.items = tally.items
      }
      results.measurements.append(measurement)
    }
    add("pass rate", passed / answered, .ratio, .higher)
    // What ended in an error adds nothing to the score.
    let score = metrics?["score"]?.double ?? tally.score
    add("score", score.map { $0 / answered }, .score, .higher)
    let total = metrics?["totalLatencyMs"]?.double.map { $0 / (answered + errors) }
    add("latency", tally.latency ?? total, .milliseconds, .lower)
    add("cost", metrics?["cost"]?.double ?? tally.cost, Unit(parsing: "USD"), .lower)
    let tokens = metrics?["tokenUsage"]
    add("prompt tokens", tokens?["prompt"]?.double, .none, .lower)
    add("completion tokens", tokens?["completion"]?.double, .none, .lower)
    for (key, value) in metrics?.entries("namedScores") ?? [] {
      // Newer versions weigh the assertions behind a score.
      let weights = metrics?["namedScoreWeights"] ?? metrics?["namedScoresCount"]
      let times = weights?[named: key]?.double ?? answered
      guard times > 0 else { continue }
      add("score \(key)", value.double.map { $0 / times }, .score, .higher)
    }
  }

  /// The metrics know errors by themselves since version 0.97; before they were failures.
  private static func counts(
    _ metrics: JSONValue?, _ tally: PromptTally
  ) -> (passed: Double, failed: Double, errors: Double) {
    if let metrics, let errors = metrics["testErrorCount"]?.double {
      return (
        metrics["testPassCount"]?.double ?? 0, metrics["testFailCount"]?.double ?? 0, errors
      )
    }
    let (passed, failed) = (
      metrics?["testPassCount"]?.double ?? 0, metrics?["testFailCount"]?.double ?? 0
    )
    if tally.count >= passed + failed { return (tally.passed, tally.failed, tally.errors) }
    return (passed, failed, 0)
  }
}

/// The outcomes of one prompt's tests.
private struct PromptTally {
  private(set) var passed = 0.0
  private(set) var failed = 0.0
  private(set) var errors = 0.0
  private(set) var firstError: String?
  /// Of those that were answered.
  private(set) var items: [ItemScore] = []
  private(set) var score: Double?
  private(set) var cost: Double?
  private var latencies: [Double] = []

  var count: Double { passed + failed + errors }
  /// The mean of the answers, in milliseconds; nil where one has none.
  var latency: Double? {
    latencies.isEmpty || Double(latencies.count) < passed + failed ? nil : latencies.mean
  }

  mutating func add(_ outcome: JSONValue) {
    let hasPassed = outcome["success"]?.bool ?? outcome["pass"]?.bool ?? false
    guard hasPassed || !PromptTally.isError(outcome) else {
      errors += 1
      firstError =
        firstError ?? (outcome["error"]?.string?.firstLine).map { String($0.prefix(300)) }
      return
    }
    if hasPassed { passed += 1 } else { failed += 1 }
    items.append(ItemScore(id: PromptTally.id(of: outcome), score: hasPassed ? 1 : 0))
    if let value = outcome["score"]?.double { score = (score ?? 0) + value }
    if let value = outcome["cost"]?.double { cost = (cost ?? 0) + value }
    if let value = outcome["latencyMs"]?.double { latencies.append(value) }
  }

  /// `failureReason` is 1 for an assertion and 2 for an error. Before it came, an answer that was
  /// judged had a grading, and an error had only its text.
  private static func isError(_ outcome: JSONValue) -> Bool {
    switch outcome["failureReason"]?.int {
    case 2: return true
    case 1: return false
    default:
      let isGraded = outcome["gradingResult"].map { !$0.isNull } ?? false
      return !isGraded && outcome["error"]?.string != nil
    }
  }

  /// What a test asks for tells it from others even when some are added before it.
  private static func id(of outcome: JSONValue) -> UInt64 {
    let variables = outcome.entries("vars").map { "\($0.key)=\($0.value.scalarText ?? "")" }
    let text =
      variables.isEmpty
      ? outcome["testIdx"]?.scalarText ?? "" : variables.sorted().joined(separator: "\n")
    return Digest.identifier(of: Array(text.utf8)).bits
  }
}
