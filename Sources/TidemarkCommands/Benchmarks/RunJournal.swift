private import Glibc
internal import TidemarkConfig
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkSyntax

/// What a go has done so far, a JSON line a task, so that one that was stopped goes on where it was.
struct RunJournal: Sendable {
  let path: String

  /// What an earlier go left.
  struct Past: Sendable {
    /// Digests of the tasks that passed.
    var passed: [String: Passed] = [:]
    /// Whether it came to its end.
    var isComplete = false
  }

  struct Passed: Hashable, Sendable {
    var attempts: Int
    var seconds: Double
  }

  private static let sizeLimit = 64 << 20

  /// Everything that says what a task would measure: the same digest, the same work.
  static func digests(_ graph: TaskGraph, commit: String?, runID: String?) -> [String] {
    var digests: [String] = []
    for task in graph.tasks {
      var json = JSONWriter()
      let command = task.command
      json.array { json in
        json.string("tidemark.task/1")
        json.string(commit ?? "")
        json.string(runID ?? "")
        json.string(command.run)
        json.string(command.directory ?? "")
        for axis in BenchmarkAxis.allCases { json.string(task.cell[axis] ?? "") }
        json.array(command.environment.sorted { utf8Precedes($0.key, $1.key) }) { json, pair in
          json.string(pair.key)
          json.string(pair.value)
        }
        json.array(command.results) { $0.string($1) }
        json.array(command.labels.pairs) { json, pair in
          json.string(pair.key)
          json.string(pair.value)
        }
        json.array(task.needs) { $0.string(digests[$1]) }
      }
      digests.append(Digest.hex(of: json.bytes))
    }
    return digests
  }

  /// Lines that cannot be read are passed over: the last may be half a line.
  func past() -> Past {
    var past = Past()
    guard let bytes = FileBytes.read(path, limit: RunJournal.sizeLimit) else {
      past.isComplete = true
      return past
    }
    do throws(Problem) {
      _ = try JSONReader.lines(bytes, count: bytes.count) { line throws(Problem) in
        guard case .value(let value, _) = line else { return }
        if value["end"]?.bool == true { past.isComplete = true }
        guard let digest = value["digest"]?.string else { return }
        past.isComplete = false
        past.passed[digest] =
          value["state"]?.string == TaskResult.State.passed.rawValue
          ? Passed(attempts: value["attempts"]?.int ?? 1, seconds: value["duration_s"]?.double ?? 0)
          : nil
      }
    } catch { return Past() }
    return past
  }

  /// Begins anew.
  func clear() throws(Problem) { try FileBytes.write([], to: path) }

  /// Ends the line that a go that was killed left half written.
  func goOn() throws(Problem) {
    guard FileBytes.read(path, limit: RunJournal.sizeLimit)?.last != UInt8(ascii: "\n") else {
      return
    }
    try write([UInt8(ascii: "\n")])
  }

  func append(_ digest: String, _ task: BenchmarkTask, _ result: TaskResult) throws(Problem) {
    try append { json in
      json.member("digest", digest)
      json.member("name", task.name)
      json.member("state", result.state.rawValue)
      json.member("attempts", result.attempts)
      json.member("duration_s", result.seconds)
    }
  }

  /// All tasks were tried: the next go begins anew.
  func end() throws(Problem) { try append { $0.member("end", true) } }

  private func append(_ body: (inout JSONWriter) -> Void) throws(Problem) {
    var json = JSONWriter()
    json.object(body)
    json.newLine()
    try write(json.bytes)
  }

  private func write(_ bytes: [UInt8]) throws(Problem) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw cannotWrite }
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw cannotWrite }
  }

  private var cannotWrite: Problem {
    Problem(
      "the journal cannot be written (\(String(cString: strerror(errno))))", path: path,
      remedy: "check the disk's space and the folder's permissions")
  }
}
