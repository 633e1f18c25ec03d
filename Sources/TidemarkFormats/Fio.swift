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
    its 99th percentile; jobs with an error as blocking problems.
    """
  package static let dropped = "Other percentiles, bins, submission latency, disk utilisation."

  package static func recognises(_ head: Head) -> Recognition {
    let json =
      notesLength(head.bytes[...]).map { JSONOutline(Array(head.bytes[$0...])) } ?? head.json
    return json.has("fio version")
      && (json.has("jobs") || json.has("client_stats") || !head.isWhole) ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var (bytes, count) = try file.contents(padding: JSONReader.padding)
    if let notes = notesLength(bytes[..<count]) {
      for index in 0..<notes where bytes[index] != UInt8(ascii: "\n") { bytes[index] = 0x20 }
    }
    return try JSONReader.read(bytes, count: count) { (root, notes) throws(Problem) -> Results in
      var results = Results()
      try read(root, into: &results)
      results.note(notes)
      return results
    }
  }

  /// fio prints notes (`note: both iodepth >= 1 and synchronous I/O engine are selected …`) before its
  /// answer, into the same file where its output was redirected.
  ///
  /// - Returns: How many bytes they are; nil where there are none.
  private static func notesLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first(where: { $0 > 0x20 }),
      first == UInt8(ascii: "f") || first == UInt8(ascii: "n")
    else { return nil }
    let mark = Array("\n{".utf8)
    let start = bytes.indices.dropLast().first { bytes[$0] == mark[0] && bytes[$0 + 1] == mark[1] }
    return start.map { $0 + 1 }
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
    }
    var parameters = Labels()
    if number > 1 { parameters["job"] = String(number) }
    parameters["host"] = host
    for direction in ["read", "write", "trim"] {
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
      append(
        "latency p99", percentiles?["percentile"]?["99.000000"]?.double, unit, .lower)
    }
  }
}
