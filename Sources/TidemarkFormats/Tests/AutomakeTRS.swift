package import TidemarkModel
private import TidemarkSyntax

/// automake's `.trs`, one a test script, that `make check` writes.
package enum AutomakeTRS: Format {
  package static let name = "automake-trs"
  package static let producers = "automake's make check (*.trs)"
  package static let specification =
    "https://www.gnu.org/software/automake/manual/html_node/Log-files-generation-and-test-results-recording.html"
  package static let kept = """
    Every result with the file's folder as suite and its name as name, numbered where the script \
    has several; a failure that was expected is skipped and a known failure.
    """
  package static let dropped = """
    Whether to run it again; times and output, which it has not; test-suite.log, which names only \
    the tests that did not pass. Found with a .log beside it that holds TAP, it is left to that.
    """
  package static let twins = [".log"]

  package static func recognises(_ head: Head) -> Recognition {
    guard head.firstInk == UInt8(ascii: ":"), head.contains(":test-result:") else { return .no }
    // Nothing else may stand in it but what is told of the results.
    let lines = head.lines.filter { !$0.isEmpty }
    return lines.allSatisfy { $0.first == ":" } && lines.contains { AutomakeField($0) != nil }
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var found: [AutomakeField] = []
    var whole: AutomakeField?
    while let line = try reader.next() {
      guard let field = AutomakeField(line.text) else { continue }
      if field.isWhole { whole = field } else { found.append(field) }
    }
    // A script of its own may write the result of the whole alone.
    if found.isEmpty, let whole { found = [whole] }
    guard !found.isEmpty else { throw Problem("has no `:test-result:`") }
    var results = Results()
    let (folder, stem) = place(file.path)
    var suites = SuiteTable()
    let suite = suites.number([folder], in: &results)
    for (number, field) in found.enumerated() {
      results.append(
        suite: suite, name: found.count == 1 ? stem : "\(stem) \(number + 1)",
        outcome: field.outcome, detail: field.detail)
    }
    if let whole, whole.outcome.isFailure, !found.contains(where: \.outcome.isFailure) {
      results.problems.append(
        ResultProblem(
          .planMismatch, "\(stem) ended as \(whole.word), and none of its results did",
          isBlocking: true))
    }
    return results
  }

  private static func place(_ path: String) -> (folder: String, stem: String) {
    var steps = path.split { $0 == "/" || $0 == "!" }.map(String.init)
    let last = steps.popLast() ?? "test"
    let folder = steps.popLast().map { $0 == "." || $0 == ".." ? "" : $0 } ?? ""
    return (folder, last.hasSuffix(".trs") ? String(last.dropLast(4)) : last)
  }
}

/// `:test-result: XFAIL`, with or without what more the script says.
private struct AutomakeField {
  var isWhole: Bool
  var word: Substring
  var remark: Substring

  init?(_ line: Substring) {
    let key: Int
    if line.hasPrefix(":test-result:") {
      (key, isWhole) = (13, false)
    } else if line.hasPrefix(":global-test-result:") {
      (key, isWhole) = (20, true)
    } else {
      return nil
    }
    let value = line.dropFirst(key).drop { $0 == " " || $0 == "\t" }.trimmedEnd
    word = value.prefix { $0 != " " }
    remark = value[word.endIndex...].drop { $0 == " " }
    guard !word.isEmpty else { return nil }
  }

  var outcome: Outcome {
    switch word {
    case "PASS": .passed
    case "FAIL", "XPASS": .failed
    case "XFAIL", "SKIP": .skipped
    default: .errored
    }
  }

  var detail: TestDetail? {
    guard outcome != .passed else { return nil }
    let meaning: String? =
      switch word {
      case "XPASS": "passed although a failure was expected"
      case "XFAIL": "failed as expected"
      case "FAIL": "failed"
      case "SKIP": nil
      case "ERROR": "could not be run, or broke off"
      default: "ended as \(word)"
      }
    var detail = TestDetail(message: remark.isEmpty ? meaning : String(remark))
    detail.isKnownFailure = word == "XFAIL"
    return detail
  }
}
