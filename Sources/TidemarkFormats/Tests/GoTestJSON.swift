package import TidemarkModel
private import TidemarkSyntax

/// The events of `go test -json` (test2json), one a line.
///
/// Every run of a test is a record, parents and leaves alike, in the order in which they began;
/// its package is its suite. What ends a package without ending its tests (a panic, a build that
/// failed, a stream cut short) is a blocking problem.
package enum GoTestJSON: Format {
  package static let name = "gotest-json"
  package static let producers = "go test -json, gotestsum --jsonfile, go tool test2json"
  package static let specification = "https://pkg.go.dev/cmd/test2json"
  package static let kept = """
    Every test with outcome, time, its output where it failed, and the place that it names; repeats \
    of -count as further tests; benchmarks; builds and packages that failed.
    """
  package static let dropped = "Output of tests that passed; pauses; attributes; coverage."

  package static func recognises(_ head: Head) -> Recognition {
    for line in head.lines where line.first == "{" {
      let isEvent =
        line.contains("\"Action\":")
        && (line.contains("\"Package\":") || line.contains("\"Test\":")
          || line.contains("\"ImportPath\":") || line.contains("\"Output\":"))
      if isEvent { return .yes }
    }
    return .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var events = GoEvents()
    var results = try file.readJSONLines { (line, _) throws(Problem) in
      switch line {
      case .value(let event, let number): events.read(event, line: number)
      case .noise(let bytes, let number): events.readNoise(bytes, line: number)
      }
    }
    guard events.count > 0 else { throw Problem("has no event of go test -json", line: 1) }
    events.finish(into: &results)
    return results
  }
}

/// The state while events come in.
private struct GoEvents {
  private struct Key: Hashable {
    var package: String
    var test: String

    /// The word and what is no lower case letter behind it.
    var isBenchmark: Bool {
      guard test.hasPrefix("Benchmark") else { return false }
      return test.dropFirst(9).first.map { !$0.isLowercase } ?? true
    }
  }

  /// One run of a test.
  private struct Run {
    var key: Key
    var line: Int
    var outcome: Outcome?
    var duration: Double?
    var output = GoOutput()

    /// Takes the verdict that stands in a line that the test wrote: test2json makes no event of one
    /// that follows output without a line's end.
    mutating func take(verdictIn output: String) {
      let line = output.hasSuffix("\n") ? output.dropLast() : output[...]
      guard let verdict = GoVerdict(line), verdict.name == key.test else { return }
      told = verdict
    }

    var told: GoVerdict?

    /// Ends a run that no event ended.
    mutating func end(rootHasPassed: Bool) {
      guard outcome == nil else { return }
      if let told {
        (outcome, duration) = (told.outcome, told.duration)
      } else if rootHasPassed {
        outcome = .passed
      }
      if outcome == .passed { output = GoOutput() }
    }
  }

  private struct Package {
    var line: Int
    var output = GoOutput()
    var hasEnded = false
    var hasFailed = false
    var hasFailedTest = false
    var failedBuild: String?
  }

  private(set) var count = 0
  private var runs: [Run] = []
  /// The last run of each test, as long as it has not ended.
  private var open: [Key: Int] = [:]
  private var packages: [String: Package] = [:]
  private var packageOrder: [String] = []
  private var buildOutput: [String: GoOutput] = [:]
  private var failedBuilds: [String] = []
  /// Lines of output that have not ended yet: a benchmark's name and numbers come in two events.
  private var partial: [Key: String] = [:]
  /// The package of which the compiler speaks between the events.
  private var building: String?
  private var benchmarks = GoBenchLines()
  private var newestTime = ""

  /// - Returns: Whether it is an event.
  mutating func read(_ event: JSONValue, line: Int) -> Bool {
    guard let action = event["Action"]?.text else { return false }
    count += 1
    building = nil
    if let time = event["Time"]?.text { note(time) }
    if action == "build-output" || action == "build-fail" {
      readBuild(event, hasFailed: action == "build-fail")
      return true
    }
    let key = Key(
      package: event["Package"]?.string ?? "", test: event["Test"]?.string ?? "")
    if packages[key.package] == nil {
      packages[key.package] = Package(line: line)
      packageOrder.append(key.package)
    }
    switch action {
    case "run": begin(key, line: line)
    case "output": read(output: event["Output"]?.string ?? "", of: key, line: line)
    case "pass": end(key, .passed, event, line: line)
    case "fail": end(key, .failed, event, line: line)
    case "skip": end(key, .skipped, event, line: line)
    default: break
    }
    return true
  }

  /// Times of one stream are written alike: the text's order is mostly time's.
  private mutating func note(_ time: JSONText) {
    let text = time.string
    if newestTime < text { newestTime = text }
  }

