package import TidemarkFormats
package import TidemarkModel
private import TidemarkSyntax

/// Allure 3's `history.jsonl`: a run a line, with all its tests.
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
      var part = ForeignPart(runID: "allure-\(id)", time: time, job: "allure")
      if let url = point["url"]?.string, url.hasPrefix("http") { part.url = url }
      var suites: [Suite: Int32] = [:]
      for (key, test) in point.entries("testResults") {
        guard let status = test["status"]?.string,
          let name = test["name"]?.string ?? test["fullName"]?.string
        else {
          contents.skip("line \(number): \(key): has no name or status")
          continue
        }
        let place = AllureNames.Place(labels: AllureNames.labels(test), name: name)
        place.append(
          AllureNames.outcome(status), duration: duration(of: test), to: &part.results, &suites)
      }
      if part.results.tests.isEmpty {
        contents.skip("line \(number): has no test")
      } else {
        contents.parts.append(part)
      }
    }
    return contents
  }

  private static func duration(of test: JSONValue) -> Double? {
    if let duration = test.milliseconds("duration") { return duration }
    guard let start = test["start"]?.double, let stop = test["stop"]?.double, stop >= start else {
      return nil
    }
    return (stop - start) / 1000
  }
}
