/// Finds lasting changes of level in the series of one batch: all series of a project, up to one run.
///
/// Pure and deterministic: the same batch gives the same answer, whatever the number of cores.
package struct Detector: Sendable {
  /// How much of each series is judged.
  package enum Extent: Hashable, Sendable {
    /// The newest window alone, as at a gate.
    case newest
    /// All of it, in windows that overlap.
    case whole
  }

  package let options: DetectorOptions

  package init(options: DetectorOptions = DetectorOptions()) {
    self.options = options
  }

  /// Judges a batch on the calling thread.
  package func judge(_ batch: [SeriesInput], extent: Extent = .newest) -> BatchAnswer {
    BatchAnswer(series: [], machineChanges: [])
  }

  /// Judges a batch with as many tasks at once as `workers`; the answer is that of ``judge(_:extent:)``.
  package func judge(_ batch: [SeriesInput], extent: Extent = .newest, workers: Int) async
    -> BatchAnswer
  {
    judge(batch, extent: extent)
  }
}
