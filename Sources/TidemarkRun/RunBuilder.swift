package import TidemarkModel

/// One file's results on their way into a run.
package struct RunInput: Sendable {
  package var record: InputRecord
  package var results: Results
  /// Labels that the command line and the config give to this file.
  package var labels: Labels

  package init(record: InputRecord, results: Results, labels: Labels = .none) {
    self.record = record
    self.results = results
    self.labels = labels
  }
}

/// Equal names from different files of one job, with no label to tell them apart.
package struct LabelClash: Hashable, Sendable {
  package var name: String
  package var firstPath: String
  package var secondPath: String
  /// How many names clash between these two files.
  package var count: Int
}

/// Joins the results of a pipeline run's files into one ``Run``.
///
/// The order of `inputs` never shows: files are taken in the order of their paths, tests within a
/// job stand in the order of their identity.
package struct RunBuilder {
  private let header: RunHeader
  private let job: String
  private let jobURL: String?
  private let jobAttempt: Int?
  private let environment: [String: String]

  /// - Parameters:
  ///   - header: The run; its label `machine` names a machine class and is part of no identity.
  ///   - job: The job that files belong to which do not tell (all but run documents).
  ///   - jobAttempt: Which try of the job it is, where that is not the run's attempt.
  ///   - environment: Facts of this machine, for that job.
  package init(
    header: RunHeader, job: String, jobURL: String? = nil, jobAttempt: Int? = nil,
    environment: [String: String] = [:]
  ) {
    self.header = header
    self.job = job
    self.jobURL = jobURL
    self.jobAttempt = jobAttempt
    self.environment = environment
  }

  package func build(_ inputs: [RunInput]) -> (run: Run, clashes: [LabelClash]) {
    var assemblies: [String: PartAssembly] = [:]
    for input in inputs.sorted(by: { utf8Precedes($0.record.path, $1.record.path) }) {
      let place = place(of: input)
      // Of one job the highest attempt counts.
      if let standing = assemblies[place.job], standing.part.attempt > place.attempt { continue }
      if let standing = assemblies[place.job], standing.part.attempt < place.attempt {
        assemblies[place.job] = nil
      }
      assemblies[place.job, default: PartAssembly(place)].add(input, labels: labels(of: input))
    }
    let finished = assemblies.keys.sorted(by: utf8Precedes).compactMap { assemblies[$0] }
      .map { $0.finish() }
    return (Run(header: header, parts: finished.map(\.part)), finished.flatMap(\.clashes))
  }

  private func place(of input: RunInput) -> Part {
    guard let header = input.results.part else {
      var facts = environment
      if let machine = input.labels["machine"] ?? self.header.labels["machine"] {
        facts["machine"] = machine
      }
      return Part(
        job: job, url: jobURL, attempt: jobAttempt ?? self.header.attempt, environment: facts)
    }
    var facts = header.environment
    if let machine = header.run.labels["machine"] { facts["machine"] = machine }
    return Part(
      job: header.job, url: header.jobURL, attempt: header.jobAttempt ?? header.run.attempt,
      environment: facts)
  }

  private func labels(of input: RunInput) -> Labels {
    var labels = (input.results.part?.run.labels ?? header.labels).merging(input.labels)
    labels["machine"] = nil
    return labels
  }
}

/// A part while its files come in.
private struct PartAssembly {
  var part: Part
  private var tests: [TestIdentity: [Entry]] = [:]
  private var order: [TestIdentity] = []
  private var values: [SeriesIdentity: String] = [:]
  private var clashes: [String: LabelClash] = [:]
  /// What further files may add to, and where it stands among the values.
  private var repetitions: [SeriesIdentity: (measurement: Measurement, index: Int)] = [:]
  /// What the files tell of the machine: they were written where the tests ran, so they count
  /// before what this machine says of itself.
  private var fileFacts: [String: String] = [:]

  private struct Entry {
    var test: Test
    var rawName: String
    var path: String
    var sequence: Int
    var retryKey: String?
    var time: Timestamp?
  }

  init(_ part: Part) { self.part = part }

