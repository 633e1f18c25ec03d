import Testing

@testable import TidemarkStatistics

@Suite struct CommonModeTests {
  /// Series of 100 runs, each times the factor of its run.
  private func tracks(_ count: Int, factors: [Int: Double], seed: UInt64 = 5) -> [Track] {
    var noisy = Noisy(seed: seed)
    return (0..<count).map { place in
      var values = noisy.series(100, noise: 0.01)
      for (run, factor) in factors { values[run] *= factor }
      let input = SeriesInput(id: "\(place)", unit: "ns", direction: .lower, values: values)
      return Track.tracks(of: input, series: place, limit: .max)[0]
    }
  }

  private func corrected(_ tracks: [Track]) -> [Track] {
    let common = CommonMode(of: tracks, options: DetectorOptions())
    var sample = OrderedSample()
    return tracks.map { common.corrected($0, options: DetectorOptions(), sample: &sample) }
  }

  @Test("a slow run is taken out of all series")
  func slowRun() {
    let found = corrected(tracks(8, factors: [60: 1.5]))
    for track in found {
      #expect(abs(track.common[60] - 0.405) < 0.02)
      #expect(track.common.count { $0 != 0 } <= 3)
      #expect(track.machineShifts.isEmpty, "a single run is no machine change")
    }
  }

  @Test("nothing is taken out of few series")
  func few() {
    #expect(corrected(tracks(5, factors: [60: 1.5])).allSatisfy { $0.common.isEmpty })
  }

  @Test("nothing is taken out where nothing moves")
  func steady() {
    let found = corrected(tracks(20, factors: [:]))
    #expect(found.allSatisfy { $0.common.count { $0 != 0 } <= 3 })
  }

  @Test("a series that does not move with the others keeps its values")
  func ownWay() {
    var all = tracks(12, factors: [60: 1.5, 61: 1.5, 62: 1.5, 75: 1.4, 90: 1.6])
    all.append(tracks(1, factors: [:], seed: 99)[0])
    let found = corrected(all)
    #expect(found.last?.common.isEmpty == true && found.last?.y == all.last?.y)
    #expect(found.dropLast().allSatisfy { !$0.common.isEmpty })
  }

  @Test("series that missed runs are aligned by their ranks")
  func missedRuns() {
    var noisy = Noisy(seed: 8)
    let all = (0..<10).map { place in
      let runs = (0..<100).filter { ($0 + place) % 4 != 0 }
      let values = runs.map { run in
        100 * (1 + 0.01 * noisy.normal()) * (run >= 70 ? 1.4 : 1)
      }
      return Track.tracks(
        of: SeriesInput(id: "\(place)", unit: "ns", direction: .lower, values: values, runs: runs),
        series: place, limit: .max)[0]
    }
    #expect(CommonMode(of: all, options: DetectorOptions()).machineChanges.map(\.run) == [70])
  }
}
