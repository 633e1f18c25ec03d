package import TidemarkModel
private import TidemarkSyntax

/// The Test Anything Protocol, versions 12 to 14, with subtests and YAML diagnostics.
package enum TAP: Format {
  package static let name = "tap"
  package static let producers =
    "Perl's Test::More and prove, node-tap, tape, Vitest, testem, bats, node:test, pg_prove, Criterion, "
    + "Catch2, the kernel's KTAP"
  package static let specification = "https://testanything.org/tap-version-14-specification.html"
  package static let kept =
    "Every point with its directive, the YAML block below it (message, place, duration_ms), plan, bail-out; subtests "
    + "under the names of the points that hold them; of `prove --verbose` each file as a suite; a plan that is missing "
    + "or not met, a subtest that never ended and a program that died as blocking problems."
  package static let dropped =
    "Comments, program output between the points, pragmas, times that stand in comments (`# time=4ms`) or names; "
    + "the messages in the names that Check and Criterion write become the points' own."

  package static func recognises(_ head: Head) -> Recognition {
    var points = 0
    var isNumbered = false
    var sawNoise = false
    for line in head.lines.prefix(2000) {
      let text = line.drop { $0 == " " }
      if TAPPoint.isVersion(text) || TAPPlan(text) != nil || TAPPoint.bailOut(text) != nil {
        return .yes
      }
      if let point = TAPPoint(text) {
        if points == 0 { isNumbered = point.number != nil }
        points += 1
      } else if points == 0, !text.isEmpty, !text.hasPrefix("#") {
        sawNoise = true
      }
    }
    // Without a plan (some producers write none) a stream must begin with its points, and number
    // them: `ok` alone is many a program's answer.
    return isNumbered && !sawNoise ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var stream = TAPStream()
    while let line = try reader.next(), !stream.hasBailedOut { stream.take(line) }
    return try stream.finish()
  }
}

/// A point with what stands below it.
private struct Node {
  var indent: Int
  var point: TAPPoint
  var line: Int
  var yaml: [String] = []
  var comments: [Substring] = []
  var children: [Node] = []
}

/// A stream while its lines come in.
private struct TAPStream {
  private(set) var hasBailedOut = false
  private var results = Results()
  /// Points that no point above them has claimed yet, by their depth of indentation.
  private var open: [Node] = []
  private var yaml: (indent: Int, lines: [String])?
  private var lastIndent: Int?
  private var plans: [Int: TAPPlan] = [:]
  /// The depths of the points whose `{` is open.
  private var blocks: [Int] = []
  /// Names of subtests that no point has claimed yet, by the depth of their `# Subtest: `.
  private var subtests: [Int: String] = [:]
  private var producer: TAPNames.Producer?
  private var sawAnything = false
  private var topPoints = 0
  /// How many of them are of streams that ended before.
  private var streamStart = 0
  private var leaves = 0
  /// Whether a point of this stream failed.
  private var hasFailure = false
  private var prove: Prove?
  /// What Perl says of a test program that ended badly.
  private var death: (why: String, line: Int)?
  /// Whether this stream has a line of its own yet, and how far in its points stand.
  private var hasBegun = false
  private var base = 0

  /// The file whose stream `prove` prints.
  private struct Prove {
    var file: String
    var suite: Int32
    var dubious: (why: String, line: Int)?
  }

  /// The deepest subtest that is kept apart; deeper ones count as of this depth.
  private static let depthLimit = 64

  mutating func take(_ line: Line) {
    let indent = line.text.prefix { $0 == " " }.count
    let text = line.text.dropFirst(indent)
    if takeYAML(text, indent: indent) { return }
    if indent == 0, takeProve(line) { return }
    if TAPPoint.isVersion(text) {
      if indent == 0 { beginStream() }
      (sawAnything, hasBegun) = (true, true)
    } else if let why = TAPPoint.bailOut(text) {
      bailOut(why, line: line.number)
    } else if let plan = TAPPlan(text) {
      sawAnything = true
      // A further plan where one is met: a stream without a version follows.
      if indent == 0, let met = plans[0], met.count == topPoints - streamStart + openTops {
        beginStream()
      }
      if plans[indent] == nil { plans[indent] = plan }
    } else if let point = TAPPoint(text) ?? TAPPoint(testem: text) {
      add(point, indent: indent, line: line.number)
    } else if text == "{", lastIndent == indent, open.last?.indent == indent {
      // tapjs of before version 16 writes the block's brace behind the point's YAML.
      open[open.count - 1].point.opensBlock = true
      blocks.append(indent)
    } else if text == "}", blocks.last == indent {
      closeBlock()
    } else if text.hasPrefix("#") {
      keepComment(text.dropFirst().drop { $0 == " " }, indent: indent, line: line.number)
    } else if let last = lastIndent, indent > last, !text.isEmpty {
      keepNoise(text)
    }
  }

