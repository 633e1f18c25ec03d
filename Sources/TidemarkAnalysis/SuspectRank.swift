import TidemarkModel
import TidemarkReport

/// The words of a name or a path, by which the commits that touched a file are brought together with the
/// benchmarks and tests that are named like it.
///
/// A word is a run of letters of one case pattern (`parseHTML` has `parse` and `html`), of three letters or
/// more, and none of those that every path has.
struct NameWords: Hashable, Sendable {
  private(set) var words: Set<String> = []

  /// Says nothing of what a file is about.
  private static let common: Set<String> = [
    "src", "source", "sources", "lib", "main", "test", "tests", "spec", "bench", "benchmark",
    "benchmarks", "suite", "index", "init", "mod", "util", "utils", "common", "core", "com", "org",
    "java", "swift", "cpp", "hpp", "the", "and", "for", "with", "time", "value", "default",
  ]

  init(_ texts: [String]) { for text in texts { add(text) } }

  private mutating func add(_ text: String) {
    var word: [UInt8] = []
    var wasLower = false
    func isLetter(_ byte: UInt8) -> Bool {
      (65...90).contains(byte) || (97...122).contains(byte) || byte >= 0x80
    }
    func end() {
      if word.count >= 3 {
        let text = String(decoding: word, as: UTF8.self)
        if !Self.common.contains(text) { words.insert(text) }
      }
      word = []
    }
    for byte in text.utf8.prefix(400) {
      guard isLetter(byte) else {
        end()
        wasLower = false
        continue
      }
      let isUpper = (65...90).contains(byte)
      if isUpper, wasLower { end() }
      word.append(isUpper ? byte + 32 : byte)
      wasLower = !isUpper
    }
    end()
  }
}

/// What a change is called, to be held against the paths that commits touched.
struct ChangedNames: Sendable {
  private let words: NameWords
  /// Files that tests stand in.
  private let files: Set<String>

  /// Members of a cluster beyond which no more names are looked at.
  private static let memberLimit = 20

  init(_ identity: SeriesIdentity) {
    words = NameWords(Self.names(identity))
    files = []
  }

  init(_ test: TestResult) {
    words = NameWords(Self.names(test))
    files = Set([test.detail?.file].compactMap { $0 })
  }

  init(_ series: [SeriesIdentity], _ tests: [TestResult]) {
    words = NameWords(
      series.prefix(Self.memberLimit).flatMap(Self.names)
        + tests.prefix(Self.memberLimit).flatMap(Self.names))
    files = Set(tests.prefix(Self.memberLimit).compactMap { $0.detail?.file })
  }

  private static func names(_ identity: SeriesIdentity) -> [String] {
    [identity.name] + identity.parameters.pairs.map(\.value)
  }

  private static func names(_ test: TestResult) -> [String] {
    test.identity.suite + [test.identity.className, test.identity.name]
      + [test.detail?.file].compactMap { $0 }
  }

  /// How much a touched path has to do with what changed: 10 for a test's own file, else the words that
  /// both have, those of the file's name twice.
  func likeness(to path: TouchedPath) -> Int {
    if files.contains(where: { path.text == $0 || $0.hasSuffix("/" + path.text) }) { return 10 }
    return path.all.words.intersection(words.words).count
      + path.name.words.intersection(words.words).count
  }
}

/// A path that a commit touched, with its words.
struct TouchedPath: Sendable {
  var text: String
  var all: NameWords
  var name: NameWords

  init(_ text: String) {
    self.text = text
    all = NameWords([text])
    let start = text.lastIndex(of: "/").map { text.index(after: $0) } ?? text.startIndex
    name = NameWords([String(text[start...])])
  }
}
