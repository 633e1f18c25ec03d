package import TidemarkModel

/// What one file holds, counted before anything is joined: what `inspect` prints.
package struct ResultCounts: Hashable, Sendable {
  package var tests = OutcomeCounts()
  /// Results whose suite, class, name and parameters stood before in the file.
  package var repeats = 0
  /// Attempts inside records, before the last.
  package var attempts = 0
  package var flaky = 0
  /// Seconds; nil where no result has a time.
  package var duration: Double?
  /// Distinct names, or distinct pairs of name and metric in formats without a main metric.
  package var benchmarks = 0
  /// Distinct series.
  package var series = 0

  package init(_ results: Results) {
    countTests(results)
    countMeasurements(results)
  }

  private mutating func countTests(_ results: Results) {
    var sum = 0.0
    var hasDuration = false
    for test in results.tests where test.role != .inner {
      tests.add(test.outcome)
      guard let duration = test.duration else { continue }
      sum += duration
      hasDuration = true
    }
    duration = hasDuration ? sum : nil
    // Looked at in place: a detail holds a dozen texts, and a copy of it counts each one's owners.
    for test in results.tests where test.role != .inner && results.hasDetail(test) {
      let detail = Int(test.detail)
      attempts += results.details[detail].attempts.count
      let disagrees = results.details[detail].attempts.contains {
        $0.outcome.isFailure != test.outcome.isFailure
      }
      if results.details[detail].isMarkedFlaky || disagrees { flaky += 1 }
    }
    repeats = RepeatCounter.count(results)
  }

  private mutating func countMeasurements(_ results: Results) {
    var names: Set<BenchmarkName> = []
    var identities: Set<SeriesIdentity> = []
    identities.reserveCapacity(results.measurements.count)
    for measurement in results.measurements {
      identities.insert(measurement.identity(under: .none))
      if measurement.isPrimary { names.insert(BenchmarkName(measurement)) }
    }
    benchmarks = names.count + Set(results.unmeasured).count
    series = identities.count
  }
}

/// What `inspect` counts as one benchmark.
private struct BenchmarkName: Hashable {
  let name: String
  let parameters: Labels
  let labels: Labels
  let metric: String

  init(_ measurement: Measurement) {
    name = measurement.name
    parameters = measurement.parameters
    labels = measurement.labels
    metric = measurement.metric
  }
}

extension Measurement {
  /// Its series, with labels given from outside; the format's own count before those.
  package func identity(under given: Labels) -> SeriesIdentity {
    SeriesIdentity(
      name: name, parameters: parameters, metric: metric, quantity: unit.quantity,
      labels: given.merging(labels))
  }
}

/// Counts repeated names by a hash over their bytes: no String a test.
private enum RepeatCounter {
  static func count(_ results: Results) -> Int {
    guard results.tests.count > 1 else { return 0 }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(results.tests.count)
    results.text.bytes.withUnsafeBufferPointer { text in
      // Tests of one class stand together: its part of the hash is made once for all of them.
      var last = (suite: Int32.min, className: TextRange.empty, hash: UInt64(0))
      for test in results.tests where test.role != .inner {
        if test.suite != last.suite || test.className != last.className {
          let seed = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: Int64(test.suite))
          last = (test.suite, test.className, hash(test.className, in: text, from: seed))
        }
        var hash = hash(test.name, in: text, from: last.hash)
        if results.hasDetail(test), let given = results.details[Int(test.detail)].parameters {
          for byte in given.utf8 { hash = mixed(hash ^ UInt64(byte)) }
        }
        hashes.append(hash)
      }
    }
    return repeats(in: hashes)
  }

  /// Hashes are sorted into shares by their first bits, so that each share's table stays in the
  /// processor's cache: a million at once would miss it a million times.
  private static func repeats(in hashes: [UInt64]) -> Int {
    let shares = hashes.count > 1 << 15 ? 256 : 1
    var ends = [Int](repeating: 0, count: shares + 1)
    for hash in hashes { ends[share(of: hash, shares) + 1] += 1 }
    for share in 0..<shares { ends[share + 1] += ends[share] }
    var places = ends
    var sorted = [UInt64](repeating: 0, count: hashes.count)
    for hash in hashes {
      let share = share(of: hash, shares)
      sorted[places[share]] = hash
      places[share] += 1
    }
    var repeats = 0
    for share in 0..<shares {
      var seen = HashTable(capacity: ends[share + 1] - ends[share])
      for hash in sorted[ends[share]..<ends[share + 1]] where !seen.insert(hash) { repeats += 1 }
    }
    return repeats
  }

  private static func share(of hash: UInt64, _ shares: Int) -> Int {
    shares == 1 ? 0 : Int(truncatingIfNeeded: hash >> 56)
  }

  /// A hash over the bytes, eight at a time. The counter's only: never stored, never shown.
  private static func hash(
    _ range: TextRange, in text: UnsafeBufferPointer<UInt8>, from seed: UInt64
  ) -> UInt64 {
    guard let base = text.baseAddress else { return mixed(seed) }
    let start = UnsafeRawPointer(base + Int(range.start))
    let count = Int(range.count)
    var hash = mixed(seed ^ UInt64(count))
    var index = 0
    while index + 8 <= count {
      hash = mixed(hash ^ start.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < count {
      rest = rest << 8 | UInt64(start.load(fromByteOffset: index, as: UInt8.self))
      index += 1
    }
    return mixed(hash ^ rest)
  }

  /// The finaliser of SplitMix64, which spreads every bit over all others
  /// (https://prng.di.unimi.it/splitmix64.c).
  private static func mixed(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}

/// A set of hashes, half full at most, each in the first free place from its own on.
private struct HashTable {
  /// 0 is a free place; a hash of 0 stands as 1.
  private var places: [UInt64]
  private let mask: Int

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    places = [UInt64](repeating: 0, count: size)
    mask = size - 1
  }

  /// - Returns: false if it was there already.
  mutating func insert(_ given: UInt64) -> Bool {
    let hash = max(given, 1)
    var place = Int(truncatingIfNeeded: hash >> 20) & mask
    while places[place] != 0 {
      if places[place] == hash { return false }
      place = (place + 1) & mask
    }
    places[place] = hash
    return true
  }
}
