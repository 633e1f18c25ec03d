package import TidemarkModel

extension History {
  /// How many segments that compaction would join a history may have before `report` and `history
  /// push` join them: see docs/decisions/0101-joining-by-itself.md.
  package static let smallSegmentLimit = 16

  /// Removes segments of which others have everything, and then compacts if more than `limit` are
  /// left that compaction would join; nil if there was nothing to do.
  ///
  /// With up to `limit` segments it costs a listing of the folder. Covered ones come back where a
  /// copier only ever adds files: they are removed, and nothing is written for them.
  package func compact(
    whenMoreThan limit: Int, _ limits: CompactionLimits = CompactionLimits()
  ) throws(Problem) -> CompactionResult? {
    guard try segmentNames().count > limit else { return nil }
    let before = try size().bytes
    let covered = try removeCovered()
    let (count, _) = try folder.reading { set, damage in
      CompactionPlan.taken(set, damage, limits).count
    }
    guard count > limit else {
      guard !covered.isEmpty else { return nil }
      return CompactionResult(
        written: [], removed: covered, bytesBefore: before, bytesAfter: try size().bytes,
        damaged: [])
    }
    var result = try compact(limits)
    result.removed = covered + result.removed
    result.bytesBefore = before
    return result
  }

  /// Removes segments whose parts and records all stand in larger ones that are whole.
  ///
  /// - Returns: Their names.
  private func removeCovered() throws(Problem) -> [String] {
    let (plan, _) = try folder.reading {
      (set, damage) throws(SegmentFault) -> CoveredSegments in
      let plan = CoveredSegments(set, damage)
      try folder.checkWhole(plan.covering)
      return plan
    }
    try folder.remove(plan.covered)
    return plan.covered
  }
}

/// Which segments hold nothing that larger ones do not hold.
private struct CoveredSegments {
  private(set) var covered: [String] = []
  /// Those that have what the covered ones have.
  private(set) var covering: Set<String> = []

  init(_ set: SegmentSet, _ damage: Damage) {
    let order = set.segments.filter {
      !$0.isDamaged(damage) && $0.file.minor <= SegmentLayout.minor
    }.sorted {
      $0.parts.count != $1.parts.count
        ? $0.parts.count > $1.parts.count : utf8Precedes($0.file.name, $1.file.name)
    }
    var holders: [PartKey: (record: PartRecord, name: String)] = [:]
    var recordHolders: [HistoryRecord: String] = [:]
    for segment in order {
      let isCovered =
        segment.parts.allSatisfy { part in
          guard let other = holders[part.key]?.record else { return false }
          return part == other || !part.outranks(other)
        } && segment.records.allSatisfy { recordHolders[$0] != nil }
      if isCovered {
        covered.append(segment.file.name)
        covering.formUnion(segment.parts.compactMap { holders[$0.key]?.name })
        covering.formUnion(segment.records.compactMap { recordHolders[$0] })
        continue
      }
      for part in segment.parts {
        if let other = holders[part.key], !part.outranks(other.record) { continue }
        holders[part.key] = (part, segment.file.name)
      }
      for record in segment.records where recordHolders[record] == nil {
        recordHolders[record] = segment.file.name
      }
    }
  }
}
