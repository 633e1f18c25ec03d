private import Glibc
package import TidemarkModel
internal import TidemarkSyntax

/// JUnit XML in all its dialects. There is no standard; what each producer writes is its own.
package enum JUnit: Format {
  package static let name = "junit"
  package static let producers =
    "surefire, Gradle, pytest, GoogleTest, CTest, Catch2, Boost.Test, node:test, Jest, Mocha, "
    + "PHPUnit, Eclipse, nextest, libtest, gotestsum, Bazel, bats, behave, Robot Framework, XCTest and most others"
  package static let specification =
    "https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report-3.0.2.xsd"
  package static let kept =
    "Every <testcase> with its suites, class, time, outcome, failure text, reruns and the end of its "
    + "output; OS and runtime versions as environment. Errors of whole suites are problems, and so are "
    + "failures that a suite counts and no test shows, runs that broke off, and lists of tests."
  package static let dropped =
    "The totals that suites announce (the tests themselves are counted), other properties, "
    + "output of passed tests."

  package static func recognises(_ head: Head) -> Recognition {
    switch head.rootElement {
    case "testsuite": .yes
    // libcheck's own format has the same root, with <suite> and <test> below.
    case "testsuites": head.contains("http://check.sourceforge.net/ns") ? .no : .yes
    // Eclipse's export of a run.
    case "testrun": head.contains("<testsuite") || head.contains("<testcase") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    do throws(Problem) {
      return try read(XMLReader(file))
    } catch {
      throw XMLReader.explained(error, in: file)
    }
  }

  /// Reads what `reader` reads, in whatever blocks.
  static func read(_ reader: XMLReader) throws(Problem) -> Results {
    let events = JUnitEvents(reader)
    try reader.read(events)
    return events.finish()
  }
}

/// The names of elements and attributes that mean something here.
private struct JUnitNames {
  let testsuites, testsuite, testrun, testcase, properties, property: XMLName
  let failure, error, skipped, ignored, disabled: XMLName
  let flakyFailure, flakyError, rerunFailure, rerunError: XMLName
  let systemOut, systemErr: XMLName
  let name, classname, `class`, className, time, duration, status, result: XMLName
  let message, type, file, filepath, line, lineno, timestamp, hostname, tests, failures,
    errors: XMLName
  let value, id, incomplete: XMLName

  init(_ reader: XMLReader) {
    testsuites = reader.name("testsuites")
    testsuite = reader.name("testsuite")
    testrun = reader.name("testrun")
    testcase = reader.name("testcase")
    properties = reader.name("properties")
    property = reader.name("property")
    failure = reader.name("failure")
    error = reader.name("error")
    skipped = reader.name("skipped")
    ignored = reader.name("ignored")
    disabled = reader.name("disabled")
    flakyFailure = reader.name("flakyFailure")
    flakyError = reader.name("flakyError")
    rerunFailure = reader.name("rerunFailure")
    rerunError = reader.name("rerunError")
    systemOut = reader.name("system-out")
    systemErr = reader.name("system-err")
    name = reader.name("name")
    classname = reader.name("classname")
    `class` = reader.name("class")
    className = reader.name("className")
    time = reader.name("time")
    duration = reader.name("duration")
    status = reader.name("status")
    result = reader.name("result")
    message = reader.name("message")
    type = reader.name("type")
    file = reader.name("file")
    filepath = reader.name("filepath")
    line = reader.name("line")
    lineno = reader.name("lineno")
    timestamp = reader.name("timestamp")
    hostname = reader.name("hostname")
    tests = reader.name("tests")
    failures = reader.name("failures")
    errors = reader.name("errors")
    value = reader.name("value")
    id = reader.name("id")
    incomplete = reader.name("incomplete")
  }
}

/// What an open element is to the reading.
private enum Kind: UInt8 {
  case root, suite, testcase
  /// Inside a test: how it ended, or an attempt before or behind that.
  case failure, error, skipped, earlierFailure, earlierError
  /// Inside one of those: its text is theirs (`<stackTrace>`).
  case innerText
  /// What a test wrote, and what a suite did.
  case output, suiteOutput
  /// What a suite wrote to its standard error where that may be the only sign of its end.
  case suiteLog
  /// `<error>` or `<failure>` directly in a suite.
  case suiteError
  case properties, property
  case other

  /// Whether the text in such an element is kept.
  var keepsText: Bool {
    switch self {
    case .failure, .error, .skipped, .earlierFailure, .earlierError, .innerText, .output,
      .suiteOutput, .suiteLog, .suiteError:
      true
    default: false
    }
  }
}

/// An open `<testsuite>` or `<testsuites>`.
private struct OpenSuite {
  var name: String
  var labels = Labels.none
  var file: String?
  /// Index into the results' suites; nil until its first test.
  var index: Int32?
  var firstTest: Int
  var announcedTests: Int?
  var announcedFailures: Int
  var ownTests = 0
  /// Tests in it, at any depth, that failed, that were skipped, that were run again.
  var failed = 0
  var skipped = 0
  var rerun = 0
  var hasError = false
  /// The first line of what it wrote to its standard error.
  var log: String?
  /// What Ginkgo's properties say of the suite: it did not succeed, and why, apart from its specs.
  var didNotSucceed = false
  var reason: String?
  /// Whether a test without `result` was skipped: Qt before version 6 says so in a comment only
  /// (https://github.com/qt/qtbase/blob/5.15/src/testlib/qjunittestlogger.cpp), and GoogleTest's
  /// list of tests (`--gtest_list_tests`) has none.
  var leavesSkipsOut = false
  var line: Int
}

/// An open `<testcase>`.
private struct OpenTest {
  var index = 0
  var outcome = Outcome.passed
  /// What the attributes say, for a test with nothing inside.
  var claimed = Outcome.passed
  var hasFailure = false
  /// Whether an earlier attempt says that the last one passed.
  var isFlaky = false
  var hasChildren = false
  var hasOutput = false
  var line = 0
  var hasFile = false
  var file = ""
  var hasDetail = false
  var detail = TestDetail()
}

/// Hands the parser's events to the reading. A pointer to it and no property, because a class's
/// properties are checked for exclusive access each time: a tenth of the whole reading's time.
private final class JUnitEvents: XMLEvents {
  private let reading: UnsafeMutablePointer<JUnitReading>

  init(_ reader: XMLReader) {
    reading = .allocate(capacity: 1)
    reading.initialize(to: JUnitReading(reader))
  }

  deinit {
    reading.deinitialize(count: 1)
    reading.deallocate()
  }

  func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
    try reading.pointee.start(name, attributes)
  }

  func text(_ text: XMLText) { reading.pointee.take(text) }

  func end(_ name: XMLName) { reading.pointee.end() }

  func finish() -> Results { reading.pointee.finish() }
}