  private mutating func bailOut(_ reason: Substring, line: Int) {
    hasBailedOut = true
    sawAnything = true
    let why = SafeText.oneLine(String(reason))
    results.problems.append(
      ResultProblem(
        .bailedOut, why.isEmpty ? "the run bailed out" : "the run bailed out: \(why)", line: line,
        isBlocking: true))
  }

  /// Files of several streams, one after the other, are made by `cat` and by runners of runners.
  private mutating func beginStream() {
    endStream()
    plans = [:]
    (death, hasBegun, base) = (nil, false, 0)
    subtests = [:]
    streamStart = topPoints
    hasFailure = false
  }

  private mutating func endStream() {
    closeBlocks(downTo: 0)
    claimRest()
    flush()
    let told = results.problems.count
    checkPlan()
    // Of a failed point the exit status says nothing new.
    guard let exit = prove?.dubious ?? death, !hasFailure, results.problems.count == told else {
      return
    }
    results.problems.append(
      ResultProblem(.outsideError, "\(prefix)\(exit.why)", line: exit.line, isBlocking: true))
  }

  private var prefix: String { prove.map { "\($0.file): " } ?? "" }

  /// Takes a line of `prove`'s own; none is where points came before the first of them.
  private mutating func takeProve(_ line: Line) -> Bool {
    guard prove != nil || !sawAnything, let found = ProveLine(line.text) else { return false }
    switch found {
    case .file(let name):
      if prove != nil { beginStream() }
      prove = Prove(file: name, suite: Int32(truncatingIfNeeded: results.suites.count))
      results.suites.append(Suite(path: [name]))
    case .verdict:
      // A point without a number looks the same as long as the plan is not met.
      guard let plan = plans[0], plan.count == topPoints - streamStart + openTops else {
        return false
      }
    case .dubious(let why): prove?.dubious = (why, line.number)
    }
    return prove != nil
  }

  /// Points at the top that are not counted yet.
  private var openTops: Int { open.count { $0.indent == 0 } }

  private mutating func keepComment(_ text: Substring, indent: Int, line: Int) {
    if text.hasPrefix("Subtest: ") {
      subtests[indent] = String(SafeText.prefix(text.dropFirst(9).trimmed, bytes: 1000))
      return
    }
    producer = producer ?? TAPNames.Producer(comment: text)
    if indent == 0,
      text.hasPrefix("Looks like your test exited with ")
        || text.hasPrefix("Looks like your test died ")
    {
      death = (SafeText.oneLine(String(text.dropFirst(11))), line)
    }
    // Test::More and bats write a failure's diagnostics behind its point.
    keepNoise(text)
  }

  /// What is said of a failed point on the lines below it.
  private mutating func keepNoise(_ text: Substring) {
    guard let indent = lastIndent, let index = open.lastIndex(where: { $0.indent == indent }),
      open[index].point.outcome != .passed, open[index].comments.count < 200
    else { return }
    open[index].comments.append(text)
  }

  /// A block begins with `---`, indented below its point, and ends with `...`.
  private mutating func takeYAML(_ text: Substring, indent: Int) -> Bool {
    if var block = yaml {
      if indent == block.indent, text == "..." {
        attach(block.lines)
        yaml = nil
      } else if indent < block.indent, !text.isEmpty {
        // Whoever wrote it was cut short: the line is the stream's again.
        attach(block.lines)
        yaml = nil
        return false
      } else {
        if block.lines.count < 2000 {
          let shift = min(indent, block.indent)
          block.lines.append(
            String(repeating: " ", count: indent - shift) + SafeText.visible(String(text)))
        }
        yaml = block
      }
      return true
    }
    guard let lastIndent, text == "---" || text.hasPrefix("--- "), indent > lastIndent else {
      return false
    }
    yaml = (indent, [])
    return true
  }

  private mutating func attach(_ lines: [String]) {
    guard let indent = lastIndent, let index = open.lastIndex(where: { $0.indent == indent })
    else { return }
    // tape and testem indent the keys below the mark.
    let depth = lines.first { $0.contains { $0 != " " } }?.prefix { $0 == " " }.count ?? 0
    open[index].yaml = lines.map { line in
      String(line.dropFirst(min(depth, line.prefix { $0 == " " }.count)))
    }
  }

