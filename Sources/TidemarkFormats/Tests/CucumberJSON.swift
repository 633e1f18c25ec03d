package import TidemarkModel
private import TidemarkSyntax

/// Cucumber's `json` formatter, and behave's, which uses the same keys.
///
/// A scenario is a test; its outcome is its worst step's. Durations are nanoseconds, and seconds
/// where behave wrote them.
package enum CucumberJSON: Format {
  package static let name = "cucumber"
  package static let producers = "Cucumber (JVM, JS, Ruby), behave (-f json), Reqnroll, SpecFlow"
  package static let specification = "https://github.com/cucumber/cucumber-json-schema"
  package static let kept = """
    Every scenario with its feature as suite, the sum of its steps' and hooks' times, the step that \
    went wrong and its message.
    """
  package static let dropped = """
    Tags, step arguments, attachments, descriptions. The milliseconds of Cucumber.js 2 and 3 are \
    taken for nanoseconds: their files do not tell.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("") == .array else { return .no }
    let hasElements = json.kind("[].elements") == .array
    let isFeature =
      json.string("[].keyword") != nil || json.has("[].uri") || json.has("[].elements[].steps")
      || json.has("[].elements[].before") || json.string("[].elements[].keyword") != nil
    // behave gives a feature no elements whose own hook failed.
    let isBehave =
      json.has("[].location") && json.has("[].status") && json.has("[].name")
      && json.string("[].keyword") != nil
    let isBare =
      json.string("[].keyword") != nil && ["[].uri", "[].id", "[].name"].allSatisfy(json.has)
    return (hasElements && isFeature) || isBehave || isBare ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of features") }
      var suites = SuiteTable()
      for feature in root.elements { read(feature, suites: &suites, into: &results) }
    }
  }

  private static func read(
    _ feature: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) {
    // behave has no `uri`, and places as one text, `features/f.feature:1`.
    let isBehave = feature["uri"] == nil && feature["location"]?.string != nil
    let uri = feature["uri"]?.string ?? feature["location"]?.string.map(file(ofPlace:))
    let name = feature["name"]?.string ?? uri ?? ""
    let suite = suites.number([name], in: &results)
    var background: Scenario?
    var hasFailure = false
    let outlines = expandedOutlines(of: feature)
    for element in feature.list("elements") {
      if let id = element["id"]?.string, outlines.contains(id) { continue }
      var scenario = Scenario(
        element, secondsPerUnit: isBehave ? 1 : 1e-9,
        featureHasPassed: feature["status"]?.string == "passed")
      let kind = element["type"]?.string ?? element["keyword"]?.string ?? ""
      if kind.lowercased() == "background" {
        background = scenario
        continue
      }
      // A background that went wrong leaves the scenario behind it skipped: that is no skip.
      if let before = background, before.outcome.isFailure, !scenario.outcome.isFailure {
        scenario.outcome = before.outcome
        scenario.message = before.message
      }
      background = nil
      if scenario.outcome.isFailure { hasFailure = true }
      var detail = scenario.outcome == .passed ? nil : scenario.detail
      detail?.file = uri
      detail?.line =
        element.line("line") ?? element["location"]?.string.flatMap(line(ofPlace:))
      results.append(
        suite: suite, name: element["name"]?.string ?? "", outcome: scenario.outcome,
        duration: scenario.duration, detail: detail)
    }
    if let status = feature["status"]?.string, !hasFailure,
      CucumberStatus.outcome(ofWhole: status) != nil
    {
      results.problems.append(
        ResultProblem(.suiteError, "\(name): \(status) outside its scenarios", isBlocking: true))
    }
  }

  /// The ids of outlines that stand beside their own rows, as in Cucumber-JVM 1: they are templates
  /// and no tests. A row's id is its outline's, the examples' name and a number.
  private static func expandedOutlines(of feature: JSONValue) -> Set<String> {
    var rows: Set<String> = []
    var outlines: Set<String> = []
    for element in feature.list("elements") {
      guard let id = element["id"]?.string else { continue }
      if element["type"]?.string == "scenario_outline" { outlines.insert(id) }
      let parts = id.split(separator: ";", omittingEmptySubsequences: false)
      if parts.count > 2 { rows.insert(parts.dropLast(2).joined(separator: ";")) }
    }
    return outlines.intersection(rows)
  }

  private static func file(ofPlace place: String) -> String {
    String(place.lastIndex(of: ":").map { place[..<$0] } ?? place[...])
  }

  private static func line(ofPlace place: String) -> Int? {
    place.lastIndex(of: ":").flatMap { Int(place[place.index(after: $0)...]) }
  }
}

/// A step's status: a scenario's is the one of its steps that tells most.
enum CucumberStatus {
  /// From what tells least to what tells most.
  static func rank(_ status: String) -> Int {
    switch status.lowercased() {
    case "": 0
    case "passed": 1
    case "skipped", "pending", "untested", "pending_warn", "untested_pending",
      "untested_undefined":
      2
    case "failed": 4
    default: 3
    }
  }

  /// What behave says of a whole scenario or feature, which may be more than its steps say: a hook
  /// has no step. nil where it says nothing bad.
  static func outcome(ofWhole status: String) -> Outcome? {
    status == "failed" ? .failed : status.hasSuffix("error") ? .errored : nil
  }

  static func outcome(rank: Int) -> Outcome {
    switch rank {
    case 1: .passed
    case 3: .errored
    case 4: .failed
    default: .skipped
    }
  }
}

/// What a scenario's steps and hooks make of it.
private struct Scenario {
  var outcome = Outcome.skipped
  var message: String?
  private var failedStep: String?
  /// Seconds; nil where no step has a time.
  private(set) var duration: Double?

  init(_ element: JSONValue, secondsPerUnit: Double, featureHasPassed: Bool) {
    var worst = 0
    let keys: [StaticString] = ["before", "steps", "after"]
    for key in keys {
      let isHook = !(key.utf8CodeUnitCount == 5 && key.utf8Start[0] == UInt8(ascii: "s"))
      for step in element.list(key) {
        add(step, isHook: isHook, secondsPerUnit: secondsPerUnit, worst: &worst)
        addHooks(of: step, secondsPerUnit: secondsPerUnit, worst: &worst)
      }
    }
    // Steps of which nothing is known, behind ones that passed: the scenario was cut short.
    let isCut = element.list("steps").contains { $0["result"]?["status"] == nil }
    if worst == 1, isCut {
      worst = 3
      message = "a step has no result"
    }
    outcome = CucumberStatus.outcome(rank: worst)
    // A feature is as bad as its worst scenario: where it passed, the steps are to be believed.
    let isContradicted = outcome == .passed && featureHasPassed
    if !outcome.isFailure, !isContradicted, let status = element["status"]?.string,
      let whole = CucumberStatus.outcome(ofWhole: status)
    {
      (outcome, message) = (whole, status)
    }
  }

  private mutating func addHooks(of step: JSONValue, secondsPerUnit: Double, worst: inout Int) {
    for key in ["before", "after"] as [StaticString] {
      for hook in step.list(key) {
        add(hook, isHook: true, secondsPerUnit: secondsPerUnit, worst: &worst)
      }
    }
  }

  private mutating func add(
    _ step: JSONValue, isHook: Bool, secondsPerUnit: Double, worst: inout Int
  ) {
    let result = step["result"]
    if let time = result?["duration"]?.double, time >= 0 {
      duration = (duration ?? 0) + time * secondsPerUnit
    }
    let status = result?["status"]?.string ?? ""
    let rank = CucumberStatus.rank(status)
    // Hooks that pass say nothing of the scenario.
    guard rank > worst, !(isHook && rank <= 1) else { return }
    worst = rank
    guard rank > 1 else { return }
    let text = result?["error_message"].flatMap { value in
      value.string ?? value.elements.compactMap(\.string).joined(separator: "\n")
    }
    message = text
    let keyword = (step["keyword"]?.string ?? "").split(separator: " ").first.map { $0 + " " } ?? ""
    failedStep = step["name"]?.string.map { "\(status): \(keyword)\($0)" }
  }

  var detail: TestDetail {
    var detail = TestDetail(message: message, trace: nil)
    detail.message = detail.message ?? failedStep
    if let failedStep, let text = detail.text { detail.text = failedStep + "\n" + text }
    return detail
  }
}
