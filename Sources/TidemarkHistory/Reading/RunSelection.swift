internal import TidemarkModel

/// A part and where it stands.
struct LocatedPart {
  /// Index into ``SegmentSet/segments``.
  var segment: Int
  var record: PartRecord
  /// nil for a part that measured nothing.
  var place: OpenSegment.Place?
}

/// A run as the headers tell it, with the parts that count.
struct SelectedRun {
  var header: RunHeader
  /// In the order of (job, digest): of each job those of its highest attempt.
  var parts: [LocatedPart]
  var judgement: Judgement?
  /// Why the run does not count.
  var exclusion: String?
}

/// Which runs a folder has, from its headers alone.
struct RunSelection {
  /// In the order of (time, id).
  var runs: [SelectedRun]
  /// Each once, in the order of their bytes.
  var records: [HistoryRecord]

  init(_ set: SegmentSet, _ damage: Damage) {
    records = SegmentRecords.sorted(set.segments.flatMap(\.records))
    let exclusions = RunSelection.exclusions(records)
    var groups: [String: [LocatedPart]] = [:]
    for part in RunSelection.distinctParts(set, damage) {
      groups[part.record.run.id, default: []].append(part)
    }
    runs = groups.values.map { RunSelection.joined($0) }
    for index in runs.indices { runs[index].exclusion = exclusions[runs[index].header.id] }
    runs.sort {
      $0.header.time != $1.header.time
        ? $0.header.time < $1.header.time : utf8Precedes($0.header.id, $1.header.id)
    }
  }

  /// Leaves out what does not count and what the options do not ask for.
  mutating func keep(_ options: LoadOptions) {
    runs.removeAll { run in
      run.exclusion != nil || !(options.includes?(run.header) ?? true)
    }
    if let limit = options.newestOfEachBranch {
      var counts: [BranchKey: Int] = [:]
      runs = runs.reversed().filter { run in
        counts[BranchKey(run.header), default: 0] += 1
        return counts[BranchKey(run.header), default: 0] <= limit
      }.reversed()
    }
    if let limit = options.newest { runs = Array(runs.suffix(max(limit, 0))) }
  }

  /// A pull request is a branch of its own, whatever its branch is called.
  private struct BranchKey: Hashable {
    var pullRequest: String?
    var branch: String?

    init(_ header: RunHeader) {
      pullRequest = header.pullRequest
      branch = header.pullRequest == nil ? header.branch : nil
    }
  }

  private static func exclusions(_ records: [HistoryRecord]) -> [String: String] {
    var exclusions: [String: String] = [:]
    for record in records {
      switch record {
      case .accept: break
      case .exclude(let run, let reason): exclusions[run] = "excluded: \(reason)"
      case .prune(let policy, let runs):
        for run in runs { exclusions[run] = exclusions[run] ?? "pruned: \(policy)" }
      }
    }
    return exclusions
  }

  /// Each part once; where copies differ in what was said of it, the same copy wins whatever
  /// segments they stand in.
  ///
  /// - Parameter only: The segments that are looked at; nil for all.
  static func distinctParts(
    _ set: SegmentSet, _ damage: Damage, only: Set<Int>? = nil
  ) -> [LocatedPart] {
    var parts: [LocatedPart] = []
    var indexes: [PartKey: Int] = [:]
    for (number, segment) in set.segments.enumerated() where only?.contains(number) ?? true {
      for (index, record) in segment.parts.enumerated() {
        let place = segment.places[index]
        if let place, damage.includes(segment: segment.file.name, block: place.block) {
          continue
        }
        let part = LocatedPart(segment: number, record: record, place: place)
        guard let known = indexes[record.key] else {
          indexes[record.key] = parts.count
          parts.append(part)
          continue
        }
        if parts[known].record != record, record.outranks(parts[known].record) {
          parts[known].record = record
        }
      }
    }
    return parts
  }

  /// One run of its parts. What one part's header lacks another's may tell; the earliest time
  /// counts, so that running a job again does not move the run.
  private static func joined(_ all: [LocatedPart]) -> SelectedRun {
    if all.count == 1 {
      return SelectedRun(
        header: all[0].record.run, parts: all, judgement: all[0].record.judgement,
        exclusion: nil)
    }
    let ordered = all.sorted { SegmentDraft.precedes($0.record, $1.record) }
    var highest: [String: Int] = [:]
    for part in ordered {
      highest[part.record.job] = max(
        highest[part.record.job] ?? Int.min, part.record.attempt)
    }
    let parts = ordered.filter { $0.record.attempt == highest[$0.record.job] }
    let latest = parts.map(\.record.run.attempt).max() ?? 1
    let leading = parts.first { $0.record.run.attempt == latest } ?? parts[0]
    var header = leading.record.run
    for part in ordered {
      header.fill(from: part.record.run)
      header.time = min(header.time, part.record.run.time)
    }
    let judgements = parts.filter { $0.record.run.attempt == latest }
      .compactMap(\.record.judgement)
    return SelectedRun(
      header: header,
      parts: parts.sorted {
        $0.record.job != $1.record.job
          ? utf8Precedes($0.record.job, $1.record.job) : $0.record.digest < $1.record.digest
      },
      judgement: judgements.max { $0.isBetter(than: $1) }, exclusion: nil)
  }
}

extension PartRecord {
  /// Which of two copies of a part is kept: a judged one, then one by the order of their bytes.
  func outranks(_ other: PartRecord) -> Bool {
    if (judgement == nil) != (other.judgement == nil) { return judgement != nil }
    return SegmentHead(parts: [self]).encoded()
      .lexicographicallyPrecedes(SegmentHead(parts: [other]).encoded())
  }
}

extension RunHeader {
  /// Takes over what this header lacks and `other` has.
  fileprivate mutating func fill(from other: RunHeader) {
    commit = commit ?? other.commit
    branch = branch ?? other.branch
    base = base ?? other.base
    mergeBase = mergeBase ?? other.mergeBase
    pullRequest = pullRequest ?? other.pullRequest
    url = url ?? other.url
    labels = other.labels.merging(labels)
  }
}

extension Judgement {
  /// The worst of a run's judgements stands for it.
  fileprivate func isBetter(than other: Judgement) -> Bool {
    func rank(_ judgement: Judgement) -> [Int] {
      let verdict = ["pass": 0, "unjudged": 1, "fail": 2][judgement.verdict] ?? 1
      return [verdict, judgement.newlyFailing, judgement.regressed, judgement.suspected]
    }
    return rank(self).lexicographicallyPrecedes(rank(other))
  }
}
