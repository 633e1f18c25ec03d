package import TidemarkModel
private import TidemarkSyntax

/// stress-ng's `--metrics --yaml`.
package enum StressNG: Format {
  package static let name = "stress-ng"
  package static let producers = "stress-ng --metrics --yaml"
  package static let specification =
    "https://github.com/ColinIanKing/stress-ng/blob/master/core-metrics.c"
  package static let kept = """
    Of every stressor its operations in each second of real time as main metric, in each second of \
    CPU time, the most memory it held, and the figures of its own.
    """
  package static let dropped = "Times, counters of the machine, thermal zones."

  package static func recognises(_ head: Head) -> Recognition {
    guard !head.beginsDocument, head.contains("stress-ng-version:"), head.contains("metrics:")
    else { return .no }
    return head.lines.contains { $0.drop { $0 == " " }.hasPrefix("- stressor: ") } ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = StressRun()
    while let line = try reader.next() { run.take(line.text) }
    guard !run.results.measurements.isEmpty else { throw Problem("has no metric of stress-ng") }
    return run.results
  }
}

private struct StressRun {
  private(set) var results = Results()
  private var section: Substring = ""
  private var stressor: String?

  mutating func take(_ line: Substring) {
    guard !line.isEmpty else { return }
    guard line.first == " " || line.first == "-" else {
      section = line.prefix { $0 != ":" }
      stressor = nil
      return
    }
    let text = line.drop { $0 == " " }
    guard let colon = text.firstRange(of: ": ") else { return }
    let key = text[..<colon.lowerBound]
    let value = text[colon.upperBound...].trimmedEnd
    switch section {
    case "system-info": readFact(key, value)
    case "metrics":
      if key == "- stressor" {
        stressor = String(value)
      } else if let stressor {
        read(key, value, of: stressor)
      }
    default: break
    }
  }

  private mutating func readFact(_ key: Substring, _ value: Substring) {
    let text = String(value.filter { $0 != "'" })
    switch key {
    case "stress-ng-version": results.environment["stress-ng"] = text
    case "machine": results.environment["arch"] = text
    case "release": results.environment["kernel"] = text
    case "cpus": results.environment["cpus"] = text
    case "compiler": results.environment["compiler"] = text
    case "epoch-secs":
      guard let seconds = Int64(text), seconds > 0, seconds < 253_402_300_800 else { return }
      results.newestTime = Timestamp(millisecondsSince1970: seconds * 1000)
    default: break
    }
  }

  private mutating func read(_ key: Substring, _ value: Substring, of stressor: String) {
    let number = NumberText.parse(value)
    let rate = Unit(text: "bogo ops/s", quantity: .rate, scale: 1)
    switch key {
    case "bogo-ops-per-second-real-time":
      results.append(
        series: stressor, "bogo ops, real time", number, rate, .higher, isPrimary: true)
    case "bogo-ops-per-second-usr-sys-time":
      results.append(series: stressor, "bogo ops, CPU time", number, rate, .higher)
    case "max-rss":
      results.append(
        series: stressor, "max rss", number, Unit(text: "KB", quantity: .bytes, scale: 1024), .lower
      )
    case "bogo-ops", "wall-clock-time", "user-time", "system-time", "cpu-usage-per-instance": break
    default: readOwn(key, number, of: stressor)
    }
  }

  /// What a stressor measures beside: `MB-per-sec-memory-read-rate: 12.5`, `nanosecs-per-…`.
  private mutating func readOwn(_ key: Substring, _ number: Double?, of stressor: String) {
    let words = key.split(separator: "-")
    let text = words.joined(separator: " ")
    let isRate = words.contains("sec") || words.contains("second") || words.contains("rate")
    if words.first == "nanosecs" || words.first == "nanoseconds" {
      results.append(series: stressor, text, number, .nanoseconds, .lower)
    } else if isRate {
      results.append(
        series: stressor, text, number, Unit(text: "", quantity: .rate, scale: 1), .higher)
    }
  }
}
