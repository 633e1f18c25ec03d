package import TidemarkModel

extension History {
  /// Compaction is rare and its segments are kept for long.
  static let compactionCompression: Int32 = 12

  /// Writes larger segments in place of small ones: they are written and synced first, and only
  /// then what they cover is removed. So a reader beside it, or a copy that was cut short, has
  /// everything at least once.
  ///
  /// Parts of pruned runs are left out; their record stays. A segment that is full already, one
  /// that is damaged, and one that a newer version wrote stay as they are.
  package func compact(_ limits: CompactionLimits = CompactionLimits()) throws(Problem)
    -> CompactionResult
  {
    try folder.removeLeftovers()
    let names = try folder.segmentNames() ?? []
    let (plan, damage) = try folder.reading {
      (set, damage) throws(SegmentFault) -> CompactionPlan in
      try CompactionPlan(set, damage, limits)
    }
    var result = CompactionResult(
      written: [], removed: [], bytesBefore: bytes(names), bytesAfter: 0,
      damaged: damage.problems)
    var written: Set<String> = []
    for draft in plan.drafts {
      let (name, isNew) = try folder.write(
        draft.encoded(compression: History.compactionCompression, hasDigests: true))
      if isNew { result.written.append(name) }
      written.insert(name)
    }
    result.removed = plan.covered.filter { !written.contains($0) }
    try folder.remove(result.removed)
    result.bytesAfter = bytes(try folder.segmentNames() ?? [])
    return result
  }

  /// Compacts if there are more than `limit` segments that compaction would join; nil if not.
  ///
  /// With up to `limit` segments it costs a listing of the folder; a compaction is paid once in
  /// `limit` runs.
  package func compact(
    whenMoreThan limit: Int, _ limits: CompactionLimits = CompactionLimits()
  ) throws(Problem) -> CompactionResult? {
    guard try segmentNames().count > limit else { return nil }
    let (count, _) = try folder.reading { set, damage in
      CompactionPlan.taken(set, damage, limits).count
    }
    return count > limit ? try compact(limits) : nil
  }

  /// How many segments that compaction would join a history may have before `report` and `history
  /// push` join them: see docs/decisions/0101-joining-by-itself.md.
  package static let smallSegmentLimit = 32

  private func bytes(_ names: [String]) -> Int {
    names.reduce(0) { $0 + folder.size(of: $1) }
  }
}

/// When a segment is large enough to be left alone.
package struct CompactionLimits: Sendable {
  /// The most parts of one segment.
  package var parts: Int
  /// The most outcomes and values of one segment.
  package var cells: Int

  package init(parts: Int = 1024, cells: Int = 1 << 23) {
    self.parts = max(parts, 1)
    self.cells = max(cells, 1)
  }
}
