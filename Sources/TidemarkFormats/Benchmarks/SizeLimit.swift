package import TidemarkModel
private import TidemarkSyntax

/// size-limit's `--json`: an array of checks.
package enum SizeLimit: Format {
  package static let name = "size-limit"
  package static let producers = "size-limit (--json)"
  package static let specification =
    "https://github.com/ai/size-limit/blob/main/packages/size-limit/create-reporter.js"
  package static let kept = """
    Each check's size as the main metric, or its time where it has no size; loading and running \
    time as further ones; a limit that was passed as a blocking problem.
    """
  package static let dropped = "The limits themselves."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("") == .array, json.has("[].name"), !json.has("[].unit"),
      json.kind("[].size") == .number || json.kind("[].running") == .number
    else { return .no }
    if json.kind("[].passed") == .bool || json.has("[].sizeLimit") || json.has("[].loading") {
      return .yes
    }
    // Checks of files without a limit are names and sizes alone.
    return json.hasPath("[].") { $0 != "[].name" && $0 != "[].size" } ? .no : .yes
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of checks") }
      for check in root.elements { read(check, into: &results) }
    }
  }

  private static func read(_ check: JSONValue, into results: inout Results) {
    guard let name = check["name"]?.string else {
      return results.skipValue(of: "a check without a name", "is left out")
    }
    let values: [(String, Double?, Unit)] = [
      ("size", check["size"]?.double, .bytes), ("time", check["time"]?.double, .seconds),
      ("loading", check["loading"]?.double, .seconds),
      ("running", check["running"]?.double, .seconds),
    ]
    var isFirst = true
    for case (let metric, let value?, let unit) in values {
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: unit, direction: .lower,
          isPrimary: isFirst))
      isFirst = false
    }
    if isFirst, check["passed"]?.bool != false {
      results.skipValue(of: name, "has neither a size nor a time")
    }
    if check["passed"]?.bool == false {
      results.problems.append(
        ResultProblem(
          .outsideError,
          isFirst ? "\(name): has no file to measure" : "\(name) is beyond its limit",
          isBlocking: true))
    }
  }
}
