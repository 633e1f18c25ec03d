package import TidemarkModel
private import TidemarkSyntax

/// What Rust's own harness prints under `cargo bench`.
package enum CargoBench: Format {
  package static let name = "cargobench"
  package static let producers = "cargo bench with #[bench] (libtest), the bencher crate"
  package static let specification =
    "https://doc.rust-lang.org/unstable-book/library-features/test.html"
  package static let kept = """
    The median time per iteration as the main metric, throughput as a further one; the target that \
    cargo names as a label; benchmarks and targets that failed as blocking problems.
    """
  package static let dropped =
    "The `+/-` number (it is the range from the fastest sample to the slowest); tests."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains(" ... bench:") else { return .no }
    return head.lines.contains { LibtestBenchLine($0) != nil } ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try CargoOutput.read(file)
  }
}

/// What the criterion crate prints.
package enum CriterionText: Format {
  package static let name = "criterion-text"
  package static let producers = "criterion.rs (cargo bench)"
  package static let specification =
    "https://bheisler.github.io/criterion.rs/book/user_guide/command_line_output.html"
  package static let kept = """
    The middle of the time's interval as the main metric, its width as standard error (as of a 95 % \
    interval); throughput as a further metric; the target that cargo names as a label; a panic as \
    a blocking problem.
    """
  package static let dropped = "Criterion's own comparison (`change:`), outliers, warm-up."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains("time:") else { return .no }
    return head.lines.contains { CriterionLine($0)?.metric == "time" } ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try CargoOutput.read(file)
  }
}

/// `test name ... bench:       3,296 ns/iter (+/- 521) = 120 MB/s`; other harnesses have other units
/// (`2835 cycles/iter (+/- 14)`, `1911 MS/s (+/- 420)`).
private struct LibtestBenchLine {
  var name: Substring
  var value: Double
  var unit: Substring
  var throughput: (value: Double, unit: Substring)?

  init?(_ line: Substring) {
    guard line.hasPrefix("test "), let mark = line.firstRange(of: " ... bench:") else { return nil }
    name = line[line.index(line.startIndex, offsetBy: 5)..<mark.lowerBound]
    let fields = line[mark.upperBound...].split(separator: " ")
    guard fields.count >= 2, fields[1].hasSuffix("/iter") || fields.dropFirst(2).first == "(+/-",
      let value = NumberText.parse(fields[0])
    else { return nil }
    self.value = value
    unit = fields[1]
    if let equals = fields.firstIndex(of: "="), equals + 2 < fields.count,
      let rate = NumberText.parse(fields[equals + 1])
    {
      throughput = (rate, fields[equals + 2])
    }
  }
}

/// `name      time:   [2.0246 ns 2.2311 ns 2.4461 ns]`; the name may stand on the line above.
private struct CriterionLine {
  /// Empty where the line has none.
  var name: Substring
  /// `time` or `thrpt`.
  var metric: String
  var low: Double
  var value: Double
  var high: Double
  var unit: Substring

  init?(_ line: Substring) {
    guard line.hasSuffix("]"), let open = line.lastIndex(of: "["),
      let mark = ["time:", "thrpt:"].first(where: { line[..<open].trimmedEnd.hasSuffix($0) })
    else { return nil }
    metric = String(mark.dropLast())
    let before = line[..<open].trimmedEnd.dropLast(mark.count)
    guard before.isEmpty || before.last == " " else { return nil }
    name = before.trimmedEnd.drop { $0 == " " }
    let fields = line[line.index(after: open)...].dropLast().split(separator: " ")
    guard fields.count == 6, let low = NumberText.parse(fields[0]),
      let value = NumberText.parse(fields[2]), let high = NumberText.parse(fields[4])
    else { return nil }
    self.value = value
    unit = fields[3]
    // Near a unit's end the ends of the interval may have another one than the middle.
    let scale = Unit(parsing: String(unit)).scale
    self.low = low * Unit(parsing: String(fields[1])).scale / scale
    self.high = high * Unit(parsing: String(fields[5])).scale / scale
  }
}

/// What `cargo bench` prints, of whichever harnesses.
private struct CargoOutput {
  private var results = Results()
  private var target: String?
  /// The last line that may be the name of what follows.
  private var heading: Substring = ""
  /// The benchmark that a throughput line belongs to.
  private var lastName: String?
  /// Failed benchmarks, and where their problems stand.
  private var failed: [String: Int] = [:]
  /// The one whose output the lines are.
  private var described: String?
  private var hasPanicked = false

