internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

extension SiteContext {
  /// What a template may show of one test.
  func values(_ test: TestResult) -> [String: Value] {
    var values = test.state.mark.values(words)
    values["name"] = .text(testName(test))
    values["where"] = .text(testPlace(test))
    values["message"] = Value(firstLine(test.detail))
    values["strip"] = OutcomeStrip.render(test.history, words: words)
    values["failures"] = Value(failures(test))
    values["flips"] = Value(test.state == .flaky ? flips(test) : nil)
    values["attempts"] = Value(attempts(test))
    values["since"] = since(test.since)
    values["duration"] = Value(duration(of: test))
    values["owner"] = Value(test.owner)
    values["quarantine"] = test.quarantine.map(quarantine) ?? .empty
    values["text"] = Value(text(test.detail))
    values["place"] = Value(
      test.detail?.file.map { file in name(file) + (test.detail?.line.map { ":\($0)" } ?? "") })
    return values
  }

  /// Name, parameters, and the ordinal of a repeated one.
  func testName(_ test: TestResult) -> String {
    var shown = name(test.identity.name)
    if !test.identity.parameters.isEmpty { shown += " (\(name(test.identity.parameters)))" }
    if test.identity.ordinal > 1 { shown += " #\(test.identity.ordinal)" }
    return shown
  }

  /// `suite › class · os=linux · job`
  func testPlace(_ test: TestResult) -> String {
    let path = (test.identity.suite + [test.identity.className]).filter { !$0.isEmpty }
    // Many formats repeat the suite as the class.
    let names = path.enumerated().filter { $0.offset == 0 || path[$0.offset - 1] != $0.element }
    let place = names.map { name($0.element) }.joined(separator: " › ")
    let labels = test.identity.labels.isEmpty ? "" : name(test.identity.labels.description)
    return [place, labels, report.jobs.count > 1 ? name(test.job) : ""]
      .filter { !$0.isEmpty }.joined(separator: " · ")
  }

  func firstLine(_ detail: TestDetail?) -> String? {
    guard let message = detail?.message ?? detail?.text else { return nil }
    let lines = message.prefix(4000).split(whereSeparator: \.isNewline)
      .filter { $0.contains { !$0.isWhitespace } }
    guard let first = lines.first else { return nil }
    // googletest's first line is the place alone; what happened stands in the next ones.
    let isPlace = lines.count > 1 && SiteContext.isPlace(first)
    let line = isPlace ? lines.dropFirst().prefix(3).joined(separator: " ") : String(first)
    return SafeText.middleCut(SafeText.oneLine(line), to: 300)
  }

  /// `tests/query_test.cpp:53`
  private static func isPlace(_ line: Substring) -> Bool {
    let trimmed = line.drop { $0.isWhitespace }
    guard !trimmed.contains(where: \.isWhitespace), let colon = trimmed.lastIndex(of: ":") else {
      return false
    }
    let number = trimmed[trimmed.index(after: colon)...]
    return !number.isEmpty && number.allSatisfy(\.isNumber)
  }

  /// The rest of what a failure says, where there is more than its first line.
  private func text(_ detail: TestDetail?) -> String? {
    guard let text = detail?.text ?? detail?.message, text.count > (firstLine(detail)?.count ?? 0)
    else { return nil }
    return SafeText.middleCut(text, to: 1200)
  }

  private func failures(_ test: TestResult) -> String? {
    guard test.runsInLast > 0, test.failuresInLast > 0 else { return nil }
    return words.text(
      "test.failures",
      ["n": words.numbers.count(test.failuresInLast), "runs": words.count("runs", test.runsInLast)])
  }

  /// How often it went from passing to failing or back: a defect goes once, a flaky test again and
  /// again.
  private func flips(_ test: TestResult) -> String? {
    let told = test.history.compactMap { outcome -> Bool? in
      outcome == nil || outcome == .skipped ? nil : outcome?.isFailure
    }
    let flips = zip(told, told.dropFirst()).count { $0 != $1 }
    guard flips > 1 else { return nil }
    return words.text(
      "test.flips",
      ["n": words.numbers.count(flips), "runs": words.count("runs", test.history.count)])
  }

  /// `3 attempts in this run: failed, failed, passed`
  private func attempts(_ test: TestResult) -> String? {
    guard let earlier = test.detail?.attempts, !earlier.isEmpty, let outcome = test.outcome else {
      return nil
    }
    let outcomes = (earlier.map(\.outcome) + [outcome]).map { words.text($0.mark.key) }
    let shown = Array(outcomes.prefix(5)) + (outcomes.count > 5 ? ["…"] : [])
    return words.count(
      "test.attempts", outcomes.count,
      ["outcomes": shown.joined(separator: words.text("list.separator"))])
  }

  func quarantine(_ quarantine: Quarantine) -> Value {
    [
      "reason": .text(SafeText.middleCut(SafeText.oneLine(quarantine.reason), to: 300)),
      "owner": Value(quarantine.owner), "expires": quarantine.expires.map(time) ?? .empty,
    ]
  }

  /// Nothing for 0: a clock that coarse measured nothing.
  func duration(of test: TestResult) -> String? {
    test.duration.flatMap { $0 > 0 ? duration($0) : nil }
  }

  func duration(_ seconds: Double) -> String {
    ValueScale(.seconds, typical: seconds, numbers: words.numbers).text(seconds)
  }
}
