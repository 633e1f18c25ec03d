private import Glibc
private import TidemarkFormats
internal import TidemarkModel

/// The files that a command says it writes: which of them are new is known by what stood there before.
struct TaskResults: Sendable {
  private let patterns: [Pattern]
  private var before: [String: Stamp] = [:]

  private struct Pattern: Sendable {
    /// `junit:`, or empty.
    var prefix: String
    var path: String
  }

  private struct Stamp: Hashable {
    var seconds: Int
    var nanoseconds: Int
    var size: Int
    var file: UInt64
  }

  /// - Parameters:
  ///   - names: Files, folders, patterns, each with `FORMAT:` before it or without.
  ///   - directory: What they are relative to; nil: where this program stands.
  init(_ names: [String], in directory: String?) {
    let known = Set(FormatFacts.all.map(\.name))
    patterns = names.map { name in
      let parts = name.split(separator: ":", maxSplits: 1)
      let isForced = parts.count == 2 && known.contains(String(parts[0]))
      let path = isForced ? String(parts[1]) : name
      let isRelative = !path.hasPrefix("/")
      return Pattern(
        prefix: isForced ? "\(parts[0]):" : "",
        path: isRelative ? directory.map { "\($0)/\(path)" } ?? path : path)
    }
    for (file, _) in found() { before[file] = TaskResults.stamp(file) }
  }

  /// What was written since, as names for a reader.
  var fresh: [String] {
    found().compactMap { file, prefix in
      before[file] == TaskResults.stamp(file) ? nil : prefix + file
    }
  }

  private func found() -> [(file: String, prefix: String)] {
    patterns.flatMap { pattern in
      InputSearch(names: [pattern.path], excluding: []).files.map { ($0.file.path, pattern.prefix) }
    }
  }

  private static func stamp(_ path: String) -> Stamp? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    return Stamp(
      seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec, size: facts.st_size,
      file: UInt64(facts.st_ino))
  }
}
