package import TidemarkModel
private import TidemarkSyntax

/// A Lighthouse result (LHR) in JSON, of version 2 and later; as PageSpeed Insights' answer wraps it,
/// or one for each step of a user flow.
package enum Lighthouse: Format {
  package static let name = "lighthouse"
  package static let producers = "Lighthouse (--output json), Lighthouse CI, PageSpeed Insights"
  package static let specification =
    "https://github.com/GoogleChrome/lighthouse/blob/main/docs/understanding-results.md"
  package static let kept = """
    Every audit with a number as a main metric; the categories' scores as further ones; the page's \
    address as the name, without a port of localhost that is another one in every run; an audit that \
    ended in an error as a note, a run or a category's score that did as a blocking problem.
    """
  package static let dropped =
    "Audits that pass or fail without a number; details, settings, timing."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.has("lighthouseResult.lighthouseVersion") || json.has("steps[].lhr.lighthouseVersion") {
      return .yes
    }
    guard json.has("lighthouseVersion") else { return .no }
    return json.has("fetchTime") || json.has("requestedUrl") || json.kind("audits") == .object
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      results.filesAreRepetitions = true
      let steps = root.list("steps")
      guard steps.contains(where: { $0["lhr"] != nil }) else {
        return try read(root["lighthouseResult"] ?? root, step: nil, into: &results)
      }
      for step in steps {
        guard let result = step["lhr"] else { continue }
        try read(result, step: step["name"]?.string, into: &results)
      }
    }
  }

  private static func read(
    _ root: JSONValue, step: String?, into results: inout Results
  ) throws(Problem) {
    guard let audits = root["audits"], audits.isObject else {
      throw Problem("has no object `audits`")
    }
    let page = withoutOwnPort(
      root["requestedUrl"]?.string ?? root["finalDisplayedUrl"]?.string
        ?? root["finalUrl"]?.string ?? root["url"]?.string ?? "page")
    results.newestTime = (root["fetchTime"]?.string).flatMap { TimeText.parse($0) }
    results.environment["lighthouse"] = root["lighthouseVersion"]?.string
    var labels = Labels()
    labels["step"] = step
    labels["form_factor"] =
      root["configSettings"]?["formFactor"]?.string
      ?? root["configSettings"]?["emulatedFormFactor"]?.string
    if let message = root["runtimeError"]?["message"]?.string, !message.isEmpty {
      results.problems.append(
        ResultProblem(
          .outsideError, "\(page): \(message.prefix(300))", isBlocking: true))
      // Of a page that did not load the few numbers are no measurements.
      return
    }
    for (id, audit) in audits.members {
      append(audit, id: id.string, page: page, labels, into: &results)
    }
    for (id, category) in root.entries("categories") {
      guard let score = category["score"]?.double else {
        noteFailure(of: category, id: id, audits: audits, page: page, into: &results)
        continue
      }
      results.measurements.append(
        Measurement(
          name: page, metric: "score \(id)", value: score, unit: .score, direction: .higher,
          labels: labels, isPrimary: false))
    }
    // Version 2: a list, and scores from 0 to 100.
    for category in root.list("reportCategories") {
      guard let id = category["id"]?.string, let score = category["score"]?.double else { continue }
      results.measurements.append(
        Measurement(
          name: page, metric: "score \(id)", value: score / 100, unit: .score, direction: .higher,
          labels: labels, isPrimary: false))
    }
  }

  /// A category has no score if an audit that counts in it ended in an error, or if none counts.
  private static func noteFailure(
    of category: JSONValue, id: String, audits: JSONValue, page: String,
    into results: inout Results
  ) {
    let broken = category.list("auditRefs").first { reference in
      guard reference["weight"]?.double ?? 0 > 0, let audit = reference["id"]?.string else {
        return false
      }
      return audits[named: audit]?["scoreDisplayMode"]?.string == "error"
    }
    guard let audit = broken?["id"]?.string else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "\(page): has no score for \(id), as the audit \(audit) ended in an error",
        isBlocking: true))
  }

  /// `http://localhost:45123/a` as `http://localhost:PORT/a`: Lighthouse CI's own server takes any
  /// port that is free, another one in every run. Ports from 32768 on are those that Linux gives.
  private static func withoutOwnPort(_ url: String) -> String {
    for host in ["http://localhost:", "http://127.0.0.1:", "http://[::1]:"]
    where url.hasPrefix(host) {
      let port = url.dropFirst(host.count).prefix { $0.isASCII && $0.isNumber }
      guard let number = Int(port), (32_768...65_535).contains(number) else { return url }
      return host + "PORT" + url[port.endIndex...]
    }
    return url
  }

  private static func append(
    _ audit: JSONValue, id: String, page: String, _ labels: Labels, into results: inout Results
  ) {
    if audit["scoreDisplayMode"]?.string == "error" {
      results.skipValue(of: id, audit["errorMessage"]?.string ?? "ended in an error")
    }
    guard let value = audit["numericValue"]?.double ?? audit["rawValue"]?.double else { return }
    let unit = unit(audit["numericUnit"]?.string, id: id)
    results.measurements.append(
      Measurement(
        name: page, metric: id, value: value, unit: unit, direction: .lower, labels: labels))
  }

  /// Before version 6 only the audit itself tells its unit.
  private static func unit(_ text: String?, id: String) -> Unit {
    switch text {
    case "unitless": return .none
    case "element": return Unit(text: "elements", quantity: .count, scale: 1)
    case let text?: return Unit(parsing: text)
    case nil: break
    }
    let counts = ["dom-size", "errors-in-console", "network-requests", "main-thread-tasks"]
    if counts.contains(id) || id == "cumulative-layout-shift" { return .none }
    if id == "total-byte-weight" || id == "uses-long-cache-ttl" { return .bytes }
    return .milliseconds
  }
}
