package import TidemarkModel
package import TidemarkSyntax

/// The store of github-action-benchmark: `data.js` of its pages (a JavaScript assignment), or the
/// same as plain JSON. It is a history; of each benchmark its newest point is read.
package enum GitHubActionBenchmarkData: Format {
  package static let name = "gab-datajs"
  package static let producers =
    "github-action-benchmark (data.js of gh-pages, external-data-json-path)"
  package static let specification =
    "https://github.com/benchmark-action/github-action-benchmark/blob/master/src/write.ts"
  package static let kept = """
    The newest point of every benchmark of every suite, with a numeric `range` as its standard error \
    and the direction that its tool tells; the time of the newest point.
    """
  package static let dropped =
    "Older points: `tidemark history import` takes those; commits; `extra`."

  private static let mark: StaticString = "window.BENCHMARK_DATA"

  package static func recognises(_ head: Head) -> Recognition {
    if head.contains(mark) { return .yes }
    let json = head.json
    return json.kind("entries") == .object && json.has("lastUpdate") && json.has("repoUrl")
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try readRoot(of: file) { (root) throws(Problem) -> Results in
      guard let entries = root["entries"], entries.isObject else {
        throw Problem("has no object `entries`")
      }
      var results = Results()
      for (suite, points) in entries.members {
        read(points, of: suite.string, into: &results)
      }
      return results
    }
  }

  /// Reads `window.BENCHMARK_DATA = {…};`, whose object is JSON as the action writes it, and
  /// JavaScript where somebody has formatted it; or the plain object.
  package static func readRoot<Answer>(
    of file: InputFile, _ body: (JSONValue) throws(Problem) -> Answer
  ) throws(Problem) -> Answer {
    var (bytes, count) = try file.contents(padding: JSONReader.padding)
    blankStatement(around: &bytes, count: count)
    do throws(Problem) {
      return try JSONReader.read(bytes, count: count) { (root, _) throws(Problem) -> Answer in
        try body(root)
      }
    } catch {
      let object = JavaScriptObject.json(bytes[..<count])
      let padded = object + [UInt8](repeating: 0, count: JSONReader.padding)
      let read = try? JSONReader.read(padded, count: object.count) {
        (root, _) throws(Problem) -> Answer in try body(root)
      }
      // Where it is no JavaScript either, what is wrong with the JSON is told, with its place.
      guard let read else { throw error }
      return read
    }
  }

  /// Makes `window.BENCHMARK_DATA = {…};` JSON, every byte of it in its place.
  private static func blankStatement(around bytes: inout [UInt8], count: Int) {
    let open = UInt8(ascii: "{")
    let close = UInt8(ascii: "}")
    guard let start = bytes[..<count].firstIndex(of: open),
      let end = bytes[..<count].lastIndex(of: close), start < end
    else { return }
    for index in 0..<start where bytes[index] != UInt8(ascii: "\n") { bytes[index] = 0x20 }
    for index in (end + 1)..<count where bytes[index] == UInt8(ascii: ";") { bytes[index] = 0x20 }
  }

  private struct Point {
    var bench: JSONValue
    var tool: String
    var date: Double
  }

  private static func read(_ points: JSONValue, of suite: String, into results: inout Results) {
    var newest: [String: Point] = [:]
    var order: [String] = []
    for entry in points.elements {
      let date = entry["date"]?.double ?? 0
      let tool = entry["tool"]?.string ?? ""
      if let time = entry.time("date") {
        results.newestTime = max(results.newestTime ?? time, time)
      }
      for bench in entry.list("benches") {
        guard let name = bench["name"]?.scalarText else { continue }
        if newest[name] == nil { order.append(name) }
        if let standing = newest[name], standing.date > date { continue }
        newest[name] = Point(bench: bench, tool: tool, date: date)
      }
    }
    for name in order {
      guard let point = newest[name] else { continue }
      append(point, name: "\(suite) / \(name)", into: &results)
    }
  }

  private static func append(_ point: Point, name: String, into results: inout Results) {
    guard let value = point.bench["value"]?.lenientDouble else {
      return results.skipValue(of: name, "its value is no number")
    }
    let unit = unit(of: point.bench)
    results.measurements.append(
      Measurement(
        name: name, metric: "value", value: value, unit: unit,
        direction: direction(of: point.tool, name: name, unit: unit),
        standardError: point.bench["range"].flatMap {
          GitHubActionBenchmark.spread($0, of: value)
        }))
  }

  /// For Go everything that stands behind the first number: `ns/op\t  0 B/op\t  0 allocs/op`, of which
  /// only the first is the value's.
  package static func unit(of bench: JSONValue) -> Unit {
    let text = bench["unit"]?.string ?? ""
    return Unit(parsing: String(text.prefix { $0 != "\t" }))
  }

  private static func direction(of tool: String, name: String, unit: Unit) -> Direction {
    switch tool {
    case "customBiggerIsBetter": .higher
    case "customSmallerIsBetter": .lower
    // Those tools measure times, and rates only where the unit says so.
    default: .byDefault(metric: name, unit: unit)
    }
  }
}
