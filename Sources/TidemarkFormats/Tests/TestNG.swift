package import TidemarkModel
private import TidemarkSyntax

/// TestNG's own results (`testng-results.xml`).
package enum TestNG: Format {
  package static let name = "testng"
  package static let producers = "TestNG (testng-results.xml), also through Surefire and Gradle"
  package static let specification = "https://testng.org/#_xml_reports"
  package static let kept = """
    Each test method with status, duration, exception and parameters, under suite and test; of one \
    that was retried the attempts before the last. Configuration methods and data providers that \
    failed are problems.
    """
  package static let dropped =
    "Configuration methods that pass (`is-config`), groups, reporter output, totals."

  package static func recognises(_ head: Head) -> Recognition {
    head.rootElement == "testng-results" ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = TestNGReading()
    let reader = try XMLNode.forEach(["test-method"], in: file, reading.take)
    if reading.isEmpty {
      // With `fileFragmentationLevel` the suites are in files of their own: the totals stay.
      _ = try XMLNode.forEach(["testng-results"], in: file, limit: 2) { node, _ in
        reading.takeTotals(node)
      }
    }
    return reading.finish(reader.repairProblems)
  }
}

private final class TestNGReading {
  /// What the attempts of one test have in common.
  private struct Key: Hashable {
    var suite: Int32
    var className: String
    var name: String
    var parameters: String
  }

  private var results = Results()
  private var suites = SuiteTable()
  /// Indices of the attempts that were retried.
  private var retried: [Int] = []

  var isEmpty: Bool { results.tests.isEmpty && results.problems.isEmpty }

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    if let time = node["finished-at"].flatMap(TimeText.parse) {
      results.newestTime = max(results.newestTime ?? time, time)
    }
    let exception = node.child("exception")
    let message = exception?.text(of: "message")?.firstLine ?? exception?["class"]
    if node["is-config"] == "true" {
      if node["status"] == "FAIL" { note(node, message ?? "failed") }
      return
    }
    let outcome = TestNGReading.outcome(node)
    if TestNGReading.isProviderFault(node) { note(node, message ?? "its data provider failed") }
    var detail = TestDetail()
    if outcome != .passed {
      detail = TestDetail(
        message: message,
        text: exception?.text(of: "full-stacktrace") ?? exception?.text(of: "short-stacktrace")
          ?? exception?.text(of: "message"), type: exception?["class"])
    }
    detail.parameters = parameters(node)
    let path = above.filter { $0.name == "suite" || $0.name == "test" }.compactMap { $0["name"] }
    let isPlain = outcome == .passed && detail.parameters == nil
    let wasRetried = node["retried"] == "true"
    if wasRetried { retried.append(results.tests.count) }
    // `inspect` counts attempts as the file does; reports show them with the last one.
    results.append(
      suite: suites.number(path, in: &results),
      className: TestNGReading.className(above.last { $0.name == "class" }),
      name: TestNGReading.name(node), outcome: outcome,
      duration: node["duration-ms"]?.decimal.map { $0 / 1000 },
      role: wasRetried ? .parent : .test, detail: isPlain ? nil : detail)
  }

  private func note(_ node: XMLNode, _ message: String) {
    results.problems.append(
      ResultProblem(
        .suiteError, "\(node["name"] ?? "a method"): \(message)", line: node.line,
        isBlocking: true))
  }

  /// An assertion's exception is a failure, any other one an error only where TestNG says no more
  /// than FAIL: it makes no difference itself, so neither do we.
  private static func outcome(_ node: XMLNode) -> Outcome {
    switch node["status"] {
    case "PASS", "SUCCESS_PERCENTAGE_FAILURE": .passed
    case "SKIP": .skipped
    default: .failed
    }
  }

  /// A data provider that threw: TestNG skips its test, once and without parameters.
  private static func isProviderFault(_ node: XMLNode) -> Bool {
    guard node["status"] == "SKIP", node["data-provider"] != nil, node["retried"] != "true",
      node.child("params") == nil, let exception = node.child("exception")?["class"]
    else { return false }
    // A `Throwable` is the mark of a method that another one failed before; skips have own classes.
    return exception != "java.lang.Throwable" && !exception.contains("Skip")
  }

  /// With `splitClassAndPackageNames` the package stands apart.
  private static func className(_ node: XMLNode?) -> String {
    let name = node?["name"] ?? ""
    guard let package = node?["package"]?.nonEmpty, package != "[default]" else { return name }
    return "\(package).\(name)"
  }

  /// Before version 6.1 a test that names its instances (`ITest`) has that name for all its methods.
  private static func name(_ node: XMLNode) -> String {
    let name = node["name"] ?? ""
    guard name == node["test-instance-name"], let signature = node["signature"],
      let method = signature.split(separator: "(").first, !method.isEmpty
    else { return name }
    return String(method)
  }

  private func parameters(_ node: XMLNode) -> String? {
    var values = (node.child("params")?.children("param") ?? []).map { $0.text(of: "value") ?? "" }
    if let instance = node["test-instance-name"]?.nonEmpty { values.insert(instance, at: 0) }
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  /// What a file without a test says that it has.
  func takeTotals(_ root: XMLNode) {
    let total = root["total"].flatMap { Int($0) } ?? 0
    let ignored = root["ignored"].flatMap { Int($0) } ?? 0
    guard total > ignored else { return }
    results.problems.append(
      ResultProblem(
        .planMismatch, "the summary counts \(total &- ignored) tests, and none is here",
        line: root.line, isBlocking: true))
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    if !retried.isEmpty { joinAttempts() }
    results.problems += repairs
    return results
  }

  /// An attempt that was retried goes to the next run of its test that was not, or to the last one:
  /// the file is sorted by whole milliseconds.
  private func joinAttempts() {
    var ends: [Key: [Int]] = [:]
    for (index, test) in results.tests.enumerated() where test.role == .test {
      ends[key(test), default: []].append(index)
    }
    // Both go up: what was looked at of a test's runs need not be looked at again.
    var passed: [Key: Int] = [:]
    for index in retried {
      let key = key(results.tests[index])
      guard let runs = ends[key], let last = runs.last else {
        results.tests[index].role = .test
        continue
      }
      var next = passed[key] ?? 0
      while next < runs.count, runs[next] < index { next += 1 }
      passed[key] = next
      append(results.tests[index], to: next < runs.count ? runs[next] : last)
    }
  }

  private func append(_ attempt: TestRecord, to end: Int) {
    if !results.hasDetail(results.tests[end]) {
      results.tests[end].detail = Int32(truncatingIfNeeded: results.details.count)
      results.details.append(TestDetail())
    }
    let place = Int(results.tests[end].detail)
    guard results.details[place].attempts.count < 100 else { return }
    let detail = results.detail(of: attempt)
    results.details[place].attempts.append(
      Attempt(
        outcome: .failed, duration: attempt.duration, message: detail?.message, text: detail?.text))
  }

  /// Parameters that are objects have another hash each time: `Order@1b2c3d`.
  private func key(_ test: TestRecord) -> Key {
    let values = results.detail(of: test)?.parameters?.split(separator: ", ") ?? []
    let parameters = values.map { value in
      guard let mark = value.lastIndex(of: "@"),
        value[value.index(after: mark)...].allSatisfy(\.isHexDigit)
      else { return value }
      return value[..<mark]
    }
    return Key(
      suite: test.suite, className: results.text.string(test.className),
      name: results.text.string(test.name), parameters: parameters.joined(separator: ", "))
  }
}
