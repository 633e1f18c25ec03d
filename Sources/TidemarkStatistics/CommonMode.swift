/// What moves all series of a unit together in a run: the machine, not the program.
package struct CommonMode: Sendable {
  /// Series that share a common mode.
  struct Group: Hashable, Sendable {
    var unit: String?
    var environment: String?
  }

  /// The common mode of one group.
  struct Course: Sendable {
    /// The ranks of the runs, ascending.
    var runs: [Int] = []
    /// The common move in each run, on the logarithmic scale.
    var moves: [Double] = []
    /// The lasting ones, by their place in `runs`.
    var shifts: [(place: Int, shift: Double)] = []
  }

  private(set) var courses: [Group: Course] = [:]

  /// Takes the common modes of all groups that have enough series.
  init(of tracks: [Track], options: DetectorOptions) {
    var members: [Group: [Int]] = [:]
    for (place, track) in tracks.enumerated()
    where track.scale == .logarithmic && track.y.count >= 3 && !track.runs.isEmpty {
      members[Group(unit: track.unit, environment: track.environment), default: []].append(place)
    }
    for (group, places) in members where places.count >= options.commonSeries {
      let course = Course(of: places.map { tracks[$0] }, options: options)
      if course.moves.contains(where: { $0 != 0 }) { courses[group] = course }
    }
  }

  /// The machine changes of all groups, by run and unit.
  var machineChanges: [MachineChange] {
    let changes = courses.flatMap { group, course in
      course.shifts.map {
        MachineChange(
          run: course.runs[$0.place],
          shift: Scale.logarithmic.effect(from: 0, to: $0.shift), unit: group.unit,
          environment: group.environment)
      }
    }
    return changes.sorted {
      ($0.run, $0.unit ?? "", $0.environment ?? "") < ($1.run, $1.unit ?? "", $1.environment ?? "")
    }
  }

  /// The track with its group's common mode taken out, where that does not make it noisier.
  func corrected(_ track: Track, options: DetectorOptions, sample: inout OrderedSample) -> Track {
    guard track.scale == .logarithmic, track.y.count >= 3, !track.runs.isEmpty,
      let course = courses[Group(unit: track.unit, environment: track.environment)]
    else { return track }
    var corrected = track
    var moves: [Double] = []
    moves.reserveCapacity(track.y.count)
    var place = 0
    var nextShift = 0
    for (position, run) in track.runs.enumerated() {
      while course.runs[place] < run { place += 1 }
      moves.append(course.moves[place])
      while nextShift < course.shifts.count, course.shifts[nextShift].place < place {
        nextShift += 1
      }
      if nextShift < course.shifts.count, course.shifts[nextShift].place == place {
        corrected.machineShifts.append(
          Track.MachineShift(position: position, shift: course.shifts[nextShift].shift))
      }
    }
    guard moves.contains(where: { $0 != 0 }) else { return corrected }
    let y = zip(track.y, moves).map { $0 - $1 }
    track.y.withUnsafeBufferPointer { sample.takeDifferences(of: $0) }
    let before = sample.spread
    y.withUnsafeBufferPointer { sample.takeDifferences(of: $0) }
    if sample.spread <= options.commonNoise * before {
      corrected.y = y
      corrected.common = moves
    }
    return corrected
  }
}

extension CommonMode.Course {
  /// Goes through the runs in order: each series' departure from its own recent corrected level, and
  /// of those departures the median, where it stands out and most series agree on its sign.
  fileprivate init(of tracks: [Track], options: DetectorOptions) {
    runs = Self.allRuns(of: tracks)
    moves = [Double](repeating: 0, count: runs.count)
    var recent = tracks.map { _ in RecentValues(capacity: options.commonRuns) }
    var next = [Int](repeating: 0, count: tracks.count)
    var departures: [Double] = []
    var movers: [Int] = []
    var sample = OrderedSample()
    for (place, run) in runs.enumerated() {
      departures.removeAll(keepingCapacity: true)
      movers.removeAll(keepingCapacity: true)
      for i in tracks.indices {
        let position = next[i]
        recent[i].forget(before: place - options.commonRuns)
        guard position < tracks[i].runs.count, tracks[i].runs[position] == run else { continue }
        movers.append(i)
        guard place >= 3, let level = recent[i].median else { continue }
        departures.append(tracks[i].y[position] - level)
      }
      if departures.count >= options.commonSeries {
        moves[place] = Self.commonMove(departures, options: options, sample: &sample)
      }
      for i in movers {
        recent[i].append(tracks[i].y[next[i]] - moves[place], place: place)
        next[i] += 1
      }
    }
    findShifts(options: options)
  }

  private static func allRuns(of tracks: [Track]) -> [Int] {
    guard let first = tracks.first else { return [] }
    if tracks.allSatisfy({ $0.runs == first.runs }) { return first.runs }
    var runs: Set<Int> = []
    for track in tracks { runs.formUnion(track.runs) }
    return runs.sorted()
  }

  private static func commonMove(
    _ departures: [Double], options: DetectorOptions, sample: inout OrderedSample
  ) -> Double {
    let count = Double(departures.count)
    // The median's sign cannot be that of most series unless more than half are on one side.
    let above = Double(departures.count { $0 > 0 }) / count
    let below = Double(departures.count { $0 < 0 }) / count
    guard max(above, below) >= min(options.commonAgreement, 0.5) else { return 0 }
    sample.take(departures)
    let move = sample.median
    let agreeing = move > 0 ? above : (move < 0 ? below : 1 - above - below)
    guard agreeing >= options.commonAgreement else { return 0 }
    let standardError = 1.2533 * sample.spread / count.squareRoot()
    return abs(move) > options.commonSize * standardError ? move : 0
  }

  /// A lasting move: the medians of the six runs before and the six from a run on differ, and most
  /// of the difference came in that run.
  private mutating func findShifts(options: DetectorOptions) {
    var sample = OrderedSample()
    guard moves.count > 3 else { return }
    for place in 3..<moves.count {
      let jump = abs(moves[place] - moves[place - 1])
      guard jump > options.machineShift / 2 else { continue }
      sample.take(moves, max(0, place - 6)..<place)
      let before = sample.median
      sample.take(moves, place..<min(place + 6, moves.count))
      let shift = sample.median - before
      guard abs(shift) > options.machineShift, jump > abs(shift) / 2 else { continue }
      if place > 10 {
        moves.withUnsafeBufferPointer {
          sample.takeDifferences(of: UnsafeBufferPointer(rebasing: $0[...place]))
        }
        guard abs(shift) > options.machineNoise * sample.spread else { continue }
      }
      shifts.append((place, shift))
    }
  }
}

/// The newest values of a series, kept in order of size too: their median is at hand.
private struct RecentValues {
  private let capacity: Int
  private var sorted: [Double] = []
  /// By age, oldest first.
  private var values: [(place: Int, value: Double)] = []

  init(capacity: Int) {
    self.capacity = capacity
    sorted.reserveCapacity(capacity + 1)
    values.reserveCapacity(capacity + 1)
  }

  var median: Double? {
    let count = sorted.count
    return count == 0 ? nil : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// Drops what is of a run before `place`.
  mutating func forget(before place: Int) {
    while let oldest = values.first, oldest.place < place {
      values.removeFirst()
      if let rank = sorted.firstIndex(of: oldest.value) { sorted.remove(at: rank) }
    }
  }

  mutating func append(_ value: Double, place: Int) {
    values.append((place, value))
    var rank = sorted.count
    while rank > 0, sorted[rank - 1] > value { rank -= 1 }
    sorted.insert(value, at: rank)
  }
}
