package import TidemarkModel
private import TidemarkSyntax

/// OpenMetrics and Prometheus' text exposition: GitLab's metrics report, clients' dumps.
package enum OpenMetrics: Format {
  package static let name = "openmetrics"
  package static let producers = """
    Prometheus clients, GitLab's metrics reports, BenchmarkDotNet's OpenMetrics exporter
    """
  package static let specification =
    "https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md"
  package static let kept = """
    Every gauge, counter and untyped sample with its labels; a histogram's and a summary's mean, \
    count, and quantiles; the unit that is declared or that the name ends in.
    """
  package static let dropped =
    "Buckets, sums, `_created` stamps, info, state sets, exemplars, time stamps; NaN and infinities."

  package static func recognises(_ head: Head) -> Recognition {
    var declares = false
    for line in head.lines.prefix(200) where !line.isEmpty {
      if line == "# EOF" { return .yes }
      if line.hasPrefix("#") {
        let words = line.split(separator: " ")
        declares =
          declares || (words.count == 4 && words[1] == "TYPE" && Family.Kind(words[3]) != nil)
        continue
      }
      // The first line that is no comment must be a sample; a head may cut the last one.
      let isMarked = declares || head.isWhole && head.lines.last { !$0.isEmpty } == "# EOF"
      return isMarked && OpenMetricsSample(line) != nil ? .yes : .no
    }
    return .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var families = OpenMetricsFamilies()
    while let line = try reader.next() { families.take(line.text, number: line.number) }
    return families.finish()
  }
}

/// What `# TYPE` and `# UNIT` tell of a metric.
private struct Family {
  enum Kind {
    case gauge, counter, distribution, unknown, told

    init?(_ word: Substring) {
      switch word {
      case "gauge": self = .gauge
      case "counter": self = .counter
      case "histogram", "gaugehistogram", "summary": self = .distribution
      case "untyped", "unknown": self = .unknown
      case "info", "stateset": self = .told
      default: return nil
      }
    }
  }

  var name: String
  var kind: Kind = .unknown
  var unit: Unit?

  /// A name's unit by its last word, without the endings that types put there.
  static func unit(of name: String) -> Unit? {
    var words = name.split(separator: "_")
    if let last = words.last, last == "total" || last == "sum" || last == "mean" {
      words.removeLast()
    }
    guard let word = words.last, words.count > 1 else { return nil }
    let unit = Unit(parsing: String(word))
    if words.count > 2, words[words.count - 2] == "per", unit.quantity == .time {
      return Unit(text: "/\(word)", quantity: .rate, scale: 1 / unit.scale)
    }
    switch unit.quantity {
    case .time, .bytes, .ratio, .energy, .temperature, .frequency: return unit
    default: return nil
    }
  }
}

/// `name{label="value", …} 1.5 [time stamp] [# exemplar]`, or with a name of any characters
/// `{"name", label="value", …} 1.5`.
private struct OpenMetricsSample {
  var name: String
  var labels = Labels()
  /// As written: `NaN` and `+Inf` are no numbers here.
  var value: Substring

  init?(_ line: Substring) {
    let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
    if let first = name.first, first.isNumber { return nil }
    self.name = String(name)
    var rest = line[name.endIndex...]
    if rest.first == "{" {
      rest = rest.dropFirst()
      if name.isEmpty {
        guard let quoted = OpenMetricsSample.readQuoted(&rest) else { return nil }
        self.name = quoted
      }
      guard let end = OpenMetricsSample.readLabels(rest, into: &labels) else { return nil }
      rest = rest[end...]
    }
    guard !self.name.isEmpty else { return nil }
    guard rest.first == " " || rest.first == "\t" else { return nil }
    let fields = rest.split { $0 == " " || $0 == "\t" }
    guard let value = fields.first else { return nil }
    let isNumber = NumberText.parse(value) != nil
    let isSpecial = ["nan", "+inf", "-inf", "inf"].contains(value.lowercased())
    // Behind the value stands a time stamp or an exemplar, else it is prose.
    guard isNumber || isSpecial, fields.count == 1 || fields[1] == "#" || Double(fields[1]) != nil
    else { return nil }
    self.value = value
  }

