extension Unit {
  /// No unit at all: a bare count.
  package static let none = Unit(text: "", quantity: .count, scale: 1)
  package static let seconds = Unit(text: "s", quantity: .time, scale: 1)
  package static let milliseconds = Unit(text: "ms", quantity: .time, scale: 1e-3)
  package static let microseconds = Unit(text: "us", quantity: .time, scale: 1e-6)
  package static let nanoseconds = Unit(text: "ns", quantity: .time, scale: 1e-9)
  package static let bytes = Unit(text: "B", quantity: .bytes, scale: 1)
  /// A share from 0 to 1.
  package static let ratio = Unit(text: "", quantity: .ratio, scale: 1)
  /// A score of an evaluation, whose scale the file does not tell.
  package static let score = Unit(text: "", quantity: .score, scale: 1)

  /// The unit that `text` names, as benchmark tools write it: `ns/iter`, `MB/s`, `req/s`, `%`.
  ///
  /// What is per operation, iteration or call is the thing itself (`ns/op` is a time), what is per
  /// time is a rate. An unknown unit is a quantity of its own, named by its text.
  package init(parsing text: String) {
    let trimmed = text.trimmed
    guard !trimmed.isEmpty else {
      self.init(text: "", quantity: .count, scale: 1)
      return
    }
    let known = Unit.simple(trimmed) ?? Unit.quotient(trimmed) ?? Unit.remarked(trimmed)
    self.init(
      text: text, quantity: known?.quantity ?? .other(trimmed), scale: known?.scale ?? 1)
  }

  private typealias Meaning = (quantity: Quantity, scale: Double)

  private static func simple(_ text: String) -> Meaning? {
    if let exact = spellings[text] { return exact }
    return spellings[text.lowercased()]
  }

  /// `ns/op`, `MB/s`, `ops/min`, `requests per second`.
  private static func quotient(_ text: String) -> Meaning? {
    let (above, below) = split(text)
    guard let below else { return nil }
    if let time = simple(below), time.quantity == .time {
      let unit = simple(above)
      return (.rate, (unit?.quantity == .bytes ? unit?.scale ?? 1 : countScale(above)) / time.scale)
    }
    let isPerPiece = pieces.contains(below.lowercased())
    return isPerPiece ? simple(above) : nil
  }

  /// `ns/iter (+/- 12)`: the unit stands before the remark; `Time (ns)`: in it.
  private static func remarked(_ text: String) -> Meaning? {
    guard text.last == ")", let open = text.firstIndex(of: "(") else { return nil }
    let before = String(text[..<open]).trimmed
    let remark = String(text[text.index(after: open)...].dropLast())
    return simple(before) ?? quotient(before) ?? simple(remark) ?? quotient(remark)
  }

  private static func split(_ text: String) -> (above: String, below: String?) {
    if let slash = text.lastIndex(of: "/") {
      return (String(text[..<slash]).trimmed, String(text[text.index(after: slash)...]).trimmed)
    }
    let words = text.split(separator: " ")
    if let per = words.firstIndex(of: "per"), per + 1 < words.count {
      return (
        words[..<per].joined(separator: " "), words[(per + 1)...].joined(separator: " ")
      )
    }
    return (text, nil)
  }

  /// `Mops`, `K req`: how many of the thing one of the unit is.
  private static func countScale(_ text: String) -> Double {
    guard let prefix = text.first, let scale = ["K": 1e3, "k": 1e3, "M": 1e6, "G": 1e9][prefix]
    else { return 1 }
    let rest = String(text.dropFirst()).trimmed.lowercased()
    return pieces.contains(rest) || rest.isEmpty ? scale : 1
  }

  /// What a value may be per and stay what it is.
  private static let pieces: Set<String> = [
    "op", "ops", "operation", "operations", "iter", "iters", "iteration", "iterations", "call",
    "req", "request", "requests", "run", "invocation", "item", "items", "element", "elem", "query",
    "event", "task", "test", "loop", "frame", "sample", "transaction", "tx",
  ]

