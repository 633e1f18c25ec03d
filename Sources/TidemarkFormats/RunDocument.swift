package import TidemarkModel
private import TidemarkSyntax

/// What `tidemark collect` writes: one job's results, complete, to be merged by a later `report`.
/// The only format that is also written.
///
/// One JSON object: the run's and the job's facts, and an entry for every input file with what was
/// read from it. Members that say nothing are left out; the same results give the same bytes.
/// A document comes from another job, so it is read as input from outside like any other.
package enum RunDocument: Format {
  package static let name = "tidemark-run"
  package static let producers = "tidemark collect"
  package static let specification = "docs/run-document.md"
  package static let kept = "Everything."
  package static let dropped = "Nothing."

  package static let schema = "tidemark.run/1"

  /// One input file of the job that wrote the document.
  package struct Entry: Sendable {
    package var record: InputRecord
    /// Labels given to this file from outside.
    package var labels: Labels
    /// Empty unless the record's status is `read`.
    package var results: Results

    package init(record: InputRecord, labels: Labels = .none, results: Results = Results()) {
      self.record = record
      self.labels = labels
      self.results = results
    }
  }

  package static func recognises(_ head: Head) -> Recognition {
    head.json.string("schema")?.hasPrefix("tidemark.run/") == true ? .yes : .no
  }

  /// All entries' results laid together. `report` reads ``entries(in:)`` in its place, which keeps
  /// equal names from different files apart.
  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let (header, entries) = try entries(in: file)
    var results = Results()
    for entry in entries { results.append(entry.results, labels: entry.labels) }
    results.part = header
    return results
  }

  /// The document's header, with the records of all its inputs, and its entries one by one.
  package static func entries(
    in file: InputFile
  ) throws(Problem) -> (header: PartHeader, entries: [Entry]) {
    let (bytes, count) = try file.contents(padding: JSONReader.padding)
    return try JSONReader.read(bytes, count: count) {
      (root, _) throws(Problem) -> (PartHeader, [Entry]) in
      let schema = root["schema"]?.string ?? "none"
      guard schema == RunDocument.schema else {
        throw Problem(
          "is a run document of schema `\(schema)`, not `\(RunDocument.schema)`",
          remedy: "collect and report with the same version of tidemark")
      }
      var header = try PartHeader(root)
      var entries: [Entry] = []
      for input in root.list("inputs") { entries.append(try Entry(input)) }
      header.inputs = entries.map(\.record)
      return (header, entries)
    }
  }

  /// The document of one job.
  ///
  /// - Parameter header: Its `inputs` are not looked at: the entries hold the records.
  package static func write(_ entries: [Entry], header: PartHeader) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("schema", schema)
      json.member("run", object: header.run.write)
      json.member("job", header.job)
      json.optional("job_url", header.jobURL)
      if let attempt = header.jobAttempt { json.member("job_attempt", attempt) }
      json.facts("environment", header.environment)
      json.member("inputs", array: entries) { json, entry in entry.write(to: &json) }
    }
    json.newLine()
    return json.bytes
  }

  /// The document of one job whose header has the records of the inputs: each of `results` belongs
  /// to the next record of status `read`.
  package static func write(_ results: [Results], header: PartHeader) -> [UInt8] {
    var rest = results[...]
    var entries = header.inputs.map { record in
      Entry(
        record: record,
        results: record.status == .read ? rest.popFirst() ?? Results() : Results())
    }
    entries += rest.map { results in
      Entry(record: InputRecord(path: "", format: nil, status: .read), results: results)
    }
    return write(entries, header: header)
  }
}

// MARK: - Writing

extension RunHeader {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id)
    json.member("attempt", attempt)
    json.member("time", TimeText.rfc3339(time))
    json.optional("commit", commit)
    json.optional("branch", branch)
    json.optional("base", base)
    json.optional("merge_base", mergeBase)
    json.optional("pull_request", pullRequest)
    json.optional("url", url)
    json.labels("labels", labels)
  }
}

extension RunDocument.Entry {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("path", record.path)
      json.optional("format", record.format)
      json.member("status", record.status.rawValue)
      json.key("tests")
      json.object { json in
        json.member("passed", record.counts.passed)
        json.member("failed", record.counts.failed)
        json.member("errored", record.counts.errored)
        json.member("skipped", record.counts.skipped)
      }
      json.member("benchmarks", record.benchmarks)
      json.member("series", record.series)
      json.list("problems", record.problems) { $1.write(to: &$0) }
      if let error = record.error { json.member("error", object: error.write) }
      json.labels("labels", labels)
      if record.status == .read { json.member("results", object: results.write) }
    }
  }
}

