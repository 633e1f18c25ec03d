import ArgumentParser
private import Glibc
internal import TidemarkModel
internal import TidemarkStatistics
private import TidemarkSyntax

/// `tidemark detect`: change points of series on standard input to standard output, both JSON lines.
///
/// A line is a series, an empty line ends a batch. It is also the worker that a distributed engine
/// pipes whole batches through: no file, clock or history is looked at.
struct DetectCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Find changes in series: JSON lines in, JSON lines out.",
    discussion: """
      Each line is {"id", "direction": "lower"|"higher", "unit", "values": […], "runs": […]} and may
      have "n", "stderr", "samples" and "env", an array each, one entry a value. An empty line ends a
      batch: the series of one project up to one run, judged together. Answers come in input order,
      batch by batch. A line that cannot be read is answered {"id": null, "error": …}, and the exit
      status is 3 at the end.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "Judge the newest N values of each series only, as report does.")
  var window: Int?

  @Option(
    help: ArgumentHelp(
      "Set a constant of the detector; --constants lists them. May be repeated.",
      valueName: "name=value"))
  var set: [String] = []

  @Flag(help: "List the detector's constants with their defaults, and end.")
  var constants = false

  func run() async throws {
    let session = try Session(common)
    guard !constants else { return listConstants(session) }
    var options = DetectorOptions()
    try session.orExit(.usage) { () throws(Problem) in
      for pair in set { try options.set(pair) }
      if let window { try options.set("window", "\(window)") }
    }
    let protocolLines = DetectProtocol(
      detector: Detector(options: options), extent: window == nil ? .whole : .newest)
    var input = StandardInput()
    var failed = false
    while let batch = input.nextBatch() {
      let answer = await protocolLines.answer(batch.lines)
      failed = failed || answer.failed
      Terminal.print(bytes: answer.bytes + (batch.hasEnd ? [UInt8(ascii: "\n")] : []))
    }
    if failed { throw ExitStatus.nothingRead }
  }

  private func listConstants(_ session: Session) {
    for setting in DetectorOptions.settings {
      let value = NumberText.exact(setting.defaultValue) ?? ""
      if session.isJSON {
        var json = JSONWriter()
        json.object { json in
          json.member("name", setting.name)
          json.member("default", setting.defaultValue)
          json.member("least", setting.range.lowerBound)
          json.member("greatest", setting.range.upperBound)
          json.member("summary", setting.summary)
        }
        json.newLine()
        Terminal.print(bytes: json.bytes)
      } else {
        Terminal.print("\(setting.name)=\(value)  \(setting.summary)")
      }
    }
  }
}

extension DetectorOptions {
  /// Sets a constant from `NAME=VALUE`.
  mutating func set(_ pair: String) throws(Problem) {
    guard let equals = pair.firstIndex(of: "=") else {
      throw Problem("--set \(pair) has no value", remedy: "write it as NAME=VALUE")
    }
    try set(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
  }

  mutating func set(_ name: String, _ text: String) throws(Problem) {
    guard let value = Double(text), value.isFinite else {
      throw Problem("\(name) is set to \(text), which is no number", remedy: "give it a number")
    }
    do throws(DetectorSettingError) {
      try set(name, to: value)
    } catch {
      switch error {
      case .unknownName(let name):
        throw Problem(
          "the detector has no constant \(name)",
          remedy: Choice.remedy(name, among: DetectorOptions.settings.map { $0.name }))
      case .outOfRange(let name, let range, let isWhole):
        let low = NumberText.exact(range.lowerBound) ?? ""
        let high = NumberText.exact(range.upperBound) ?? ""
        throw Problem(
          "\(name) cannot be \(text)",
          remedy: "use a \(isWhole ? "whole " : "")number from \(low) to \(high)")
      }
    }
  }
}

/// Standard input, batch by batch.
private struct StandardInput {
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  struct Batch {
    var lines: [ArraySlice<UInt8>]
    /// An empty line ended it; the last batch may have none.
    var hasEnd: Bool
  }

  /// nil at the end of the input.
  mutating func nextBatch() -> Batch? {
    var lines: [ArraySlice<UInt8>] = []
    while let line = nextLine() {
      if line.allSatisfy({ $0 <= 0x20 }) { return Batch(lines: lines, hasEnd: true) }
      lines.append(line)
    }
    return lines.isEmpty ? nil : Batch(lines: lines, hasEnd: false)
  }

  private mutating func nextLine() -> ArraySlice<UInt8>? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return buffer[start..<end]
      }
      searched = buffer.count
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return buffer[start...]
      }
      searched -= fill()
    }
  }

  /// Reads more, after dropping what is done with.
  ///
  /// - Returns: How many bytes were dropped from the front.
  private mutating func fill() -> Int {
    let dropped = start
    // Lines already handed out keep the old storage.
    if dropped > 0 {
      buffer = Array(buffer[dropped...])
      start = 0
    }
    let size = 1 << 20
    let count = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: size))
    let got = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { Glibc.read(STDIN_FILENO, $0 + count, size) } ?? 0
    }
    buffer.removeLast(size - max(got, 0))
    if got <= 0 { isAtEnd = true }
    return dropped
  }
}

/// The line protocol between text and detector.
private struct DetectProtocol: Sendable {
  let detector: Detector
  let extent: Detector.Extent

  func answer(_ lines: [ArraySlice<UInt8>]) async -> (bytes: [UInt8], failed: Bool) {
    var inputs: [SeriesInput] = []
    var runs: [[String]] = []
    var problems: [String?] = []
    for line in lines {
      do throws(Problem) {
        let (series, names) = try parse(line)
        inputs.append(series)
        runs.append(names)
        problems.append(nil)
      } catch {
        problems.append(error.remedy.map { "\(error.what); \($0)" } ?? error.what)
      }
    }
    let order = RunOrder(runs)
    for index in inputs.indices { inputs[index].runs = order.ranks(of: runs[index]) }
    let answer = await detector.judge(inputs, extent: extent, workers: 2)
    var json = JSONWriter()
    var next = answer.series.makeIterator()
    for problem in problems {
      if let problem {
        json.object { json in
          json.member("id", nil as String?)
          json.member("error", problem)
        }
      } else if let series = next.next() {
        series.write(to: &json)
      }
      json.newLine()
    }
    return (json.bytes, problems.contains { $0 != nil })
  }

  private func parse(_ line: ArraySlice<UInt8>) throws(Problem) -> (SeriesInput, [String]) {
    let bytes = Array(line) + [UInt8](repeating: 0, count: JSONReader.padding)
    return try JSONReader.read(bytes, count: line.count) {
      (root, _) throws(Problem) -> (SeriesInput, [String]) in
      guard let id = root["id"]?.string else { throw Problem("the series has no id") }
      guard let values = root["values"], values.isArray else {
        throw Problem("the series has no values", remedy: "give an array of numbers")
      }
      let numbers = values.doubles
      let direction: BetterDirection = root["direction"]?.string == "higher" ? .higher : .lower
      let counts = root["n"].map { n in
        n.isArray ? n.doubles : [Double](repeating: n.double ?? .nan, count: numbers.count)
      }
      let series = SeriesInput(
        id: id, unit: root["unit"]?.string, direction: direction, values: numbers,
        environment: root["env"].map { $0.elements.map { $0.scalarText ?? "" } },
        counts: counts, standardErrors: root["stderr"].map(\.doubles),
        samples: root["samples"].map { $0.elements.map(\.doubles) })
      let names = root["runs"].map { $0.elements.map { $0.scalarText ?? "" } } ?? []
      return (series, names.count == numbers.count ? names : numbers.indices.map { "\u{0}\($0)" })
    }
  }
}

extension JSONValue {
  /// The elements as numbers, NaN where one is none.
  fileprivate var doubles: [Double] { isArray ? elements.map { $0.double ?? .nan } : [] }
}

extension SeriesAnswer {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("id", id)
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

/// The runs of a batch in one order: that of their names, where it is every series' own, as with
/// numbers or times for names. Else put together from the series' own orders: each run stands before
/// the ones that some series has after it.
private struct RunOrder {
  private var ranks: [String: Int] = [:]

  init(_ series: [[String]]) {
    var seen: Set<[String]> = []
    let distinct = series.filter { seen.insert($0).inserted }
    let isByName = distinct.allSatisfy { zip($0, $0.dropFirst()).allSatisfy(<) }
    var order = isByName ? Set(distinct.joined()).sorted() : []
    setRanks(order)
    for names in distinct {
      guard names.contains(where: { ranks[$0] == nil }) else { continue }
      order = RunOrder.merge(names, into: order, ranks)
      setRanks(order)
    }
  }

  private mutating func setRanks(_ order: [String]) {
    ranks = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Strictly ascending; a series whose order contradicts the others' is aligned with none.
  func ranks(of names: [String]) -> [Int] {
    let found = names.map { ranks[$0] ?? 0 }
    let isAscending = zip(found, found.dropFirst()).allSatisfy(<)
    return isAscending ? found : []
  }

  /// Names that are new go before the next one that is known, else to the end.
  private static func merge(
    _ names: [String], into order: [String], _ ranks: [String: Int]
  ) -> [String] {
    var before: [Int: [String]] = [:]
    var pending: [String] = []
    for name in names {
      if let rank = ranks[name] {
        before[rank, default: []] += pending
        pending = []
      } else {
        pending.append(name)
      }
    }
    var merged: [String] = []
    for (rank, name) in order.enumerated() { merged += (before[rank] ?? []) + [name] }
    return merged + pending
  }
}
