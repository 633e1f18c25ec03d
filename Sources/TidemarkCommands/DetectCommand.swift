import ArgumentParser
private import TidemarkConfig
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
    let settings = session.settings
    guard !(constants || settings.flag("constants") ?? false) else { return listConstants(session) }
    let window = window ?? settings.number("window")
    var options = DetectorOptions()
    try session.orExit(.usage) { () throws(Problem) in
      try options.take(settings)
      for pair in set.isEmpty ? settings.list("set") : set { try options.set(pair) }
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
