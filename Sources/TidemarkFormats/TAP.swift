package import TidemarkModel
private import TidemarkSyntax

/// The Test Anything Protocol, versions 12 to 14, with subtests and YAML diagnostics.
package enum TAP: Format {
  package static let name = "tap"
  package static let producers =
    "Perl's Test::More and prove, node-tap, bats, node:test, pg_prove, Catch2"
  package static let specification = "https://testanything.org/tap-version-14-specification.html"
  package static let kept =
    "Every point with its directive, the YAML block below it (message, place, duration_ms), plan, bail-out; subtests "
    + "under the names of the points that hold them; of `prove --verbose` each file as a suite."
  package static let dropped =
    "Comments, program output between the points, pragmas, times that stand in comments (`# time=4ms`) or names; "
    + "the message in the names that Check writes becomes the point's own."

  package static func recognises(_ head: Head) -> Recognition {
    var points = 0
    var isNumbered = false
    var sawNoise = false
    for line in head.lines.prefix(2000) {
      let text = line.drop { $0 == " " }
      if text.hasPrefix("TAP version ") || Plan(text) != nil || text.hasPrefix("Bail out!") {
        return .yes
      }
      if let point = Point(text) {
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

/// `1..5`, `1..0 # SKIP why`; `1..5 todo 2 4;` as Perl's Test.pm writes.
private struct Plan {
  var count: Int
  var isSkipAll: Bool
  /// The points that are still to be done, by their numbers.
  var todo: Set<Int> = []

  init?(_ text: Substring) {
    guard text.hasPrefix("1..") else { return nil }
    let digits = text.dropFirst(3).prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits), count <= 1_000_000_000 else { return nil }
    let rest = text.dropFirst(3 + digits.count).drop { $0 == " " }
    if let numbers = Plan.todo(in: rest) {
      todo = numbers
    } else {
      guard rest.isEmpty || rest.hasPrefix("#") else { return nil }
    }
    self.count = count
    isSkipAll = count == 0
  }

  private static func todo(in rest: Substring) -> Set<Int>? {
    guard rest.hasPrefix("todo ") else { return nil }
    let list = rest.dropFirst(5).prefix { $0 != ";" && $0 != "#" }
    var numbers: Set<Int> = []
    for field in list.split(separator: " ") {
      guard let number = Int(field) else { return nil }
      numbers.insert(number)
    }
    return numbers
  }
}

/// `ok 1 - description # SKIP why`, each part but the first optional.
private struct Point {
  var isOK: Bool
  var number: Int?
  var description: String
  var directive: Directive?
  var reason: String
  /// Ends in `{`: the points below it, up to `}`, are its own.
  var opensBlock: Bool

  enum Directive { case skip, todo }

  init?(_ text: Substring) {
    var rest = text
    if rest.hasPrefix("not ok") {
      isOK = false
      rest = rest.dropFirst(6)
    } else if rest.hasPrefix("ok") {
      isOK = true
      rest = rest.dropFirst(2)
    } else {
      return nil
    }
    guard let next = rest.first else {
      (description, reason, opensBlock) = ("", "", false)
      return
    }
    guard next == " " || next == "-" || next == "\t" || next == "#" else { return nil }
    rest = rest.drop { $0 == " " || $0 == "\t" }
    let number = rest.prefix { $0.isASCII && $0.isNumber }
    let afterNumber = rest.dropFirst(number.count)
    // `ok 2 things` has the number 2, `ok 2things` has none.
    if !number.isEmpty, afterNumber.first.map({ " -#{\t".contains($0) }) ?? true {
      self.number = Int(number)
      rest = afterNumber.drop { $0 == " " || $0 == "\t" }
    }
    if rest.first == "-" { rest = rest.dropFirst().drop { $0 == " " } }
    opensBlock = rest.hasSuffix("{") && (rest.count == 1 || rest.dropLast().last == " ")
    if opensBlock { rest = rest.dropLast() }
    let (described, found, why) = Point.directive(in: TAPNames.withoutTimeComment(rest))
    description = Point.unescaped(TAPNames.withoutTimeComment(described.trimmed[...])).trimmed
    directive = found
    reason = why.trimmed
  }

  /// Splits at the first unescaped `#` behind which stands SKIP or TODO, in any case.
  private static func directive(in text: Substring) -> (Substring, Directive?, Substring) {
    var index = text.startIndex
    var isEscaped = false
    while index < text.endIndex {
      let character = text[index]
      if character == "#", !isEscaped {
        let behind = text[text.index(after: index)...].drop { $0 == " " || $0 == "\t" }
        let word = behind.prefix { $0.isASCII && $0.isLetter }.lowercased()
        let directive: Directive? =
          word.hasPrefix("skip") ? .skip : word == "todo" ? .todo : nil
        if let directive {
          let why = behind.dropFirst(word.count).drop { $0 == ":" || $0 == " " }
          return (text[..<index], directive, why)
        }
      }
      isEscaped = character == "\\" && !isEscaped
      index = text.index(after: index)
    }
    return (text, nil, "")
  }

  /// `\#` and `\\` as TAP 14 writes them.
  private static func unescaped(_ text: Substring) -> Substring {
    guard text.contains("\\") else { return text }
    var out = ""
    var isEscaped = false
    for character in text {
      if character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if isEscaped, character != "#", character != "\\" { out.append("\\") }
      out.append(character)
      isEscaped = false
    }
    if isEscaped { out.append("\\") }
    return out[...]
  }

  var outcome: Outcome {
    if directive == .skip { return .skipped }
    if isOK { return .passed }
    return directive == .todo ? .skipped : .failed
  }
}

/// A point with what stands below it.
private struct Node {
  var indent: Int
  var point: Point
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
  private var comments: [Substring] = []
  private var plans: [Int: Plan] = [:]
  private var blocks: [Int] = []
  private var sawAnything = false
  private var topPoints = 0
  /// How many of them are of streams that ended before.
  private var streamStart = 0
  private var leaves = 0
  /// Whether a point of this stream failed.
  private var hasFailure = false
  private var prove: Prove?

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
    if text.hasPrefix("TAP version ") {
      if indent == 0 { beginStream() }
      sawAnything = true
    } else if text.hasPrefix("Bail out!") {
      hasBailedOut = true
      sawAnything = true
      let why = SafeText.oneLine(String(text.dropFirst(9)))
      results.problems.append(
        ResultProblem(
          .bailedOut, why.isEmpty ? "the run bailed out" : "the run bailed out: \(why)",
          line: line.number, isBlocking: true))
    } else if let plan = Plan(text) {
      sawAnything = true
      // A further plan where one is met: a stream without a version follows.
      if indent == 0, let met = plans[0], met.count == topPoints - streamStart + openTops {
        beginStream()
      }
      if plans[indent] == nil { plans[indent] = plan }
      comments = []
    } else if let point = Point(text) {
      add(point, indent: indent, line: line.number)
    } else if text == "}", !blocks.isEmpty {
      blocks.removeLast()
    } else if text.hasPrefix("#"), comments.count < 200 {
      keepComment(text.dropFirst().drop { $0 == " " })
    }
  }

  /// Files of several streams, one after the other, are made by `cat` and by runners of runners.
  private mutating func beginStream() {
    endStream()
    plans = [:]
    streamStart = topPoints
    hasFailure = false
  }

  private mutating func endStream() {
    flush()
    let told = results.problems.count
    checkPlan()
    // Of a failed point the exit status says nothing new.
    guard let exit = prove?.dubious, !hasFailure, results.problems.count == told else { return }
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

  private mutating func keepComment(_ text: Substring) {
    guard !text.hasPrefix("Subtest: ") else { return }
    // Test::More and bats write a failure's diagnostics behind its point.
    if let indent = lastIndent, let index = open.lastIndex(where: { $0.indent == indent }) {
      open[index].comments.append(text)
    }
  }

  /// A block begins with `---`, indented below its point, and ends with `...`.
  private mutating func takeYAML(_ text: Substring, indent: Int) -> Bool {
    if var block = yaml {
      if indent == block.indent, text == "..." {
        attach(block.lines)
        yaml = nil
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
    open[index].yaml = lines
  }

  private mutating func add(_ point: Point, indent: Int, line: Int) {
    sawAnything = true
    var node = Node(indent: indent, point: point, line: line)
    if indent == 0, let plan = plans[0], !plan.todo.isEmpty, point.directive == nil,
      plan.todo.contains(point.number ?? topPoints - streamStart + openTops + 1)
    {
      node.point.directive = .todo
    }
    // Deeper points that came before belong to this one, unless a block says that they come after.
    while let last = open.last, last.indent > indent {
      node.children.insert(last, at: 0)
      open.removeLast()
    }
    closePlan(below: indent, of: node)
    if indent == 0 || open.count > 100_000 { flush() }
    open.append(node)
    lastIndent = indent
    if point.opensBlock { blocks.append(indent) }
  }

  private mutating func closePlan(below indent: Int, of node: Node) {
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
    for node in nested(open) { append(node) }
    open = []
  }

  /// Points in `{ … }` come behind the point that holds them.
  private func nested(_ nodes: [Node]) -> [Node] {
    var tops: [Node] = []
    for node in nodes {
      if let last = tops.last, last.point.opensBlock, node.indent > last.indent {
        tops[tops.count - 1].children.append(node)
      } else {
        tops.append(node)
      }
    }
    return tops
  }

  private mutating func append(_ node: Node) {
    topPoints += 1
    let name = name(node, index: prove == nil ? topPoints : topPoints - streamStart)
    if node.point.outcome.isFailure { hasFailure = true }
    let hasChildren = !node.children.isEmpty
    if hasChildren {
      appendChildren(of: node, path: (prove.map { [$0.file] } ?? []) + [name])
    } else {
      leaves += 1
    }
    let failedBelow = node.children.contains { $0.hasFailure }
    let isSum = hasChildren && (!node.point.outcome.isFailure || failedBelow)
    results.append(
      suite: prove?.suite ?? -1, name: name, outcome: node.point.outcome, duration: node.duration,
      role: isSum ? .parent : .test, detail: node.detail)
  }

  private mutating func appendChildren(of node: Node, path: [String]) {
    let suite = Int32(truncatingIfNeeded: results.suites.count)
    results.suites.append(Suite(path: path))
    for (index, child) in node.children.enumerated() {
      let name = name(child, index: index + 1)
      guard !child.children.isEmpty, path.count < TAPStream.depthLimit else {
        leaves += 1
        results.append(
          suite: suite, name: name, outcome: child.point.outcome, duration: child.duration,
          role: .inner, detail: child.detail)
        continue
      }
      appendChildren(of: child, path: path + [name])
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
    TAPNames.shorten(&results)
    return results
  }

  private mutating func checkPlan() {
    guard let plan = plans[0] else { return }
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

  /// `message:` or `error:` of the block: its text, or the first line of what is indented below.
  private var message: String? {
    for (index, line) in yaml.enumerated() {
      guard let key = ["message:", "error:"].first(where: line.hasPrefix) else { continue }
      let value = Substring(line).dropFirst(key.count).trimmed
      if !value.isEmpty, !"|>".contains(value.first ?? " ") { return value.unquoted }
      let below = yaml.dropFirst(index + 1).first { !Substring($0).trimmed.isEmpty }
      if let below, below.hasPrefix(" ") { return Substring(below).trimmed }
    }
    return nil
  }

  /// `file:` and `line:` (TAP 14), `fileName:` and `lineNumber:` (node-tap), `location:` (node).
  private var place: (String?, Int?) {
    var file: String?
    var line: Int?
    for entry in yaml {
      let text = Substring(entry).trimmed[...]
      if text.hasPrefix("file:") || text.hasPrefix("fileName:") {
        file = file ?? (text.split(separator: ":", maxSplits: 1).last ?? "").trimmed.unquoted
      } else if text.hasPrefix("line:") || text.hasPrefix("lineNumber:") {
        line = line ?? Int((text.split(separator: ":").last ?? "").trimmed)
      } else if text.hasPrefix("location:") {
        let parts = text.dropFirst(9).trimmed.unquoted.split(separator: ":")
        guard parts.count >= 3, let number = Int(parts[parts.count - 2]) else { continue }
        file = file ?? parts.dropLast(2).joined(separator: ":")
        line = line ?? number
      }
    }
    return (file, line)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

extension String {
  fileprivate var unquoted: String {
    guard count >= 2, let first, first == last, first == "'" || first == "\"" else { return self }
    return String(dropFirst().dropLast())
  }
}
