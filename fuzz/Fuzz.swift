private import Glibc
private import TidemarkConfig
private import TidemarkFormats
private import TidemarkHistory
private import TidemarkModel
private import TidemarkPublish

/// One reader family: what becomes of any bytes is an answer or a `Problem`; a trap, a hang, a leak or
/// a bad access is a find.
private enum Family: String, CaseIterable {
  case xml, json, lines, text, archives, config, history, report

  /// The readers that are forced upon bytes that none of them recognises, by the bytes' number.
  private var readers: [String] {
    switch self {
    case .xml:
      [
        "trx", "cppunit", "nunit3", "nunit2", "xunit", "testng", "boost", "ctest", "qtest", "check",
        "unittestpp", "catch2", "robot", "sonar", "allure1", "jtl-xml", "phpbench", "junit",
      ]
    case .json:
      [
        "ctrf", "jest", "playwright", "mocha", "rspec", "gtest-json", "deepeval", "allure",
        "cucumber", "xcresult", "lit-json", "gbench", "pytest-benchmark", "pyperf", "bdn", "jmh",
        "benchmarktools", "hyperfine", "vitest-bench", "k6", "fio", "asv", "lighteval", "lm-eval",
        "swe-bench", "evalplus", "inspect", "mteb", "helm", "promptfoo", "lighthouse", "size-limit",
        "criterion-est", "gab-datajs", "gab-custom", "bmf", "package-benchmark", "tidemark-run",
        "pytest-json-report", "ginkgo", "newman", "twister", "iperf3", "vegeta", "autocannon",
        "artillery", "gatling", "oha", "bombardier", "gungraun", "nanobench", "mitata",
        "deno-bench",
      ]
    case .lines:
      [
        "gobench", "gotest-json", "libtest-json", "dart", "swift-testing", "openai-evals",
        "cucumber-messages", "pytest-reportlog", "meson-testlog", "bazel-bep", "perf-stat",
        "iperf3",
        "gungraun",
      ]
    case .text:
      [
        "gotest-text", "criterion-text", "cargobench", "benchmarkjs", "ab", "wrk", "sysbench",
        "mlperf", "openmetrics", "locust", "jtl", "tap", "dejagnu", "automake-trs", "teamcity",
        "pgbench", "redis-benchmark", "stress-ng", "divan",
      ]
    case .archives, .config, .history, .report: []
    }
  }

  func run(_ bytes: [UInt8]) {
    switch self {
    case .xml, .json, .lines, .text: read(bytes)
    case .archives: unpack(bytes)
    case .config:
      for branch in [nil, "main"] {
        _ = try? Config.read(bytes, path: "x", environment: [:], branch: branch)
      }
    case .history: Segments.read(bytes)
    case .report: _ = try? ReportReader.read(bytes)
    }
  }

  private func read(_ bytes: [UInt8]) {
    let file = InputFile(path: "x", bytes: bytes)
    guard let head = try? Reading.head(of: file) else { return }
    if let format = Reading.recognise(head) {
      _ = try? format.read(file)
      return
    }
    let name = readers[bytes.count % readers.count]
    for format in formats where format.name == name { _ = try? format.read(file) }
  }

  /// Reading archives is asynchronous: this thread waits.
  private func unpack(_ bytes: [UInt8]) {
    guard Scratch.write(bytes, to: Scratch.archive) else { return }
    let search = InputSearch(names: [Scratch.archive], excluding: [])
    let gate = Gate()
    Task.detached {
      _ = await Reading.read(search.files) { $0.path.count }
      gate.open()
    }
    gate.wait()
  }
}

/// A thread waits for a task.
private final class Gate: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func open() { sem_post(semaphore) }
  func wait() { while sem_wait(semaphore) != 0 {} }
}

/// https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Set once before the driver runs, which is in one thread.
nonisolated(unsafe) private var family = Family.xml

/// `fuzz FAMILY [what libFuzzer takes]`; `fuzz segments FROM TO` writes segments without compression.
@main enum Fuzz {
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.count == 4, arguments[1] == "segments" {
      exit(Segments.unpack(arguments[2], to: arguments[3]) ? 0 : 1)
    }
    guard arguments.count > 1, let named = Family(rawValue: arguments[1]) else {
      let names = Family.allCases.map(\.rawValue).joined(separator: "|")
      print("usage: fuzz \(names) [FILE|FOLDER] [-OPTION=VALUE]…")
      exit(2)
    }
    family = named
    // The driver sees the program's name and what comes behind the family.
    let passed = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: arguments.count)
    var kept = arguments
    kept.remove(at: 1)
    for (index, argument) in kept.enumerated() { passed[index] = strdup(argument) }
    passed[kept.count] = nil
    var list = passed
    var count = Int32(kept.count)
    exit(
      runDriver(&count, &list) { data, size in
        family.run(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
      })
  }
}
