package import TidemarkModel
package import TidemarkSyntax

// Of JSON test reports: what most of them have in common.

extension TestDetail {
  /// A failure's message and text, each nil where it says nothing; the message is the text's first
  /// line where there is none of its own. Terminal colours go, texts are cut at ``textLimit``.
  package init(message: String?, trace: String?) {
    let trace = trace.flatMap(TestDetail.kept)
    let message = message.flatMap(TestDetail.kept)
    let first = (message ?? trace)?.split(whereSeparator: \.isNewline).first.map(String.init)
    let isMore = message.map { $0 != first } ?? false
    self.init(message: first, text: trace ?? (isMore ? message : nil))
  }

  /// `text` as it is kept of a failure; nil where it is blank.
  package static func kept(_ text: String) -> String? {
    let cut = SafeText.prefix(text, bytes: textLimit)
    let shown = SafeText.visible(String(cut))
    guard shown.contains(where: { !$0.isWhitespace }) else { return nil }
    return cut.utf8.count == text.utf8.count ? shown : shown + "\n… cut"
  }

  /// The end of what a test wrote, at most 4 KiB.
  package static func tail(_ text: String) -> String? {
    guard text.utf8.count > 4096 else { return kept(text) }
    return kept(String(decoding: text.utf8.suffix(4096), as: UTF8.self))
  }
}

extension JSONValue {
  /// A number of milliseconds at `key`, in seconds; nil where it is none or negative.
  package func milliseconds(_ key: StaticString) -> Double? {
    guard let value = self[key]?.lenientDouble, value >= 0 else { return nil }
    return value / 1000
  }

  /// A Unix time in milliseconds at `key`.
  package func time(_ key: StaticString) -> Timestamp? {
    guard let value = self[key]?.double, value > 0, value < 253_402_300_800_000 else { return nil }
    return Timestamp(millisecondsSince1970: Int64(value))
  }

  /// The strings of an array at `key`.
  package func strings(_ key: StaticString) -> [String] {
    self[key].map { $0.elements.compactMap(\.string) } ?? []
  }

  /// A line number at `key`.
  package func line(_ key: StaticString) -> Int? { self[key]?.int.flatMap { $0 > 0 ? $0 : nil } }
}

/// The suites of a report, each once.
struct SuiteTable {
  private var numbers: [Suite: Int32] = [:]

  /// The number of the suite in `results`, which is added if it is not there yet; -1 for one
  /// without a name and labels.
  mutating func number(
    _ path: [String], labels: Labels = .none, in results: inout Results
  ) -> Int32 {
    let suite = Suite(path: path.filter { !$0.isEmpty }, labels: labels)
    if suite.path.isEmpty, labels.isEmpty { return -1 }
    if let number = numbers[suite] { return number }
    let number = Int32(truncatingIfNeeded: results.suites.count)
    results.suites.append(suite)
    numbers[suite] = number
    return number
  }
}

extension Results {
  /// A report's summary that knows of more failures than its tests show: some are not in it.
  mutating func checkFailures(claimed: Int?) {
    guard let claimed else { return }
    let found = tests.count { $0.outcome.isFailure }
    guard claimed > found else { return }
    problems.append(
      ResultProblem(
        .planMismatch, "the summary counts \(claimed) failures, the tests show \(found)",
        isBlocking: true))
  }
}