  static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var output = CargoOutput()
    while let line = try reader.next() {
      output.take(line.text.withoutColours, number: line.number)
    }
    guard !output.results.measurements.isEmpty || !output.results.problems.isEmpty else {
      throw Problem("has no benchmark line", remedy: "run `cargo bench`")
    }
    return output.results
  }

  private mutating func take(_ line: Substring, number: Int) {
    let text = line.trimmedEnd.drop { $0 == " " }
    if let bench = LibtestBenchLine(line) {
      append(bench)
    } else if let interval = CriterionLine(line.trimmedEnd) {
      append(interval)
    } else if line.hasPrefix("test "), text.hasSuffix(" ... FAILED") {
      let name = String(text.dropFirst(5).dropLast(11))
      failed[name] = results.problems.count
      note("\(name) failed", number)
    } else if text.hasPrefix("Running ") {
      target = CargoOutput.target(of: text) ?? target
    } else if line.hasPrefix("---- "), let end = text.firstRange(of: " stdout ----") {
      described = String(text.dropFirst(5)[..<end.lowerBound])
    } else if line.hasPrefix("thread '"), text.contains(" panicked at") {
      notePanic(text, number)
    } else if line.hasPrefix("error: "), results.problems.isEmpty {
      note(String(text), number)
    }
    guard line.first != " ", !text.isEmpty else { return }
    if !text.hasPrefix("Benchmarking ") {
      heading = text
    } else if text.hasSuffix(":") {
      // As some print it, or people have cut it down to.
      heading = text.dropFirst(13).dropLast()
    }
  }

  private mutating func note(_ message: String, _ line: Int) {
    results.problems.append(
      ResultProblem(.outsideError, String(message.prefix(300)), line: line, isBlocking: true))
  }

  private mutating func notePanic(_ text: Substring, _ line: Int) {
    if let described, let index = failed[described] {
      results.problems[index].message += ": \(text.prefix(300))"
      self.described = nil
    } else if !hasPanicked {
      hasPanicked = true
      note(String(text), line)
    }
  }

  /// `Running benches/a.rs (target/…)`, `Running unittests src/lib.rs (…)`; before Cargo 1.60
  /// `Running unittests (target/release/deps/name-0123456789abcdef)`: the name without its hash.
  private static func target(of line: Substring) -> String? {
    guard let open = line.lastIndex(of: "("), line.hasSuffix(")") else { return nil }
    let words = line[..<open].split(separator: " ").dropFirst()
    if let path = words.last, path.hasSuffix(".rs") { return String(path) }
    guard let file = line[open...].dropFirst().dropLast().split(separator: "/").last else {
      return nil
    }
    return file.lastIndex(of: "-").map { String(file[..<$0]) } ?? String(file)
  }

  private var labels: Labels {
    var labels = Labels()
    labels["target"] = target
    return labels
  }

  private mutating func append(_ bench: LibtestBenchLine) {
    let name = String(bench.name)
    let unit = Unit(parsing: String(bench.unit))
    let metric = unit.quantity == .rate ? "rate" : "time"
    results.measurements.append(
      Measurement(
        name: name, metric: metric, value: bench.value, unit: unit,
        direction: metric == "time" ? .lower : .higher, labels: labels))
    guard let rate = bench.throughput else { return }
    results.measurements.append(
      Measurement(
        name: name, metric: "throughput", value: rate.value,
        unit: Unit(parsing: String(rate.unit)), direction: .higher, labels: labels,
        isPrimary: false))
  }

  private mutating func append(_ interval: CriterionLine) {
    let isTime = interval.metric == "time"
    if isTime { lastName = String(interval.name.isEmpty ? heading : interval.name) }
    guard let name = lastName, !name.isEmpty else { return }
    let unit = Unit(parsing: String(interval.unit))
    var measurement = Measurement(
      name: name, metric: isTime ? "time" : "throughput", value: interval.value, unit: unit,
      direction: isTime ? .byDefault(metric: "time", unit: unit) : .higher, labels: labels,
      isPrimary: isTime)
    let width = abs(interval.high - interval.low)
    // The width of a normal distribution's 95 % interval in standard errors.
    if width > 0, width.isFinite { measurement.standardError = width / (2 * 1.959964) }
    results.measurements.append(measurement)
  }
}