extension Problem {
  fileprivate func write(to json: inout JSONWriter) {
    json.optional("path", path)
    json.optional("line", line)
    json.optional("column", column)
    json.member("what", what)
    json.optional("remedy", remedy)
  }
}

extension ResultProblem {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("code", code.rawValue)
      json.member("message", message)
      json.optional("line", line)
      json.member("blocking", isBlocking)
      json.optional("path", path)
    }
  }
}

extension Results {
  fileprivate func write(to json: inout JSONWriter) {
    json.facts("environment", environment)
    json.optional("newest_time", newestTime.map(TimeText.rfc3339))
    json.optional("leaf_tests", leafTests)
    json.list("suites", suites) { json, suite in
      json.object { json in
        json.member("path", array: suite.path) { $0.string($1) }
        json.labels("labels", suite.labels)
        if suite.repeatsAreAttempts { json.member("repeats_are_attempts", true) }
      }
    }
    json.list("tests", tests) { json, test in write(test, to: &json) }
    json.list("measurements", measurements) { $1.write(to: &$0) }
    json.list("unmeasured", unmeasured) { $0.string($1) }
    json.list("problems", problems) { $1.write(to: &$0) }
  }

  private func write(_ test: TestRecord, to json: inout JSONWriter) {
    json.object { json in
      if test.suite >= 0 { json.member("suite", Int(test.suite)) }
      if !test.className.isEmpty { json.member("class", text.string(test.className)) }
      json.member("name", text.string(test.name))
      json.member("outcome", test.outcome.name)
      json.optional("duration", test.duration)
      if let detail = detail(of: test) { json.member("detail", object: detail.write) }
    }
  }
}

extension TestDetail {
  fileprivate func write(to json: inout JSONWriter) {
    json.optional("message", message)
    json.optional("text", text)
    json.optional("type", type)
    json.list("attempts", attempts) { json, attempt in
      json.object { json in
        json.member("outcome", attempt.outcome.name)
        json.optional("duration", attempt.duration)
        json.optional("message", attempt.message)
        json.optional("text", attempt.text)
      }
    }
    json.optional("file", file)
    json.optional("line", line)
    json.optional("parameters", parameters)
    json.optional("output", output)
    if isMarkedFlaky { json.member("marked_flaky", true) }
    if isKnownFailure { json.member("known_failure", true) }
  }
}

extension Measurement {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("name", name)
      json.labels("parameters", parameters)
      json.member("metric", metric)
      json.member("value", value)
      json.optional("stated", stated)
      json.key("unit")
      json.object { json in
        json.member("text", unit.text)
        json.member("quantity", unit.quantity.name)
        json.member("scale", unit.scale)
      }
      json.member("direction", direction.rawValue)
      json.labels("labels", labels)
      json.optional("n", n)
      json.optional("stderr", standardError)
      if let samples {
        json.key("samples")
        json.object { json in
          json.member("count", samples.count)
          json.member("values", array: samples.values) { $0.number($1) }
        }
      }
      json.list("items", items) { json, item in
        json.array { json in
          json.string(Identifier(bits: item.id).description)
          json.number(item.score)
        }
      }
      if !isPrimary { json.member("primary", false) }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func optional(_ name: String, _ value: String?) {
    if let value { member(name, value) }
  }

  fileprivate mutating func optional(_ name: String, _ value: Int?) {
    if let value { member(name, value) }
  }

  fileprivate mutating func optional(_ name: String, _ value: Double?) {
    if let value { member(name, value) }
  }

  fileprivate mutating func labels(_ name: String, _ labels: Labels) {
    guard !labels.isEmpty else { return }
    key(name)
    object { json in
      for pair in labels.pairs { json.member(pair.key, pair.value) }
    }
  }

  fileprivate mutating func facts(_ name: String, _ facts: [String: String]) {
    guard !facts.isEmpty else { return }
    key(name)
    object { json in
      for key in facts.keys.sorted(by: utf8Precedes) { json.member(key, facts[key]) }
    }
  }

  fileprivate mutating func list<Element>(
    _ name: String, _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
  ) {
    if !elements.isEmpty { member(name, array: elements, body) }
  }
}

// MARK: - Reading

extension PartHeader {
  fileprivate init(_ root: JSONValue) throws(Problem) {
    guard let run = root["run"], run.isObject else { throw Problem("has no object `run`") }
    self.init(
      run: try RunHeader(run), job: try root.required("job"), jobURL: root["job_url"]?.string,
      jobAttempt: root["job_attempt"]?.int.map { max($0, 1) },
      environment: root.facts("environment"))
  }
}