private struct JUnitReading {
  private let reader: XMLReader
  private let names: JUnitNames
  private var results = Results()
  private var kinds: [Kind] = []
  private var kind = Kind.other
  private var suites: [OpenSuite] = []
  /// Playwright, whose root alone has an id, writes its project's name as a suite's host.
  private var namesProjectAsHost = false
  private var isList = false
  /// Whether the suite is of busted, whose classes are file and line (`spec/a_spec.lua:12`).
  private var isBusted = false
  /// The innermost open test, where `openTests` is not 0; those around it are in `outerTests`.
  private var test = OpenTest()
  private var openTests = 0
  private var outerTests: [OpenTest] = []
  private var output = TextTail(limit: 4096)
  /// Passed tests of the current suite that have something inside.
  private var dressed: Set<Int32> = []

  private var text = BoundedText(limit: TestDetail.textLimit)
  private var skipsText = true
  private var pendingMessage: String?
  private var pendingType: String?
  private var pendingTime: Double?

  private var lastClass = TextRange.empty
  private var pathElements = 0
  private var keptText = 0
  private var cutTexts = 0
  private var unknownTimes: (count: Int, first: String, line: Int)?
  /// Tests whose time has a comma that may be the decimal point or mark thousands.
  private var eitherTimes: [Int] = []
  private var hasDecimalComma = false
  private var suiteErrors = 0
  private var incomplete: (count: Int, line: Int)?

  /// Bytes of failure text kept of one file; beyond that a test keeps its message only.
  private static let textBudget = 64 << 20
  private static let messageLimit = 4096
  private static let nameLimit = 4096
  private static let suiteErrorLimit = 200
  private static let attemptLimit = 100
  private static let pathElementLimit = 4_000_000

  init(_ reader: XMLReader) {
    self.reader = reader
    names = JUnitNames(reader)
    reader.skipsText = true
  }

