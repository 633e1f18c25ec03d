internal import TidemarkModel
internal import TidemarkSyntax

/// The scores of one task's samples in an evaluation by lm-eval, by metric and filter: those in the
/// results' own file, or those that `--log_samples` puts beside it
/// (https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/loggers/evaluation_tracker.py).
struct LMEvalSamples {
  private struct Key: Hashable {
    var metric: String
    var filter: String
  }

  /// Of the scores that are wanted.
  private let metrics: Set<String>
  /// In the order in which the task's results name them.
  private let filters: [String]
  private var items: [Key: [ItemScore]] = [:]
  /// How often each document came in samples that do not name their filter.
  private var rounds: [UInt64: Int] = [:]
  private var count = 0

  private static let itemLimit = 1_000_000
  private static let fileLimit = 256 << 20

  /// - Parameters:
  ///   - metrics: Those whose scores are kept.
  ///   - filters: Of the task, `none` too.
  init(metrics: [String], filters: [String]) {
    self.metrics = Set(metrics)
    self.filters = filters
  }

  /// Whether the head is of a file of samples: JSON lines, or one array before version 0.4.3.
  static func recognises(_ json: JSONOutline) -> Bool {
    ["", "[]."].contains { place in
      json.has(place + "doc_id") && json.has(place + "doc")
        && ["target", "arguments", "resps", "filtered_resps"].contains { json.has(place + $0) }
    }
  }

  mutating func add(_ sample: JSONValue) {
    guard let place = (sample["doc_id"] ?? sample["doc_hash"])?.scalarText,
      let id = (sample["doc_hash"] ?? sample["doc_id"])?.scalarText
    else { return }
    let filter = sample["filter"]?.string ?? nextFilter(ofDocument: place)
    let hash = Digest.identifier(of: Array(id.utf8)).bits
    for (name, score) in sample.members {
      guard count < LMEvalSamples.itemLimit,
        let value = score.double ?? score.bool.map({ $0 ? 1 : 0 }),
        metrics.contains(name.string)
      else { continue }
      count += 1
      items[Key(metric: name.string, filter: filter), default: []].append(
        ItemScore(id: hash, score: value))
    }
  }

  /// In version 0.4.5 and before a document comes once for each filter, in their order, and names none.
  private mutating func nextFilter(ofDocument place: String) -> String {
    let document = Digest.identifier(of: Array(place.utf8)).bits
    let round = rounds[document, default: 0]
    rounds[document] = round + 1
    return round < filters.count ? filters[round] : ""
  }

  /// Each sample's score of which `value` is the mean. A value that is made otherwise (perplexity is
  /// the exponential of its samples' likelihood) has none: they would point the other way.
  func items(of metric: String, filter: String, mean value: Double) -> [ItemScore] {
    guard count < LMEvalSamples.itemLimit, let found = items[Key(metric: metric, filter: filter)],
      !found.isEmpty
    else { return [] }
    let mean = found.reduce(0) { $0 + $1.score } / Double(found.count)
    return abs(mean - value) <= 1e-6 * max(1, abs(value)) ? found : []
  }

  /// Adds those that stand beside the file of results, as one of these names.
  ///
  /// - Returns: What is to be said of a file that is there and could not be used.
  mutating func read(_ names: [String], beside file: InputFile) -> ResultProblem? {
    for name in names {
      if let samples = file.companion(name, limit: LMEvalSamples.fileLimit) {
        do throws(Problem) {
          try read(samples)
          return nil
        } catch {
          items = [:]
          return ResultProblem(
            .valueSkipped, "\(name) beside it \(error.what)", line: error.line, isBlocking: false)
        }
      }
      if file.companion(name, limit: .max) != nil {
        return ResultProblem(
          .limit, "\(name) beside it has more than 256 MiB and was not read", isBlocking: false)
      }
    }
    return nil
  }

  private mutating func read(_ file: InputFile) throws(Problem) {
    let (bytes, count) = try file.contents(padding: JSONReader.padding)
    var samples = self
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
      try JSONReader.read(bytes, count: count) { (root, _) in
        for sample in root.elements { samples.add(sample) }
      }
    } else {
      _ = try JSONReader.lines(bytes, count: count) { line in
        if case .value(let sample, _) = line { samples.add(sample) }
      }
    }
    self = samples
  }
}
