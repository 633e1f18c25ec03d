import Testing

@testable import TidemarkStatistics

@Suite struct TrackTests {
  private func track(_ input: SeriesInput, limit: Int = .max) -> Track {
    Track.tracks(of: input, series: 0, limit: limit)[0]
  }

  private func series(_ values: [Double], unit: String? = "ns") -> SeriesInput {
    SeriesInput(id: "s", unit: unit, direction: .lower, values: values)
  }

  @Test("positive values are judged by their logarithm, others as they are")
  func scales() {
    #expect(track(series([1, 2, 3])).scale == .logarithmic)
    #expect(track(series([1, 0, 3])).scale == .linear(factor: 1))
    #expect(track(series([1, -2, 3])).scale == .linear(factor: 1))
    #expect(track(series([])).scale == .linear(factor: 1))
  }

  @Test("rates need counts, or errors that stand for them")
  func rates() {
    var input = series([0.5, 0.8, 0.9], unit: "ratio")
    #expect(track(input).scale == .linear(factor: 1))
    input.counts = [100, .nan, 400]
    #expect(track(input).scale == .arcsine(percent: false))
    #expect(track(input).knownDeviations == [0.05, 0.5 / 250.0.squareRoot(), 0.025])
    input.counts = nil
    input.standardErrors = [0.05, 0.04, 0.03]
    let deviations = track(input).knownDeviations
    #expect(zip(deviations, [0.05, 0.05, 0.05]).allSatisfy { expectClose($0, $1) })
    input.standardErrors = [0, .nan, -1]
    input.values = [1, 1, 1]
    #expect(track(input).scale == .linear(factor: 1), "no error is no knowledge")
  }

  @Test("values too large to be squared are scaled by a power of two")
  func huge() {
    let huge = track(series([-1e300, 2e300]))
    #expect(huge.y.allSatisfy { abs($0) <= 4 })
    #expect(huge.scale.value(at: huge.y[1]) == 2e300)
  }

  @Test("the newest finite values are kept, by their indices")
  func limit() {
    let kept = track(series([1, 2, .nan, 4, .infinity, 6]), limit: 3)
    #expect(kept.indices == [1, 3, 5] && kept.runs == [1, 3, 5])
  }

  @Test("ranks that do not ascend, or are too few, align with nothing")
  func ranks() {
    var input = series([1, 2, 3])
    input.runs = [5, 9, 12]
    #expect(track(input).runs == [5, 9, 12])
    input.runs = [5, 5, 12]
    #expect(track(input).runs == [])
    input.runs = [5, 6]
    #expect(track(input).runs == [])
  }

  @Test("a class that comes back makes classes series of their own")
  func classes() {
    var input = series([1, 2, 3, 4, 5])
    input.environment = ["a", "a", "b", "b", "c"]
    let stretches = Track.tracks(of: input, series: 0, limit: .max)
    #expect(stretches.count == 1 && stretches[0].fixedBoundaries == [2, 4])
    #expect(stretches[0].classStart == 4)
    input.environment = ["a", "a", "b", "a", "c"]
    let alternating = Track.tracks(of: input, series: 0, limit: .max)
    #expect(alternating.map(\.indices) == [[0, 1, 3], [2], [4]])
    #expect(alternating.allSatisfy { $0.fixedBoundaries.isEmpty })
    input.environment = ["a"]
    #expect(Track.tracks(of: input, series: 0, limit: .max).count == 1)
  }

  @Test("an accepted change is a boundary at its run, or at the next one present")
  func accepted() {
    var input = series([1, 2, .nan, 4, 5])
    input.acceptedChanges = [2, 3, 0, 17, -4]
    #expect(track(input).fixedBoundaries == [2])
  }
}