  mutating func add(_ input: RunInput, labels: Labels) {
    let results = input.results
    part.inputs.append(contentsOf: results.part?.inputs ?? [input.record])
    for (key, value) in results.environment where fileFacts[key] == nil { fileFacts[key] = value }
    part.problems += results.problems.map { problem in
      var problem = problem
      problem.path = problem.path ?? input.record.path
      return problem
    }
    addTests(results, labels: labels, path: input.record.path)
    addMeasurements(results, labels: labels, path: input.record.path)
  }

  private mutating func addTests(_ results: Results, labels: Labels, path: String) {
    let suites = results.suites.map { suite in
      (
        path: suite.path, labels: labels.merging(suite.labels), joins: suite.repeatsAreAttempts,
        retryKey: suite.retryKey
      )
    }
    var classNames: [TextRange: String] = [:]
    for (sequence, record) in results.tests.enumerated() where record.role != .parent {
      let suite = suites.indices.contains(Int(record.suite)) ? suites[Int(record.suite)] : nil
      let className =
        classNames[record.className] ?? results.text.string(record.className)
      classNames[record.className] = className
      let detail = results.detail(of: record)
      let name = results.text.string(record.name)
      let identity = TestIdentity(
        suite: suite?.path ?? [], className: className, name: name,
        parameters: detail?.parameters ?? "", labels: suite?.labels ?? labels)
      let test = Test(
        id: Identifier(bits: 0), identity: identity, outcome: record.outcome,
        duration: record.duration, detail: detail)
      add(
        Entry(
          test: test, rawName: name, path: path, sequence: sequence, retryKey: suite?.retryKey,
          time: results.newestTime),
        joins: suite?.joins ?? false)
    }
  }

  private mutating func add(_ entry: Entry, joins: Bool) {
    let key = entry.test.identity.normalised
    // Taken out, so that it is not copied for each of many tests of one name.
    guard var standing = tests.removeValue(forKey: key) else {
      tests[key] = [entry]
      order.append(key)
      return
    }
    let last = standing.count - 1
    if joins, standing[last].path == entry.path, standing[last].rawName == entry.rawName {
      standing[last].test = standing[last].test.rerun(as: entry.test)
    } else {
      if let other = PartAssembly.first(of: standing, apartFrom: entry) {
        note(entry.rawName, other.path, entry.path)
      }
      standing.append(entry)
    }
    tests[key] = standing
  }

  /// The first of another file that is no attempt of the same test. Files come one after the other, so
  /// without a retry key the first of all decides.
  private static func first(of standing: [Entry], apartFrom entry: Entry) -> Entry? {
    guard let key = entry.retryKey else {
      return standing.first.flatMap { $0.path == entry.path ? nil : $0 }
    }
    return standing.first { $0.path != entry.path && $0.retryKey != key }
  }

  private mutating func addMeasurements(_ results: Results, labels: Labels, path: String) {
    for measurement in results.measurements {
      var identity = measurement.identity(under: labels)
      if results.filesAreRepetitions {
        if var standing = repetitions[identity], values[identity] != path {
          standing.measurement.join(measurement)
          part.values[standing.index] = SeriesValue(standing.measurement, identity)
          values[identity] = path
          repetitions[identity] = standing
          continue
        }
        if values[identity] == nil { repetitions[identity] = (measurement, part.values.count) }
      }
      if let other = values[identity] {
        // No ordinal is part of a series' id: the file, then the repeat, tells equal ones apart.
        if other != path {
          note(measurement.name, other, path)
          identity.parameters["file"] = path
        }
        var repeated = 2
        while values[identity] != nil {
          identity.parameters["repeat"] = String(repeated)
          repeated += 1
        }
      }
      values[identity] = path
      part.values.append(SeriesValue(measurement, identity))
    }
  }

  private mutating func note(_ name: String, _ first: String, _ second: String) {
    let key = first + "\u{1}" + second
    if clashes[key] == nil {
      clashes[key] = LabelClash(name: name, firstPath: first, secondPath: second, count: 1)
    } else {
      clashes[key]?.count += 1
    }
  }