  mutating func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
    if kinds.isEmpty { try startDocument(name, attributes) }
    kinds.append(kind)
    if name == names.testcase {
      try startTest(attributes)
      kind = .testcase
    } else {
      kind = kind(of: name)
      switch kind {
      case .root, .suite: startSuite(attributes, isRoot: kind == .root)
      case .failure, .error, .skipped, .suiteError: startRecord(attributes)
      case .earlierFailure, .earlierError:
        if name == names.flakyFailure || name == names.flakyError { test.isFlaky = true }
        startRecord(attributes)
      case .output: startOutput()
      case .suiteOutput, .suiteLog: output.reset()
      case .property: take(property: attributes)
      default: break
      }
    }
    followText()
  }

  private mutating func startDocument(_ root: XMLName, _ attributes: XMLAttributes)
    throws(Problem)
  {
    guard root == names.testsuites || root == names.testsuite || root == names.testrun else {
      throw Problem(
        "has the root <\(root.string)>, and JUnit has <testsuites> or <testsuite>",
        line: reader.line, remedy: "check which format it is: `tidemark formats` lists all")
    }
    namesProjectAsHost = root == names.testsuites && attributes[names.id] != nil
  }

  mutating func take(_ text: XMLText) {
    if kind == .output || kind == .suiteOutput || kind == .suiteLog {
      output.append(text)
    } else {
      self.text.append(text)
    }
  }

  mutating func end() {
    switch kind {
    case .testcase: endTest()
    case .root, .suite: endSuite()
    case .failure: endFailure(.failed)
    case .error: endFailure(.errored)
    case .skipped: endSkip()
    case .earlierFailure: endAttempt(.failed)
    case .earlierError: endAttempt(.errored)
    case .suiteLog: endSuiteLog()
    case .suiteError: endSuiteError()
    case .suiteOutput: endSuiteOutput()
    default: break
    }
    kind = kinds.popLast() ?? .other
    followText()
  }

  @inline(__always)
  private mutating func followText() {
    guard kind.keepsText == skipsText else { return }
    skipsText.toggle()
    reader.skipsText = skipsText
  }

  private mutating func kind(of name: XMLName) -> Kind {
    if name == names.testsuite { return .suite }
    if name == names.testsuites || name == names.testrun { return suites.isEmpty ? .root : .suite }
    switch kind {
    case .testcase:
      test.hasChildren = true
      return kindInTest(name)
    case .suite, .root: return kindInSuite(name)
    case .properties: return name == names.property ? .property : .other
    case .failure, .error, .skipped, .earlierFailure, .earlierError, .suiteError, .innerText:
      return name == names.systemOut || name == names.systemErr ? .other : .innerText
    default: return .other
    }
  }

  private func kindInTest(_ name: XMLName) -> Kind {
    switch name {
    case names.failure: .failure
    case names.error: .error
    case names.skipped, names.ignored, names.disabled: .skipped
    case names.systemOut, names.systemErr: .output
    case names.flakyFailure, names.rerunFailure: .earlierFailure
    case names.flakyError, names.rerunError: .earlierError
    default: .other
    }
  }

  private func kindInSuite(_ name: XMLName) -> Kind {
    switch name {
    case names.failure, names.error: .suiteError
    case names.properties: .properties
    case names.systemOut: outputBelongsToTest ? .suiteOutput : .other
    case names.systemErr: outputBelongsToTest ? .suiteOutput : logMayTell ? .suiteLog : .other
    default: .other
    }
  }
}

// MARK: - Suites

extension JUnitReading {
  private mutating func startSuite(_ attributes: XMLAttributes, isRoot: Bool) {
    // The root's name is the run's or the tool's (`pytest tests`), no suite's.
    var suite = OpenSuite(
      name: "", firstTest: results.tests.count, announcedFailures: 0, line: reader.line)
    for index in 0..<attributes.count {
      let value = attributes.value(at: index)
      switch attributes.name(at: index) {
      case names.name:
        if isRoot { isList = value == "AllTests" } else { suite.name = suiteName(value) }
      case names.tests: suite.announcedTests = value.integer
      case names.errors, names.failures:
        suite.announcedFailures &+= min(max(value.integer ?? 0, 0), 1_000_000_000)
      case names.file, names.filepath: suite.file = shortened(value)
      case names.timestamp: take(timestamp: value)
      case names.hostname: take(host: value, of: &suite)
      default: break
      }
    }
    if isRoot, isList { startList(attributes) }
    suite.leavesSkipsOut = isList
    suites.append(suite)
  }

  /// What of a suite's name stays from run to run.
  private mutating func suiteName(_ text: XMLText) -> String {
    let name = shortened(text)
    isBusted = name.hasPrefix("Run ") && JUnitReading.isBusted(name)
    return JUnitReading.endsWithTime(name) ? String(name.dropLast(15)) : name
  }

  /// `Run 1 of 1`.
  private static func isBusted(_ name: String) -> Bool {
    let words = name.split(separator: " ")
    return words.count == 4 && words[2] == "of" && Int(words[1]) != nil && Int(words[3]) != nil
  }

