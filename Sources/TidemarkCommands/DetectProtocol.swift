internal import TidemarkModel
internal import TidemarkStatistics
private import TidemarkSyntax

/// The line protocol between text and detector.
struct DetectProtocol: Sendable {
  let detector: Detector
  let extent: Detector.Extent

  func answer(_ lines: [ArraySlice<UInt8>]) async -> (bytes: [UInt8], failed: Bool) {
    let read = lines.map(Self.line)
    let good = read.compactMap { try? $0.get() }
    var inputs = good.map(\.series)
    let order = RunOrder(good.map(\.runs))
    for index in inputs.indices { inputs[index].runs = order.ranks(of: good[index].runs) }
    let answer = await detector.judge(inputs, extent: extent, workers: 2)
    var json = JSONWriter()
    var answers = zip(good, answer.series).makeIterator()
    for line in read {
      if case .failure(let problem) = line {
        json.object { json in
          json.member("id", nil as String?)
          json.member("error", problem.remedy.map { "\(problem.what); \($0)" } ?? problem.what)
        }
      } else if let (line, series) = answers.next() {
        series.write(as: line.id, to: &json)
      }
      json.newLine()
    }
    return (json.bytes, good.count < read.count)
  }

  private static func line(_ bytes: ArraySlice<UInt8>) -> Result<Line, Problem> {
    do throws(Problem) {
      let padded = Array(bytes) + [UInt8](repeating: 0, count: JSONReader.padding)
      return .success(
        try JSONReader.read(padded, count: bytes.count) { (root, _) throws(Problem) in
          try Line(root)
        })
    } catch {
      return .failure(error)
    }
  }

  /// One line of the input.
  private struct Line {
    var id: ID
    var series: SeriesInput
    /// The names of the runs; names that no other series has where the line gives none.
    var runs: [String]

    /// - Throws: A ``Problem`` for what is missing or of another kind than it must be. `null` among
    ///   numbers is a run that the series missed.
    init(_ root: JSONValue) throws(Problem) {
      guard root.isObject else { throw Problem("the line is no object") }
      id = try ID(root["id"])
      guard let values = root["values"], values.isArray else {
        throw Problem("the series has no values", remedy: "give an array of numbers")
      }
      let numbers = try Self.numbers(values, "values")
      series = SeriesInput(
        id: id.text, unit: try Self.text(root["unit"], "unit"),
        direction: try Self.direction(root["direction"]), values: numbers,
        environment: try Self.names(root["env"], "env"),
        counts: try Self.counts(root["n"], of: numbers.count),
        standardErrors: try root["stderr"].flatMap { (node) throws(Problem) in
          node.isNull ? nil : try Self.numbers(node, "stderr")
        },
        samples: try Self.samples(root["samples"]))
      let names = try Self.names(root["runs"], "runs")
      if let names, names.count != numbers.count {
        throw Problem(
          "there are \(names.count) runs for \(numbers.count) values",
          remedy: "name the run of each value, or none")
      }
      runs = names ?? numbers.indices.map { "\u{0}\($0)" }
    }

    private static func numbers(_ node: JSONValue, _ key: String) throws(Problem) -> [Double] {
      guard node.isArray else {
        throw Problem("`\(key)` is no array", remedy: "give an array of numbers")
      }
      var numbers: [Double] = []
      numbers.reserveCapacity(node.count)
      for element in node.elements {
        guard let number = element.double ?? (element.isNull ? .nan : nil) else {
          throw Problem(
            "`\(key)[\(numbers.count)]` is no number",
            remedy: "give a number, or null where the run has none")
        }
        numbers.append(number)
      }
      return numbers
    }

    private static func text(_ node: JSONValue?, _ key: String) throws(Problem) -> String? {
      guard let node, !node.isNull else { return nil }
      guard let text = node.string else { throw Problem("`\(key)` is no text") }
      return text
    }

    private static func direction(_ node: JSONValue?) throws(Problem) -> BetterDirection {
      switch try text(node, "direction") {
      case nil, "lower": return .lower
      case "higher": return .higher
      case let word?:
        throw Problem(
          "`direction` is `\(SafeText.middleCut(SafeText.oneLine(word), to: 40))`",
          remedy: "write lower or higher")
      }
    }

    private static func names(_ node: JSONValue?, _ key: String) throws(Problem) -> [String]? {
      guard let node, !node.isNull else { return nil }
      guard node.isArray else {
        throw Problem("`\(key)` is no array", remedy: "give an array of names")
      }
      var names: [String] = []
      names.reserveCapacity(node.count)
      for element in node.elements {
        guard let name = element.scalarText ?? (element.isNull ? "" : nil) else {
          throw Problem("`\(key)[\(names.count)]` is no name")
        }
        names.append(name)
      }
      return names
    }

    /// One number stands for all values.
    private static func counts(_ node: JSONValue?, of count: Int) throws(Problem) -> [Double]? {
      guard let node, !node.isNull else { return nil }
      if let number = node.double { return [Double](repeating: number, count: count) }
      return try numbers(node, "n")
    }

    private static func samples(_ node: JSONValue?) throws(Problem) -> [[Double]]? {
      guard let node, !node.isNull else { return nil }
      guard node.isArray else {
        throw Problem("`samples` is no array", remedy: "give an array of numbers for each value")
      }
      var samples: [[Double]] = []
      for element in node.elements {
        samples.append(
          element.isNull ? [] : try numbers(element, "samples[\(samples.count)]"))
      }
      return samples
    }
  }

  /// A series' id: a text, or a number, which comes back as one.
  fileprivate enum ID {
    case text(String)
    case whole(Int)
    case number(Double)

    init(_ node: JSONValue?) throws(Problem) {
      if let text = node?.string {
        self = .text(text)
      } else if let whole = node?.int {
        self = .whole(whole)
      } else if let number = node?.double {
        self = .number(number)
      } else {
        throw Problem(
          node == nil ? "the series has no id" : "the id is neither text nor number")
      }
    }

    var text: String {
      switch self {
      case .text(let text): text
      case .whole(let number): String(number)
      case .number(let number): NumberText.exact(number) ?? ""
      }
    }

    func write(to json: inout JSONWriter) {
      switch self {
      case .text(let text): json.string(text)
      case .whole(let number): json.number(number)
      case .number(let number): json.number(number)
      }
    }
  }
}

extension SeriesAnswer {
  fileprivate func write(as id: DetectProtocol.ID, to json: inout JSONWriter) {
    json.object { json in
      json.key("id")
      id.write(to: &json)
      json.member("changes", array: changes) { json, change in
        json.object { json in
          json.member("index", change.index)
          json.member("direction", change.isRegression ? "regression" : "improvement")
          json.member("effect", change.effect)
          json.member("effect_low", change.effectLow)
          json.member("effect_high", change.effectHigh)
          json.member("p", change.p)
          json.member("q", change.q)
          json.member("state", change.state == .confirmed ? "confirmed" : "suspected")
        }
      }
      json.member("verdict_at_end", verdict.name)
      json.member("mde", minimumDetectableEffect)
      json.member("noise", noise)
    }
  }
}

extension SeriesVerdict {
  fileprivate var name: String {
    switch self {
    case .regressed: "regressed"
    case .improved: "improved"
    case .unchanged: "unchanged"
    case .insufficient: "insufficient"
    }
  }
}
