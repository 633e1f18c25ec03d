package import TidemarkModel
private import TidemarkSyntax

/// fio's `--output-format=json` and `json+`.
package enum Fio: Format {
  package static let name = "fio"
  package static let producers = "fio (--output-format=json, json+)"
  package static let specification =
    "https://fio.readthedocs.io/en/latest/fio_doc.html#json-output"
  package static let kept = """
    Of every job and direction with any work: IOPS as the main metric, bandwidth, mean latency and \
    its 99th percentile; jobs with an error as blocking problems, without their numbers. Of several \
    answers of one run (--status-interval) the last.
    """
  package static let dropped = "Other percentiles, bins, submission latency, disk utilisation."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains("\"fio version\"") else { return .no }
    let json =
      documents(in: head.bytes[...]).first.map { JSONOutline(Array(head.bytes[$0])) } ?? head.json
    return json.has("fio version")
      && (json.has("jobs") || json.has("client_stats") || !head.isWhole) ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let (bytes, count) = try file.contents(padding: JSONReader.padding)
    let documents = documents(in: bytes[..<count])
    guard documents.count > 1 || documents.contains(where: { $0 != 0..<count }) else {
      return try read(bytes, count: count)
    }
    var answers = FioAnswers()
    for place in documents.reversed() {
      let padded = Array(bytes[place]) + [UInt8](repeating: 0, count: JSONReader.padding)
      do throws(Problem) {
        answers.add(earlier: try read(padded, count: place.count))
      } catch {
        var problem = error
        let above = bytes[..<place.lowerBound].count { $0 == UInt8(ascii: "\n") }
        problem.line = problem.line.map { $0 + above }
        throw problem
      }
    }
    return answers.results
  }

  private static func read(_ bytes: [UInt8], count: Int) throws(Problem) -> Results {
    try JSONReader.read(bytes, count: count) { (root, notes) throws(Problem) -> Results in
      var results = Results()
      try read(root, into: &results)
      results.note(notes)
      return results
    }
  }

  /// Where answers stand among what else fio prints into the same file: notes
  /// (`note: both iodepth >= 1 and synchronous I/O engine are selected …`) before it, its text for
  /// people (`--output-format=normal,json`) around it. With `--status-interval` there are several, of
  /// which each says anew what the jobs have done until then.
  private static func documents(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    let key = Array("\"fio version\"".utf8)
    var found: [Range<Int>] = []
    var start: Int?
    for index in bytes.indices
    where index == bytes.startIndex || bytes[index - 1] == UInt8(ascii: "\n") {
      if bytes[index] == UInt8(ascii: "{") {
        let rest = bytes[(index + 1)...]
        if rest.drop(while: { $0 <= 0x20 }).starts(with: key) { start = start ?? index }
      } else if bytes[index] == UInt8(ascii: "}"), let begun = start {
        found.append(begun..<(index + 1))
        start = nil
      }
    }
    if let start { found.append(start..<bytes.endIndex) }
    return found
  }

  private static func read(_ root: JSONValue, into results: inout Results) throws(Problem) {
    // With `--client` each machine's jobs, and those of all of them together.
    guard let jobs = root["jobs"] ?? root["client_stats"], jobs.isArray else {
      throw Problem("has no array `jobs`")
    }
    results.environment["fio"] = root["fio version"]?.string
    results.newestTime = root.time("timestamp_ms")
    var counts: [String: Int] = [:]
    for job in jobs.elements {
      let name = job["jobname"]?.string ?? "job"
      let host = job["hostname"]?.string
      let key = "\(name)\0\(host ?? "")"
      counts[key, default: 0] += 1
      read(job, name: name, host: host, number: counts[key, default: 1], into: &results)
    }
  }

  /// - Parameter number: Which one of its name it is: names may stand several times.
  private static func read(
    _ job: JSONValue, name: String, host: String?, number: Int, into results: inout Results
  ) {
    if let error = job["error"]?.int, error != 0 {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): ended with error \(error)", isBlocking: true))
      // What it did until then is no measurement.
      results.unmeasured.append(name)
      return
    }
    var parameters = Labels()
    if number > 1 { parameters["job"] = String(number) }
    parameters["host"] = host
    // `mixed` is all of them (`unified_rw_reporting`).
    for direction in ["read", "write", "trim", "mixed"] {
      // Before 2.1 only the bytes tell whether there was any work.
      guard let part = job[named: direction],
        (part["total_ios"] ?? part["io_bytes"])?.double ?? 0 > 0
      else { continue }
      read(part, direction, name: name, parameters: parameters, into: &results)
    }
  }

  private static func read(
    _ part: JSONValue, _ direction: String, name: String, parameters: Labels,
    into results: inout Results
  ) {
    func append(
      _ metric: String, _ value: Double?, _ unit: Unit, _ better: Direction,
      isPrimary: Bool = false
    ) {
      guard let value else { return }
      results.measurements.append(
        Measurement(
          name: name, parameters: parameters, metric: "\(direction) \(metric)", value: value,
          unit: unit, direction: better, isPrimary: isPrimary))
    }
    let rate = Unit(text: "IOPS", quantity: .rate, scale: 1)
    append("iops", part["iops"]?.double, rate, .higher, isPrimary: true)
    // `bw` is in KiB/s; versions before 3 have no `bw_bytes`.
    let bandwidth = part["bw_bytes"]?.double ?? part["bw"]?.double.map { $0 * 1024 }
    append("bandwidth", bandwidth, Unit(parsing: "B/s"), .higher)
    // Before version 3 latencies were microseconds under other names.
    for (latency, percentiles, unit) in [
      (part["lat_ns"], part["clat_ns"], Unit.nanoseconds),
      (part["lat"], part["clat"], Unit.microseconds),
    ] {
      append("latency", latency?["mean"]?.double, unit, .lower)
      // Of the whole latency with `lat_percentiles`.
      let shares = percentiles?["percentile"] ?? latency?["percentile"]
      append("latency p99", shares?["99.000000"]?.double, unit, .lower)
    }
  }
}

/// What several answers of one run say, taken from the newest on: of the same series the newest value.
private struct FioAnswers {
  private struct Series: Hashable {
    var name: String
    var metric: String
    var parameters: Labels
  }

  /// All but ``Results/measurements`` and ``Results/problems``, which stand in ``taken``.
  private var newest: Results?
  /// What each answer adds, the newest first.
  private var taken: [(measurements: [Measurement], problems: [ResultProblem])] = []
  private var known: Set<Series> = []
  private var told: Set<ResultProblem> = []
  private var failed: Set<String> = []

  mutating func add(earlier answer: Results) {
    let measurements = answer.measurements.filter { measurement in
      !failed.contains(measurement.name) && !known.contains(FioAnswers.series(of: measurement))
    }
    let problems = answer.problems.filter { !told.contains($0) }
    known.formUnion(answer.measurements.map(FioAnswers.series))
    told.formUnion(problems)
    taken.append((measurements, problems))
    let lost = answer.unmeasured.filter { failed.insert($0).inserted }
    if newest == nil {
      newest = answer
    } else {
      newest?.unmeasured += lost
    }
  }

  private static func series(of measurement: Measurement) -> Series {
    Series(
      name: measurement.name, metric: measurement.metric, parameters: measurement.parameters)
  }

  var results: Results {
    var results = newest ?? Results()
    results.measurements = taken.reversed().flatMap(\.measurements)
    results.problems = taken.reversed().flatMap(\.problems)
    return results
  }
}
