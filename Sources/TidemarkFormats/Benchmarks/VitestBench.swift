package import TidemarkModel
private import TidemarkSyntax

/// `vitest bench --outputJson`: groups of benchmarks in files, times in milliseconds.
package enum VitestBench: Format {
  package static let name = "vitest-bench"
  package static let producers = "vitest bench (--outputJson, --reporter=json before version 2)"
  package static let specification = "https://vitest.dev/guide/cli#vitest-bench"
  package static let kept = """
    Operations per second as the main metric, with the number of samples and the samples where \
    kept; the mean time and its 99th percentile.
    """
  package static let dropped = "Other percentiles, ranks, critical values."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isBench =
      json.has("files[].groups[].benchmarks")
      || (json.has("files[].groups") && json.has("files[].filepath"))
    // Before version 2: an object of suites.
    let isOld =
      json.kind("testResults") == .object
      && (json.has("numTotalTestSuites")
        || json.hasPath("testResults.") { $0.hasSuffix("[].hz") })
    return isBench || isOld ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      if let suites = root["testResults"], suites.isObject {
        for (suite, benchmarks) in suites.members {
          for benchmark in benchmarks.elements {
            read(benchmark, group: suite.string, into: &results)
          }
        }
        return
      }
      guard let files = root["files"], files.isArray else { throw Problem("has no array `files`") }
      for group in files.elements.flatMap({ $0.list("groups") }) {
        for benchmark in group.list("benchmarks") {
          read(benchmark, group: group["fullName"]?.string ?? "", into: &results)
        }
      }
    }
  }

  private static func read(_ benchmark: JSONValue, group: String, into results: inout Results) {
    let own = benchmark["name"]?.string ?? ""
    let name = group.isEmpty ? own : "\(group) > \(own)"
    guard let rate = benchmark["hz"]?.double, rate > 0 else {
      if benchmark["hz"]?.double != nil { results.unmeasured.append(name) }
      results.problems.append(
        ResultProblem(.outsideError, "\(name): has no result", isBlocking: true))
      return
    }
    var main = Measurement(
      name: name, metric: "hz", value: rate,
      unit: Unit(text: "ops/s", quantity: .rate, scale: 1), direction: .higher)
    let times = benchmark["samples"].map { $0.elements.compactMap(\.double) } ?? []
    if times.allSatisfy({ $0 > 0 }) { main.addRepetitions(times.map { 1000 / $0 }) }
    main.n = benchmark["sampleCount"]?.int.flatMap { $0 > 0 ? $0 : nil } ?? main.n
    // The mean time's relative error is the rate's too.
    if let error = benchmark["sem"]?.double, let mean = benchmark["mean"]?.double, mean > 0,
      error >= 0
    {
      main.standardError = rate * error / mean
    }
    results.measurements.append(main)
    for (metric, value) in [("mean", benchmark["mean"]), ("p99", benchmark["p99"])] {
      guard let value = value?.double else { continue }
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: .milliseconds, direction: .lower,
          isPrimary: false))
    }
  }
}
