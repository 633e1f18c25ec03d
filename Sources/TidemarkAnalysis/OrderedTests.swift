private import Glibc
import TidemarkModel

/// Every test of a run in the order of suite, class, name, parameters, labels, ordinal and job: its
/// lanes. The tests stay in their parts; a million of them are not copied to be sorted.
struct OrderedTests: Sendable {
  private struct Place: Sendable {
    var part: Int32
    var index: Int32
  }

  private let parts: [[Test]]
  /// For each part, its job's place in ``Window/jobs``.
  private let jobs: [Int32]
  private let places: [Place]

  /// - Parameter jobs: The jobs with results; sorted, so that a part's place does not show.
  init(_ run: Run, jobs: [String]) {
    let placeOfJob = Dictionary(
      jobs.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { a, _ in a })
    let parts = run.parts.map(\.tests)
    let partJobs = run.parts.map { placeOfJob[$0.job] ?? -1 }
    var places: [Place] = []
    places.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for (part, tests) in parts.enumerated() {
      for index in tests.indices {
        places.append(
          Place(part: Int32(truncatingIfNeeded: part), index: Int32(truncatingIfNeeded: index)))
      }
    }
    func precedes(_ one: Place, _ other: Place) -> Bool {
      let order = parts[Int(one.part)][Int(one.index)].identity
        .compared(with: parts[Int(other.part)][Int(other.index)].identity)
      return order == 0 ? partJobs[Int(one.part)] < partJobs[Int(other.part)] : order < 0
    }
    let isOrdered = zip(places, places.dropFirst()).allSatisfy { !precedes($1, $0) }
    if !isOrdered { places.sort(by: precedes) }
    self.parts = parts
    self.jobs = partJobs
    self.places = places
  }

  var indices: Range<Int> { places.indices }

  subscript(lane: Int) -> Test {
    parts[Int(places[lane].part)][Int(places[lane].index)]
  }

  /// The place in ``Window/jobs`` of a lane's job.
  func job(of lane: Int) -> Int32 { jobs[Int(places[lane].part)] }
}

extension TestIdentity {
  /// Below, at or above 0: before, equal to or after `other`.
  func compared(with other: TestIdentity) -> Int {
    var order = compareTexts(suite, other.suite)
    if order == 0 { order = compareUTF8(className, other.className) }
    if order == 0 { order = compareUTF8(name, other.name) }
    if order == 0 { order = compareUTF8(parameters, other.parameters) }
    if order == 0, labels != other.labels {
      order = compareUTF8(labels.description, other.labels.description)
    }
    return order == 0 ? ordinal - other.ordinal : order
  }
}

/// Below, at or above 0, by the texts' UTF-8 bytes one after the other.
private func compareTexts(_ first: [String], _ second: [String]) -> Int {
  for (one, other) in zip(first, second) {
    let order = compareUTF8(one, other)
    if order != 0 { return order }
  }
  return first.count - second.count
}

/// Below, at or above 0, by UTF-8 bytes.
private func compareUTF8(_ first: String, _ second: String) -> Int {
  let order = first.utf8.withContiguousStorageIfAvailable { one in
    second.utf8.withContiguousStorageIfAvailable { other -> Int in
      guard let start = one.baseAddress, let otherStart = other.baseAddress else {
        return one.count - other.count
      }
      let order = memcmp(start, otherStart, min(one.count, other.count))
      return order == 0 ? one.count - other.count : Int(order)
    }
  }
  if let order = order ?? nil { return order }
  if first == second { return 0 }
  return utf8Precedes(first, second) ? -1 : 1
}