  private mutating func begin(_ key: Key, line: Int) {
    // A benchmark begins like a test and never ends like one.
    guard !key.test.isEmpty, !key.isBenchmark else { return }
    open[key] = runs.count
    runs.append(Run(key: key, line: line))
  }

  private mutating func end(_ key: Key, _ outcome: Outcome, _ event: JSONValue, line: Int) {
    if key.test.isEmpty {
      packages[key.package]?.hasEnded = true
      packages[key.package]?.hasFailed = outcome == .failed
      packages[key.package]?.failedBuild = event["FailedBuild"]?.string
      return
    }
    guard !key.isBenchmark || outcome == .failed else { return }
    let index = open[key] ?? runs.count
    if index == runs.count { runs.append(Run(key: key, line: line)) }
    open[key] = nil
    runs[index].outcome = outcome
    runs[index].duration = event["Elapsed"]?.double
    if outcome == .failed { packages[key.package]?.hasFailedTest = true }
    if outcome == .passed { runs[index].output = GoOutput() }
  }

  private mutating func read(output: String, of key: Key, line: Int) {
    if let index = open[key] {
      runs[index].output.append(output)
      runs[index].take(verdictIn: output)
    } else if let index = runs.indices.last, runs[index].key == key {
      // The line behind the verdict still belongs to the test.
      if runs[index].outcome != .passed { runs[index].output.append(output) }
    } else {
      packages[key.package]?.output.append(output)
    }
    readBenchmark(output, of: key)
  }

  private mutating func readBenchmark(_ output: String, of key: Key) {
    var text = output[...]
    if let begun = partial.removeValue(forKey: key) { text = (begun + output)[...] }
    guard text.utf8.last == UInt8(ascii: "\n") else {
      if text.hasPrefix("Benchmark"), text.utf8.count < 4096 { partial[key] = String(text) }
      return
    }
    benchmarks.read(text.dropLast(), package: key.package)
  }

  private mutating func readBuild(_ event: JSONValue, hasFailed: Bool) {
    let path = event["ImportPath"]?.string ?? ""
    if hasFailed { failedBuilds.append(path) }
    if let output = event["Output"]?.string {
      buildOutput[path, default: GoOutput()].append(output)
    }
  }

  /// A line that is no event. Before Go 1.20 a build that failed is told only so.
  ///
  /// - Returns: Whether it is that.
  mutating func readNoise(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) -> Bool {
    let text = String(decoding: bytes.prefix(4096), as: UTF8.self)
    if text.hasPrefix("# ") {
      building = text.dropFirst(2).split(separator: " ").first.map(String.init)
      return building != nil
    }
    let isBuild = text.contains("[build failed]") || text.contains("[setup failed]")
    guard isBuild, text.hasPrefix("FAIL") else {
      guard let building else { return false }
      buildOutput[building, default: GoOutput()].append(text + "\n")
      return true
    }
    let name = text.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init) ?? ""
    if packages[name] == nil {
      packages[name] = Package(line: line)
      packageOrder.append(name)
    }
    packages[name]?.hasEnded = true
    packages[name]?.hasFailed = true
    packages[name]?.failedBuild = name
    building = nil
    return true
  }

  mutating func finish(into results: inout Results) {
    results.newestTime = TimeText.parse(newestTime)
    endRuns()
    appendTests(into: &results)
    appendPackages(into: &results)
    benchmarks.finish(into: &results)
  }

  /// A subtest whose root passed has passed, though its own event may be missing
  /// (https://github.com/golang/go/issues/40771).
  private mutating func endRuns() {
    guard !open.isEmpty else { return }
    var roots: [Key: Outcome] = [:]
    for run in runs where !run.key.test.contains("/") { roots[run.key] = run.outcome ?? .failed }
    for index in runs.indices where runs[index].outcome == nil {
      let test = runs[index].key.test
      let root = Key(package: runs[index].key.package, test: String(test.prefix { $0 != "/" }))
      runs[index].end(rootHasPassed: root.test != test && roots[root] == .passed)
    }
  }

  private func appendTests(into results: inout Results) {
    var suites: [String: Int32] = [:]
    let parents = parents
    var leaves = 0
    var unterminated = 0
    for run in runs {
      let suite = suites[run.key.package] ?? Int32(results.suites.count)
      if suite == results.suites.count {
        suites[run.key.package] = suite
        results.suites.append(
          Suite(path: run.key.package.isEmpty ? [] : [run.key.package]))
      }
      if !parents.contains(run.key) { leaves += 1 }
      if run.outcome == nil {
        unterminated += 1
        if unterminated <= 20 {
          results.problems.append(
            ResultProblem(
              .unterminated, "\(run.key.test) began and never ended", line: run.line,
              isBlocking: true))
        }
      }
      results.append(
        suite: suite, name: run.key.test, outcome: run.outcome ?? .failed,
        duration: run.duration, detail: detail(of: run))
    }
    if unterminated > 20 {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(unterminated - 20) further tests began and never ended",
          isBlocking: true))
    }
    results.leafTests = leaves
  }

  /// What a failed or skipped test wrote.
  private func detail(of run: Run) -> TestDetail? {
    if run.outcome == .passed { return nil }
    var detail = run.output.detail
    if run.outcome == nil {
      detail.message = detail.message ?? "began and never ended"
    }
    return detail
  }

  /// The tests that have subtests.
  private var parents: Set<Key> {
    var parents: Set<Key> = []
    for run in runs {
      var name = run.key.test[...]
      for _ in 0..<64 {
        guard let slash = name.lastIndex(of: "/") else { break }
        name = name[..<slash]
        let key = Key(package: run.key.package, test: String(name))
        if !parents.insert(key).inserted { break }
      }
    }
    return parents
  }

  private mutating func appendPackages(into results: inout Results) {
    var told: Set<String> = []
    for name in packageOrder {
      guard let package = packages[name] else { continue }
      let shown = name.isEmpty ? "the package" : "package \(name)"
      if let build = package.failedBuild ?? (package.output.tellsOfBuild ? name : nil),
        package.hasFailed
      {
        told.insert(build)
        let why = buildOutput[build]?.firstError.map { ": \($0)" } ?? ""
        results.problems.append(
          ResultProblem(
            .buildFailed, "\(shown) did not build\(why)", line: package.line, isBlocking: true))
      } else if package.hasFailed, !package.hasFailedTest {
        let why = package.output.detail.message.map { ": \($0)" } ?? ""
        results.problems.append(
          ResultProblem(
            .outsideError, "\(shown) failed outside its tests\(why)", line: package.line,
            isBlocking: true))
      } else if !package.hasEnded {
        results.problems.append(
          ResultProblem(
            .unterminated, "\(shown) began and never ended", line: package.line, isBlocking: true))
      }
    }
    for build in failedBuilds where told.insert(build).inserted {
      let why = buildOutput[build]?.firstError.map { ": \($0)" } ?? ""
      results.problems.append(
        ResultProblem(.buildFailed, "\(build) did not build\(why)", isBlocking: true))
    }
  }
}

