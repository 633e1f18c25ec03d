package import TidemarkModel
package import TidemarkSyntax

/// The input of github-action-benchmark's `customBiggerIsBetter` and `customSmallerIsBetter`: an
/// array of name, unit and value.
///
/// Both layouts are the same, so the direction is the unit's own (a rate is better higher), and
/// config may say otherwise.
package enum GitHubActionBenchmark: Format {
  package static let name = "gab-custom"
  package static let producers =
    "github-action-benchmark (customBiggerIsBetter, customSmallerIsBetter), scripts that feed it"
  package static let specification =
    "https://github.com/benchmark-action/github-action-benchmark#examples"
  package static let kept = """
    Every value; a `range` that is a number or starts with one (`± 1,204`, `5%`) as its standard \
    error; a number of observations that `extra` gives as `n=30`.
    """
  package static let dropped = "The rest of `extra`."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("") == .array, json.has("[].name"), json.has("[].value") else { return .no }
    let isBenchmark = json.has("[].unit") && (json.kind("[].value").map(isValue) ?? false)
    return isBenchmark ? .yes : .no
  }

  private static func isValue(_ kind: JSONKind) -> Bool {
    kind == .number || kind == .string || kind == .null
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of benchmarks") }
      for entry in root.elements {
        guard let name = entry["name"]?.scalarText else {
          results.skipValue(of: "an entry without a name", "is left out")
          continue
        }
        read(entry, name: name, into: &results)
      }
    }
  }

  private static func read(_ entry: JSONValue, name: String, into results: inout Results) {
    guard let value = entry["value"]?.lenientDouble else {
      return results.skipValue(of: name, "its value is no number")
    }
    let unit = Unit(parsing: entry["unit"]?.string ?? "")
    results.measurements.append(
      Measurement(
        name: name, metric: "value", value: value, unit: unit,
        direction: .byDefault(metric: name, unit: unit), n: count(entry["extra"]),
        standardError: entry["range"].flatMap { spread($0, of: value) }))
  }

  /// `0.3`, `"± 1,204"`, `"+/- 3"`, `"5%"` of the value.
  package static func spread(_ range: JSONValue, of value: Double) -> Double? {
    if let number = range.double { return number >= 0 ? number : nil }
    guard var text = range.string?[...] else { return nil }
    text = text.drop { !$0.isNumber && $0 != "." }
    let digits = text.prefix { $0.isNumber || ",._eE".contains($0) }
    let plain = digits.filter { $0 != "," && $0 != "_" }
    guard let number = Double(plain), number.isFinite else { return nil }
    let isPercent = text[digits.endIndex...].drop { $0 == " " }.first == "%"
    return isPercent ? abs(value) * number / 100 : number
  }

  private static func count(_ extra: JSONValue?) -> Int? {
    guard let extra = extra?.string else { return nil }
    for line in extra.split(whereSeparator: { $0.isNewline || $0 == "," || $0 == ";" }) {
      let parts = line.split(separator: "=").map { $0.filter { !$0.isWhitespace } }
      if parts.count == 2, parts[0] == "n", let n = Int(parts[1]), n > 0 { return n }
    }
    return nil
  }
}
