import TidemarkHistory
import TidemarkModel

#if canImport(Glibc)
  import Glibc
#endif

/// A folder that is made for one test and removed after it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/tidemark-history-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
    }
  }

  deinit { removeTree(path) }

  func history(_ name: String = "h") -> History { History(directory: "\(path)/\(name)") }
}

func fileNames(_ folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

private func removeTree(_ path: String) {
  for name in fileNames(path) {
    let file = "\(path)/\(name)"
    if unlink(file) != 0 { removeTree(file) }
  }
  rmdir(path)
}

func readBytes(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes.append(contentsOf: buffer[..<count])
  }
}

func writeBytes(_ bytes: [UInt8], _ path: String) {
  guard let file = fopen(path, "wb") else { return }
  defer { fclose(file) }
  fwrite(bytes, 1, bytes.count, file)
}

/// A generator with a seed, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

/// Runs like those of a real project, from a seed.
struct SampleHistory {
  var tests = 40
  var series = 10
  var jobs = ["unit", "bench"]
  var seed: UInt64 = 1
  /// Whether values have all digits of a double.
  var isFull = true
  /// Whether some tests and series are missing in some runs.
  var hasGaps = true
  /// Whether values have n, standard errors, samples and items.
  var hasDetails = true
  /// Whether some standard errors are those of the samples, which are stored as marks.
  var derivesErrors = true

  func run(_ number: Int, attempt: Int = 1) -> Run {
    var header = RunHeader(
      id: "run-\(number)", attempt: attempt,
      time: Timestamp(millisecondsSince1970: 1_790_000_000_000 + Int64(number) * 3_600_000))
    header.commit = hex(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, 40)
    header.branch = number % 5 == 4 ? "topic" : "main"
    header.base = number % 5 == 4 ? "main" : nil
    header.pullRequest = number % 5 == 4 ? "\(number / 5)" : nil
    header.url = "https://ci.example/runs/\(number)"
    return Run(
      header: header,
      parts: jobs.enumerated().map { part($1, $0, number, attempt) })
  }

  private func part(_ job: String, _ jobNumber: Int, _ number: Int, _ attempt: Int) -> Part {
    var generator = SeededGenerator(
      seed &* 1_000_003 &+ UInt64(number) &* 64 &+ UInt64(jobNumber) &* 8 &+ UInt64(attempt))
    var part = Part(
      job: job, url: "https://ci.example/runs/\(number)/\(job)", attempt: attempt,
      environment: ["cpu": "AMD EPYC 7763", "kernel": "6.\(number / 20).0"])
    for test in 0..<tests where !hasGaps || (test + number) % 97 != 0 {
      guard test % jobs.count == jobNumber else { continue }
      part.tests.append(self.test(test, &generator))
    }
    for series in 0..<self.series where !hasGaps || (series + number) % 13 != 12 {
      guard series % jobs.count == jobNumber || series == 0 else { continue }
      part.values.append(value(series, &generator))
    }
    return part
  }

  private func test(_ number: Int, _ generator: inout SeededGenerator) -> Test {
    let dice = Int.random(in: 0..<1000, using: &generator)
    let outcome: Outcome =
      number % 50 == 7 ? .skipped : dice < 2 ? .failed : dice < 3 ? .errored : .passed
    var test = Test(
      id: Identifier(bits: hash(1, number)),
      identity: TestIdentity(
        suite: ["tests", "package\(number / 20)"], className: "Class\(number / 5)Tests",
        name: "test that case \(number) does what it says", ordinal: 1),
      outcome: outcome)
    if outcome != .skipped {
      test.duration =
        Double(Int.random(in: 10..<40, using: &generator) * (1 + number % 7)) / 1000
    }
    if dice > 994 {
      test.detail = TestDetail()
      test.detail?.attempts = [Attempt(outcome: .failed)]
      if !outcome.isFailure { test.detail?.isMarkedFlaky = true }
    }
    return test
  }

  private func value(_ number: Int, _ generator: inout SeededGenerator) -> SeriesValue {
    let level = 10 + Double(number) * 37.3
    let noise = 0.003 * (1 + Double(number % 10))
    let raw = level * (1 + noise * Double.random(in: -1...1, using: &generator))
    let value = isFull ? raw : (raw * 1000).rounded() / 1000
    let unit = Unit(text: number % 3 == 0 ? "ns" : "us", quantity: .time, scale: 1e-9)
    var entry = SeriesValue(
      id: Identifier(bits: hash(2, number)),
      identity: SeriesIdentity(
        name: "BM_Work/\(number)", parameters: Labels([("size", "\(number * 8)")]),
        metric: "real_time", quantity: .time, labels: Labels([("os", "linux")])),
      value: value, unit: unit, direction: .lower)
    guard hasDetails else { return entry }
    if number % 2 == 0 { entry.n = 10 + number }
    if number % 4 == 0 { entry.standardError = value / 500 }
    if number % 5 == 0 {
      entry.samples = Samples(
        (0..<5).map { _ in value * Double.random(in: 0.99...1.01, using: &generator) })
    }
    if derivesErrors, number % 10 == 5, let samples = entry.samples?.values {
      // What a reader makes of repetitions: it is stored as a mark.
      entry.n = samples.count
      let mean = samples.reduce(0, +) / Double(samples.count)
      let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      entry.standardError =
        (squares / Double(samples.count - 1) / Double(samples.count)).squareRoot()
    }
    if number % 7 == 0 {
      entry.items = (1...4).map {
        ItemScore(id: UInt64($0) &* 0xE703_7ED1_A0B4_28DB, score: Double(dice(&generator)))
      }
    }
    return entry
  }

  private func dice(_ generator: inout SeededGenerator) -> Int {
    Int.random(in: 0...1, using: &generator)
  }

  private func hash(_ kind: UInt64, _ number: Int) -> UInt64 {
    var generator = SeededGenerator(kind << 32 | UInt64(number))
    return generator.next()
  }

  private func hex(_ bits: UInt64, _ count: Int) -> String {
    var text = ""
    var word = bits
    while text.count < count {
      text += String(word, radix: 16)
      word = word &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }
    return String(text.prefix(count))
  }
}

func removeFile(_ path: String) { unlink(path) }

func setAge(_ path: String, seconds: Int) {
  let then = timeval(tv_sec: time(nil) - seconds, tv_usec: 0)
  _ = [then, then].withUnsafeBufferPointer { utimes(path, $0.baseAddress) }
}