  /// Whether a name ends with `-20261123134106`: unittest-xml-reporting writes the time of the run
  /// so (its `outsuffix`).
  private static func endsWithTime(_ name: String) -> Bool {
    guard name.utf8.count > 15, name.utf8.last.map({ (48...57).contains($0) }) == true else {
      return false
    }
    let end = Array(name.utf8.suffix(15))
    guard end[0] == UInt8(ascii: "-"),
      end[1...].allSatisfy({ (48...57).contains($0) })
    else { return false }
    let number = end[1...8].reduce(0) { $0 * 10 + Int($1) - 48 }
    return (1970...2199).contains(number / 10_000) && (1...12).contains(number / 100 % 100)
      && (1...31).contains(number % 100)
  }

  /// GoogleTest's list of tests has the root of its report, without what only a run has.
  private mutating func startList(_ attributes: XMLAttributes) {
    isList = attributes[names.failures] == nil && attributes[names.time] == nil
    guard isList else { return }
    results.problems.append(
      ResultProblem(
        .planMismatch, "it lists tests, and none of them ran", line: reader.line, isBlocking: true))
  }

  private mutating func take(host: XMLText, of suite: inout OpenSuite) {
    // A host's name differs from one hosted runner to the next: it is no fact worth comparing.
    guard namesProjectAsHost, !host.isBlank else { return }
    suite.labels["project"] = shortened(host)
  }

  private mutating func endSuite() {
    guard var suite = suites.popLast() else { return }
    if suite.didNotSucceed, suite.reason != nil || suite.failed == 0, !suite.hasError {
      report("\(suite.name): \(suite.reason ?? "did not succeed")", line: suite.line)
      suite.hasError = true
    }
    let isShort = hidesFailures(suite)
    if isShort, !suite.hasError {
      let what = results.tests.count > suite.firstTest ? "shows none" : "holds no test"
      report(
        "the suite \(quoted(suite.name))announces \(suite.announcedFailures) failed but \(what)"
          + (suite.log.map { ": \($0)" } ?? ""), line: suite.line)
    }
    if let last = suites.indices.last {
      suites[last].failed += suite.failed
      suites[last].skipped += suite.skipped
      suites[last].rerun += suite.rerun
      if suite.hasError || isShort { suites[last].hasError = true }
    }
    if let index = suite.index, let announced = suite.announcedTests, announced < suite.ownTests,
      surplusIsReruns(of: index, from: suite.firstTest, suite.ownTests - announced)
    {
      results.suites[Int(index)].repeatsAreAttempts = true
    }
    if suites.count <= 1 { dressed.removeAll(keepingCapacity: true) }
  }

  /// Whether the suite counts failures of which none of its tests tells: ScalaTest so writes a suite
  /// that was aborted, Newman a request that got no answer.
  ///
  /// A count that the skipped ones can be is none (NUnit's style sheet counts inconclusive tests as
  /// errors), nor is one that a rerun can be: Gradle counts the attempt that failed.
  private func hidesFailures(_ suite: OpenSuite) -> Bool {
    suite.announcedFailures > suite.skipped && suite.failed == 0 && suite.rerun == 0
  }

  private func quoted(_ name: String) -> String { name.isEmpty ? "" : "`\(name)` " }

  private mutating func report(_ message: String, line: Int) {
    suiteErrors += 1
    guard suiteErrors <= JUnitReading.suiteErrorLimit else { return }
    results.problems.append(
      ResultProblem(.suiteError, message, line: line, isBlocking: true))
  }

  /// The index of the innermost suite, which is kept from its first test on; -1 outside of any.
  private mutating func currentSuite() throws(Problem) -> Int32 {
    guard let last = suites.indices.last else { return -1 }
    suites[last].ownTests &+= 1
    if let index = suites[last].index { return index }
    let path = suites.map(\.name).filter { !$0.isEmpty }
    var index: Int32 = -1
    if !path.isEmpty {
      pathElements += path.count
      guard pathElements <= JUnitReading.pathElementLimit else {
        throw Problem(
          "has more than \(JUnitReading.pathElementLimit) suites within suites", line: reader.line,
          remedy: "split the report")
      }
      index = Int32(truncatingIfNeeded: results.suites.count)
      results.suites.append(Suite(path: path, labels: suites[last].labels))
    }
    suites[last].index = index
    return index
  }

  /// Whether `surplus` tests of the suite are earlier attempts: pytest-rerunfailures writes each as
  /// a passed test with nothing inside, and counts the test once.
  private func surplusIsReruns(of suite: Int32, from first: Int, _ surplus: Int) -> Bool {
    guard suite >= 0 else { return false }
    var latest: [UInt64: Int] = [:]
    var reruns = 0
    for index in first..<results.tests.count where results.tests[index].suite == suite {
      let key = nameHash(results.tests[index])
      if let earlier = latest.updateValue(index, forKey: key) {
        let before = results.tests[earlier]
        let isBare =
          before.outcome == .passed && before.detail < 0 && !dressed.contains(Int32(earlier))
        guard isBare else { return false }
        reruns += 1
      }
    }
    return reruns == surplus
  }

