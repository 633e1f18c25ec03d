package import TidemarkModel
private import TidemarkSyntax

/// What Benchmark.js's `String(event.target)` gives, one line a benchmark.
package enum BenchmarkJS: Format {
  package static let name = "benchmarkjs"
  package static let producers =
    "Benchmark.js (String(event.target))"
  package static let specification = "https://benchmarkjs.com/docs/#prototype_toString"
  package static let kept =
    "Operations per second with the number of runs, and the standard error from the margin of error."
  package static let dropped = "All other lines."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains(" ops/sec ") else { return .no }
    return head.lines.contains { BenchmarkJSLine($0) != nil } ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var results = Results()
    while let line = try reader.next() {
      guard let found = BenchmarkJSLine(line.text.withoutColours) else { continue }
      var measurement = Measurement(
        name: found.name, metric: "ops", value: found.rate, unit: Unit(parsing: "ops/sec"),
        direction: .higher, n: found.runs)
      if found.runs > 1 {
        // The relative margin of error is Student's quantile times the relative standard error.
        let quantile = studentQuantiles[min(found.runs - 1, studentQuantiles.count) - 1]
        measurement.standardError = found.rate * found.margin / 100 / quantile
      }
      results.measurements.append(measurement)
    }
    guard !results.measurements.isEmpty else {
      throw Problem("has no benchmark line", remedy: "print String(event.target) of each cycle")
    }
    return results
  }

  /// Student's 97.5 % quantiles for 1 to 30 degrees of freedom, then the normal one, as the
  /// library's own table has them.
  private static let studentQuantiles = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16,
    2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052,
    2.048, 2.045, 2.042, 1.96,
  ]
}

/// `a name x 1,431,759 ops/sec ±0.74% (93 runs sampled)`
private struct BenchmarkJSLine {
  var name: String
  var rate: Double
  /// Percent.
  var margin: Double
  var runs: Int

  init?(_ line: Substring) {
    guard let mark = line.firstRange(of: " ops/sec ") else { return nil }
    // The name may hold ` x ` too: the last word before the mark is the number.
    let before = line[..<mark.lowerBound]
    guard let blank = before.lastIndex(of: " "),
      [" x", " ×"].contains(where: before[..<blank].hasSuffix),
      let rate = NumberText.parse(before[blank...].dropFirst())
    else { return nil }
    let name = before[..<blank].dropLast(2).drop { $0 == " " }
    let fields = line[mark.upperBound...].split(separator: " ")
    // Programs print more behind it.
    guard !name.isEmpty, fields.count >= 4, fields[0].hasSuffix("%"), fields[1].first == "(",
      fields[3].hasPrefix("sampled)"),
      let margin = NumberText.parse(fields[0].drop { !$0.isNumber }.dropLast()),
      let count = NumberText.parse(fields[1].dropFirst()), let runs = Int(exactly: count), runs > 0
    else { return nil }
    self.name = String(name)
    self.rate = rate
    self.margin = margin
    self.runs = runs
  }
}