  private mutating func add(_ point: TAPPoint, indent: Int, line: Int) {
    (sawAnything, hasBegun) = (true, true)
    var node = Node(indent: indent, point: point, line: line)
    if indent == 0, let plan = plans[0], !plan.todo.isEmpty, point.directive == nil,
      plan.todo.contains(point.number ?? topPoints - streamStart + openTops + 1)
    {
      node.point.directive = .todo
    }
    closeBlocks(downTo: indent)
    // Perl gives a subtest that was skipped as a whole no name of its own.
    if node.point.description.isEmpty, let name = subtests[indent] ?? subtests[indent + 4] {
      node.point.description = name
    }
    // The kernel's runner and Perl say a test's name before its point.
    if let last = open.indices.last, let said = open[last].comments.last, said == point.description
    {
      open[last].comments.removeLast()
    }
    // Deeper points that came before belong to this one.
    let firstDeeper = (open.lastIndex { $0.indent <= indent } ?? -1) + 1
    node.children += open[firstDeeper...]
    open.removeSubrange(firstDeeper...)
    if !subtests.isEmpty { subtests = subtests.filter { $0.key < indent } }
    closePlans(below: indent, of: node)
    if indent == 0 || open.count > 100_000 { flush() }
    open.append(node)
    lastIndent = indent
    if point.opensBlock { blocks.append(indent) }
  }

  /// Points in `{ … }` come behind the point that holds them.
  private mutating func closeBlock() {
    guard let indent = blocks.popLast(),
      let holder = open.lastIndex(where: { $0.indent <= indent }), open[holder].indent == indent
    else { return }
    open[holder].children += open[(holder + 1)...]
    open.removeSubrange((holder + 1)...)
    if !subtests.isEmpty { subtests = subtests.filter { $0.key <= indent } }
    closePlans(below: indent, of: open[holder])
    lastIndent = indent
  }

  private mutating func closeBlocks(downTo indent: Int) {
    while let block = blocks.last, block >= indent { closeBlock() }
  }

  /// Deeper points that no point has claimed when the stream ends: the subtest that held them never
  /// ended. Where none stands at the top, all of the stream is indented.
  private mutating func claimRest() {
    guard let first = open.firstIndex(where: { $0.indent > 0 }) else { return }
    let tops = topPoints - streamStart + openTops
    if tops == 0, plans[0] == nil, subtests.isEmpty {
      base = open[first...].map(\.indent).min() ?? 0
      return
    }
    let rest = Array(open[first...])
    open.removeSubrange(first...)
    let name = subtests.min { $0.key < $1.key }?.value
    // A stream that is whole without them: a program's own lines look like points.
    guard name != nil || plans[0]?.count != tops || rest.contains(where: \.hasFailure) else {
      return
    }
    results.problems.append(
      ResultProblem(
        .unterminated, "\(prefix)\(name ?? "a subtest") began and never ended",
        line: rest.first?.line, isBlocking: true))
    appendChildren(rest, path: (prove.map { [$0.file] } ?? []) + [name ?? "subtest"])
  }

  private mutating func closePlans(below indent: Int, of node: Node) {
    for (depth, plan) in plans where depth > indent {
      let count = node.children.count { $0.indent == depth }
      if count != plan.count, !node.children.isEmpty {
        results.problems.append(
          ResultProblem(
            .planMismatch,
            "\(node.point.description): \(plan.count) subtests were planned, \(count) ran",
            line: node.line, isBlocking: true))
      }
      plans[depth] = nil
    }
  }

  /// Turns the top points that are open into tests.
  private mutating func flush() {
    for node in open { append(node) }
    open = []
  }

  private mutating func append(_ node: Node) {
    topPoints += 1
    let name = name(node, index: prove == nil ? topPoints : topPoints - streamStart)
    if node.point.outcome.isFailure { hasFailure = true }
    let hasChildren = !node.children.isEmpty
    if hasChildren {
      appendChildren(node.children, path: (prove.map { [$0.file] } ?? []) + [name])
    } else {
      leaves += 1
    }
    let failedBelow = node.children.contains { $0.hasFailure }
    let isSum = hasChildren && (!node.point.outcome.isFailure || failedBelow)
    results.append(
      suite: prove?.suite ?? -1, name: name, outcome: node.point.outcome, duration: node.duration,
      role: isSum ? .parent : .test, detail: node.detail)
  }

  private mutating func appendChildren(_ children: [Node], path: [String]) {
    let suite = Int32(truncatingIfNeeded: results.suites.count)
    results.suites.append(Suite(path: path))
    for (index, child) in children.enumerated() {
      let name = name(child, index: index + 1)
      guard !child.children.isEmpty, path.count < TAPStream.depthLimit else {
        leaves += 1
        results.append(
          suite: suite, name: name, outcome: child.point.outcome, duration: child.duration,
          role: .inner, detail: child.detail)
        continue
      }
      appendChildren(child.children, path: path + [name])
    }
  }

