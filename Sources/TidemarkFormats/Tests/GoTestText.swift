package import TidemarkModel
private import TidemarkSyntax

/// What `go test` prints without `-json`: every test with `-v`, else those that failed.
package enum GoTestText: Format {
  package static let name = "gotest-text"
  package static let producers = "go test, go test -v, a compiled test binary with -test.v"
  package static let specification =
    "https://github.com/golang/go/blob/master/src/testing/testing.go"
  package static let kept = """
    Every test with outcome, time, its output where it failed, and the place that it names; \
    benchmarks; builds and packages that failed, panics, tests that never ended.
    """
  package static let dropped = "Output of tests that passed; pauses; coverage."

  package static func recognises(_ head: Head) -> Recognition {
    let marks: [StaticString] = ["--- ", "=== RUN", " failed]", "ok  \t", "FAIL\t"]
    guard marks.contains(where: head.contains) else { return .no }
    for line in head.lines {
      // Behind a log's time stamps none of the lines is one of go test's own.
      if GoVerdict(line)?.isOwnLine == true { return .yes }
      if case .run? = GoMark(line) { return .yes }
      switch GoPackageLine(line) {
      case .failed(_, .some): return .yes
      // Without `-v` a package that passes has no other line.
      case .passed, .failed: if line.contains("\t") { return .yes }
      case nil: break
      }
    }
    return .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let stream = try GoTextStream(reading: file)
    guard !stream.isEmpty else {
      throw Problem("has no line of go test", remedy: "run `go test -v`")
    }
    return stream.results()
  }
}

/// `--- PASS: TestX/sub (0.01s)`; before Go 1.5 `(0.01 seconds)`.
struct GoVerdict {
  var name: Substring
  var outcome: Outcome
  var duration: Double
  /// Whether the line begins with it, but for the indentation of subtests.
  var isOwnLine: Bool

  init?(_ line: Substring) {
    let text = line.drop { $0 == " " }
    guard let mark = text.hasPrefix("--- ") ? text.startIndex : GoVerdict.lateMark(in: text) else {
      return nil
    }
    isOwnLine = mark == text.startIndex
    let fields = text[mark...].split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 4 || (fields.count == 5 && fields[4] == "seconds)"),
      let outcome = GoVerdict.outcome(fields[1]), !fields[2].isEmpty, fields[3].first == "("
    else { return nil }
    let number = fields[3].dropFirst()
    guard fields.count == 5 || number.hasSuffix("s)"),
      let seconds = NumberText.parse(fields.count == 5 ? number : number.dropLast(2)), seconds >= 0
    else { return nil }
    name = fields[2]
    self.outcome = outcome
    duration = seconds
  }

  private static func outcome(_ word: Substring) -> Outcome? {
    switch word {
    case "PASS:": .passed
    case "FAIL:": .failed
    case "SKIP:": .skipped
    default: nil
    }
  }

  /// Where a verdict follows output that ended no line.
  private static func lateMark(in text: Substring) -> Substring.Index? {
    guard text.hasSuffix("s)") else { return nil }
    var rest = text
    while let dash = rest.firstIndex(of: "-") {
      let tail = text[dash...]
      if tail.hasPrefix("--- PASS: ") || tail.hasPrefix("--- FAIL: ")
        || tail.hasPrefix("--- SKIP: ")
      {
        return dash
      }
      rest = tail.drop { $0 == "-" }
    }
    return nil
  }
}

/// `=== RUN   TestX` and the like.
private enum GoMark {
  case run(Substring)
  case paused
  case goesOn(Substring)

  init?(_ line: Substring) {
    guard line.hasPrefix("=== ") else { return nil }
    let fields = line.split(separator: " ")
    guard fields.count == 3 else { return nil }
    switch fields[1] {
    case "RUN": self = .run(fields[2])
    case "PAUSE": self = .paused
    case "CONT", "NAME": self = .goesOn(fields[2])
    default: return nil
    }
  }
}

/// The line that ends a package.
private enum GoPackageLine {
  case passed(Substring)
  /// With what went wrong before any test ran: `[build failed]`, `[setup failed]`.
  case failed(Substring, before: Substring?)

