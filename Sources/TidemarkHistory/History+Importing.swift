package import TidemarkModel

extension History {
  /// Adds runs that another tool kept; a job of a run that is there already, or was pruned, is left
  /// as it is, so that importing the same again changes nothing, and importing a history that has
  /// grown adds what is new.
  ///
  /// - Parameter runs: In the order of (time, id).
  /// - Returns: The runs that were added, with the jobs that were; and how many were there.
  package func appendMissing(
    _ runs: [RecordedRun], normalisationVersion: Int, isDryRun: Bool = false
  ) throws(Problem) -> (added: [RecordedRun], present: Int) {
    let (known, _) = try folder.reading { set, damage in
      var known: Set<[String]> = []
      for segment in set.segments {
        for part in segment.parts { known.insert([part.run.id, part.job]) }
      }
      return known
    }
    let (pruned, _) = try folder.reading { set, damage in CompactionPlan.pruned(set) }
    var added: [RecordedRun] = []
    var present = 0
    for run in runs {
      var missing = run
      let id = run.run.header.id
      missing.run.parts.removeAll { known.contains([id, $0.job]) || pruned.contains(id) }
      if missing.run.parts.isEmpty { present += 1 } else { added.append(missing) }
    }
    if !isDryRun {
      for start in stride(from: 0, to: added.count, by: History.importedRuns) {
        let share = added[start..<min(start + History.importedRuns, added.count)]
        _ = try append(Array(share), normalisationVersion: normalisationVersion)
      }
    }
    return (added, present)
  }

  /// How many runs of an import share a segment.
  private static let importedRuns = 512
}