extension RunHeader {
  fileprivate init(_ run: JSONValue) throws(Problem) {
    guard let time = TimeText.parse(try run.required("time") as String) else {
      throw Problem("its run's `time` is no RFC 3339 time")
    }
    self.init(
      id: try run.required("id"), attempt: max(run["attempt"]?.int ?? 1, 1), time: time,
      commit: run["commit"]?.string, branch: run["branch"]?.string, base: run["base"]?.string,
      mergeBase: run["merge_base"]?.string, pullRequest: run["pull_request"]?.string,
      url: run["url"]?.string, labels: run.labels("labels"))
  }
}

extension RunDocument.Entry {
  fileprivate init(_ input: JSONValue) throws(Problem) {
    guard let status = InputRecord.Status(rawValue: try input.required("status")) else {
      throw Problem("an input's `status` is none of read, failed and unrecognised")
    }
    var record = InputRecord(
      path: try input.required("path"), format: input["format"]?.string, status: status)
    if let tests = input["tests"] {
      record.counts.passed = tests.count("passed")
      record.counts.failed = tests.count("failed")
      record.counts.errored = tests.count("errored")
      record.counts.skipped = tests.count("skipped")
    }
    record.benchmarks = input.count("benchmarks")
    record.series = input.count("series")
    record.problems = input.list("problems").map(ResultProblem.init)
    record.error = input["error"].map(Problem.init)
    self.init(record: record, labels: input.labels("labels"))
    if let results = input["results"] { self.results = try Results(results) }
  }
}

extension Problem {
  fileprivate init(_ value: JSONValue) {
    self.init(
      value["what"]?.string ?? "could not be read", path: value["path"]?.string,
      line: value.place("line"), column: value.place("column"), remedy: value["remedy"]?.string)
  }
}

extension ResultProblem {
  /// A kind that a newer version knows is kept as an error, and one that says nothing of its
  /// weight blocks.
  fileprivate init(_ value: JSONValue) {
    self.init(
      value["code"]?.string.flatMap(Code.init) ?? .outsideError,
      value["message"]?.string ?? "", line: value.place("line"),
      isBlocking: value["blocking"]?.bool ?? true, path: value["path"]?.string)
  }
}

extension Results {
  fileprivate init(_ value: JSONValue) throws(Problem) {
    self.init()
    environment = value.facts("environment")
    newestTime = value["newest_time"]?.string.flatMap { TimeText.parse($0) }
    leafTests = value["leaf_tests"]?.int.map { max($0, 0) }
    for suite in value.list("suites") {
      suites.append(
        Suite(
          path: suite.list("path").compactMap(\.string), labels: suite.labels("labels"),
          repeatsAreAttempts: suite["repeats_are_attempts"]?.bool ?? false))
    }
    for test in value.list("tests") { try add(test) }
    for measurement in value.list("measurements") {
      measurements.append(try Measurement(measurement))
    }
    unmeasured = value.list("unmeasured").compactMap(\.string)
    problems = value.list("problems").map(ResultProblem.init)
  }

  private mutating func add(_ test: JSONValue) throws(Problem) {
    let suite = test["suite"]?.int ?? -1
    guard suite == -1 || suites.indices.contains(suite) else {
      throw Problem("a test's `suite` is the number of no suite")
    }
    guard let outcome = Outcome(name: try test.required("outcome") as String) else {
      throw Problem("a test's `outcome` is none of passed, failed, errored and skipped")
    }
    append(
      suite: Int32(suite), className: test["class"]?.string ?? "", name: try test.required("name"),
      outcome: outcome, duration: test["duration"]?.double,
      detail: try test["detail"].map { (value) throws(Problem) in try TestDetail(value) })
  }

  /// Lays `more` behind these, under further labels.
  fileprivate mutating func append(_ more: Results, labels: Labels) {
    let firstSuite = Int32(suites.count)
    var unnamedSuite: Int32?
    for suite in more.suites {
      var suite = suite
      suite.labels = labels.merging(suite.labels)
      suites.append(suite)
    }
    for test in more.tests {
      var copy = TestRecord(
        suite: test.suite + firstSuite, className: text.append(more.text.string(test.className)),
        name: text.append(more.text.string(test.name)), outcome: test.outcome,
        duration: test.duration)
      if test.suite < 0 {
        if unnamedSuite == nil, !labels.isEmpty {
          unnamedSuite = Int32(suites.count)
          suites.append(Suite(path: [], labels: labels))
        }
        copy.suite = unnamedSuite ?? -1
      }
      append(copy, detail: more.detail(of: test))
    }
    for measurement in more.measurements {
      var measurement = measurement
      measurement.labels = labels.merging(measurement.labels)
      measurements.append(measurement)
    }
    unmeasured += more.unmeasured
    problems += more.problems
    environment.merge(more.environment) { first, _ in first }
    newestTime = [newestTime, more.newestTime].compactMap(\.self).max()
    if let leaves = more.leafTests { leafTests = (leafTests ?? 0) &+ leaves }
  }
}

