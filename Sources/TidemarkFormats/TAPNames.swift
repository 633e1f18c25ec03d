internal import TidemarkModel

/// What two producers append to a point's name: how it went, or how long it took. A name that says
/// so is another one in every run.
enum TAPNames {
  /// Takes it off, where every point has it.
  static func shorten(_ results: inout Results) {
    let points = results.tests.indices.filter { results.tests[$0].role == .test }
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
    guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return name[..<mark.lowerBound]
  }

  /// A description without tapjs's comment on its time, ` # time=12.5ms`.
  static func withoutTimeComment(_ text: Substring) -> Substring {
    guard text.last == "s", let mark = text.ranges(of: "# time=").last else { return text }
    let number = text[mark.upperBound...].prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text[number.endIndex...]
    guard !number.isEmpty, unit == "ms" || unit == "s" else { return text }
    return text[..<mark.lowerBound]
  }
}
