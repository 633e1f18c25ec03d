internal import TidemarkModel
internal import TidemarkSyntax

/// The scores of an Inspect log's samples, by scorer: of each epoch as they were given, and, where
/// the log has them, reduced over the epochs.
struct InspectSamples {
  private struct Key: Hashable {
    var scorer: String
    /// Of a scorer that gives several values each time.
    var part: String?
    /// nil of samples as they were scored.
    var reducer: String?
  }

  private struct Sum {
    var value = 0.0
    var count = 0.0
  }

  /// The values of one scorer, by the hash of the sample's id, in the order of the file.
  private struct Scores {
    var order: [UInt64] = []
    var sums: [UInt64: Sum] = [:]
  }

  private(set) var count = 0
  private(set) var errors = 0
  private(set) var firstError: String?
  /// Those that time, tokens, messages … ran out for. They are scored as far as they came.
  private(set) var limited = 0
  private(set) var firstLimit: String?
  /// Seconds that each sample took.
  private(set) var times: [Double] = []
  private var scores: [Key: Scores] = [:]

  /// A scorer without a name, as logs before version 0.3.25 have it.
  private static let unnamed = ""
  /// What stands for its name in logs that were carried over from before.
  private static let placeholder = "88F74D2C"
  /// What a scorer's scores are reduced by where the log names nothing.
  private static let plain = "mean"

  /// - Parameter sample: One of the log's samples, or the summary of one.
  mutating func add(_ sample: JSONValue) {
    count += 1
    if let error = sample["error"], !error.isNull {
      errors += 1
      let message = error.string ?? error["message"]?.string
      firstError = firstError ?? message?.firstLine.map { String($0.prefix(300)) }
    }
    if let limit = sample["limit"], !limit.isNull {
      limited += 1
      firstLimit = firstLimit ?? limit.string ?? limit["type"]?.string
    }
    if let time = sample["total_time"]?.double, time >= 0 { times.append(time) }
    guard let id = sample["id"]?.scalarText else { return }
    for (scorer, score) in sample.entries("scores") {
      let isNamed = scorer != InspectSamples.placeholder
      add(score["value"], of: id, Key(scorer: isNamed ? scorer : InspectSamples.unnamed))
    }
    if let score = sample["score"] {
      add(score["value"], of: id, Key(scorer: InspectSamples.unnamed))
    }
  }

  /// - Parameter reductions: A list, each of one scorer and reducer.
  mutating func add(reductions: JSONValue) {
    for reduction in reductions.elements {
      guard let scorer = reduction["scorer"]?.string else { continue }
      let reducer = reduction["reducer"]?.string ?? InspectSamples.plain
      for sample in reduction.list("samples") {
        guard let id = sample["sample_id"]?.scalarText else { continue }
        add(sample["value"], of: id, Key(scorer: scorer, reducer: reducer))
      }
    }
  }

  private mutating func add(_ value: JSONValue?, of id: String, _ key: Key) {
    guard let value else { return }
    if value.isObject {
      for (part, value) in value.members {
        add(
          InspectSamples.number(value), of: id,
          Key(scorer: key.scorer, part: part.string, reducer: key.reducer))
      }
    } else {
      add(InspectSamples.number(value), of: id, key)
    }
  }

  private mutating func add(_ number: Double?, of id: String, _ key: Key) {
    guard let number else { return }
    let hash = Digest.identifier(of: Array(id.utf8)).bits
    var scores = self.scores.removeValue(forKey: key) ?? Scores()
    if scores.sums[hash] == nil { scores.order.append(hash) }
    scores.sums[hash, default: Sum()].value += number
    scores.sums[hash, default: Sum()].count += 1
    self.scores[key] = scores
  }

  /// Each sample's score.
  ///
  /// - Parameters:
  ///   - name: The score's, which is the scorer's own or that of one of its values.
  ///   - reducer: How the epochs' scores became one; nil for the mean. Another one than the mean
  ///     is not done again here: without reduced scores in the log there are none.
  func items(of name: String, scorer: String, reducer: String?) -> [ItemScore] {
    let reducer = reducer ?? InspectSamples.plain
    let reducers: [String?] = reducer == InspectSamples.plain ? [reducer, nil] : [reducer]
    for reducer in reducers {
      for scorer in [scorer, name, InspectSamples.unnamed] {
        for part in [nil, name] {
          guard let found = scores[Key(scorer: scorer, part: part, reducer: reducer)] else {
            continue
          }
          return found.order.compactMap { id in
            found.sums[id].map { ItemScore(id: id, score: $0.value / $0.count) }
          }
        }
      }
    }
    return []
  }

  /// Inspect's own values for its letters: correct, partial, incorrect, no answer
  /// (https://inspect.aisi.org.uk/scorers.html#value).
  private static func number(_ value: JSONValue) -> Double? {
    switch value.string {
    case "C": return 1
    case "P": return 0.5
    case "I", "N": return 0
    default: break
    }
    if let flag = value.bool { return flag ? 1 : 0 }
    return value.lenientDouble
  }
}