  private func nameHash(_ test: TestRecord) -> UInt64 {
    var hasher = FNV1a()
    hasher.combine(results.text.bytes, test.className)
    hasher.combine(results.text.bytes, test.name)
    return hasher.value
  }

  private mutating func take(timestamp: XMLText) {
    guard timestamp.bytes.count <= 64, let time = TimeText.parse(timestamp.string) else { return }
    if results.newestTime.map({ $0 < time }) ?? true { results.newestTime = time }
  }

  private mutating func take(property attributes: XMLAttributes) {
    guard let name = attributes[names.name], let value = attributes[names.value],
      kinds.dropLast().last == .suite || kinds.dropLast().last == .root
    else { return }
    switch name {
    case "os.name": take(fact: "os", value)
    case "os.arch": take(fact: "arch", value)
    case "os.version": take(fact: "os_version", value)
    case "java.version": take(fact: "java", value)
    case "go.version": take(fact: "go", value)
    case "python_version", "python.version": take(fact: "python", value)
    case "QTestVersion":
      let version = value.string
      if version.hasPrefix("4.") || version.hasPrefix("5."), let last = suites.indices.last {
        suites[last].leavesSkipsOut = true
      }
    case "SuiteSucceeded", "SpecialSuiteFailureReason": take(verdict: name, value)
    default: break
    }
  }

  /// Ginkgo: a suite with a reason of its own (interrupted, focused, nothing ran) fails beside specs
  /// that all passed (https://github.com/onsi/ginkgo/blob/master/reporters/junit_report.go).
  private mutating func take(verdict name: XMLText, _ value: XMLText) {
    guard let last = suites.indices.last else { return }
    if name == "SuiteSucceeded" {
      suites[last].didNotSucceed = value == "false"
    } else {
      suites[last].reason = message(value)
    }
  }

  private mutating func take(fact key: String, _ value: XMLText) {
    let value = value.trimmed
    guard !value.isEmpty, value.bytes.count <= 256, results.environment[key] == nil else { return }
    results.environment[key] = value.string
  }

  private mutating func endSuiteError() {
    let what = pendingMessage ?? firstLine(of: text.string) ?? "an error outside any test"
    let name = suites.last?.name ?? ""
    report(name.isEmpty ? what : "\(name): \(what)", line: reader.line)
    for index in suites.indices { suites[index].hasError = true }
  }

  /// Bazel writes a target's output beside its only test.
  private var outputBelongsToTest: Bool {
    guard let suite = suites.last, suite.ownTests == 1, let test = results.tests.last,
      test.suite == suite.index, openTests == 0
    else { return false }
    return test.outcome.isFailure && results.detail(of: test)?.output == nil
  }

  /// Whether what the suite writes to its standard error can be the only sign of what went wrong.
  private var logMayTell: Bool {
    guard openTests == 0, let suite = suites.last else { return false }
    return suite.failed == 0 || isAssembly(suite)
  }

  private func isAssembly(_ suite: OpenSuite) -> Bool {
    suite.name.hasSuffix(".dll") || suite.name.hasSuffix(".exe")
  }

  private mutating func endSuiteLog() {
    guard let log = output.string, let last = suites.indices.last else { return }
    suites[last].log = firstLine(of: log)
    guard let told = told(by: log, of: suites[last]) else { return }
    report("\(suites[last].name): \(told)", line: reader.line)
    for index in suites.indices { suites[index].hasError = true }
  }

  /// The line of a suite's log that says that its run went wrong, by the producers that say so
  /// nowhere else: Meson of a program that passed all its points and then exited in error
  /// (https://github.com/mesonbuild/meson/blob/master/mesonbuild/mtest.py), and vstest of a host
  /// that crashed or an assembly that did not load. There each failed test may log an error too.
  private func told(by log: String, of suite: OpenSuite) -> String? {
    let lines = log.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map { Substring($0) }
    if !isAssembly(suite) {
      guard let last = lines.last, last.hasPrefix("(test program exited with status code ") else {
        return nil
      }
      return String(last.dropFirst().prefix { $0 != ")" })
    }
    let error = lines.first { line in
      line.hasPrefix("Error - ") && (suite.failed == 0 || line.contains("aborted"))
    }
    return error.map { String(SafeText.prefix(String($0), bytes: JUnitReading.messageLimit)) }
  }

  private mutating func endSuiteOutput() {
    guard let detail = results.tests.last?.detail, detail >= 0 else { return }
    results.details[Int(detail)].output = output.string
  }
}

// MARK: - Tests

