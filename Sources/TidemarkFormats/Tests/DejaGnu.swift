package import TidemarkModel
private import TidemarkSyntax

/// DejaGnu's summary, `gcc.sum`.
package enum DejaGnu: Format {
  package static let name = "dejagnu"
  package static let producers = "DejaGnu's runtest (the .sum of GCC, GDB, binutils, newlib)"
  package static let specification =
    "https://www.gnu.org/software/dejagnu/manual/Output-states.html"
  package static let kept = """
    Every test with its tool as suite, the script it is in as class, and a variation of the board \
    as label; expected and known failures as skipped; errors, counts that do not add up, and a \
    summary that is not there as blocking problems.
    """
  package static let dropped = """
    Notes, warnings, paths and duplicates; the .log beside it, which holds the same results in what \
    the tools wrote.
    """

  /// The .log has the same lines among others, so that a .sum is known by having no others.
  package static func recognises(_ head: Head) -> Recognition {
    guard !head.beginsDocument else { return .no }
    guard head.contains("est run by ") || head.contains("est Run By ") else { return .no }
    var lines = head.lines
    if !head.isWhole { lines = lines.dropLast() }
    var hasHeading = false
    var hasRunBy = false
    var isTrace = false
    for line in lines {
      if DejaGnuLine.isRunBy(line) { hasRunBy = true }
      if DejaGnuLine.tool(line) != nil { hasHeading = true }
      if DejaGnuLine.isOfSummary(line) {
        // What Tcl says of an error stands over several lines.
        isTrace = line.hasPrefix("ERROR: ") || (isTrace && line.hasPrefix("    "))
      } else if hasHeading, !isTrace, !line.hasPrefix("\t") {
        return .no
      }
    }
    return hasHeading && hasRunBy ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = DejaGnuRun()
    while let line = try reader.next() { run.take(line.text, number: line.number) }
    run.finish()
    guard !run.isEmpty else { throw Problem("has no result of DejaGnu") }
    return run.results
  }
}

/// What a line of a summary is.
private enum DejaGnuLine {
  static let states: [Substring: Outcome] = [
    "PASS": .passed, "FAIL": .failed, "XPASS": .failed, "KPASS": .failed, "XFAIL": .skipped,
    "KFAIL": .skipped, "UNRESOLVED": .errored, "UNTESTED": .skipped, "UNSUPPORTED": .skipped,
  ]

  static let others: Set<Substring> = [
    "ERROR", "WARNING", "NOTE", "DUPLICATE", "PATH", "DUPPATH", "DG-ERROR",
  ]

  /// The word before the first colon, and what follows.
  static func state(_ line: Substring) -> (word: Substring, rest: Substring)? {
    guard let first = line.first, first.isUppercase, let colon = line.firstIndex(of: ":") else {
      return nil
    }
    return (line[..<colon], line[line.index(after: colon)...].drop { $0 == " " })
  }

  static func isRunBy(_ line: Substring) -> Bool {
    line.hasPrefix("Test run by ") || line.hasPrefix("Test Run By ")
  }

  /// `\t\t=== gcc tests ===`
  static func tool(_ line: Substring) -> Substring? {
    guard line.hasPrefix("\t\t=== "), line.hasSuffix(" tests ===") else { return nil }
    return line.dropFirst(6).dropLast(10)
  }

  /// `\t\t=== gcc Summary ===`, `\t\t=== gcc Summary for unix ===`
  static func isSummaryHeading(_ line: Substring) -> Bool {
    line.hasPrefix("\t\t=== ") && line.hasSuffix(" ===") && line.firstRange(of: " Summary") != nil
  }

  static func isOfSummary(_ line: Substring) -> Bool {
    if line.isEmpty || line.allSatisfy({ $0 == " " || $0 == "\t" }) { return true }
    if let (word, _) = state(line), states[word] != nil || others.contains(word) { return true }
    let beginnings = [
      "\t\t===", "Running ", "# of ", "    ", "Schedule of ", "Native configuration is ",
      "Target is ", "Host ", "Build ", "runtest completed ", "Test run by ",
      "Test Run By ",
    ]
    return beginnings.contains { line.hasPrefix($0) } || line.firstRange(of: " version ") != nil
  }
}

/// The state while lines come in.
private struct DejaGnuRun {
  private(set) var results = Results()
  private var suites = SuiteTable()
  private var tool = ""
  private var variation = ""
  private var script = ""
  private var headingLine: Int?
  private var hasSummary = false
  private var counts: [Substring: Int] = [:]
  /// The most unexpected failures that a summary counts.
  private var claimed = 0
  private var errors = 0
  /// Inside what Tcl says of one error, which stands over several lines of errors.
  private var isInTrace = false

  var isEmpty: Bool { results.tests.isEmpty && results.problems.isEmpty && !hasSummary }

