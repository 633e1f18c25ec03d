internal import TidemarkConfig
private import TidemarkSyntax

extension OutageRule {
  /// Why a failed command tells of an outage of its provider, and not of itself; nil if it does not.
  ///
  /// - Parameters:
  ///   - exitStatus: nil where a signal ended it.
  ///   - log: What it printed in its last attempt, or the end of that.
  ///   - hasProvider: Whether it measures a provider's service. Only then do statuses in its log count: a
  ///     failing test may well print `HTTP 500`.
  func evidence(exitStatus: Int?, log: [UInt8], hasProvider: Bool) -> String? {
    if let exitStatus, exitStatuses.contains(exitStatus) { return "exit status \(exitStatus)" }
    if hasProvider, let status = httpStatus(in: log) { return "HTTP \(status) in its log" }
    guard !output.isEmpty else { return nil }
    let lines = String(decoding: log, as: UTF8.self).split(whereSeparator: \.isNewline)
    for pattern in output {
      let glob = Glob(pattern)
      if lines.contains(where: { glob.matches(String($0.prefix(4096))) }) {
        return "`\(SafeText.oneLine(pattern))` in its log"
      }
    }
    return nil
  }

  /// The last of the statuses that stands close behind `http`, `status` or `code`: `HTTP/1.1 503`,
  /// `Error code: 429`, `"status":503`, `status code 502`.
  private func httpStatus(in log: [UInt8]) -> Int? {
    var found: Int?
    var index = 0
    while index < log.count {
      guard isDigit(log[index]) else {
        index += 1
        continue
      }
      let end = log[index...].firstIndex { !isDigit($0) } ?? log.count
      if end - index == 3, let status = Int(String(decoding: log[index..<end], as: UTF8.self)),
        httpStatuses.contains(status), isNamed(log[max(0, index - 16)..<index])
      {
        found = status
      }
      index = end
    }
    return found
  }

  private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private func isNamed(_ before: ArraySlice<UInt8>) -> Bool {
    let line = before.lastIndex(of: UInt8(ascii: "\n")).map { before[($0 + 1)...] } ?? before
    let text = String(decoding: line, as: UTF8.self).lowercased()
    // The digits must be a word: not `code: E503` or `http://host:8503`.
    guard let last = text.last, !last.isLetter, last != "." else { return false }
    return ["http", "status", "code"].contains { text.contains($0) } && !text.contains("://")
  }
}
