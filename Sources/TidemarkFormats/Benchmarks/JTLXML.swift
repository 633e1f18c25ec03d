package import TidemarkModel
private import TidemarkSyntax

/// JMeter's results as XML: `sample` and `httpSample` of version 1.2 (JMeter 2.1 and later), and
/// `sampleResult` of before.
package enum JTLXML: Format {
  package static let name = "jtl-xml"
  package static let producers =
    "JMeter (-l results.jtl, jmeter.save.saveservice.output_format=xml)"
  package static let specification =
    "https://jmeter.apache.org/usermanual/listeners.html#xmlformat2.1"
  package static let kept = """
    As of the CSV: each label's mean elapsed time, percentiles, share of failed samples, the newest \
    time stamp. A transaction is one sample; a sample without a time counts as 0 ms, as in JMeter.
    """
  package static let dropped =
    "Samples inside a sample (its own time covers them), requests, responses, texts of assertions."

  package static func recognises(_ head: Head) -> Recognition {
    guard let (root, tag) = head.rootTag, root == "testResults" else { return .no }
    let hasSample =
      head.contains("<sample ") || head.contains("<httpSample ") || head.contains("<sampleResult ")
    return hasSample || tag.contains("version=") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reader = try XMLReader(file)
    reader.skipsText = true
    let events = JTLEvents(reader)
    try reader.read(events)
    var results = events.samples.finish()
    results.problems += reader.repairProblems
    return results
  }
}

private final class JTLEvents: XMLEvents {
  private let reader: XMLReader
  private(set) var samples = JTLSamples()
  private var depth = 0

  init(_ reader: XMLReader) { self.reader = reader }

  func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
    depth += 1
    // The root's own children: samples within samples are their parts.
    guard depth == 2 else { return }
    var sample = Sample()
    for index in 0..<attributes.count {
      guard let key = attributes.name(at: index)?.string else { continue }
      sample.take(key, attributes.value(at: index).string)
    }
    if let label = sample.label { add(sample, label: label) }
  }

  func text(_ text: XMLText) throws(Problem) {}

  func end(_ name: XMLName) throws(Problem) { depth -= 1 }

  private func add(_ sample: Sample, label: String) {
    if sample.elapsed == nil {
      samples.skip("has no elapsed time, which counts as 0 ms", line: reader.line)
    }
    let elapsed = sample.elapsed.flatMap(NumberText.parse) ?? 0
    guard elapsed >= 0 else {
      return samples.skip("has a negative elapsed time", line: reader.line)
    }
    samples.add(
      label, elapsed: elapsed, isFailed: sample.success == "false",
      stamp: sample.stamp.flatMap { Int64($0) }, line: reader.line)
  }

  /// A sample's attributes, short since version 1.2.
  private struct Sample {
    var label: String?
    var elapsed: String?
    var success: String?
    var stamp: String?

    mutating func take(_ key: String, _ value: String) {
      switch key {
      case "lb", "label": label = value
      case "t", "time": elapsed = value
      case "s", "success": success = value
      case "ts", "timeStamp": stamp = value
      default: break
      }
    }
  }
}