extension TestDetail {
  fileprivate init(_ value: JSONValue) throws(Problem) {
    self.init(
      message: value["message"]?.string, text: value["text"]?.string,
      type: value["type"]?.string)
    for attempt in value.list("attempts") {
      guard let outcome = Outcome(name: try attempt.required("outcome") as String) else {
        throw Problem("an attempt's `outcome` is none of passed, failed, errored and skipped")
      }
      attempts.append(
        Attempt(
          outcome: outcome, duration: attempt.duration, message: attempt["message"]?.string,
          text: attempt["text"]?.string))
    }
    file = value["file"]?.string
    line = value.place("line")
    parameters = value["parameters"]?.string
    output = value["output"]?.string
    isMarkedFlaky = value["marked_flaky"]?.bool ?? false
    isKnownFailure = value["known_failure"]?.bool ?? false
  }
}

extension Measurement {
  fileprivate init(_ value: JSONValue) throws(Problem) {
    guard let number = value["value"]?.double else {
      throw Problem("a measurement's `value` is no number")
    }
    guard let direction = Direction(rawValue: try value.required("direction")) else {
      throw Problem("a measurement's `direction` is neither lower nor higher")
    }
    self.init(
      name: try value.required("name"), parameters: value.labels("parameters"),
      metric: try value.required("metric"), value: number, unit: try Unit(value["unit"]),
      direction: direction, labels: value.labels("labels"),
      n: value["n"]?.int.flatMap { $0 > 0 ? $0 : nil },
      standardError: value["stderr"]?.double.flatMap { $0 >= 0 ? $0 : nil },
      samples: value["samples"].flatMap(Samples.init(document:)),
      items: value.list("items").compactMap(ItemScore.init),
      isPrimary: value["primary"]?.bool ?? true)
    stated = value["stated"]?.double
  }
}

extension Unit {
  fileprivate init(_ value: JSONValue?) throws(Problem) {
    guard let value, let scale = value["scale"]?.double, scale > 0 else {
      throw Problem("a measurement's `unit` has no scale above 0")
    }
    self.init(
      text: value["text"]?.string ?? "",
      quantity: Quantity(name: try value.required("quantity")), scale: scale)
  }
}

extension Samples {
  fileprivate init?(document value: JSONValue) {
    let values = value.list("values").compactMap(\.double)
    guard !values.isEmpty else { return nil }
    guard values.count <= Samples.limit else {
      self.init(values)
      return
    }
    self.init(values: values, count: value.count("count"))
  }
}

extension ItemScore {
  fileprivate init?(_ value: JSONValue) {
    let pair = Array(value.elements.prefix(3))
    guard pair.count == 2, let id = pair[0].string.flatMap({ Identifier($0) }),
      let score = pair[1].double
    else { return nil }
    self.init(id: id.bits, score: score)
  }
}

extension JSONValue {
  /// The text at `key`.
  fileprivate func required(_ key: StaticString) throws(Problem) -> String {
    guard let text = self[key]?.string else {
      throw Problem("has no text `\(key)` where one is due")
    }
    return text
  }

  /// A number of things: 0 where there is none.
  fileprivate func count(_ key: StaticString) -> Int { max(self[key]?.int ?? 0, 0) }

  /// A line or column, from 1.
  fileprivate func place(_ key: StaticString) -> Int? {
    self[key]?.int.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Seconds, not negative.
  fileprivate var duration: Double? { self["duration"]?.double.flatMap { $0 >= 0 ? $0 : nil } }

  fileprivate func facts(_ key: StaticString) -> [String: String] {
    guard let object = self[key] else { return [:] }
    var facts: [String: String] = [:]
    for (name, value) in object.members { facts[name.string] = value.string }
    return facts
  }

  /// At most 256: setting one takes as long as there are others.
  fileprivate func labels(_ key: StaticString) -> Labels {
    guard let object = self[key] else { return .none }
    var labels = Labels()
    for (name, value) in object.members.prefix(256) { labels[name.string] = value.string }
    return labels
  }
}
