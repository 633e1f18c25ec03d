internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// The tests of one suite that share labels and job: a suite of the files that are written.
struct TestGroup {
  var suite: [String]
  var labels: Labels
  var job: String
  /// Unique among the groups.
  var suiteName = ""
  /// Indices into the report's tests.
  var tests: [Int] = []

  private struct Key: Hashable {
    var suite: [String]
    var labels: Labels
    var job: String
  }

  /// In the order of their first tests; O(n).
  static func groups(of tests: [TestResult]) -> [TestGroup] {
    var groups: [TestGroup] = []
    var indices: [Key: Int] = [:]
    var current = -1
    // By index, never by value: a test has a score of fields, each of which a copy counts.
    for index in tests.indices where tests[index].outcome != nil {
      let isSame =
        current >= 0 && groups[current].suite == tests[index].identity.suite
        && groups[current].job == tests[index].job
        && groups[current].labels == tests[index].identity.labels
      if !isSame {
        let key = Key(
          suite: tests[index].identity.suite, labels: tests[index].identity.labels,
          job: tests[index].job)
        if let known = indices[key] {
          current = known
        } else {
          current = groups.count
          indices[key] = current
          groups.append(TestGroup(suite: key.suite, labels: key.labels, job: key.job))
        }
      }
      groups[current].tests.append(index)
    }
    nameSuites(of: &groups)
    return groups
  }

  private static func nameSuites(of groups: inout [TestGroup]) {
    var names = UniqueNames(capacity: groups.count)
    for index in groups.indices {
      var name = shown(groups[index].suite.joined(separator: " / "), or: "tests")
      if !groups[index].labels.isEmpty { name += " (\(groups[index].labels))" }
      groups[index].suiteName = names.unique(name, in: "")
    }
  }

  /// The class that readers sort a test under; never empty.
  func className(of identity: TestIdentity) -> String {
    identity.className.utf8.contains { $0 > 0x20 }
      ? UniqueNames.shown(identity.className)
      : Self.shown(suite.joined(separator: "."), or: suiteName)
  }

  /// `name`, or where it shows nothing, `other`.
  private static func shown(_ name: String, or other: String) -> String {
    name.utf8.contains { $0 > 0x20 } ? UniqueNames.shown(name) : other
  }
}

/// Gives out names that are unique within a place: the second `add` is `add [2]`. Readers keep only
/// the first test of a name.
struct UniqueNames {
  private var taken: Set<UInt64> = []

  init(capacity: Int) { taken.reserveCapacity(capacity) }

  mutating func unique(_ name: String, in place: String) -> String {
    if taken.insert(Self.hash(name, in: place)).inserted { return name }
    var ordinal = 2
    while !taken.insert(Self.hash("\(name) [\(ordinal)]", in: place)).inserted { ordinal += 1 }
    return "\(name) [\(ordinal)]"
  }

  /// `name` on one line with nothing invisible in it: two names that look alike are not unique.
  static func shown(_ name: String) -> String {
    if name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), name.utf8.first != 0x20 { return name }
    let shown = SafeText.oneLine(name)
    return shown.isEmpty ? "(no name)" : shown
  }

  /// FNV-1a: the same in every process, which Swift's own hash is not. Two names of one hash cost
  /// an ordinal that was not needed.
  ///
  /// - Source: http://www.isthe.com/chongo/tech/comp/fnv/
  static func hash(_ name: String, in place: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    add(place, to: &hash)
    hash = (hash ^ 0x01) &* 0x100_0000_01B3
    add(name, to: &hash)
    return hash
  }

  private static func add(_ text: String, to hash: inout UInt64) {
    var text = text
    var sum = hash
    text.withUTF8 { utf8 in
      for byte in utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    hash = sum
  }
}

/// What a failure says, in the forms that readers take.
enum FailureText {
  /// The message, else the text's first line, in one line of at most 1,000 characters.
  static func oneLine(of detail: TestDetail?) -> String? {
    for text in [detail?.message, detail?.text, detail?.type] {
      guard let text else { continue }
      let line = SafeText.oneLine(String(SafeText.prefix(text, bytes: 4000)))
      if !line.isEmpty { return SafeText.middleCut(line, to: 1000) }
    }
    return nil
  }

  /// The whole text, else the message, with its middle cut out above `limit` bytes.
  static func whole(of detail: TestDetail?, limit: Int) -> String? {
    for text in [detail?.text, detail?.message, detail?.type] {
      guard let text, text.utf8.contains(where: { $0 > 0x20 }) else { continue }
      if text.utf8.count <= limit { return text }
      let head = SafeText.prefix(text, bytes: limit / 2)
      return head + "\n… cut at \(limit) bytes …\n" + suffix(text, bytes: limit / 2)
    }
    return nil
  }

  private static func suffix(_ text: String, bytes limit: Int) -> Substring {
    var start = text.endIndex
    var count = 0
    while start > text.startIndex {
      let before = text.index(before: start)
      count += text[before..<start].utf8.count
      if count > limit { break }
      start = before
    }
    return text[start...]
  }
}

/// Paths of sources, as platforms take them: relative to the repository, with `/`.
enum SourcePath {
  /// `path` if it is relative and stays below the repository; nil for any other, which cannot be
  /// mapped without knowing where the sources lay.
  static func relative(_ path: String) -> String? {
    let shown = SafeText.oneLine(path)
    guard shown.utf8.count <= 1024, !shown.contains(":") else { return nil }
    let isWindows = shown.contains("\\") && !shown.contains("/")
    let parts = shown.split(separator: isWindows ? "\\" : "/", omittingEmptySubsequences: false)
    var kept: [Substring] = []
    for (index, part) in parts.enumerated() {
      if part == "." || part.isEmpty && index > 0 { continue }
      guard !part.isEmpty, part != "..", !part.contains("\\") else { return nil }
      kept.append(part)
    }
    return kept.isEmpty ? nil : kept.joined(separator: "/")
  }

  /// The test's file, else a path made of its class or suite, so that it stands somewhere.
  static func place(of test: TestResult) -> String {
    test.detail?.file.flatMap(relative) ?? made(of: "tests", test.identity.place)
  }

  static func place(of series: SeriesChange) -> String {
    made(of: "benchmarks", series.identity.name)
  }

  /// `folder/name`, where everything but letters, digits and `._-` is `_`.
  static func made(of folder: String, _ name: String) -> String {
    let safe = String(
      String.UnicodeScalarView(
        name.unicodeScalars.prefix(120).map { scalar in
          scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            || "._-".unicodeScalars.contains(scalar) ? scalar : "_"
        }))
    let isDots = safe.allSatisfy { $0 == "." }
    return "\(folder)/\(safe.isEmpty || isDots ? "unnamed" : safe)"
  }
}