  mutating func take(_ line: Substring, number: Int) {
    if let tool = DejaGnuLine.tool(line) {
      // A file may hold several, one after the other.
      if headingLine != nil, !hasSummary { noteNoSummary() }
      self.tool = String(tool)
      headingLine = number
      hasSummary = false
    } else if DejaGnuLine.isSummaryHeading(line) {
      hasSummary = true
    } else if line.hasPrefix("Running target ") {
      variation = String(line.dropFirst(15).trimmedEnd)
    } else if line.hasPrefix("Running "), line.hasSuffix(" ...") {
      script = DejaGnuRun.script(line.dropFirst(8).dropLast(4))
      isInTrace = false
    } else if line.hasPrefix("Native configuration is ") {
      results.environment["native"] = String(line.dropFirst(24).trimmedEnd)
    } else if line.hasPrefix("# of unexpected failures") {
      claimed = max(claimed, line.split(separator: "\t").last.flatMap { Int($0) } ?? 0)
    } else if let (word, rest) = DejaGnuLine.state(line) {
      if let outcome = DejaGnuLine.states[word] {
        isInTrace = false
        append(word, outcome, rest)
      } else if word == "ERROR" || word == "DG-ERROR" {
        noteError(rest, line: number)
      }
    }
  }

  /// The folder and the name: where the sources are differs from machine to machine.
  private static func script(_ path: Substring) -> String {
    let steps = path.split(separator: "/")
    if let root = steps.lastIndex(of: "testsuite"), root + 1 < steps.count {
      return steps[(root + 1)...].joined(separator: "/")
    }
    return steps.suffix(2).joined(separator: "/")
  }

  private mutating func append(_ word: Substring, _ outcome: Outcome, _ text: Substring) {
    var (name, remark) = DejaGnuRun.parted(text.trimmedEnd, isOfGDB: tool == "gdb")
    // Of a script that Tcl could not run to its end the line names the place on this machine.
    if name.hasPrefix("testcase '"), let end = name[...].firstRange(of: "' aborted due to ") {
      remark = String(name[end.lowerBound...].dropFirst(2))
      name = "testcase \(DejaGnuRun.script(name[..<end.lowerBound].dropFirst(10)))"
    }
    var labels = Labels()
    if !variation.isEmpty, variation != "unix" { labels["target"] = variation }
    var detail: TestDetail?
    if outcome != .passed {
      detail = TestDetail(message: remark ?? DejaGnuRun.meanings[word], text: nil, type: nil)
      detail?.isKnownFailure = word == "XFAIL" || word == "KFAIL"
    }
    results.append(
      suite: suites.number([tool], labels: labels, in: &results), className: script, name: name,
      outcome: outcome, detail: detail)
  }

  private static let meanings: [Substring: String] = [
    "FAIL": "failed", "XPASS": "passed although a failure was expected",
    "KPASS": "passed although a failure is known", "XFAIL": "failed as expected",
    "KFAIL": "failed as known", "UNRESOLVED": "had no clear result", "UNTESTED": "was not run",
    "UNSUPPORTED": "is not supported here",
  ]

  /// The name without what is only told of one result: the number of a bug, and what GDB's
  /// test suite appends to a failure.
  ///
  /// - Source: https://sourceware.org/gdb/wiki/GDBTestcaseCookbook
  private static func parted(
    _ text: Substring, isOfGDB: Bool
  ) -> (name: String, remark: String?) {
    guard text.hasSuffix(")"), let open = text.lastIndex(of: "("),
      let before = text[..<open].last, before == " "
    else { return (String(text), nil) }
    let remark = text[open...].dropFirst().dropLast()
    let isBug = remark.hasPrefix("PRMS: ") || remark.hasPrefix("PRMS ")
    guard isBug || (isOfGDB && remarks.contains(remark)) else { return (String(text), nil) }
    return (String(text[..<open].trimmedEnd), String(remark))
  }

  private static let remarks: Set<Substring> = [
    "timeout", "eof", "GDB internal error", "got interactive prompt", "the program exited",
    "the program is no longer running", "got breakpoint menu", "resync count exceeded",
    "full buffer", "EOF", "pattern 1", "pattern 2", "pattern 3", "pattern 4", "pattern 5",
    "undefined command error", "ambiguous command error",
  ]

  private mutating func noteError(_ text: Substring, line: Int) {
    guard !isInTrace else { return }
    // At the end runtest tells once more what happened, below a rule.
    if errors > 0, text.allSatisfy({ $0 == "-" }) { return isInTrace = true }
    isInTrace = text.hasPrefix("tcl error sourcing ")
    errors += 1
    guard errors <= 20 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError,
        "\(script.isEmpty ? tool : script): \(SafeText.prefix(String(text), bytes: 400))",
        line: line, isBlocking: true))
  }

  private mutating func noteNoSummary() {
    results.problems.append(
      ResultProblem(
        .unterminated, "the tests of \(tool) began and have no summary", line: headingLine,
        isBlocking: true))
  }

  mutating func finish() {
    if headingLine != nil, !hasSummary { noteNoSummary() }
    results.checkFailures(claimed: claimed)
  }
}
