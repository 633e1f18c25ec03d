private import Glibc
internal import TidemarkModel
internal import TidemarkPublish
private import TidemarkSyntax

/// Standard output, standard error and the audit log.
struct Console: Voice {
  var isQuiet = false
  var isVerbose = false
  /// Named by `--audit-log`.
  var auditLog: String?

  func answer(_ line: String) { Console.print(Console.harmless(line)) }

  func command(_ line: String) { Console.print(line) }

  func note(_ line: String) {
    let isNews = !line.hasPrefix("error:") && !line.hasPrefix("notice:")
    if !(isQuiet && isNews) { Console.complain(line) }
  }

  func detail(_ line: String) {
    if isVerbose { Console.complain(line) }
  }

  func audit(_ line: [UInt8]) {
    guard let auditLog else { return }
    do throws(Problem) {
      try PlatformFile.append(auditLog, line)
    } catch { Console.complain("error: \(error)") }
  }

  /// Writes a line to standard output as it is.
  static func print(_ line: String) { write(line, to: STDOUT_FILENO) }

  /// Writes a diagnostic. Text from outside cannot move the cursor or start a log command.
  static func complain(_ line: String) { write(harmless(line), to: STDERR_FILENO) }

  private static func harmless(_ text: String) -> String {
    var text = LogCommands.broken(SafeText.visible(text))
    for mark in ["section_start", "section_end"] {
      text = text.replacing("\(mark):", with: "\(mark)\u{2060}:")
    }
    return text
  }

  private static func write(_ line: String, to descriptor: Int32) {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
