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
    /// The ranks of runs at which a change of machine class explains a shift.
    var classChanges: Set<Int> = []
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

  /// The machine changes of all groups, by run and unit, without those that a machine class tells.
  var machineChanges: [MachineChange] {
    let changes = courses.flatMap { group, course in
      course.shifts.filter { !course.classChanges.contains(course.runs[$0.place]) }.map {
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
      if let newest = moves.last {
        corrected.newestRepetitions = track.newestRepetitions.map { $0 - newest }
      }
    }
    return corrected
  }
}

extension CommonMode.Course {
  /// Goes through the runs in order: each series' departure from its own recent corrected level, and
  /// of those departures the median, where it stands out and most series agree on its sign.
  fileprivate init(of tracks: [Track], options: DetectorOptions) {
    runs = Self.allRuns(of: tracks)
    classChanges = Set(tracks.flatMap { track in track.classChanges.map { track.runs[$0] } })
    moves = [Double](repeating: 0, count: runs.count)
    var aligned = AlignedValues(of: tracks, runs: runs)
    var recent = RecentValues(series: tracks.count, runs: options.commonRuns)
    var values = [Double](repeating: .nan, count: tracks.count)
    var departures: [Double] = []
    var sample = OrderedSample()
    for place in runs.indices {
      departures.removeAll(keepingCapacity: true)
      for i in values.indices {
        let value = aligned.next(of: i, at: place)
        values[i] = value
        let departure = value - recent.median(i)
        if place >= 3, departure.isFinite { departures.append(departure) }
      }
      if departures.count >= options.commonSeries {
        moves[place] = Self.commonMove(departures, options: options, sample: &sample)
      }
      for i in values.indices { recent.replaceOldest(i, with: values[i] - moves[place]) }
      recent.advance()
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
    // Counting is cheaper than ordering, and in most runs there are too few on either side.
    let above = Double(departures.count { $0 > 0 }) / count
    let below = Double(departures.count { $0 < 0 }) / count
    guard max(above, below) >= options.commonAgreement else { return 0 }
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
          sample.takeDifferences(
            of: UnsafeBufferPointer(rebasing: $0[max(0, place - options.window)...place]))
        }
        guard abs(shift) > options.machineNoise * sample.spread else { continue }
      }
      shifts.append((place, shift))
    }
  }
}

/// The values of many tracks, each with its run's place among all runs, in plain arrays: going through
/// them run by run touches no track.
private struct AlignedValues {
  private var values: [Double] = []
  /// The places of the values of tracks that missed runs; tracks that missed none need none.
  private var places: [Int32] = []
  private var cursors: [Cursor] = []

  private struct Cursor {
    /// Where the next value is in `values`.
    var next: Int
    var end: Int
    /// What leads from there to its place in `places`; `nil` for a track that missed no run.
    var toPlace: Int?
  }

  init(of tracks: [Track], runs: [Int]) {
    values.reserveCapacity(tracks.reduce(0) { $0 + $1.y.count })
    cursors.reserveCapacity(tracks.count)
    for track in tracks {
      let start = values.count
      values += track.y
      var toPlace: Int?
      if track.runs.count < runs.count {
        toPlace = places.count - start
        var place = 0
        for run in track.runs {
          while runs[place] < run { place += 1 }
          places.append(Int32(truncatingIfNeeded: place))
        }
      }
      cursors.append(Cursor(next: start, end: values.count, toPlace: toPlace))
    }
  }

  /// The value of a series at `place`, NaN without one; every place is asked for, in ascending order.
  @inline(__always)
  mutating func next(of series: Int, at place: Int) -> Double {
    let cursor = cursors[series]
    guard cursor.next < cursor.end else { return .nan }
    if let toPlace = cursor.toPlace, places[cursor.next &+ toPlace] != place { return .nan }
    cursors[series].next &+= 1
    return values[cursor.next]
  }
}
