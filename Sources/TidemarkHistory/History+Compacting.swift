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
      let plan = try CompactionPlan(set, damage, limits)
      try folder.checkWhole(plan.relied)
      return plan
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

  private func bytes(_ names: [String]) -> Int {
    names.reduce(0) { $0 + folder.size(of: $1) }
  }
}

extension HistoryFolder {
  /// Reads segments to their last byte: before anything goes because they have it too.
  ///
  /// - Throws: For the first that is not whole, so that the folder is looked at without it.
  func checkWhole(_ names: Set<String>) throws(SegmentFault) {
    for name in names.sorted(by: utf8Precedes) {
      switch SegmentCheck.check(directory: path, name: name) {
      case .whole: continue
      case .damaged(let problem), .unreadable(let problem):
        guard contains(name) else { throw .vanished }
        throw .damaged(segment: name, block: nil, problem)
      }
    }
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
