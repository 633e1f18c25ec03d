internal import TidemarkModel
private import TidemarkSyntax

/// The tables of benchmarks in what Catch2's console reporter prints, version 2.9 and later.
/// - Source: https://github.com/catchorg/Catch2/blob/devel/src/catch2/reporters/catch_reporter_console.cpp
struct Catch2Text {
  private enum Place {
    case outside
    /// Between two rules: the test case and its sections.
    case heading
    /// The table's head, up to its rule.
    case head
    case rows
  }

  private var place = Place.outside
  /// The test case and the sections that the table stands in.
  private var path: [String] = []
  /// The parts of a long name, which stand on lines of their own above the last.
  private var parts: [String] = []
  /// The benchmark whose numbers follow, and how many of its lines of numbers were met.
  private var open: Measurement?
  private var lines = 0
  private var results = Results()

  static func isHead(_ line: Substring) -> Bool {
    line.hasPrefix("benchmark name ") && line.contains(" samples ")
      && line.contains(" iterations ")
  }

  static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var text = Catch2Text()
    while let line = try reader.next() {
      text.take(line.text.withoutColours.trimmedEnd, number: line.number)
    }
    text.close()
    return text.results
  }

  private mutating func take(_ line: Substring, number: Int) {
    if Catch2Text.isHead(line) {
      close()
      place = .head
    } else if line.utf8.count > 20, line.utf8.allSatisfy({ $0 == UInt8(ascii: "-") }) {
      readRule()
    } else if line.hasPrefix("test cases:") {
      readTotals(line, number: number)
    } else {
      switch place {
      case .heading: if !line.isEmpty { path.append(String(line.drop { $0 == " " })) }
      case .rows: readRow(line, number: number)
      case .outside, .head: break
      }
    }
  }

  private mutating func readRule() {
    switch place {
    case .head: place = .rows
    case .heading: place = .outside
    case .outside, .rows:
      close()
      place = .heading
      path = []
    }
  }

  private mutating func readRow(_ line: Substring, number: Int) {
    if line.isEmpty || line.first == "=" {
      parts = []
      return close()
    }
    if let numbers = Catch2Text.numbers(line), open != nil {
      lines += 1
      if lines == 1 { readMean(numbers) } else if lines == 2 { readDeviation(numbers) }
    } else if let failure = line.firstRange(of: "Benchmark failed (") {
      let name = line[..<failure.lowerBound].trimmedEnd.drop { $0 == " " }
      if !name.isEmpty { parts.append(String(name)) }
      fail(line[failure.upperBound...].prefix { $0 != ")" }, number: number)
    } else if let samples = readStart(line) {
      close()
      let name = parts.joined(separator: " ")
      parts = []
      open = Measurement(
        name: name, parameters: Labels([("test", path.joined(separator: " / "))]), metric: "mean",
        value: 0, unit: .nanoseconds, direction: .lower, n: samples)
      lines = 0
    }
  }

  /// `a name      100        208     7.1968 ms`: the last line of the name with samples, iterations
  /// and the time that all will take; or a part of the name alone.
  ///
  /// - Returns: The samples; nil for a part of a name.
  private mutating func readStart(_ line: Substring) -> Int? {
    let fields = line.split(separator: " ")
    let end = fields.count - 4
    guard end >= 0, let samples = Int(fields[end]), samples > 0, Int(fields[end + 1]) != nil,
      NumberText.parse(fields[end + 2]) != nil,
      Unit(parsing: String(fields[end + 3])).quantity == .time
    else {
      parts.append(String(line.drop { $0 == " " }))
      return nil
    }
    let name = line[..<fields[end].startIndex].trimmedEnd.drop { $0 == " " }
    if !name.isEmpty { parts.append(String(name)) }
    return samples
  }

  /// `344 ns   341 ns   350 ns`, three numbers with their units and nothing else.
  private static func numbers(_ line: Substring) -> [(value: Double, unit: Unit)]? {
    guard line.first == " " else { return nil }
    let fields = line.split(separator: " ")
    guard fields.count == 6 else { return nil }
    var numbers: [(value: Double, unit: Unit)] = []
    for index in stride(from: 0, to: 6, by: 2) {
      let unit = Unit(parsing: String(fields[index + 1]))
      guard let value = NumberText.parse(fields[index]), unit.quantity == .time else { return nil }
      numbers.append((value, unit))
    }
    return numbers
  }

  private mutating func readMean(_ numbers: [(value: Double, unit: Unit)]) {
    open?.value = numbers[0].value
    open?.unit = numbers[0].unit
  }

  private mutating func readDeviation(_ numbers: [(value: Double, unit: Unit)]) {
    guard let measurement = open, let count = measurement.n, count > 1 else { return }
    let deviation = numbers[0].value * numbers[0].unit.scale / measurement.unit.scale
    open?.standardError = deviation / Double(count).squareRoot()
  }

  private mutating func fail(_ why: Substring, number: Int) {
    // Before it began it has no samples yet, and its name stands here.
    let name = parts.isEmpty ? open?.name ?? "" : parts.joined(separator: " ")
    if parts.isEmpty { open = nil } else { close() }
    parts = []
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): \(why.isEmpty ? "failed" : String(why.prefix(300)))", line: number,
        isBlocking: true))
  }

  private mutating func close() {
    if let open, lines > 0 { results.measurements.append(open) }
    open = nil
  }

  /// `test cases:  3 |  2 passed | 1 failed`
  private mutating func readTotals(_ line: Substring, number: Int) {
    for part in line.split(separator: "|") where part.trimmedEnd.hasSuffix(" failed") {
      let count = part.split(separator: " ").first.flatMap { Int($0) } ?? 0
      guard count > 0 else { continue }
      results.problems.append(
        ResultProblem(
          .outsideError, "\(count) test \(count == 1 ? "case" : "cases") failed", line: number,
          isBlocking: true))
    }
  }
}
