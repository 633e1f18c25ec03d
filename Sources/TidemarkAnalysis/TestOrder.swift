private import Glibc
import TidemarkModel

/// One test of this run with its job's place in ``Window/jobs``.
struct JobTest: Sendable {
  var test: Test
  var job: Int32

  /// Every test of a run in the order of suite, class, name, parameters, labels, ordinal and job.
  ///
  /// - Parameter jobs: The jobs with results; sorted, so that a part's place does not show.
  static func ordered(_ run: Run, jobs: [String]) -> [JobTest] {
    let places = Dictionary(
      jobs.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { a, _ in a })
    var tests: [JobTest] = []
    tests.reserveCapacity(run.parts.reduce(0) { $0 + $1.tests.count })
    for part in run.parts {
      let job = places[part.job] ?? -1
      for test in part.tests { tests.append(JobTest(test: test, job: job)) }
    }
    let isOrdered = zip(tests, tests.dropFirst()).allSatisfy { !$1.precedes($0) }
    if !isOrdered { tests.sort { $0.precedes($1) } }
    return tests
  }

  private func precedes(_ other: JobTest) -> Bool {
    let order = test.identity.compared(with: other.test.identity)
    return order == 0 ? job < other.job : order < 0
  }
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