  init?(_ line: Substring) {
    let fields = line.split { $0 == " " || $0 == "\t" }
    guard fields.count >= 3 else { return nil }
    switch fields[0] {
    case "ok" where fields[2] == "(cached)" || GoPackageLine.isTime(fields[2]):
      self = .passed(fields[1])
    case "FAIL" where GoPackageLine.isTime(fields[2]):
      self = .failed(fields[1], before: nil)
    case "FAIL" where fields.count == 4 && fields[3] == "failed]":
      guard fields[2] == "[build" || fields[2] == "[setup" else { return nil }
      self = .failed(fields[1], before: fields[2].dropFirst())
    default: return nil
    }
  }

  private static func isTime(_ field: Substring) -> Bool {
    field.hasSuffix("s") && NumberText.parse(field.dropLast()) != nil
  }
}

/// The state while lines come in. Packages are named behind their tests.
struct GoTextStream {
  private struct Run {
    var name: String
    var line: Int
    var outcome: Outcome?
    var duration: Double?
    var package: String?
    var output = GoOutput()
  }

  private var runs: [Run] = []
  /// The last run of each test of this package, as long as it has not ended.
  private var open: [String: Int] = [:]
  /// The test that wrote the lines that come now.
  private var current: Int?
  private var packageStart = 0
  private var packageOutput = GoOutput()
  /// What the compiler said of a package, by its `# name` line.
  private var buildOutput: [String: GoOutput] = [:]
  private var building: String?
  private var problems: [ResultProblem] = []
  private(set) var benchmarks = GoBenchLines()
  private var hasPackages = false
  private var panicLine: Int?
  /// Inside what gotestsum repeats behind the tests: `=== Failed`, up to `DONE 5 tests`.
  private var isRepeating = false
  /// Whether the first summary came before any test, so that there is nothing else to read.
  private var hasSummaryAlone: Bool?

  var isEmpty: Bool {
    runs.isEmpty && problems.isEmpty && benchmarks.isEmpty && !benchmarks.hasFailed && !hasPackages
  }

  init(reading file: InputFile) throws(Problem) {
    var reader = try LineReader(file)
    while let line = try reader.next() { take(line.text, number: line.number) }
    finishPackage(nil, hasFailed: panicLine != nil, line: panicLine)
  }

  private mutating func take(_ line: Substring, number: Int) {
    if isRepeating {
      if line.hasPrefix("DONE ") { isRepeating = false }
    } else if GoTextStream.beginsSummary(line) {
      hasSummaryAlone = hasSummaryAlone ?? runs.isEmpty
      isRepeating = hasSummaryAlone == false
      current = nil
    } else if let mark = GoMark(line) {
      read(mark, line: number)
    } else if let verdict = GoVerdict(line) {
      read(verdict, line: line, number: number)
    } else if let package = GoPackageLine(line) {
      read(package, line: number)
    } else if line == "PASS" || line == "FAIL" {
      current = nil
    } else {
      // How a package ended is read above.
      benchmarks.read(line, package: nil, number: number)
      append(line, number: number)
    }
  }

  /// - Source: https://github.com/gotestyourself/gotestsum/blob/main/testjson/summary.go
  private static func beginsSummary(_ line: Substring) -> Bool {
    line == "=== Failed" || line == "=== Skipped" || line == "=== Errors"
  }

  private mutating func read(_ mark: GoMark, line: Int) {
    building = nil
    switch mark {
    case .run(let name):
      guard !GoTextStream.isBenchmark(name) else { return current = nil }
      open[String(name)] = runs.count
      current = runs.count
      runs.append(Run(name: String(name), line: line))
    case .paused: current = nil
    case .goesOn(let name): current = open[String(name)]
    }
  }

  private mutating func read(_ verdict: GoVerdict, line: Substring, number: Int) {
    let name = String(verdict.name)
    guard !GoTextStream.isBenchmark(verdict.name) else {
      return benchmarks.read(line, package: nil, number: number)
    }
    // In the middle of a line it is one only of a test that runs; else it is what a test printed.
    guard verdict.isOwnLine || open[name] != nil else { return append(line, number: number) }
    building = nil
    let index = open.removeValue(forKey: name) ?? runs.count
    if index == runs.count { runs.append(Run(name: name, line: number)) }
    runs[index].outcome = verdict.outcome
    runs[index].duration = verdict.duration
    if verdict.outcome == .passed { runs[index].output = GoOutput() }
    // What follows is still the test's (before Go 1.14 all of it).
    current = verdict.outcome == .passed ? nil : index
  }

