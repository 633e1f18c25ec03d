private import Glibc
internal import TidemarkModel
internal import TidemarkSyntax

/// One test of junit/tidemark.xml, for platforms that take results over their API.
struct PublishedResult: Hashable {
  enum Outcome: Hashable {
    case passed, failed, skipped
  }

  var suite: String
  var className: String
  var name: String
  var outcome = Outcome.passed
  /// Seconds.
  var duration: Double?
  /// Of its suite.
  var began: Timestamp?
  var message = ""
  /// The failure's text.
  var text = ""
  /// Standard output and standard error.
  var output = ""
}

/// The files that `report` wrote as JUnit, read as what a stranger may have put in their place.
enum JUnitResults {
  /// Bytes of one file: half as much again as `report` writes.
  static let byteLimit = 32 << 20
  static let fileLimit = 200
  /// Bytes that are kept of one text.
  static let textLimit = 32_000

  /// junit/tidemark.xml, tidemark-2.xml … in `folder`, as far as they are there.
  static func files(in folder: String) -> [String] {
    var files: [String] = []
    for number in 1...fileLimit {
      let path = folder + "/junit/tidemark" + (number == 1 ? ".xml" : "-\(number).xml")
      guard access(path, F_OK) == 0 else { break }
      files.append(path)
    }
    return files
  }

  /// The tests of one file.
  ///
  /// - Parameter limit: The most tests.
  /// - Throws: ``Problem`` for what is no such file, is too large, or has more tests.
  static func read(_ path: String, limit: Int) throws(Problem) -> [PublishedResult] {
    let bytes = try HostileFile.read(path, limit: byteLimit)
    do throws(Problem) {
      return try read(bytes, limit: limit)
    } catch { throw error.inFile(path) }
  }

  static func read(_ bytes: [UInt8], limit: Int) throws(Problem) -> [PublishedResult] {
    let reader = try XMLReader(HeldBytes(bytes))
    let events = JUnitEvents(reader, limit: limit)
    try reader.read(events)
    return events.results
  }
}

private final class HeldBytes: ByteSource {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var sizeHint: Int { bytes.count }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    let count = min(buffer.count, bytes.count - offset)
    bytes[offset..<(offset + count)].withUnsafeBytes { buffer.copyMemory(from: $0) }
    offset += count
    return count
  }
}

private final class JUnitEvents: XMLEvents {
  private(set) var results: [PublishedResult] = []
  private let limit: Int
  private var suites: [(name: String, began: Timestamp?)] = []
  private var current: PublishedResult?
  /// Where text belongs.
  private var part: Part?
  private let names: Names

  private enum Part { case failure, skipped, output }

  private struct Names {
    let suite, testCase, failure, error, skipped, output, errors: XMLName
    let name, className, time, timestamp, message: XMLName

    init(_ reader: XMLReader) {
      suite = reader.name("testsuite")
      testCase = reader.name("testcase")
      failure = reader.name("failure")
      error = reader.name("error")
      skipped = reader.name("skipped")
      output = reader.name("system-out")
      errors = reader.name("system-err")
      name = reader.name("name")
      className = reader.name("classname")
      time = reader.name("time")
      timestamp = reader.name("timestamp")
      message = reader.name("message")
    }
  }

  init(_ reader: XMLReader, limit: Int) {
    self.limit = limit
    names = Names(reader)
  }

  func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
    func text(_ name: XMLName) -> String {
      attributes[name].map { String(SafeText.prefix($0.string, bytes: JUnitResults.textLimit)) }
        ?? ""
    }
    switch name {
    case names.suite:
      let time = text(names.timestamp)
      suites.append((text(names.name), TimeText.parse(time.hasSuffix("Z") ? time : time + "Z")))
    case names.testCase:
      guard results.count < limit else {
        throw Problem("has more than \(NumberText.count(limit)) tests")
      }
      var result = PublishedResult(
        suite: suites.last?.name ?? "", className: text(names.className), name: text(names.name))
      result.duration = attributes[names.time]?.decimal.flatMap { $0.isFinite ? max($0, 0) : nil }
      result.began = suites.last?.began
      current = result
    case names.failure, names.error: begin(.failure, .failed, text(names.message))
    case names.skipped: begin(.skipped, .skipped, text(names.message))
    case names.output, names.errors: part = current == nil ? nil : .output
    default: break
    }
  }

  private func begin(_ part: Part, _ outcome: PublishedResult.Outcome, _ message: String) {
    guard let result = current, result.outcome != .failed else { return }
    self.part = part
    current?.outcome = outcome
    current?.message = message
    current?.text = ""
  }

  func text(_ text: XMLText) throws(Problem) {
    switch part {
    case .failure: append(text, to: \.text)
    case .output: append(text, to: \.output)
    case .skipped where current?.message.isEmpty ?? false: append(text, to: \.message)
    case .skipped, nil: break
    }
  }

  private func append(_ text: XMLText, to member: WritableKeyPath<PublishedResult, String>) {
    guard let count = current?[keyPath: member].utf8.count, count < JUnitResults.textLimit else {
      return
    }
    let piece = SafeText.prefix(text.string, bytes: JUnitResults.textLimit - count)
    current?[keyPath: member] += piece
  }

  func end(_ name: XMLName) throws(Problem) {
    switch name {
    case names.suite: _ = suites.popLast()
    case names.testCase:
      if let result = current { results.append(result) }
      current = nil
      part = nil
    case names.failure, names.error, names.skipped, names.output, names.errors: part = nil
    default: break
    }
  }
}