  /// - Returns: The place behind the brace; nil where it does not close.
  private static func readLabels(
    _ text: Substring, into labels: inout Labels
  ) -> Substring.Index? {
    var rest = text
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      if rest.first == "}" { return rest.index(after: rest.startIndex) }
      let key = rest.prefix { $0 != "=" && $0 != "}" }
      rest = rest[key.endIndex...]
      guard !key.isEmpty, rest.hasPrefix("=\"") else { return nil }
      rest = rest.dropFirst()
      guard let value = readQuoted(&rest) else { return nil }
      let isQuoted = key.first == "\"" && key.last == "\"" && key.count > 2
      labels[String(isQuoted ? key.dropFirst().dropLast() : key)] = value
    }
  }

  /// Takes a text in quotes from the beginning of `rest`; nil where there is none or it does not end.
  static func readQuoted(_ rest: inout Substring) -> String? {
    guard rest.popFirst() == "\"" else { return nil }
    var value = ""
    while let next = rest.popFirst() {
      if next == "\"" { return value }
      guard next == "\\", let escaped = rest.popFirst() else {
        value.append(next)
        continue
      }
      value.append(escaped == "n" ? "\n" : escaped)
    }
    return nil
  }
}

/// Samples, by what their family is.
private struct OpenMetricsFamilies {
  private struct Distribution {
    var name: String
    var labels: Labels
    var unit: Unit
    var sum: Double?
    var count: Double?
  }

  private struct Key: Hashable {
    var name: String
    var labels: Labels
  }

  private var families: [String: Family] = [:]
  private var distributions: [Distribution] = []
  private var index: [Key: Int] = [:]
  private var results = Results()
  private var skipped = 0
  private var firstSkipped: Int?
  private var hasEnded = false

  mutating func take(_ line: Substring, number: Int) {
    if hasEnded || line.allSatisfy(\.isWhitespace) { return }
    if line.first == "#" { return readComment(line) }
    guard let sample = OpenMetricsSample(line) else {
      skipped += 1
      firstSkipped = firstSkipped ?? number
      return
    }
    read(sample, line: number)
  }

  private mutating func readComment(_ line: Substring) {
    if line.trimmedEnd == "# EOF" { return hasEnded = true }
    let words = line.split(separator: " ")
    guard words.count >= 4, words[1] == "TYPE" || words[1] == "UNIT" else { return }
    var quoted = words[2]
    let name = OpenMetricsSample.readQuoted(&quoted) ?? String(words[2])
    if words[1] == "TYPE" {
      families[name, default: Family(name: name)].kind = Family.Kind(words[3]) ?? .unknown
    } else {
      families[name, default: Family(name: name)].unit = Unit(parsing: String(words[3]))
    }
  }

  /// The family that a sample belongs to, and what its name has behind the family's.
  private func family(of name: String) -> (family: Family, suffix: Substring) {
    if let own = families[name] { return (own, "") }
    for suffix in ["_total", "_created", "_bucket", "_count", "_sum", "_info", "_gcount", "_gsum"]
    where name.hasSuffix(suffix) {
      if let family = families[String(name.dropLast(suffix.count))] {
        return (family, suffix.dropFirst())
      }
    }
    return (Family(name: name), "")
  }

  private mutating func read(_ sample: OpenMetricsSample, line: Int) {
    let (family, suffix) = family(of: sample.name)
    if suffix == "created" || suffix == "bucket" || family.kind == .told { return }
    guard let value = NumberText.parse(sample.value) else {
      return results.skipValue(of: sample.name, "is \(sample.value)", line: line)
    }
    let unit = family.unit ?? Family.unit(of: family.name) ?? .none
    guard family.kind == .distribution else {
      return append(sample.name, sample.labels, "value", value, unit)
    }
    var labels = sample.labels
    if let quantile = labels["quantile"] {
      labels["quantile"] = nil
      return append(family.name, labels, "q\(quantile)", value, unit)
    }
    let key = Key(name: family.name, labels: labels)
    let place = index[key] ?? distributions.count
    if place == distributions.count {
      index[key] = place
      distributions.append(Distribution(name: family.name, labels: labels, unit: unit))
    }
    if suffix.hasSuffix("sum") { distributions[place].sum = value }
    if suffix.hasSuffix("count") { distributions[place].count = value }
  }

  private mutating func append(
    _ name: String, _ labels: Labels, _ metric: String, _ value: Double, _ unit: Unit
  ) {
    // The words of a metric's name tell its direction.
    let words = name.split(separator: "_").joined(separator: " ")
    results.measurements.append(
      Measurement(
        name: name, metric: metric, value: value, unit: unit,
        direction: .byDefault(metric: words, unit: unit), labels: labels))
  }

  consuming func finish() -> Results {
    for distribution in distributions {
      guard let count = distribution.count else { continue }
      append(distribution.name, distribution.labels, "count", count, .none)
      guard let sum = distribution.sum, count > 0 else { continue }
      append(distribution.name, distribution.labels, "mean", sum / count, distribution.unit)
    }
    // The same sample at several times is measured anew.
    results.joinRepetitions()
    if skipped > 0 {
      results.problems.append(
        ResultProblem(
          .linesSkipped, "\(skipped) \(skipped == 1 ? "line is" : "lines are") no sample",
          line: firstSkipped, isBlocking: false))
    }
    return results
  }
}