  private mutating func append(_ line: Substring, number: Int) {
    if line.hasPrefix("# ") {
      building = line.dropFirst(2).split(separator: " ").first.map(String.init)
      return
    }
    if let building, !line.isEmpty {
      buildOutput[building, default: GoOutput()].append(line + "\n")
    } else if let current {
      runs[current].output.append(line + "\n")
    } else {
      if line.hasPrefix("panic: ") { panicLine = number }
      packageOutput.append(line + "\n")
    }
  }

  private mutating func read(_ package: GoPackageLine, line: Int) {
    hasPackages = true
    building = nil
    switch package {
    case .passed(let name): finishPackage(String(name), hasFailed: false, line: line)
    case .failed(let name, before: .some):
      let why = buildOutput[String(name)]?.firstError.map { ": \($0)" } ?? ""
      problems.append(
        ResultProblem(
          .buildFailed, "package \(name) did not build\(why)", line: line, isBlocking: true))
    case .failed(let name, before: nil):
      finishPackage(String(name), hasFailed: true, line: line)
    }
  }

  /// - Parameter name: nil where the text ends without naming it.
  private mutating func finishPackage(_ name: String?, hasFailed: Bool, line: Int?) {
    for index in packageStart..<runs.count { runs[index].package = name }
    let hasFailedTest = runs[packageStart...].contains {
      $0.outcome == .failed || $0.outcome == nil
    }
    if hasFailed, !hasFailedTest {
      let why = packageOutput.detail.message.map { ": \($0)" } ?? ""
      let shown = name.map { "package \($0)" } ?? "the package"
      problems.append(
        ResultProblem(
          .outsideError, "\(shown) failed outside its tests\(why)", line: line, isBlocking: true))
    }
    packageStart = runs.count
    open = [:]
    current = nil
    packageOutput = GoOutput()
    panicLine = nil
  }

  private static func isBenchmark(_ name: Substring) -> Bool {
    guard name.hasPrefix("Benchmark") else { return false }
    return name.dropFirst(9).first.map { !$0.isLowercase } ?? true
  }

  func results() -> Results {
    var results = Results()
    appendTests(to: &results)
    results.problems += problems
    benchmarks.finish(into: &results)
    // In the file's order, whoever found them.
    results.problems.sort { ($0.line ?? .max) < ($1.line ?? .max) }
    return results
  }

  private func appendTests(to results: inout Results) {
    var suites: [String?: Int32] = [:]
    let parents = parents
    var leaves = 0
    var unterminated = 0
    for run in runs {
      let suite = suites[run.package] ?? Int32(truncatingIfNeeded: results.suites.count)
      if suites.updateValue(suite, forKey: run.package) == nil {
        results.suites.append(Suite(path: [run.package].compactMap(\.self)))
      }
      if !parents.contains(Parent(package: run.package, name: run.name)) { leaves += 1 }
      if run.outcome == nil {
        unterminated += 1
        if unterminated <= 20 {
          results.problems.append(
            ResultProblem(
              .unterminated, "\(run.name) began and never ended", line: run.line, isBlocking: true))
        }
      }
      results.append(
        suite: suite, name: run.name, outcome: run.outcome ?? .failed, duration: run.duration,
        detail: detail(of: run))
    }
    if unterminated > 20 {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(unterminated - 20) further tests began and never ended",
          isBlocking: true))
    }
    if !runs.isEmpty { results.leafTests = leaves }
  }

  private func detail(of run: Run) -> TestDetail? {
    if run.outcome == .passed { return nil }
    var detail = run.output.detail
    if run.outcome == nil { detail.message = detail.message ?? "began and never ended" }
    return detail
  }

  private struct Parent: Hashable {
    var package: String?
    var name: String
  }

  /// The tests that have subtests.
  private var parents: Set<Parent> {
    var parents: Set<Parent> = []
    for run in runs {
      var name = run.name[...]
      for _ in 0..<64 {
        guard let slash = name.lastIndex(of: "/") else { break }
        name = name[..<slash]
        if !parents.insert(Parent(package: run.package, name: String(name))).inserted { break }
      }
    }
    return parents
  }
}
