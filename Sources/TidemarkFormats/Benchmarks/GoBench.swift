package import TidemarkModel
private import TidemarkSyntax

/// Go's benchmark text, as `go test -bench` prints it and benchstat reads it, alone or inside the
/// events of `go test -json`.
///
/// Repeats of a name (`-count`) are the samples of one benchmark, and its value is their median, as
/// in benchstat.
package enum GoBench: Format {
  package static let name = "gobench"
  package static let producers = "go test -bench, also with -json; tools that write for benchstat"
  package static let specification = "https://go.dev/design/14313-benchmark-format"
  package static let kept = """
    ns/op as the main metric, every other unit as a further one; repeats as samples; the package as \
    label `pkg`; goos, goarch, cpu and GOMAXPROCS as facts; failed benchmarks and packages as \
    blocking problems, skipped ones as notes; the tests of a run with -v.
    """
  package static let dropped = "Numbers of iterations; other configuration lines; log lines."

  package static func recognises(_ head: Head) -> Recognition {
    if head.firstInk == UInt8(ascii: "{") {
      // Events with benchmarks and no test: with tests they are gotest-json's.
      let isEvents = head.json.has("Action") && head.json.has("Package")
      return isEvents && head.contains("ns/op") && !head.contains("\"Test\":\"Test") ? .yes : .no
    }
    guard head.contains("Benchmark") else { return .no }
    var lines = GoBenchLines()
    for line in head.lines { lines.read(line, package: nil) }
    return lines.isEmpty ? .no : .yes
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    if Head(raw: try file.prefix(Head.limit), isWhole: false).firstInk == UInt8(ascii: "{") {
      return try GoTestJSON.read(file)
    }
    // A run with `-v` prints its tests too.
    let stream = try GoTextStream(reading: file)
    guard !stream.benchmarks.isEmpty || stream.benchmarks.hasFailed else {
      throw Problem("has no benchmark line", remedy: "run `go test -bench`")
    }
    return stream.results()
  }
}

/// Gathers benchmarks from lines of Go's format, whatever stands between them.
struct GoBenchLines {
  /// One benchmark: a name in a package.
  private struct Key: Hashable {
    var package: String?
    var name: String
  }

  private struct Values {
    var unit: String
    var values: [Double]
  }

  private var benchmarks: [(key: Key, metrics: [Values])] = []
  private var index: [Key: Int] = [:]
  /// The `pkg:` line that counts.
  private var package: String?
  private var facts: [String: String] = [:]
  /// `Unit ns/op better=lower`.
  private var directions: [String: Direction] = [:]
  /// A name whose numbers come on a later line, because the benchmark printed something.
  private var pendingName: String?
  private var problems: [ResultProblem] = []

  var isEmpty: Bool { benchmarks.isEmpty }
  var hasFailed: Bool { problems.contains(where: \.isBlocking) }

  /// - Parameter package: Where the events tell it; else the `pkg:` lines do.
  mutating func read(_ line: Substring, package: String?, number: Int? = nil) {
    if line.hasPrefix("Benchmark") {
      readBenchmark(line, package: package)
    } else if let name = pendingName, let first = line.utf8.first(where: { $0 > 0x20 }),
      (48...57).contains(first), add(line, name: name, package: package)
    {
      pendingName = nil
    } else if line.hasPrefix("Unit ") {
      readUnit(line)
    } else if package == nil, line.hasPrefix("--- FAIL: Benchmark") {
      problems.append(
        ResultProblem(
          .outsideError, "\(line.dropFirst(10).prefix { $0 != " " }) failed", line: number,
          isBlocking: true))
    } else if line.hasPrefix("--- SKIP: Benchmark") {
      problems.append(
        ResultProblem(
          .valueSkipped, "\(line.dropFirst(10).prefix { $0 != " " }): was skipped", line: number,
          isBlocking: false))
    } else if package == nil, line.hasPrefix("FAIL\t") {
      readFailedPackage(line, number: number)
    } else {
      readConfiguration(line, package: package)
    }
  }

  private mutating func readBenchmark(_ line: Substring, package: String?) {
    let name = line.prefix { $0 != " " && $0 != "\t" }
    // `Benchmarking …` is prose: what follows the word begins with no lower case letter.
    if let next = name.dropFirst(9).first, next.isLowercase { return }
    let rest = line[name.endIndex...]
    pendingName = add(rest, name: String(name), package: package) ? nil : String(name)
  }

