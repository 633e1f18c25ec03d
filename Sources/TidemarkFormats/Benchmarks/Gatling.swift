package import TidemarkModel
private import TidemarkSyntax

/// Gatling's `js/global_stats.json` and `js/stats.json`.
package enum Gatling: Format {
  package static let name = "gatling"
  package static let producers = "Gatling (js/global_stats.json, js/stats.json of its report)"
  package static let specification =
    "https://docs.gatling.io/reference/stats/reports/oss/"
  package static let kept = """
    Of all requests (global_stats.json) and of each request and group (stats.json) the successful \
    requests per second as main metric, their mean response time and percentiles, the share that \
    failed, and failures as notes.
    """
  package static let dropped = """
    Fastest and slowest answers, spreads, bands of response times; what failed answers took; \
    simulation.log.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isOne = json.has("meanNumberOfRequestsPerSecond.ok") && json.has("numberOfRequests.ok")
    let isTree = json.has("stats.numberOfRequests.ok") && json.has("contents")
    let isLong = !head.isWhole && json.has("stats.meanNumberOfRequestsPerSecond.ok")
    return isOne || isTree || isLong ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      if root["numberOfRequests"] != nil {
        append(root, root["name"]?.string ?? "All Requests", to: &results)
      } else if root["stats"] != nil {
        // The root's figures are those of global_stats.json beside it.
        for (_, part) in root.entries("contents") { read(part, [], depth: 0, into: &results) }
      } else {
        throw Problem("has no `numberOfRequests` and no `stats`")
      }
    }
  }

  /// Bytes of a group's name that are kept: each part of the group has it in its own.
  private static let nameLimit = 1000

  private static func read(
    _ part: JSONValue, _ path: [String], depth: Int, into results: inout Results
  ) {
    guard depth < 32 else { return }
    let path = path + [String(SafeText.prefix(part["name"]?.string ?? "", bytes: nameLimit))]
    if let stats = part["stats"] { append(stats, path.joined(separator: " / "), to: &results) }
    for (_, inner) in part.entries("contents") {
      read(inner, path, depth: depth + 1, into: &results)
    }
  }

  /// Versions before 3.10 wrote their numbers as texts, and `-` where there are none.
  private static func append(_ stats: JSONValue, _ name: String, to results: inout Results) {
    func ok(_ key: String) -> Double? { stats[named: key]?["ok"]?.lenientDouble }
    results.append(
      series: name, "requests per second", ok("meanNumberOfRequestsPerSecond"), .requestsPerSecond,
      .higher, isPrimary: true)
    // Where no request succeeded their times are `-`, or 0 among plain numbers.
    if ok("numberOfRequests") ?? 0 > 0 {
      results.append(
        series: name, "response time", ok("meanResponseTime"), .milliseconds, .lower)
      // Which ones they are is in the configuration: 50, 75, 95 and 99 unless it says otherwise.
      for number in 1...4 {
        results.append(
          series: name, "response time percentile \(number)", ok("percentiles\(number)"),
          .milliseconds, .lower)
      }
    }
    guard let all = stats["numberOfRequests"]?["total"]?.lenientDouble, all > 0 else { return }
    let failed = stats["numberOfRequests"]?["ko"]?.lenientDouble ?? 0
    results.append(series: name, "failed share", failed / all, .ratio, .lower)
    guard failed > 0, results.problems.count < 20 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError,
        "\(name): \(NumberText.exact(failed) ?? "some") of \(NumberText.exact(all) ?? "all") "
          + "requests failed", isBlocking: false))
  }
}