extension JUnitReading {
  private mutating func startTest(_ attributes: XMLAttributes) throws(Problem) {
    if openTests > 0 {
      test.hasChildren = true
      outerTests.append(test)
    }
    openTests &+= 1
    beginTest()

    var name: XMLText?
    var className: XMLText?
    var otherClass: XMLText?
    var time: XMLText?
    var duration: XMLText?
    for index in 0..<attributes.count {
      guard let key = attributes.name(at: index) else { continue }
      let value = attributes.value(at: index)
      if key == names.name {
        name = name ?? value
      } else if key == names.classname {
        className = className ?? value
      } else if key == names.time {
        time = time ?? value
      } else {
        take(key, value, otherClass: &otherClass, duration: &duration)
      }
    }
    var seconds = time.flatMap { self.seconds($0, ofTest: true) }
    if seconds == nil, let duration { seconds = self.seconds(duration, ofTest: true) }
    results.tests.append(
      TestRecord(
        suite: try currentSuite(),
        className: keepClass(isBusted ? file(className) : className ?? otherClass),
        name: keep(name), outcome: .passed, duration: seconds))
    // By its index: a copy of the suite would count each of its texts' owners for every test.
    if let last = suites.indices.last, suites[last].leavesSkipsOut,
      attributes[names.result] == nil
    {
      test.claimed = .skipped
    }
    if test.claimed != .passed, let message = attributes[names.message] {
      test.detail.message = self.message(message)
      test.hasDetail = true
    }
  }

  private mutating func beginTest() {
    test.index = results.tests.count
    test.outcome = .passed
    test.claimed = .passed
    test.hasFailure = false
    test.isFlaky = false
    test.hasChildren = false
    test.hasOutput = false
    test.line = 0
    test.hasFile = false
    if test.hasDetail {
      test.hasDetail = false
      test.detail = TestDetail()
    }
    if test.index == 2048 { reserve() }
  }

  /// Makes room for as many tests as the file will have if it goes on as it began: growing by
  /// doubling would hold the tests one and a half times over.
  private mutating func reserve() {
    let progress = reader.progress
    guard progress > 0, progress < 1 else { return }
    let count = min(Double(results.tests.count) / progress * 1.1, 100_000_000)
    let bytes = min(Double(results.text.bytes.count) / progress * 1.1, 4e9)
    results.tests.reserveCapacity(Int(count))
    results.text.bytes.reserveCapacity(Int(bytes))
  }

  /// The rarer attributes.
  private mutating func take(
    _ key: XMLName, _ value: XMLText, otherClass: inout XMLText?, duration: inout XMLText?
  ) {
    switch key {
    case names.class, names.className: otherClass = otherClass ?? value
    case names.duration: duration = duration ?? value
    case names.status, names.result: claim(value)
    case names.file, names.filepath:
      test.file = shortened(value)
      test.hasFile = true
    case names.line, names.lineno: test.line = max(value.integer ?? 0, 0)
    case names.timestamp: if results.newestTime == nil { take(timestamp: value) }
    case names.ignored, names.skipped: if value == "true" { claim(.skipped) }
    case names.incomplete: if value == "true" { claimIncomplete() }
    default: break
    }
  }

  /// Eclipse's export of a run that was stopped.
  private mutating func claimIncomplete() {
    claim(.skipped)
    incomplete = ((incomplete?.count ?? 0) + 1, incomplete?.line ?? reader.line)
  }

  /// `status` and `result`: what counts where a test has no element that tells its outcome.
  private mutating func claim(_ value: XMLText) {
    claim(JUnitStatus.outcome(value.trimmed))
  }

  private mutating func claim(_ outcome: Outcome) {
    if outcome.severity > test.claimed.severity { test.claimed = outcome }
  }

  private mutating func endTest() {
    var outcome = test.outcome
    if !outcome.isFailure, test.claimed.severity > outcome.severity { outcome = test.claimed }
    if outcome != .passed || test.hasDetail {
      results.tests[test.index].outcome = outcome
      if outcome == .passed, !test.isFlaky { takeAttemptsBack() }
      count(outcome)
      keepDetail(outcome)
    } else if test.hasChildren {
      dressed.insert(Int32(truncatingIfNeeded: test.index))
    }
    openTests &-= 1
    if openTests > 0 { test = outerTests.popLast() ?? OpenTest() }
  }

  /// A passed test with reruns that failed, and nothing that calls it flaky, is not: `rerunFailure`
  /// stands for a further attempt of a test that has a `failure` (Surefire, Gradle, nextest). What
  /// the reruns say is kept as its text.
  private mutating func takeAttemptsBack() {
    for attempt in test.detail.attempts {
      test.detail.message = test.detail.message ?? attempt.message
      test.detail.text = joined(test.detail.text, attempt.message, attempt.text)
    }
    test.detail.attempts = []
  }