  func finish() -> (part: Part, clashes: [LabelClash]) {
    var part = part
    part.environment.merge(fileFacts) { _, told in told }
    let unsorted = order.flatMap { key in numbered(tests[key] ?? []) }
    // Places are sorted and not tests, each of which holds a dozen texts.
    part.tests = unsorted.indices
      .sorted { unsorted[$0].identity.precedes(unsorted[$1].identity) }
      .map { unsorted[$0] }
    part.values.sort { first, second in
      first.identity == second.identity
        ? first.id < second.id : first.identity.precedes(second.identity)
    }
    return (part, clashes.keys.sorted(by: utf8Precedes).compactMap { clashes[$0] })
  }

  /// Attempts that stand in a file each become one test, in the order of their files' times.
  private func joined(_ entries: [Entry]) -> [Entry] {
    guard entries.count > 1 else { return entries }
    var kept = entries.filter { $0.retryKey == nil }
    let attempts = Dictionary(grouping: entries.filter { $0.retryKey != nil }, by: \.retryKey)
    for group in attempts.values {
      let inTime = group.sorted { first, second in
        if let one = first.time, let other = second.time, one != other { return one < other }
        return utf8Precedes(first.path, second.path)
      }
      guard var last = inTime.first else { continue }
      for entry in inTime.dropFirst() {
        let before = last.test
        last = entry
        last.test = before.rerun(as: entry.test)
      }
      kept.append(last)
    }
    return kept
  }

  /// Tests of one identity get their ordinals in the order of their names as written, then of
  /// their files, then of their place in the file.
  private func numbered(_ entries: [Entry]) -> [Test] {
    let sorted = joined(entries).sorted { first, second in
      if first.rawName != second.rawName { return utf8Precedes(first.rawName, second.rawName) }
      if first.path != second.path { return utf8Precedes(first.path, second.path) }
      return first.sequence < second.sequence
    }
    return sorted.enumerated().map { index, entry in
      var test = entry.test
      test.identity.ordinal = index + 1
      test.id = Identity.id(of: test.identity)
      return test
    }
  }
}

extension SeriesValue {
  fileprivate init(_ measurement: Measurement, _ identity: SeriesIdentity) {
    self.init(
      id: Identity.id(of: identity), identity: identity, value: measurement.value,
      unit: measurement.unit, direction: measurement.direction, n: measurement.n,
      standardError: measurement.standardError, samples: measurement.samples,
      items: measurement.items)
  }
}

extension TestIdentity {
  /// What equal tests share, whatever varies in their names from run to run.
  fileprivate var normalised: TestIdentity {
    TestIdentity(
      suite: suite.map(Normalisation.normalise), className: Normalisation.normalise(className),
      name: Normalisation.normalise(name), parameters: Normalisation.normalise(parameters),
      labels: labels)
  }

  /// The order of suites, class, name, parameters, labels and ordinal, by their UTF-8 bytes.
  fileprivate func precedes(_ other: TestIdentity) -> Bool {
    if suite != other.suite {
      return suite.lexicographicallyPrecedes(other.suite, by: utf8Precedes)
    }
    if className != other.className { return utf8Precedes(className, other.className) }
    if name != other.name { return utf8Precedes(name, other.name) }
    if parameters != other.parameters { return utf8Precedes(parameters, other.parameters) }
    if labels != other.labels { return utf8Precedes(labels.description, other.labels.description) }
    return ordinal < other.ordinal
  }
}

extension SeriesIdentity {
  fileprivate func precedes(_ other: SeriesIdentity) -> Bool {
    if name != other.name { return utf8Precedes(name, other.name) }
    if parameters != other.parameters {
      return utf8Precedes(parameters.description, other.parameters.description)
    }
    if metric != other.metric { return utf8Precedes(metric, other.metric) }
    if labels != other.labels { return utf8Precedes(labels.description, other.labels.description) }
    return utf8Precedes(quantity.name, other.quantity.name)
  }
}

extension Test {
  /// This test run again: its outcome is the last attempt's.
  fileprivate func rerun(as last: Test) -> Test {
    var test = last
    var detail = last.detail ?? TestDetail()
    let before = Attempt(
      outcome: outcome, duration: duration, message: self.detail?.message, text: self.detail?.text)
    detail.attempts = (self.detail?.attempts ?? []) + [before] + detail.attempts
    test.detail = detail
    return test
  }
}
