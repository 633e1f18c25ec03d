package import TidemarkModel
private import TidemarkSyntax

/// iperf3's `-J`.
package enum Iperf3: Format {
  package static let name = "iperf3"
  package static let producers = "iperf3 -J, also with --json-stream"
  package static let specification = "https://software.es.net/iperf/invoking.html"
  package static let kept = """
    What was received and sent per second over all streams, with the intervals as samples, \
    retransmits, jitter and the share of lost packets, use of CPU; protocol, direction, streams and target \
    as parameters; a run that ended with an error as blocking problem.
    """
  package static let dropped =
    "Single streams and intervals, windows, round trips, the hosts' names."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isStream = json.string("event") == "start" && json.has("data.version")
    let version = json.string("start.version") ?? (isStream ? json.string("data.version") : nil)
    return version?.hasPrefix("iperf 3") == true ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    if try Reading.head(of: file).json.has("data.version") { return try readStream(file) }
    return try file.readJSON { (root, results) throws(Problem) in
      guard let start = root["start"] else { throw Problem("has no `start`") }
      var run = Iperf3Run(start: start)
      results.environment["iperf3"] = run.version
      results.newestTime = run.time
      for interval in root.list("intervals") { run.take(interval: interval) }
      run.finish(root["end"], error: root["error"]?.string, into: &results)
    }
  }

  /// An event a line: `{"event":"interval","data":{…}}`.
  private static func readStream(_ file: InputFile) throws(Problem) -> Results {
    var run: Iperf3Run?
    var hasEnded = false
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let event, _) = line, let kind = event["event"]?.string else {
        return false
      }
      switch kind {
      case "start":
        run = event["data"].map { Iperf3Run(start: $0) }
        results.environment["iperf3"] = run?.version
        results.newestTime = run?.time
      case "interval":
        if let data = event["data"] { run?.take(interval: data) }
      case "end":
        hasEnded = true
        run?.finish(event["data"], error: nil, into: &results)
        run = nil
      case "error":
        hasEnded = true
        run?.finish(nil, error: event["data"]?.string, into: &results)
      default: break
      }
      return true
    }
    if !hasEnded { run?.finish(nil, error: nil, into: &results) }
    return results
  }
}

/// One run's facts, and its rates from interval to interval.
private struct Iperf3Run {
  var version: String?
  var time: Timestamp?
  private var parameters = Labels()
  private var isUDP = false
  private var isReverse = false
  private var rates: [Double] = []
  private var reverseRates: [Double] = []

  init(start: JSONValue) {
    version = start["version"]?.string
    time = start["timestamp"]?.secondsTime("timesecs")
    let test = start["test_start"]
    let proto = test?["protocol"]?.string ?? ""
    isUDP = proto == "UDP"
    isReverse = test?["reverse"]?.int == 1
    if isReverse { parameters["reverse"] = "yes" }
    if let streams = test?["num_streams"]?.int, streams != 1 {
      parameters["streams"] = String(streams)
    }
    if !proto.isEmpty { parameters["protocol"] = proto }
    if let target = (start["target_bitrate"] ?? test?["target_bitrate"])?.double, target > 0 {
      parameters["target"] = NumberText.exact(target)
    }
  }

  mutating func take(interval: JSONValue) {
    // The seconds of `--omit` are no part of the result.
    guard let sum = interval["sum"], sum["omitted"]?.bool != true else { return }
    if let rate = sum["bits_per_second"]?.double { rates.append(rate) }
    if let rate = interval["sum_bidir_reverse"]?["bits_per_second"]?.double {
      reverseRates.append(rate)
    }
  }

  func finish(_ end: JSONValue?, error: String?, into results: inout Results) {
    if let error {
      results.problems.append(ResultProblem(.commandFailed, error, isBlocking: true))
    }
    append(end, "", rates, into: &results)
    append(end, "_bidir_reverse", reverseRates, into: &results)
    for (key, metric) in [("host_total", "cpu, local"), ("remote_total", "cpu, remote")] {
      guard let value = end?["cpu_utilization_percent"]?[named: key]?.double, value > 0 else {
        continue
      }
      append(metric, value, Unit(parsing: "%"), .lower, name: "iperf3", into: &results)
    }
    guard results.measurements.isEmpty, error == nil else { return }
    results.problems.append(
      ResultProblem(
        .commandFailed, "iperf3 ended without a result", isBlocking: true))
  }

  private func append(
    _ end: JSONValue?, _ suffix: String, _ samples: [Double], into results: inout Results
  ) {
    let name = suffix.isEmpty ? "iperf3" : "iperf3 (other way)"
    let bits = Unit(text: "bit/s", quantity: .rate, scale: 0.125)
    let sent = end?[named: "sum_sent\(suffix)"]
    // Before 3.7 a UDP run has one sum alone.
    let received = end?[named: "sum_received\(suffix)"] ?? end?[named: "sum\(suffix)"]
    if let value = received?["bits_per_second"]?.double {
      var measurement = measurement("received", value, bits, .higher, name: name, isPrimary: true)
      if samples.count > 1 {
        measurement.samples = Samples(samples)
        measurement.n = samples.count
      }
      results.measurements.append(measurement)
    }
    // A server has sent nothing.
    if let value = sent?["bits_per_second"]?.double, value > 0 {
      append("sent", value, bits, .higher, name: name, into: &results)
    }
    if let value = sent?["retransmits"]?.double {
      append("retransmits", value, .none, .lower, name: name, into: &results)
    }
    guard isUDP else { return }
    let loss = end?[named: "sum\(suffix)"] ?? received
    if let value = loss?["jitter_ms"]?.double {
      append("jitter", value, .milliseconds, .lower, name: name, into: &results)
    }
    if let value = loss?["lost_percent"]?.double {
      append("lost packets", value, Unit(parsing: "%"), .lower, name: name, into: &results)
    }
  }

  private func append(
    _ metric: String, _ value: Double, _ unit: Unit, _ direction: Direction, name: String,
    into results: inout Results
  ) {
    results.measurements.append(
      measurement(metric, value, unit, direction, name: name, isPrimary: false))
  }

  private func measurement(
    _ metric: String, _ value: Double, _ unit: Unit, _ direction: Direction, name: String,
    isPrimary: Bool
  ) -> Measurement {
    Measurement(
      name: name, parameters: parameters, metric: metric, value: value, unit: unit,
      direction: direction, isPrimary: isPrimary)
  }
}
