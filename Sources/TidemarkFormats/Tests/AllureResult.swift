package import TidemarkModel
package import TidemarkSyntax

/// Allure 2's and 3's `*-result.json`, one file a test, and `*-container.json`, the fixtures.
package enum AllureResult: Format {
  package static let name = "allure"
  package static let producers = "Allure adapters (allure-pytest, allure-junit5, allure-js, …)"
  package static let specification =
    "https://allurereport.org/docs/how-it-works-test-result-file/"
  package static let kept = """
    The test with its suite labels, class, parameters, time, message and trace, the flaky and known \
    marks; results of one history id as attempts, the newest last; a fixture that failed as a \
    blocking problem.
    """
  package static let dropped = "Steps, attachments, links, severity and other labels."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("") == .object else { return .no }
    let hasName = json.kind("name") == .string
    let hasStatus = json.string("status") != nil || json.string("stage") != nil
    if isGlobals(json) { return .yes }
    let hasTimes = json.kind("start") == .number && json.kind("stop") == .number
    guard json.kind("uuid") == .string else {
      // Some adapters write the id behind message and trace, which may fill the head.
      let isCut = !head.isWhole && json.has("statusDetails")
      let isBare = head.isWhole && hasTimes && isStatus(json.string("status"))
      return (isCut || isBare) && hasName && hasStatus ? .yes : .no
    }
    let isMarked =
      hasStatus
      && ["historyId", "labels", "fullName", "stage", "steps", "testCaseId"].contains(
        where: json.has)
    let isResult = (hasName || json.kind("fullName") == .string) && (isMarked || hasTimes)
    // One of a fixture of parameters alone has no children.
    let isContainer =
      !hasStatus && ["children", "befores", "afters"].contains { json.kind($0) == .array }
    return isResult || isContainer ? .yes : .no
  }

  /// What went wrong in no test: `{"errors": […], "attachments": […]}`, since Allure 3.
  private static func isGlobals(_ json: JSONOutline) -> Bool {
    json.kind("errors") == .array && json.kind("attachments") == .array
      && json.has("errors[].message") && json.has("errors[].timestamp")
  }

  private static func isStatus(_ status: String?) -> Bool {
    ["passed", "failed", "broken", "skipped", "unknown"].contains(status?.lowercased() ?? "")
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      results.newestTime = root.time("stop") ?? root.time("start")
      let hasStatus = root["status"] != nil || root["stage"] != nil
      if !hasStatus, (root["children"] ?? root["befores"] ?? root["afters"]) != nil {
        return readContainer(root, into: &results)
      }
      if !hasStatus, root["errors"]?.isArray == true {
        return readGlobals(root, into: &results)
      }
      guard (root["name"] ?? root["fullName"])?.string != nil else {
        throw Problem("has no text `name`")
      }
      // A test that never ended has a stage at most.
      let status = root["status"]?.string ?? root["stage"]?.string ?? "unknown"
      let outcome = outcome(status)
      let labels = labels(of: root)
      results.suites = [
        Suite(path: suite(of: root, labels), retryKey: root["historyId"]?.string?.nonEmpty)
      ]
      results.append(
        suite: 0, className: className(labels),
        name: root["name"]?.string ?? root["fullName"]?.string ?? "", outcome: outcome,
        duration: duration(root), detail: detail(of: root, outcome: outcome))
    }
  }

  /// `broken` is an error that is no assertion; `unknown` is a result that was never finished.
  package static func outcome(_ status: String) -> Outcome {
    switch status.lowercased() {
    case "passed": .passed
    case "failed": .failed
    case "skipped": .skipped
    default: .errored
    }
  }

  /// The first label of each name.
  package static func labels(of result: JSONValue) -> [String: String] {
    var labels: [String: String] = [:]
    for label in result.list("labels") {
      if let name = label["name"]?.string, labels[name] == nil {
        labels[name] = label["value"]?.scalarText
      }
    }
    return labels
  }

  /// The suites that the labels name, else the path of titles.
  package static func suite(of result: JSONValue, _ labels: [String: String]) -> [String] {
    let named = ["parentSuite", "suite", "subSuite"].compactMap { labels[$0] }
    return named.isEmpty ? result.strings("titlePath") : named
  }

  package static func className(_ labels: [String: String]) -> String {
    labels["testClass"] ?? labels["package"] ?? ""
  }

  private static func duration(_ result: JSONValue) -> Double? {
    guard let start = result["start"]?.double, let stop = result["stop"]?.double, stop >= start
    else { return nil }
    return (stop - start) / 1000
  }

  private static func detail(of result: JSONValue, outcome: Outcome) -> TestDetail? {
    let status = result["statusDetails"]
    let isFlaky = (status?["flaky"] ?? result["flaky"])?.bool ?? false
    let parameters = parameters(of: result)
    guard outcome != .passed || isFlaky || parameters != nil else { return nil }
    var detail = TestDetail()
    if outcome != .passed {
      detail = TestDetail(message: status?["message"]?.string, trace: status?["trace"]?.string)
    }
    detail.isMarkedFlaky = isFlaky
    detail.isKnownFailure = (status?["known"] ?? result["known"])?.bool ?? false
    detail.parameters = parameters
    return detail
  }

  /// `a=1, b=2`, without what is excluded from history or hidden; a masked value is a secret.
  package static func parameters(of result: JSONValue) -> String? {
    let list = result.list("parameters")
    let shown = list.compactMap { parameter -> String? in
      if parameter["excluded"]?.bool == true { return nil }
      guard let name = parameter["name"]?.string else { return nil }
      switch parameter["mode"]?.string?.lowercased() {
      case "hidden": return nil
      case "masked": return "\(name)=******"
      default: break
      }
      return "\(name)=\(parameter["value"]?.scalarText ?? "null")"
    }
    return shown.isEmpty ? nil : shown.joined(separator: ", ")
  }

  private static func readGlobals(_ root: JSONValue, into results: inout Results) {
    for error in root.list("errors") {
      let detail = TestDetail(message: error["message"]?.string, trace: error["trace"]?.string)
      results.problems.append(
        ResultProblem(
          .outsideError, detail.message ?? "an error outside of the tests", isBlocking: true))
    }
  }

  private static func readContainer(_ root: JSONValue, into results: inout Results) {
    for key in ["befores", "afters"] as [StaticString] {
      for fixture in root.list(key) {
        guard let status = fixture["status"]?.string, outcome(status).isFailure else { continue }
        let detail = TestDetail(
          message: fixture["statusDetails"]?["message"]?.string, trace: nil)
        results.problems.append(
          ResultProblem(
            .suiteError,
            "\(fixture["name"]?.string ?? "a fixture"): \(detail.message ?? status)",
            isBlocking: true))
      }
    }
  }
}
