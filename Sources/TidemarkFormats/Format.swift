package import TidemarkModel

/// Reads one report format. A conforming type knows its format and the model, nothing else.
package protocol Format: Sendable {
  /// The name that `FORMAT:PATH` forces and `inspect` prints.
  static var name: String { get }
  /// The tools that write it, for `tidemark formats` and docs/formats.md.
  static var producers: String { get }
  /// Where the format is described.
  static var specification: String { get }
  /// What of it becomes tests, series and problems, in a sentence or two.
  static var kept: String { get }
  /// What of it is passed over.
  static var dropped: String { get }

  /// What stands for this file's ending in the names of reports beside it that hold the same tests: those
  /// that the tool always writes along with it.
  static var twins: [String] { get }

  /// Whether `head`, a file's first 64 KiB, decompressed and decoded to UTF-8, is in this format.
  /// Content decides, never the name.
  static func recognises(_ head: Head) -> Recognition

  /// - Throws: ``Problem`` with the line and column of the first byte that cannot be read. What is
  ///   no pass but can be told goes into the results' `problems`.
  static func read(_ file: InputFile) throws(Problem) -> Results
}

extension Format {
  package static var twins: [String] { [] }
}

/// A format's answer to the beginning of a file.
package enum Recognition: Hashable, Sendable {
  case yes
  case no
}

/// Every format, most specific first: the first that recognises a file reads it.
package let formats: [any Format.Type] = [
  // XML: each known by its root and what stands in it.
  TRX.self, CppUnit.self, NUnit3.self, NUnit2.self, XUnit.self, TestNG.self, BoostTest.self,
  CTest.self, QTest.self, LibCheck.self, UnitTestPP.self, Catch2.self, Robot.self,
  SonarExecutions.self, Allure1.self, JTLXML.self, PHPBench.self, JUnit.self,
  // Our own, known by its schema's name.
  RunDocument.self,
  // JSON lines, known by any one of their lines. Benchmarks without tests go to the benchmark reader.
  GoBench.self, GoTestJSON.self, LibtestJSON.self, DartJSON.self, SwiftTesting.self,
  CucumberMessages.self, OpenAIEvals.self, PytestReportLog.self, MesonTestLog.self,
  BazelEvents.self, PerfStat.self,
  // JSON of tests, each known by members that only it has.
  CTRF.self, Jest.self, Playwright.self, MochaJSON.self, Mochawesome.self, RSpecJSON.self,
  GoogleTestJSON.self, DeepEval.self, AllureResult.self, CucumberJSON.self, XCResult.self,
  LitJSON.self, PytestJSONReport.self, Ginkgo.self, Newman.self, Twister.self,
  // JSON of benchmarks and scores: `benchmarks` is an array in three of them, told apart by what is
  // in it; the three made of names and values alone say least and come last.
  GoogleBenchmark.self, PytestBenchmark.self, Pyperf.self, BenchmarkDotNet.self, JMH.self,
  BenchmarkToolsJL.self, Hyperfine.self, VitestBench.self, K6.self, Fio.self, Iperf3.self,
  Vegeta.self, Autocannon.self, Artillery.self, Gatling.self, Oha.self, Bombardier.self,
  Gungraun.self, Nanobench.self, Mitata.self, DenoBench.self, ASV.self,
  LightEval.self, LMEval.self, SWEBench.self, EvalPlus.self, Inspect.self, MTEB.self, HELM.self,
  Promptfoo.self, Lighthouse.self, SizeLimit.self, CriterionEstimates.self,
  GitHubActionBenchmarkData.self, GitHubActionBenchmark.self, BencherMetricFormat.self,
  PackageBenchmark.self,
  // Text, by its lines. TAP last: `ok 1` may stand in what others print.
  GoTestText.self, DejaGnu.self, AutomakeTRS.self, TeamCity.self, CriterionText.self,
  CargoBench.self, BenchmarkJS.self, ApacheBench.self, Wrk.self, Sysbench.self, Pgbench.self,
  RedisBenchmark.self, StressNG.self, Divan.self, MLPerf.self, OpenMetrics.self, Locust.self,
  JTL.self, TAP.self,
]