/// What a test or package wrote: its beginning, and where that is full its end.
struct GoOutput {
  private var text = ""
  private var tail = ""
  private static let limit = 49_152
  private static let tailLimit = 8192

  mutating func append(_ output: String) {
    if text.utf8.count + output.utf8.count <= Self.limit {
      text += output
      return
    }
    tail += output
    if tail.utf8.count > 2 * Self.tailLimit {
      tail = String(decoding: tail.utf8.suffix(Self.tailLimit), as: UTF8.self)
    }
  }

  private var whole: String { tail.isEmpty ? text : text + "\n[…]\n" + tail }

  var tellsOfBuild: Bool { text.contains("[build failed]") || text.contains("[setup failed]") }

  /// The compiler's first complaint.
  var firstError: String? {
    lines.first { !$0.hasPrefix("#") }.map { String($0.prefix(300)) }
  }

  private var lines: [Substring] {
    whole.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }.filter { line in
      !line.isEmpty && !line.hasPrefix("=== ") && !line.hasPrefix("--- ") && line != "PASS"
        && line != "FAIL" && !line.hasPrefix("FAIL\t") && !line.hasPrefix("exit status ")
    }
  }

  /// Text, the first line that says what happened, and the place that it names
  /// (`a_test.go:4: message`).
  var detail: TestDetail {
    let lines = lines
    guard !lines.isEmpty else { return TestDetail() }
    var detail = TestDetail(message: lines.first.map { String($0) }, text: whole)
    let panic = lines.first { $0.hasPrefix("panic: ") || $0.hasPrefix("fatal error: ") }
    for (index, line) in lines.enumerated() {
      guard let place = GoPlace(line) else { continue }
      detail.file = place.file
      detail.line = place.line
      // testify puts the message on the lines below.
      let next = lines[(index + 1)...].first.map(String.init)
      detail.message = place.message.isEmpty ? next : place.message
      break
    }
    if let panic {
      detail.message = String(panic)
      detail.type = "panic"
    }
    detail.message = detail.message.map { String($0.prefix(1000)) }
    return detail
  }
}

/// `a_test.go:4: message`
private struct GoPlace {
  var file: String
  var line: Int
  var message: String

  init?(_ text: Substring) {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].hasSuffix(".go"), let line = Int(parts[1]), line > 0,
      !parts[0].contains(" ")
    else { return nil }
    file = String(parts[0])
    self.line = line
    message = String(parts[2].drop { $0 == " " })
  }
}
