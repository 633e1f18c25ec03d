internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

extension StoredRun {
  /// The classes of machines of its jobs, by their index.
  var machines: [String?] {
    jobs.map { $0.environment["machine"] ?? header.labels["machine"] }
  }

  /// A branch, or a pull request: what a series goes through in one line.
  var lane: Lane {
    Lane(branch: header.pullRequest == nil ? header.branch : nil, pullRequest: header.pullRequest)
  }
}

/// A pull request is a branch of its own, whatever its branch is called.
struct Lane: Hashable {
  var branch: String?
  var pullRequest: String?

  /// Branches first, by name; then pull requests.
  static func precedes(_ first: Lane, _ second: Lane) -> Bool {
    if (first.pullRequest == nil) != (second.pullRequest == nil) {
      return first.pullRequest == nil
    }
    return utf8Precedes(
      first.pullRequest ?? first.branch ?? "", second.pullRequest ?? second.branch ?? "")
  }
}

/// The names of all jobs of a history, each once, in the order of their bytes.
struct JobNames {
  private let names: [String]
  private let indexes: [String: Int32]

  init(_ contents: HistoryContents) {
    names = Set(contents.runs.flatMap { $0.jobs.map(\.name) }).sorted(by: utf8Precedes)
    indexes = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($1, Int32(truncatingIfNeeded: $0)) })
  }

  subscript(index: Int32) -> String { names[Int(index)] }

  /// The index of each of the run's jobs.
  func indexes(of run: StoredRun) -> [Int32] { run.jobs.map { indexes[$0.name] ?? 0 } }
}

extension StoredSeries {
  /// A value of the series, which a run may have measured in another unit, in the series' own.
  func value(_ number: Double, scale: Double) -> Double {
    // Equal scales leave the number as it is, to the bit.
    guard scale != unit.scale, unit.scale > 0, scale > 0 else { return number }
    return scale < unit.scale
      ? number / StoredSeries.whole(unit.scale / scale)
      : number * StoredSeries.whole(scale / unit.scale)
  }

  /// 1000 for what dividing 1e-6 by 1e-9 gives.
  private static func whole(_ ratio: Double) -> Double {
    abs(ratio - ratio.rounded()) < 1e-9 * ratio ? ratio.rounded() : ratio
  }
}

extension Labels {
  func write(_ name: String, to json: inout JSONWriter) {
    json.key(name)
    json.object { json in
      for pair in pairs { json.member(pair.key, pair.value) }
    }
  }

  /// As JSON, `{}` for none.
  var jsonText: String {
    var json = JSONWriter()
    json.object { json in
      for pair in pairs { json.member(pair.key, pair.value) }
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