  private mutating func count(_ outcome: Outcome) {
    guard let last = suites.indices.last else { return }
    if outcome.isFailure { suites[last].failed += 1 }
    if outcome == .skipped { suites[last].skipped += 1 }
    if test.isFlaky { suites[last].rerun += 1 }
  }

  private mutating func keepDetail(_ outcome: Outcome) {
    if outcome.isFailure, test.hasOutput {
      test.detail.output = output.string
      // libtest says what went wrong in the output alone.
      if test.detail.message == nil { test.detail.message = firstLine(of: test.detail.output) }
    }
    test.detail.file = test.hasFile ? test.file : suites.last { $0.file != nil }?.file
    if test.line > 0 { test.detail.line = test.line }
    guard test.hasDetail || test.detail != TestDetail() else { return }
    test.hasDetail = true
    results.tests[test.index].detail = Int32(truncatingIfNeeded: results.details.count)
    results.details.append(test.detail)
  }

  private mutating func startOutput() {
    if !test.hasOutput { output.reset() }
    test.hasOutput = true
  }

  private mutating func seconds(_ text: XMLText, ofTest: Bool = false) -> Double? {
    switch SecondsText.read(text) {
    case .seconds(let value): return value
    case .comma(let value, let isCertain):
      takeComma(isCertain: isCertain, ofTest: ofTest)
      return value
    case .blank: return nil
    case .unknown:
      if unknownTimes == nil {
        unknownTimes = (0, String(shortened(text).prefix(40)), reader.line)
      }
      unknownTimes?.count += 1
      return nil
    }
  }

  /// The file of a class that is file and line, which goes to the test: it moves with every edit.
  private mutating func file(_ place: XMLText?) -> XMLText? {
    guard let place, let colon = place.bytes.lastIndex(of: UInt8(ascii: ":")),
      let line = XMLText(UnsafeBufferPointer(rebasing: place.bytes[(colon + 1)...])).integer
    else { return place }
    test.line = max(line, 0)
    return XMLText(UnsafeBufferPointer(rebasing: place.bytes[..<colon]))
  }

  private mutating func keepClass(_ text: XMLText?) -> TextRange {
    guard let text, !text.isEmpty else { return .empty }
    // Tests of one class stand together: its name is kept once.
    if Int(lastClass.count) != text.bytes.count || !isLastClass(text) { lastClass = keep(text) }
    return lastClass
  }

  private func isLastClass(_ text: XMLText) -> Bool {
    results.text.bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress, let other = text.bytes.baseAddress else { return false }
      return memcmp(start + Int(lastClass.start), other, text.bytes.count) == 0
    }
  }

  private mutating func keep(_ text: XMLText?) -> TextRange {
    guard let text else { return .empty }
    if text.bytes.count <= JUnitReading.nameLimit, text.isClean {
      return results.text.append(text.bytes)
    }
    return results.text.append(shortened(text))
  }

  /// The text without control characters; one longer than a name may be is cut, and a digest of
  /// all of it keeps it apart from others with the same beginning.
  private func shortened(_ text: XMLText) -> String {
    guard text.bytes.count > JUnitReading.nameLimit else { return text.string }
    var hasher = FNV1a()
    for byte in text.bytes { hasher.combine(byte) }
    let prefix = UnsafeBufferPointer(rebasing: text.bytes.prefix(JUnitReading.nameLimit))
    let kept = SafeText.prefix(XMLText(prefix).string, bytes: JUnitReading.nameLimit - 40)
    return kept + "…" + String(hasher.value, radix: 16)
  }
}

// MARK: - How a test ended

extension JUnitReading {
  private mutating func startRecord(_ attributes: XMLAttributes) {
    text.reset()
    pendingMessage = message(attributes[names.message])
    pendingType = message(attributes[names.type])
    pendingTime = attributes[names.time].flatMap { seconds($0) }
  }

  private mutating func endFailure(_ outcome: Outcome) {
    if test.outcome != .errored { test.outcome = outcome }
    let told = budgeted(text.string)
    if test.hasFailure {
      test.detail.text = joined(test.detail.text, pendingMessage, told)
    } else {
      test.detail.message = pendingMessage ?? firstLine(of: told)
      test.detail.type = pendingType
      test.detail.text = told
    }
    test.hasFailure = true
    test.hasDetail = true
  }

  private func joined(_ first: String?, _ message: String?, _ second: String?) -> String? {
    guard let second = second ?? message else { return first }
    guard let first else { return second }
    guard first.utf8.count + second.utf8.count < TestDetail.textLimit else { return first }
    return first + "\n\n" + second
  }

