private import Glibc
internal import TidemarkModel
private import TidemarkSyntax

/// `--audit-log FILE`: a JSON line for each command, appended. It never holds the environment.
struct AuditLog {
  let path: String

  func append(
    arguments: [String], status: Int32, began: Timestamp, ended: Timestamp
  ) throws(Problem) {
    var json = JSONWriter()
    json.object { json in
      json.member("time", TimeText.rfc3339(began))
      json.member("program", "tidemark")
      json.member("version", Tidemark.version)
      json.member("arguments", array: arguments) { $0.string($1) }
      json.member("status", Int(status))
      json.member("duration_s", ended.seconds(since: began))
    }
    json.newLine()
    // One write of one line to a file opened for appending: lines of several processes do not mix.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw cannotWrite() }
    defer { close(descriptor) }
    let count = json.bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count == json.bytes.count else { throw cannotWrite() }
  }

  private func cannotWrite() -> Problem {
    Problem(
      "the audit log cannot be written (\(String(cString: strerror(errno))))", path: path,
      remedy: "name a file in a folder that can be written")
  }
}
