private import Glibc
private import Synchronization
internal import TidemarkModel
private import TidemarkSyntax

/// Standard output, which is the answer, and standard error, which is everything else.
enum Terminal {
  /// Writes a line of the answer.
  static func print(_ line: String) { print(bytes: Array((line + "\n").utf8)) }

  /// Writes bytes of the answer as they are.
  static func print(bytes: [UInt8]) {
    let code = write(bytes, to: STDOUT_FILENO)
    // A reader that has seen enough is no failure.
    if code != 0, code != EPIPE { failure.store(code, ordering: .relaxed) }
  }

  /// What kept the answer, or a part of it, from standard output: a full disk, a closed stream.
  static var outputProblem: Problem? {
    let code = failure.load(ordering: .relaxed)
    guard code != 0 else { return nil }
    return Problem(
      "standard output cannot be written (\(String(cString: strerror(code))))",
      remedy: "check where it goes to, and the disk's space")
  }

  /// The process has one standard output, and so one state of it: the system's error, or 0.
  private static let failure = Atomic<Int32>(0)

  /// Writes a diagnostic. Text from outside cannot move the cursor or start a log command.
  ///
  /// - Parameter mark: Ours, written before it as it is.
  static func complain(_ line: String, after mark: String = "") {
    let safe = line.split(separator: "\n", omittingEmptySubsequences: false)
      .map { harmless(SafeText.visible(String($0))) }
    write(Array((mark + safe.joined(separator: "\n") + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes to standard error as it is, without a line's end: for a bar of our own.
  static func draw(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

  static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// `line` so that no runner takes it for a command: `::error` after blanks (GitHub), `##vso[` and
  /// `##[` anywhere (Azure, GitHub), `section_start:` (GitLab).
  static func harmless(_ line: String) -> String {
    var line = line
    if line.drop(while: \.isWhitespace).hasPrefix("::") {
      line = line.replacingFirst("::", with: ":\u{200B}:")
    }
    for mark in ["##vso[", "##[", "##teamcity["] {
      line = line.replacingAll(mark, with: "##\u{200B}" + mark.dropFirst(2))
    }
    for mark in ["section_start:", "section_end:"] {
      line = line.replacingAll(mark, with: mark.dropLast() + "\u{200B}:")
    }
    return line
  }

  /// - Returns: The system's error, 0 for none.
  @discardableResult
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while let start = rest.baseAddressIfAny {
        let written = Glibc.write(descriptor, start, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          return errno
        }
        rest = rest.dropFirst(written)
      }
      return 0
    }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var baseAddressIfAny: UnsafeRawPointer? {
    isEmpty ? nil : UnsafeRawBufferPointer(rebasing: self).baseAddress
  }
}

extension String {
  fileprivate func replacingFirst(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return replacingCharacters(in: range, with: other)
  }

  fileprivate func replacingAll(_ text: String, with other: some StringProtocol) -> String {
    guard contains(text) else { return self }
    var out = ""
    var rest = self[...]
    while let range = rest.firstRange(of: text) {
      out += rest[..<range.lowerBound] + other
      rest = rest[range.upperBound...]
    }
    return out + rest
  }

  private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}

/// What a command says on standard error while it works: a bar on a terminal, plain lines
/// otherwise, nothing with `--quiet`.
struct Progress: Sendable {
  enum Level: Int, Comparable, Sendable {
    case quiet, normal, verbose
    static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }
  }

  let level: Level
  let usesColor: Bool

  /// A line that everybody wants to see.
  func say(_ line: String) {
    if level >= .normal { Terminal.complain(line) }
  }

  /// A line for those who ask for it.
  func detail(_ line: String) {
    if level >= .verbose { Terminal.complain(line) }
  }

  /// A diagnostic: it is seen with `--quiet` too.
  func warn(_ problem: Problem) {
    Terminal.complain("\(problem)", after: usesColor ? "\u{1B}[33mwarning:\u{1B}[0m " : "warning: ")
  }

  func fail(_ problem: Problem) {
    Terminal.complain("\(problem)", after: usesColor ? "\u{1B}[31merror:\u{1B}[0m " : "error: ")
  }

  /// Draws `done` of `total`; only on a terminal, on the same line each time.
  func bar(_ done: Int, of total: Int, _ what: String) {
    guard level >= .normal, total >= 200, Terminal.isErrorTerminal else { return }
    guard done == total || done.isMultiple(of: max(total / 50, 1)) else { return }
    let width = 24
    let filled = done * width / max(total, 1)
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let end = done == total ? "\n" : ""
    let text = "\r\(bar) \(NumberText.count(done)) of \(NumberText.count(total)) \(what)\(end)"
    Terminal.draw(text)
  }
}
