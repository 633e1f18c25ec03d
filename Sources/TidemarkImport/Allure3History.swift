package import TidemarkFormats
package import TidemarkModel
private import TidemarkSyntax

/// Allure 3's `history.jsonl`: a run a line, with all its tests; an environment that has a name is a
/// job. Parameters are not kept in it.
///
/// - Source: https://github.com/allure-framework/allure3, `packages/core-api/src/history.ts`
///   (`HistoryDataPoint`, `HistoryTestResult`).
package enum Allure3History: ForeignHistory {
  package static let name = "allure-3"

  package static func recognises(_ head: Head) -> Bool {
    head.json.has("uuid") && head.json.has("testResults") && head.json.has("timestamp")
  }

  package static func read(
    _ file: InputFile, in folder: ImportFolder
  ) throws(Problem) -> ForeignContents {
    let (bytes, count) = try file.contents(padding: JSONReader.padding)
    var contents = ForeignContents()
    _ = try JSONReader.lines(bytes, count: count) { (line) throws(Problem) in
      guard case .value(let point, let number) = line, let id = point["uuid"]?.string,
        let time = point.time("timestamp")
      else { return contents.skip("line \(line.number): is no run") }
      var start = ForeignPart(runID: "allure-\(id)", time: time)
      if let url = point["url"]?.string, url.hasPrefix("http") { start.url = url }
      var parts: [String: Part] = [:]
      // By id: what differs in nothing that the file tells has the same place in each run.
      for (key, test) in point.entries("testResults").sorted(by: { utf8Precedes($0.0, $1.0) }) {
        guard let status = test["status"]?.string,
          let name = test["name"]?.string ?? test["fullName"]?.string
        else {
          contents.skip("line \(number): \(key): has no name or status")
          continue
        }
        let environment = test["environment"]?.string ?? ""
        let job = environment == "default" ? "" : environment
        let place = AllureNames.Place(of: test, name: name)
        var part = parts.removeValue(forKey: job) ?? Part()
        place.append(
          AllureResult.outcome(status), duration: duration(of: test), to: &part.results,
          &part.suites)
        parts[job] = part
      }
      if parts.isEmpty { contents.skip("line \(number): has no test") }
      for (job, made) in parts.sorted(by: { utf8Precedes($0.key, $1.key) }) {
        var part = start
        part.job = job
        part.results = made.results
        contents.parts.append(part)
      }
    }
    return contents
  }

  /// The tests of one environment.
  private struct Part {
    var results = Results()
    var suites: [Suite: Int32] = [:]
  }

  private static func duration(of test: JSONValue) -> Double? {
    if let duration = test.milliseconds("duration") { return duration }
    guard let start = test["start"]?.double, let stop = test["stop"]?.double, stop >= start else {
      return nil
    }
    return (stop - start) / 1000
  }
}
