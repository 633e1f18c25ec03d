package import TidemarkFormats
package import TidemarkModel
private import TidemarkSyntax

/// github-action-benchmark's `data.js` (the history of a gh-pages branch), and the same as plain
/// JSON, as `external-data-json-path` keeps it.
///
/// A suite is a job. Entries of one commit are one run; where a suite has a commit more than once,
/// each is a run of its own.
/// - Source: https://github.com/benchmark-action/github-action-benchmark, `src/write.ts` (the file),
///   `src/extract.ts` (what each tool's values and ranges are).
package enum GitHubActionBenchmarkHistory: ForeignHistory {
  package static let name = "github-action-benchmark"

  package static func recognises(_ head: Head) -> Bool {
    head.contains("window.BENCHMARK_DATA")
      || (head.json.has("lastUpdate") && head.json.kind("entries") == .object)
  }

  package static func read(
    _ file: InputFile, in folder: ImportFolder
  ) throws(Problem) -> ForeignContents {
    try GitHubActionBenchmarkData.readRoot(of: file) { (root) throws(Problem) in
      var contents = ForeignContents()
      for (suite, entries) in root.entries("entries") {
        read(entries, of: suite, into: &contents)
      }
      return contents
    }
  }

  private static func read(
    _ entries: JSONValue, of suite: String, into contents: inout ForeignContents
  ) {
    let all = Array(entries.elements)
    var counts: [String: Int] = [:]
    for entry in all { counts[entry["commit"]?["id"]?.string ?? "", default: 0] += 1 }
    for (index, entry) in all.enumerated() {
      let place = "\(suite), entry \(index + 1)"
      guard let commit = entry["commit"]?["id"]?.string, !commit.isEmpty else {
        contents.skip("\(place): has no commit")
        continue
      }
      guard let time = time(of: entry) else {
        contents.skip("\(place): has no date")
        continue
      }
      let isRepeat = counts[commit, default: 0] > 1
      let id = "gab-\(commit)" + (isRepeat ? "-\(time.millisecondsSince1970)" : "")
      var part = ForeignPart(runID: id, time: time, job: suite)
      part.commit = commit
      part.author = entry["commit"]?["author"].flatMap {
        $0["name"]?.string ?? $0["username"]?.string
      }
      if let url = entry["commit"]?["url"]?.string, url.hasPrefix("http") {
        part.url = url
        part.pullRequest = pullRequest(in: url)
      }
      part.results = results(entry, place, &contents)
      if part.results.measurements.isEmpty {
        contents.skip("\(place): has no value")
      } else {
        contents.parts.append(part)
      }
    }
  }

  /// When it was measured, else when it was committed.
  private static func time(of entry: JSONValue) -> Timestamp? {
    entry.time("date") ?? entry["commit"]?["timestamp"]?.string.flatMap { TimeText.parse($0) }
  }

  /// Of a pull request the address is `…/pull/7/commits/…`: it is no baseline of the branch.
  private static func pullRequest(in url: String) -> String? {
    let steps = url.split(separator: "/")
    guard let place = steps.firstIndex(of: "pull"), steps.indices.contains(place + 1) else {
      return nil
    }
    let number = String(steps[place + 1])
    return number.utf8.allSatisfy { (48...57).contains($0) } ? number : nil
  }

  private static func results(
    _ entry: JSONValue, _ place: String, _ contents: inout ForeignContents
  ) -> Results {
    let tool = entry["tool"]?.string ?? ""
    var results = Results()
    var seen: Set<[String]> = []
    for bench in entry.list("benches") {
      guard let text = bench["name"]?.scalarText, let value = bench["value"]?.lenientDouble else {
        contents.skip("\(place): \(bench["name"]?.scalarText ?? "a benchmark") has no value")
        continue
      }
      let unit = GitHubActionBenchmarkData.unit(of: bench)
      if tool == "pytest", let time = time(bench, text, value, unit) {
        results.measurements.append(time)
        continue
      }
      let (name, parameters, package) = benchmark(text, tool, unit)
      let metric = metric(of: tool, unit)
      // For Go the first number stands twice: by itself, and under its unit.
      if tool == "go", !seen.insert([name, metric, package ?? ""]).inserted, name != text {
        continue
      }
      var labels = Labels()
      labels["pkg"] = package
      results.measurements.append(
        Measurement(
          name: name, parameters: parameters, metric: metric, value: value, unit: unit,
          direction: directions[tool] ?? .byDefault(metric: metric, unit: unit), labels: labels,
          standardError: standardError(bench, of: value, tool)))
    }
    return results
  }

  /// Without what the action adds to the name, as the reader of the tool's own files has it:
  /// `BenchmarkA - B/op` of Go, `BenchmarkA (a.com/b)` where it ran several packages, `a.B.run (
  /// {"size":"10"} )` of JMH.
  private static func benchmark(
    _ text: String, _ tool: String, _ unit: Unit
  ) -> (name: String, parameters: Labels, package: String?) {
    switch tool {
    case "go":
      let ending = " - \(unit.text)"
      let name = text.hasSuffix(ending) ? String(text.dropLast(ending.count)) : text
      // A benchmark's name has no blank.
      guard name.hasSuffix(")"), let open = name.firstIndex(of: " "),
        name[open...].hasPrefix(" (")
      else { return (name, .none, nil) }
      return (String(name[..<open]), .none, String(name[open...].dropFirst(2).dropLast()))
    case "jmh":
      guard text.hasSuffix(" )"),
        let end = text.indices.first(where: { text[$0...].hasPrefix(" ( {") })
      else { return (text, .none, nil) }
      let json = Array(text[end...].dropFirst(3).dropLast(2).utf8)
      let document = json + [UInt8](repeating: 0, count: JSONReader.padding)
      let parameters = try? JSONReader.read(document, count: json.count) {
        (root, _) throws(Problem) -> Labels in
        var labels = Labels()
        for (key, value) in root.members.prefix(64) { labels[key.string] = value.scalarText }
        return labels
      }
      guard let parameters else { return (text, .none, nil) }
      return (String(text[..<end]), parameters, nil)
    default: return (text, .none, nil)
    }
  }

  /// The action keeps how often a second a test ran; the reader of pytest-benchmark's files has the
  /// mean time, its reciprocal, with what its deviation and rounds tell of its error.
  private static func time(
    _ bench: JSONValue, _ name: String, _ rate: Double, _ unit: Unit
  ) -> Measurement? {
    guard unit.text == "iter/sec", rate > 0, (1 / rate).isFinite else { return nil }
    var measurement = Measurement(
      name: name, metric: "time", value: 1 / rate, unit: .seconds, direction: .lower)
    let rounds = bench["extra"]?.string?.word(after: "rounds: ").flatMap { Int($0) }
    guard let rounds, rounds > 1 else { return measurement }
    measurement.n = rounds
    if let deviation = bench["range"]?.string?.word(after: "stddev: ").flatMap({ Double($0) }),
      deviation.isFinite, deviation >= 0
    {
      measurement.standardError = deviation / Double(rounds).squareRoot()
    }
    return measurement
  }

  /// As the reader of the tool's own files names it, so that the series goes on with them.
  private static func metric(of tool: String, _ unit: Unit) -> String {
    switch tool {
    case "cargo", "benchmarkdotnet": "time"
    case "go": unit.text == "ns/op" ? "time" : unit.text
    case "benchmarkjs", "pytest": "ops"
    case "googlecpp": "real_time"
    case "catch2": "mean"
    case "julia": "time"
    case "jmh": unit.quantity == .rate ? "thrpt" : "avgt"
    default: "value"
    }
  }

  private static let directions: [String: Direction] = [
    "cargo": .lower, "benchmarkjs": .higher, "benchmarkluau": .lower, "pytest": .higher,
    "googlecpp": .lower, "catch2": .lower, "julia": .lower, "benchmarkdotnet": .lower,
    "customBiggerIsBetter": .higher, "customSmallerIsBetter": .lower,
  ]

  /// What the action keeps as `range`: of Benchmark.js a 95 % margin, of Catch2 the samples' deviation
  /// without its unit, of custom values whatever was given. cargo's is the range of the samples,
  /// BenchmarkDotNet's a deviation of an unknown number, pytest's of another quantity.
  private static func standardError(_ bench: JSONValue, of value: Double, _ tool: String) -> Double?
  {
    guard
      let spread = bench["range"].flatMap({ GitHubActionBenchmark.spread($0, of: value) })
    else { return nil }
    switch tool {
    case "cargo", "benchmarkdotnet", "benchmarkluau", "pytest": return nil
    case "benchmarkjs": return spread / 1.959964
    case "catch2":
      let samples = bench["extra"]?.string?.prefix { $0.isNumber }
      guard let count = samples.flatMap({ Int($0) }), count > 1, spread <= value else { return nil }
      return spread / Double(count).squareRoot()
    default: return spread
    }
  }
}

extension String {
  /// What stands behind the last `mark`, up to a blank or the line's end.
  fileprivate func word(after mark: String) -> Substring? {
    var place = endIndex
    while place > startIndex {
      place = index(before: place)
      guard self[place...].hasPrefix(mark) else { continue }
      return self[place...].dropFirst(mark.count).prefix { !$0.isWhitespace }
    }
    return nil
  }
}
