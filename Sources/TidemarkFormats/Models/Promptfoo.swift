package import TidemarkModel
private import TidemarkSyntax

/// promptfoo's output file, versions 2 and 3, the summary that its `evaluate()` returns, and JSON lines,
/// each the outcome of one test.
package enum Promptfoo: Format {
  package static let name = "promptfoo"
  package static let producers = "promptfoo (promptfoo eval --output results.json or results.jsonl)"
  package static let specification = "https://www.promptfoo.dev/docs/configuration/outputs/"
  package static let kept = """
    Of each prompt and provider the share of answers that passed as the main metric, each answer's \
    outcome as an item; mean score, named scores, mean latency, tokens and cost as further ones. \
    Tests that ended in an error (provider, timeout, broken assertion) are no wrong answers: they \
    count in none of these and are a blocking problem. Provider and model as labels, the prompt as \
    the task.
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
    return isEarly || isOurs || isLine(json) ? .yes : .no
  }

  /// A long answer may fill the head before the line's last members come.
  private static func isLine(_ json: JSONOutline) -> Bool {
    json.kind("") == .object && json.has("latencyMs") && json.kind("namedScores") == .object
      && (json.has("prompt.raw") || json.has("gradingResult") || json.has("promptIdx"))
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    isLine(try Reading.head(of: file).json) ? try readLines(file) : try readDocument(file)
  }

  private static func readDocument(_ file: InputFile) throws(Problem) -> Results {
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
        prompts.enumerated().map { (PromptName($1, $1["provider"]), $0) }
      ) { first, _ in first }
      var tallies: [Int: PromptTally] = [:]
      for outcome in content.list("results") {
        // Before version 0.51 the prompt itself is all that tells which one it was.
        let named = outcome["prompt"].flatMap { places[PromptName($0, outcome["provider"])] }
        guard let prompt = outcome["promptIdx"]?.int ?? named else { continue }
        tallies[prompt, default: PromptTally()].add(PromptOutcome(outcome))
      }
      for (index, prompt) in prompts.enumerated() {
        append(
          PromptName(prompt, prompt["provider"]), prompt["metrics"],
          tallies[index] ?? PromptTally(), into: &results)
      }
    }
  }

  /// What was interrupted has written some of its lines, the last of them maybe in part.
  private static func readLines(_ file: InputFile) throws(Problem) -> Results {
    var lines = PromptLines()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      switch line {
      case .value(let outcome, _): return lines.add(outcome)
      case .noise(let text, let number):
        guard text.first == UInt8(ascii: "{") else { return false }
        results.problems.append(
          ResultProblem(
            .unterminated, "the line ends in the middle: the evaluation was stopped",
            line: number, isBlocking: true))
        return true
      }
    }
    guard !lines.isEmpty else { throw Problem("has no outcome of a test", line: 1) }
    for (name, tally) in lines.tallies { append(name, nil, tally, into: &results) }
    return results
  }

  private static func append(
    _ prompt: PromptName, _ metrics: JSONValue?, _ tally: PromptTally, into results: inout Results
  ) {
    let name = String(prompt.label.prefix(200))
    let labels = prompt.labels
    let (passed, failed, errors) = counts(metrics, tally)
    let answered = passed + failed
    if errors > 0 {
      let why = tally.firstError.map { ": \($0)" } ?? ""
      let what =
        "\(NumberText.exact(errors) ?? "some") of \(NumberText.exact(answered + errors) ?? "all")"
      results.problems.append(
        ResultProblem(
          answered > 0 ? .outsideError : .providerOutage,
          "\(name)\(prompt.answerer): \(what) tests ended in an error\(why)", isBlocking: true))
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
    add("prompt tokens", tokens?["prompt"]?.double ?? tally.promptTokens, .none, .lower)
    add(
      "completion tokens", tokens?["completion"]?.double ?? tally.completionTokens, .none, .lower)
    if metrics == nil {
      for (key, mean) in tally.namedScores { add("score \(key)", mean, .score, .higher) }
    }
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

/// What a prompt is told apart by: its text or label, and who answers it.
private struct PromptName: Hashable {
  var label: String
  private var provider: String?

  /// Who answers, for messages.
  var answerer: String { provider.map { " by \($0)" } ?? "" }

  var key: String { "\(label)\u{1}\(provider ?? "")" }

  /// - Parameter provider: Its id or label, or an object of both.
  init(_ prompt: JSONValue, _ provider: JSONValue?) {
    label =
      prompt["label"]?.string ?? prompt["display"]?.string ?? prompt["raw"]?.string ?? "prompt"
    self.provider =
      provider?.string ?? provider?["label"]?.string?.nonEmpty ?? provider?["id"]?.string
  }

  /// `openai:gpt-4o`, `openai:chat:gpt-4o`: the kind of the interface is no part of a model's name.
  /// What is no such id is the model (a label, the path of a script).
  var labels: Labels {
    var labels = Labels()
    labels["task"] = String(label.prefix(200))
    guard let provider else { return labels }
    labels["model"] = provider
    let parts = provider.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let first = parts.first,
      first.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }),
      !PromptName.scripts.contains(String(first)), !parts[1].hasPrefix("//")
    else { return labels }
    let inner = parts[1].split(separator: ":", maxSplits: 1)
    let isKind = inner.count == 2 && PromptName.kinds.contains(String(inner[0]))
    labels["provider"] = String(first)
    labels["model"] = String(isKind ? inner[1] : parts[1])
    return labels
  }

  private static let kinds: Set<String> = [
    "chat", "completion", "completions", "messages", "responses", "text", "text-generation",
    "realtime", "assistant", "embedding", "embeddings",
  ]
  /// How a provider of one's own is named.
  private static let scripts: Set<String> = [
    "exec", "file", "python", "golang", "ruby", "package", "http", "https", "ws", "wss", "webhook",
    "mcp", "echo", "manual-input", "browser", "sequence",
  ]
}

/// The outcomes of an evaluation by the line, by prompt.
private struct PromptLines {
  private struct Place: Hashable {
    var test: Int
    var repetition: Int
  }

  private struct Prompt {
    var name: PromptName
    var order: [Place] = []
    var outcomes: [Place: PromptOutcome] = [:]
    /// Of tests without a number.
    var unnumbered = 0
  }

  private var order: [String] = []
  private var prompts: [String: Prompt] = [:]

  private static let promptLimit = 10_000

  var isEmpty: Bool { order.isEmpty }

  /// A test that timed out, or was graded later, may come twice: its last line counts.
  ///
  /// - Returns: Whether the line is an outcome.
  mutating func add(_ outcome: JSONValue) -> Bool {
    guard outcome["success"]?.bool != nil || outcome["failureReason"] != nil else { return false }
    let name = PromptName(outcome["prompt"] ?? outcome, outcome["provider"])
    let key = outcome["promptIdx"]?.scalarText ?? name.key
    if prompts[key] == nil {
      guard order.count < PromptLines.promptLimit else { return false }
      order.append(key)
    }
    var prompt = prompts.removeValue(forKey: key) ?? Prompt(name: name)
    var place = Place(test: outcome["testIdx"]?.int ?? -1, repetition: 0)
    if place.test < 0 {
      place.repetition = prompt.unnumbered
      prompt.unnumbered += 1
    }
    if prompt.outcomes[place] == nil { prompt.order.append(place) }
    prompt.outcomes[place] = PromptOutcome(outcome)
    prompts[key] = prompt
    return true
  }

  /// In the order in which the prompts came.
  var tallies: [(name: PromptName, tally: PromptTally)] {
    order.compactMap { key in
      guard let prompt = prompts[key] else { return nil }
      var tally = PromptTally()
      for place in prompt.order {
        if let outcome = prompt.outcomes[place] { tally.add(outcome) }
      }
      return (prompt.name, tally)
    }
  }
}

/// One test's outcome.
private struct PromptOutcome {
  let hasPassed: Bool
  let isError: Bool
  let error: String?
  let id: UInt64
  let score: Double?
  let cost: Double?
  /// Milliseconds.
  let latency: Double?
  let promptTokens: Double?
  let completionTokens: Double?
  let namedScores: [(key: String, score: Double)]

  init(_ outcome: JSONValue) {
    hasPassed = outcome["success"]?.bool ?? outcome["pass"]?.bool ?? false
    isError = !hasPassed && PromptOutcome.isError(outcome)
    error = (outcome["error"]?.string?.firstLine).map { String($0.prefix(300)) }
    id = PromptOutcome.id(of: outcome)
    score = outcome["score"]?.double
    cost = outcome["cost"]?.double
    latency = outcome["latencyMs"]?.double
    let tokens = outcome["tokenUsage"] ?? outcome["response"]?["tokenUsage"]
    promptTokens = tokens?["prompt"]?.double
    completionTokens = tokens?["completion"]?.double
    namedScores = outcome.entries("namedScores").compactMap { key, value in
      value.double.map { (key, $0) }
    }
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
    let variables = outcome.entries("vars")
    var texts = variables.map { "\($0.key)=\($0.value.scalarText ?? "")" }.sorted()
    // A list or an object says nothing here, so the test's number has to.
    if !variables.allSatisfy({ $0.value.scalarText != nil }) || texts.isEmpty {
      texts.append(outcome["testIdx"]?.scalarText ?? "")
    }
    let text = texts.joined(separator: "\n")
    return Digest.identifier(of: Array(text.utf8)).bits
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
  private(set) var promptTokens: Double?
  private(set) var completionTokens: Double?
  private var latencies: [Double] = []
  private var named: [String: (sum: Double, count: Double)] = [:]

  var count: Double { passed + failed + errors }
  /// The mean of the answers, in milliseconds; nil where one has none.
  var latency: Double? {
    latencies.isEmpty || Double(latencies.count) < passed + failed ? nil : latencies.mean
  }
  /// The mean of each over the answers that have it, by name.
  var namedScores: [(key: String, mean: Double)] {
    named.map { ($0.key, $0.value.sum / $0.value.count) }.sorted {
      utf8Precedes($0.key, $1.key)
    }
  }

  mutating func add(_ outcome: PromptOutcome) {
    guard !outcome.isError else {
      errors += 1
      firstError = firstError ?? outcome.error
      return
    }
    if outcome.hasPassed { passed += 1 } else { failed += 1 }
    items.append(ItemScore(id: outcome.id, score: outcome.hasPassed ? 1 : 0))
    PromptTally.add(outcome.score, to: &score)
    PromptTally.add(outcome.cost, to: &cost)
    PromptTally.add(outcome.promptTokens, to: &promptTokens)
    PromptTally.add(outcome.completionTokens, to: &completionTokens)
    if let value = outcome.latency { latencies.append(value) }
    for (key, value) in outcome.namedScores where named[key] != nil || named.count < 1000 {
      let standing = named[key] ?? (0, 0)
      named[key] = (standing.sum + value, standing.count + 1)
    }
  }

  private static func add(_ value: Double?, to sum: inout Double?) {
    if let value { sum = (sum ?? 0) + value }
  }
}