  private mutating func endSkip() {
    test.hasChildren = true
    guard !test.hasFailure else { return }
    test.outcome = .skipped
    if let type = pendingType, JUnitStatus.isCancelled(skip: type) { reportCancelled(type) }
    guard let why = pendingMessage ?? firstLine(of: text.string) else { return }
    test.detail.message = test.detail.message ?? why
    test.detail.type = pendingType
    test.hasDetail = true
  }

  private mutating func reportCancelled(_ type: String) {
    let name = results.text.string(results.tests[test.index].name)
    report("\(name): was cancelled (\(type))", line: reader.line)
  }

  private mutating func endAttempt(_ outcome: Outcome) {
    guard test.detail.attempts.count < JUnitReading.attemptLimit else { return }
    let told = budgeted(text.string)
    test.detail.attempts.append(
      Attempt(
        outcome: outcome, duration: pendingTime, message: pendingMessage ?? firstLine(of: told),
        text: told))
    test.hasDetail = true
  }

  private func message(_ text: XMLText?) -> String? {
    guard let text = text?.trimmed, !text.isEmpty else { return nil }
    guard text.bytes.count > JUnitReading.messageLimit else { return text.string }
    let prefix = UnsafeBufferPointer(rebasing: text.bytes.prefix(JUnitReading.messageLimit))
    return SafeText.prefix(XMLText(prefix).string, bytes: JUnitReading.messageLimit - 8) + "…"
  }

  private func firstLine(of text: String?) -> String? {
    guard let text else { return nil }
    let line = text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).lazy
      .map { Substring($0) }.first { $0.utf8.contains { $0 > 0x20 } }
    guard let line else { return nil }
    let trimmed = String(line).utf8.drop { $0 <= 0x20 }
    return String(SafeText.prefix(String(Substring(trimmed)), bytes: JUnitReading.messageLimit))
  }

  /// `text` while the file's budget lasts, then its beginning.
  private mutating func budgeted(_ text: String?) -> String? {
    guard let text else { return nil }
    keptText += text.utf8.count
    guard keptText > JUnitReading.textBudget, text.utf8.count > 512 else { return text }
    cutTexts += 1
    return SafeText.prefix(text, bytes: 512) + "…"
  }

  private mutating func takeComma(isCertain: Bool, ofTest: Bool) {
    if isCertain {
      hasDecimalComma = true
    } else if ofTest {
      eitherTimes.append(results.tests.count)
    }
  }

  /// `1,234` beside times with decimal points is a time with marked thousands.
  private mutating func settleCommas() {
    guard !eitherTimes.isEmpty, !hasDecimalComma else { return }
    let either = Set(eitherTimes)
    let hasPoints = results.tests.indices.contains { index in
      let time = results.tests[index].durationOrNaN
      return time != time.rounded() && !time.isNaN && !either.contains(index)
    }
    guard hasPoints else { return }
    for index in eitherTimes { results.tests[index].durationOrNaN *= 1000 }
  }

  /// The results, with what is to be said about the whole file.
  mutating func finish() -> Results {
    settleCommas()
    if let unknownTimes {
      let times = unknownTimes.count > 1 ? " and \(unknownTimes.count - 1) others" : ""
      results.problems.append(
        ResultProblem(
          .valueSkipped, "the time \"\(unknownTimes.first)\"\(times) is no number of seconds",
          line: unknownTimes.line, isBlocking: false))
    }
    if let incomplete {
      let tests = incomplete.count == 1 ? "1 test did" : "\(incomplete.count) tests did"
      results.problems.append(
        ResultProblem(
          .unterminated, "\(tests) not run to the end", line: incomplete.line, isBlocking: true))
    }
    if suiteErrors > JUnitReading.suiteErrorLimit {
      let more = suiteErrors - JUnitReading.suiteErrorLimit
      results.problems.append(
        ResultProblem(.suiteError, "\(more) more suites have errors", isBlocking: true))
    }
    if cutTexts > 0 {
      results.problems.append(
        ResultProblem(
          .limit, "\(cutTexts) failure texts were cut: together they pass 64 MiB",
          isBlocking: false))
    }
    results.problems += reader.repairProblems
    return results
  }
}

extension Outcome {
  /// Which of two outcomes is the graver.
  fileprivate var severity: Int {
    switch self {
    case .passed: 0
    case .skipped: 1
    case .failed: 2
    case .errored: 3
    }
  }
}

/// FNV-1a over 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
private struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func combine(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

  mutating func combine(_ bytes: [UInt8], _ range: TextRange) {
    let start = Int(range.start)
    for byte in bytes[start..<start + Int(range.count)] { combine(byte) }
    combine(0xFF)
  }
}
