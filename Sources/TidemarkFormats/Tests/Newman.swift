package import TidemarkModel
private import TidemarkSyntax

/// Newman's JSON reporter: a run of a Postman collection.
package enum Newman: Format {
  package static let name = "newman"
  package static let producers = "Newman (--reporters json)"
  package static let specification =
    "https://github.com/postmanlabs/newman#json-reporter"
  package static let kept = """
    Every assertion with its collection, folders and request as suite, and its error; requests and \
    scripts that failed outside of assertions, and a run that was cut short, as blocking problems.
    """
  package static let dropped = "Requests and answers, their times and sizes; variables."

  /// The collection stands first, and its name last in it, unlike in an export of it.
  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("collection") == .object else { return .no }
    if json.has("run.stats.assertions.total") || json.kind("run.executions") == .array {
      return .yes
    }
    let isCut = !head.isWhole && json.kind("collection.item") == .array
    return isCut && !json.has("collection.info") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let run = root["run"], let executions = run["executions"], executions.isArray else {
        throw Problem("has no array `run.executions`")
      }
      results.newestTime = run["timings"]?.time("completed")
      let collection = root["collection"]
      let name = collection?["info"]?["name"]?.string ?? collection?["name"]?.string ?? ""
      var folders: [String: [String]] = [:]
      if let collection { place(collection, [name], depth: 0, in: &folders) }
      var suites = SuiteTable()
      for execution in executions.elements {
        let item = execution["item"]
        let id = (item?["id"] ?? execution["id"])?.string ?? ""
        let path = (folders[id] ?? [name]) + [item?["name"]?.string ?? id]
        let suite = suites.number(path, in: &results)
        for assertion in execution.list("assertions") {
          append(assertion, suite: suite, to: &results)
        }
      }
      noteFailures(run, into: &results)
      noteEnd(error: root["error"] ?? run["error"], into: &results)
      results.checkFailures(claimed: run["stats"]?["assertions"]?["failed"]?.int)
    }
  }

  /// Where each request stands: folders may stand in folders.
  private static func place(
    _ folder: JSONValue, _ path: [String], depth: Int, in folders: inout [String: [String]]
  ) {
    guard depth < 32 else { return }
    for item in folder.list("item") {
      if item["item"]?.isArray == true {
        place(item, path + [item["name"]?.string ?? ""], depth: depth + 1, in: &folders)
      } else if let id = item["id"]?.string {
        folders[id] = path
      }
    }
  }

  private static func append(_ assertion: JSONValue, suite: Int32, to results: inout Results) {
    let error = assertion["error"].flatMap { $0.isObject ? $0 : nil }
    let outcome: Outcome =
      error != nil ? .failed : assertion["skipped"]?.bool == true ? .skipped : .passed
    var detail: TestDetail?
    if let error {
      detail = TestDetail(message: error["message"]?.string, trace: error["stack"]?.string)
      detail?.type = error["name"]?.string
    }
    results.append(
      suite: suite, name: assertion["assertion"]?.string ?? "", outcome: outcome, detail: detail)
  }

  /// What is told of failures beside assertions: requests without an answer, scripts that threw.
  private static func noteFailures(_ run: JSONValue, into results: inout Results) {
    var count = 0
    for failure in run.list("failures") {
      let place = failure["at"]?.string ?? ""
      guard !place.hasPrefix("assertion") else { continue }
      count += 1
      guard count <= 20 else { continue }
      let name = failure["source"]?["name"]?.string ?? ""
      let error = failure["error"]
      let why = TestDetail(message: error?["message"]?.string, trace: nil).message
      results.problems.append(
        ResultProblem(
          .outsideError, "\(name): \(place): \(why ?? error?["name"]?.string ?? "failed")",
          isBlocking: true))
    }
    guard count > 20 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "\(count - 20) further failures outside of assertions", isBlocking: true))
  }

  private static func noteEnd(error: JSONValue?, into results: inout Results) {
    guard let error, !error.isNull else { return }
    let why = (error["message"]?.string ?? error.string).map { ": \($0)" } ?? ""
    results.problems.append(
      ResultProblem(.bailedOut, "the run was cut short\(why)", isBlocking: true))
  }
}
