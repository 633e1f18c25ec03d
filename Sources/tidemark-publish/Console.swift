private import Glibc
internal import TidemarkModel
internal import TidemarkPublish
private import TidemarkSyntax

/// Standard output, standard error and the audit log.
struct Console: Voice {
  /// Whether the answer is for machines.
  var isJSON = false
  var usesColor = false
  var isQuiet = false
  var isVerbose = false
  /// Named by `--audit-log`.
  var auditLog: String?

  func answer(_ line: String) { Console.print(Console.harmless(line)) }

  func command(_ line: String) { Console.print(line) }

  func note(_ line: String) {
    for (word, code) in [("error:", "31"), ("notice:", "33")] where line.hasPrefix(word) {
      let mark = usesColor ? "\u{1B}[\(code)m\(word)\u{1B}[0m" : word
      return Console.complain(String(line.dropFirst(word.count)), after: mark)
    }
    if !isQuiet { Console.complain(line) }
  }

  func result(_ json: [UInt8]) {
    if isJSON { Console.print(String(decoding: json, as: UTF8.self)) }
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
  ///
  /// - Parameter mark: Ours, written before it as it is.
  static func complain(_ line: String, after mark: String = "") {
    write(mark + harmless(line), to: STDERR_FILENO)
  }

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