  /// Reads `iterations value unit value unit …`.
  ///
  /// - Returns: Whether it is that.
  private mutating func add(_ fields: Substring, name: String, package: String?) -> Bool {
    let fields = fields.split { $0 == " " || $0 == "\t" }
    guard fields.count >= 3, Int(fields[0]) != nil else { return false }
    var pairs: [(unit: Substring, value: Double)] = []
    var place = 1
    while place + 1 < fields.count, let value = NumberText.parse(fields[place]) {
      pairs.append((fields[place + 1], value))
      place += 2
    }
    guard !pairs.isEmpty else { return false }
    let benchmark = number(of: Key(package: package ?? self.package, name: name))
    for (unit, value) in pairs { append(value, String(unit), to: benchmark) }
    return true
  }

  private mutating func number(of key: Key) -> Int {
    if let standing = index[key] { return standing }
    index[key] = benchmarks.count
    benchmarks.append((key, []))
    return benchmarks.count - 1
  }

  private mutating func append(_ value: Double, _ unit: String, to benchmark: Int) {
    if let metric = benchmarks[benchmark].metrics.firstIndex(where: { $0.unit == unit }) {
      benchmarks[benchmark].metrics[metric].values.append(value)
    } else {
      benchmarks[benchmark].metrics.append(Values(unit: unit, values: [value]))
    }
  }

  private mutating func readUnit(_ line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count >= 3 else { return }
    for field in fields[2...] where field.hasPrefix("better=") {
      directions[String(fields[1])] = Direction(rawValue: String(field.dropFirst(7)))
    }
  }

  private mutating func readFailedPackage(_ line: Substring, number: Int?) {
    let fields = line.split(separator: "\t")
    guard fields.count >= 2 else { return }
    let isBuild = line.hasSuffix("[build failed]") || line.hasSuffix("[setup failed]")
    let name = fields[1].prefix { $0 != " " }
    problems.append(
      ResultProblem(
        isBuild ? .buildFailed : .outsideError,
        "package \(name) \(isBuild ? "did not build" : "failed")", line: number, isBlocking: true))
  }

  /// `goos: linux`: a key that begins with a lower case letter and has no blank.
  private mutating func readConfiguration(_ line: Substring, package: String?) {
    guard let first = line.first, first.isLowercase, let colon = line.firstIndex(of: ":") else {
      return
    }
    let value = line[line.index(after: colon)...].trimming
    switch line[..<colon] {
    case "pkg": if package == nil { self.package = String(value) }
    case "goos", "goarch", "cpu", "toolchain": facts[String(line[..<colon])] = String(value)
    default: break
    }
  }

  func finish(into results: inout Results) {
    let suffix = commonSuffix
    results.environment.merge(facts) { first, _ in first }
    if let suffix, !benchmarks.isEmpty {
      results.environment["gomaxprocs"] = String(suffix.dropFirst())
    }
    results.problems += problems
    for (key, metrics) in benchmarks {
      let name = String(key.name.dropLast(suffix?.count ?? 0))
      var labels = Labels()
      labels["pkg"] = key.package
      let main = metrics.first { $0.unit == "ns/op" } ?? metrics.first
      for metric in metrics {
        let unit = Unit(parsing: metric.unit)
        var measurement = Measurement(
          name: name, metric: metric.unit == "ns/op" ? "time" : metric.unit,
          value: metric.values.median, unit: unit,
          direction: directions[metric.unit] ?? .byDefault(metric: metric.unit, unit: unit),
          labels: labels, isPrimary: metric.unit == main?.unit)
        measurement.addRepetitions(metric.values, areRows: true)
        results.measurements.append(measurement)
      }
    }
  }

  /// `-8` where every name ends so: then it is GOMAXPROCS, which tells the machine and not the
  /// benchmark. Where names differ it stays: with `-cpu 1,2,4` it is what is compared, and a name
  /// may end in a number by itself.
  private var commonSuffix: String? {
    var common: Substring?
    for (key, _) in benchmarks {
      guard let dash = key.name.lastIndex(of: "-") else { return nil }
      let ending = key.name[dash...]
      guard ending.count > 1, ending.dropFirst().utf8.allSatisfy({ (48...57).contains($0) }),
        common == nil || common == ending
      else { return nil }
      common = ending
    }
    return common.map(String.init)
  }
}

extension Substring {
  /// Without blanks at either end.
  fileprivate var trimming: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else {
      return ""
    }
    return start[...last]
  }
}