  private static let spellings: [String: Meaning] = {
    var table: [String: Meaning] = [:]
    func add(_ quantity: Quantity, _ scale: Double, _ names: String) {
      for name in names.split(separator: " ") { table[String(name)] = (quantity, scale) }
    }
    add(.time, 1e-15, "fs femtoseconds")
    add(.time, 1e-12, "ps picosecond picoseconds")
    add(.time, 1e-9, "ns nsec nsecs nanosec nanosecond nanoseconds")
    add(.time, 1e-6, "us µs μs usec usecs microsec microsecond microseconds")
    add(.time, 1e-3, "ms msec msecs millis millisec millisecond milliseconds")
    add(.time, 1, "s sec secs second seconds")
    add(.time, 1e3, "ks")
    add(.time, 1e6, "Ms")
    add(.time, 60, "min mins minute minutes")
    add(.time, 3600, "h hr hrs hour hours")
    add(.time, 86_400, "d day days")
    add(.bytes, 0.125, "bit bits")
    add(.bytes, 1, "B b byte bytes octets")
    add(.bytes, 1e3, "kB KB kb kilobyte kilobytes")
    add(.bytes, 1e6, "MB mb megabyte megabytes")
    add(.bytes, 1e9, "GB gb gigabyte gigabytes")
    add(.bytes, 1e12, "TB tb terabyte terabytes")
    add(.bytes, 1024, "KiB kib kibibyte kibibytes")
    add(.bytes, 1_048_576, "MiB mib mebibyte mebibytes")
    add(.bytes, 1_073_741_824, "GiB gib gibibyte gibibytes")
    add(.bytes, 1_099_511_627_776, "TiB tib")
    // Small b is bits: Kbps and Mb/s are rates of a network.
    add(.bytes, 125, "Kb Kbit kbit kbits")
    add(.bytes, 125_000, "Mb Mbit mbit mbits")
    add(.bytes, 125_000_000, "Gb Gbit gbit gbits")
    add(.rate, 1, "qps rps tps ops/s fps iops it/s")
    add(.rate, 0.125, "bps")
    add(.rate, 125, "kbps")
    add(.rate, 125_000, "mbps")
    add(.rate, 125_000_000, "gbps")
    add(.rate, 1e6, "MBps")
    add(.rate, 1, "flops")
    add(.rate, 1e3, "kflops")
    add(.rate, 1e6, "mflops")
    add(.rate, 1e9, "gflops")
    add(.rate, 1e12, "tflops")
    add(.ratio, 0.01, "% percent pct percentage")
    add(.ratio, 1, "ratio fraction")
    add(.ratio, 1, "x")
    add(.count, 1, "count counts n number op ops iter iters iteration iterations item items")
    add(.count, 1, "lines files tokens token requests events calls times")
    add(.count, 1, "#")
    add(.count, 1e3, "k thousand")
    // By themselves, as package-benchmark writes them; a small m would be anything.
    add(.count, 1e6, "M million")
    add(.count, 1e9, "G")
    add(.count, 1e12, "T")
    add(.count, 1e15, "P")
    add(.frequency, 1, "hz hertz")
    add(.frequency, 1e3, "khz")
    add(.frequency, 1e6, "mhz")
    add(.frequency, 1e9, "ghz")
    add(.instructions, 1, "instruction instructions instrs insns ir cycles cycle")
    add(.allocations, 1, "alloc allocs allocation allocations malloc mallocs")
    add(.temperature, 1, "°C celsius C")
    add(.energy, 1, "J joule joules")
    add(.energy, 1e-3, "mJ millijoules")
    add(.energy, 1e-6, "uJ µJ μJ microjoules")
    add(.energy, 1e3, "kJ")
    add(.energy, 3600, "Wh")
    add(.energy, 3_600_000, "kWh")
    // Other currencies are units of their own: no file tells the rate of exchange.
    add(.money, 1, "$ USD usd dollar dollars")
    add(.money, 0.01, "cent cents")
    add(.score, 1, "score scores points point")
    return table
  }()
}

extension Direction {
  /// Which way is better where neither the file nor the config says so: a rate is better higher, a
  /// time, a size or a count lower; a share or a score as its metric's name tells (an accuracy
  /// higher, an error rate lower), and higher where it tells nothing.
  package static func byDefault(metric: String, unit: Unit) -> Direction {
    switch unit.quantity {
    case .rate, .frequency: return named(metric) ?? .higher
    case .time, .bytes, .instructions, .allocations, .temperature, .energy, .money:
      return .lower
    case .count, .other: return named(metric) ?? .lower
    case .ratio, .score: return named(metric) ?? .higher
    }
  }

  /// What the words of a metric's name tell; the last word that tells anything counts
  /// (`exact_match_error` is an error).
  private static func named(_ metric: String) -> Direction? {
    if metric.contains("per_second") || metric.contains("per second") { return .higher }
    let words = metric.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let telling = words.filter { better[$0] != nil }
    // A Brier score is an error; a score of bias is a bias.
    let isBad = telling.contains { ["brier", "bias", "toxicity", "hallucination"].contains($0) }
    return telling.last { !isBad || !$0.hasPrefix("score") }.flatMap { better[$0] }
  }

  private static let better: [String: Direction] = {
    var table: [String: Direction] = [:]
    let higher = """
      acc accuracy f1 precision recall bleu chrf rouge rouge1 rouge2 rougel em match exact map mrr \
      ndcg auc auroc mcc r2 score scores pass passed passes success succeeded hits hit coverage \
      throughput ops qps rps tps fps speedup speed bandwidth iops similarity reward win wins \
      checks
      """
    let lower = """
      loss error errors err perplexity ppl wer cer bits latency time duration elapsed wait waiting \
      blocked miss misses missed fail failed failures failure fails timeout timeouts size memory \
      rss heap bytes allocations allocs instructions cycles faults switches regressions cost \
      brier bias stereotype toxic ter mae mse rmse ece toxicity hallucination rejected dropped \
      conflicts load usage
      """
    for word in higher.split(whereSeparator: \.isWhitespace) { table[String(word)] = .higher }
    for word in lower.split(whereSeparator: \.isWhitespace) { table[String(word)] = .lower }
    return table
  }()
}

extension String {
  /// Without blanks at either end.
  fileprivate var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