  private func name(_ node: Node, index: Int) -> String {
    node.point.description.isEmpty ? "test \(index)" : node.point.description
  }

  mutating func finish() throws(Problem) -> Results {
    if let block = yaml { attach(block.lines) }
    guard sawAnything else {
      throw Problem("holds no TAP", remedy: "check that the tests ran and wrote their output")
    }
    endStream()
    results.leafTests = leaves
    TAPNames.shorten(&results, producer: producer)
    return results
  }

  private mutating func checkPlan() {
    guard let plan = plans[base] else {
      // Whoever dies before the plan, which stands last in many streams, leaves what looks whole.
      guard hasBegun, !hasBailedOut else { return }
      results.problems.append(
        ResultProblem(
          .unterminated, "\(prefix)the stream has no plan: tests may be missing", isBlocking: true))
      return
    }
    let count = topPoints - streamStart
    guard hasBailedOut ? plan.count > count : plan.count != count else { return }
    results.problems.append(
      ResultProblem(
        .planMismatch,
        "\(prefix)\(plan.count) tests were planned, \(count) ran\(hasBailedOut ? " before the bail-out" : "")",
        isBlocking: true))
  }
}

extension Node {
  fileprivate var hasFailure: Bool {
    point.outcome.isFailure || children.contains { $0.hasFailure }
  }

  /// Seconds, from `duration_ms` of the YAML block.
  fileprivate var duration: Double? {
    for line in yaml where line.hasPrefix("duration_ms:") {
      return Double(Substring(line).dropFirst(12).trimmed).map { $0 / 1000 }
    }
    return nil
  }

  fileprivate var detail: TestDetail? {
    if point.outcome == .passed { return nil }
    var detail = TestDetail()
    if point.outcome == .skipped {
      let kind = point.directive == .todo ? "TODO" : "SKIP"
      detail.message = point.reason.isEmpty ? kind : "\(kind): \(point.reason)"
      return detail
    }
    let text = yaml.isEmpty ? comments.map(String.init) : yaml
    detail.text = String(
      SafeText.prefix(text.joined(separator: "\n"), bytes: TestDetail.textLimit))
    detail.message = message ?? comments.first.map(String.init)
    (detail.file, detail.line) = place
    return detail
  }

  /// `message:` of the block, or `error:`, which in Vitest's is a group that has a message.
  private var message: String? {
    text(of: "message:", in: yaml) ?? text(of: "message:", in: group("error:"))
      ?? text(of: "error:", in: yaml)
  }

  /// The lines below a key without a value, as far as they are further in, without the blanks.
  private func group(_ key: String) -> [String] {
    guard let start = yaml.firstIndex(where: { Substring($0).trimmed == key }) else { return [] }
    return yaml[(start + 1)...].prefix { $0.hasPrefix(" ") }.map { String($0.drop { $0 == " " }) }
  }

  /// What stands behind a key, or the first line of what is indented below.
  private func text(of key: String, in lines: [String]) -> String? {
    for (index, line) in lines.enumerated() where line.hasPrefix(key) {
      let value = line.dropFirst(key.count).trimmed
      if !value.isEmpty, !"|>".contains(value.first ?? " ") { return value.unquoted }
      let below = lines.dropFirst(index + 1).first { !Substring($0).trimmed.isEmpty }
      if let below, below.hasPrefix(" ") { return Substring(below).trimmed }
    }
    return nil
  }

  /// `file:` and `line:` (TAP 14), `fileName:` and `lineNumber:` (node-tap), `location:` (node),
  /// `at: Test.<anonymous> (a.js:6:5)` (tape), `at: "a.ts:8:32"` (Vitest).
  private var place: (String?, Int?) {
    var file: String?
    var line: Int?
    for entry in yaml {
      let text = Substring(entry).trimmed[...]
      if text.hasPrefix("file:") || text.hasPrefix("fileName:") {
        file = file ?? (text.split(separator: ":", maxSplits: 1).last ?? "").trimmed.unquoted
      } else if text.hasPrefix("line:") || text.hasPrefix("lineNumber:") {
        line = line ?? Int((text.split(separator: ":").last ?? "").trimmed)
      } else if text.hasPrefix("location:") || text.hasPrefix("at:") {
        let value = (text.split(separator: ":", maxSplits: 1).last ?? "").trimmed.unquoted
        let inner = value.hasSuffix(")") ? value.dropLast().split(separator: "(").last : nil
        let parts = (inner ?? value[...]).split(separator: ":")
        guard parts.count >= 3, let number = Int(parts[parts.count - 2]) else { continue }
        file = file ?? parts.dropLast(2).joined(separator: ":")
        line = line ?? number
      }
    }
    return (file, line)
  }
}
