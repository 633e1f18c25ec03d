internal import TidemarkModel

/// What some producers put into a point's name: how it went, or how long it took. A name that says
/// so is another one in every run.
enum TAPNames {
  /// One that names itself in a comment.
  enum Producer {
    case criterion

    init?(comment: Substring) {
      guard comment.hasPrefix("Criterion v") else { return nil }
      self = .criterion
    }
  }

  /// Takes it off, where the producer is known or every point has it.
  static func shorten(_ results: inout Results, producer: Producer?) {
    let points = results.tests.indices.filter { results.tests[$0].role == .test }
    if producer == .criterion {
      for index in points { shortenCriterion(&results, index) }
      return
    }
    guard !points.isEmpty, points.count == results.tests.count else { return }
    let names = points.map { results.text.string(results.tests[$0].name)[...] }
    if let parts = allOf(names, checkParts), isCheck(parts, points.map { results.tests[$0] }) {
      for (index, part) in zip(points, parts) {
        cut(&results, index, to: part.name)
        let detail = Int(results.tests[index].detail)
        guard detail >= 0 else { continue }
        results.details[detail].message = part.message.isEmpty ? nil : String(part.message)
      }
    } else if let parts = allOf(names, beforeTime) {
      for (index, name) in zip(points, parts) { cut(&results, index, to: name) }
    } else if let parts = allOf(names, withoutTestemTime) {
      for (index, name) in zip(points, parts) {
        results.tests[index].name = results.text.append(name)
      }
    }
  }

  private static func allOf<Part>(
    _ names: [Substring], _ part: (Substring) -> Part?
  ) -> [Part]? {
    var parts: [Part] = []
    for name in names {
      guard let part = part(name) else { return nil }
      parts.append(part)
    }
    return parts
  }

  /// A name's beginning, in the same bytes.
  private static func cut(_ results: inout Results, _ index: Int, to name: Substring) {
    results.tests[index].name.count = UInt32(truncatingIfNeeded: name.utf8.count)
  }

  // MARK: Check

  private struct CheckParts {
    var name: Substring
    var message: Substring
  }

  /// `file:case:test: message`, the test a C identifier, the message `Passed` where it did.
  ///
  /// - Source: `tap_lfun` in
  ///   https://github.com/libcheck/check/blob/master/src/check_log.c
  private static func checkParts(_ name: Substring) -> CheckParts? {
    var rest = name[...]
    while let colon = rest.firstRange(of: ": ") ?? (rest.hasSuffix(":") ? lastColon(rest) : nil) {
      let before = name[..<colon.lowerBound]
      let fields = before.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count >= 3, fields.allSatisfy({ !$0.isEmpty }), let test = fields.last,
        isIdentifier(test)
      {
        return CheckParts(name: before, message: name[colon.upperBound...])
      }
      rest = rest[colon.upperBound...]
    }
    return nil
  }

  private static func lastColon(_ text: Substring) -> Range<Substring.Index>? {
    text.lastIndex(of: ":").map { $0..<text.endIndex }
  }

  private static func isCheck(_ parts: [CheckParts], _ tests: [TestRecord]) -> Bool {
    zip(parts, tests).allSatisfy { part, test in
      switch test.outcome {
      case .passed: part.message == "Passed"
      case .failed: true
      default: false
      }
    }
  }

  private static func isIdentifier(_ text: Substring) -> Bool {
    text.utf8.first.map { !(0x30...0x39).contains($0) } == true
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == UInt8(ascii: "_")
      }
  }

  // MARK: Times

  /// What stands before ` in 12ms`, as bats writes with `--timing`.
  private static func beforeTime(_ name: Substring) -> Substring? {
    guard name.hasSuffix("ms"), let mark = name.ranges(of: " in ").last else { return nil }
    let number = name[mark.upperBound...].dropLast(2)
    guard !number.isEmpty, number.utf8.allSatisfy(isDigit) else {
      return nil
    }
    return name[..<mark.lowerBound]
  }

  /// What testem tells without the time: `Chrome 120.0 - [12 ms] - title`, `[12 ms] - title`.
  static func withoutTestemTime(_ name: Substring) -> String? {
    let start: Substring.Index
    if name.first == "[" {
      start = name.startIndex
    } else if let mark = name.firstRange(of: " - [") {
      start = name.index(before: mark.upperBound)
    } else {
      return nil
    }
    let time = name[start...].dropFirst()
    guard let end = time.firstRange(of: " ms] - ") ?? titleless(time) else {
      return nil
    }
    let number = time[..<end.lowerBound]
    guard number == "undefined" || (!number.isEmpty && number.utf8.allSatisfy(isDigit)) else {
      return nil
    }
    return String(name[..<start]) + time[end.upperBound...]
  }

  private static func titleless(_ time: Substring) -> Range<Substring.Index>? {
    time.hasSuffix(" ms]") ? time.index(time.endIndex, offsetBy: -4)..<time.endIndex : nil
  }

  /// A description without a comment that says how it went: tapjs's ` # time=12.5ms`, the kernel's
  /// ` # exit=1` and ` # TIMEOUT 45 seconds`.
  ///
  /// - Source: https://github.com/torvalds/linux/blob/master/tools/testing/selftests/kselftest/runner.sh
  static func withoutComment(_ text: Substring) -> Substring {
    guard let mark = text.ranges(of: "# ").last else { return text }
    let comment = text[mark.upperBound...]
    return isTime(comment) || isEnd(comment) ? text[..<mark.lowerBound] : text
  }

  private static func isTime(_ comment: Substring) -> Bool {
    guard comment.hasPrefix("time=") else { return false }
    let value = comment.dropFirst(5)
    let number = value.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = value[number.endIndex...]
    return !number.isEmpty && (unit == "ms" || unit == "s")
  }

  private static func isEnd(_ comment: Substring) -> Bool {
    if comment.hasPrefix("exit=") {
      let status = comment.dropFirst(5)
      return !status.isEmpty && status.utf8.allSatisfy(isDigit)
    }
    return comment == "TIMEOUT" || comment.hasPrefix("TIMEOUT ")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  // MARK: Criterion

  /// `suite::test  (0.12s)`, the test's description between the blanks if it has one; of a test that
  /// crashed `suite::test unexpected signal after a.c:14`.
  ///
  /// - Source: https://github.com/Snaipe/Criterion/blob/bleeding/src/log/tap.c
  private static func shortenCriterion(_ results: inout Results, _ index: Int) {
    let name = results.text.string(results.tests[index].name)
    guard name.contains("::") else { return }
    let words = name.prefix { $0 != " " }
    cut(&results, index, to: words)
    let rest = name[words.endIndex...].trimmed
    let detail = Int(results.tests[index].detail)
    guard rest.hasPrefix("unexpected "), detail >= 0 else { return }
    results.details[detail].message = rest
  }
}
