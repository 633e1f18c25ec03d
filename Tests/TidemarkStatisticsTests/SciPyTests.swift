import Foundation
import Testing

@testable import TidemarkStatistics

/// Thousands of random questions that SciPy was asked too: `fixtures/statistics/scipy-values.py`.
@Suite struct SciPyTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("fixtures/statistics")

  /// `TM_SCIPY` names a Python that has SciPy.
  private static let python = ProcessInfo.processInfo.environment["TM_SCIPY"]

  @Test(
    "agrees with what SciPy answered, to 1e-9 of it",
    arguments: [
      ("student-p", 2000), ("student-quantile", 500), ("fisher", 800), ("mcnemar", 400),
      ("newcombe", 400), ("welch", 200), ("false-discovery", 100), ("trimmed-mean", 300),
      ("median", 300), ("mad", 300),
    ])
  func recorded(function: String, count: Int) throws {
    let text = try String(
      contentsOf: Self.folder.appendingPathComponent("scipy.tsv"), encoding: .utf8)
    let questions = Self.questions(text, function)
    #expect(questions.count == count)
    check(questions, function)
  }

  @Test(
    "agrees with what SciPy answers to questions it was never asked", .enabled(if: python != nil),
    arguments: [1, 2])
  func fresh(seed: Int) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = [
      Self.folder.appendingPathComponent("scipy-values.py").path, "--seed", "\(seed)",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for function in Set(text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
    where !function.hasPrefix("#") {
      check(Self.questions(text, function), function)
    }
  }

  private struct Question {
    var arguments: [Double]
    var answer: [Double]
  }

  private static func questions(_ text: String, _ function: String) -> [Question] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t")
      guard fields.count == 3, fields[0] == function else { return nil }
      let numbers = fields[1...].map { $0.split(separator: " ").compactMap { Double($0) } }
      return Question(arguments: numbers[0], answer: numbers[1])
    }
  }

  private func check(_ questions: [Question], _ function: String) {
    // Newcombe's interval takes 1.959964 for the quantile, as the published tables do: seven digits.
    let tolerance = function == "newcombe" ? 1e-7 : 1e-9
    for question in questions {
      let answer = Self.answer(function, question.arguments)
      let isClose =
        answer.count == question.answer.count
        && zip(answer, question.answer).allSatisfy { ours, theirs in
          // Differences of means and shares cancel: they are as good as what they were taken from.
          expectClose(ours, theirs, within: tolerance)
            || abs(ours - theirs) <= cancelled(question, function)
        }
      #expect(isClose, "\(function) \(question.arguments): \(answer), SciPy \(question.answer)")
    }
  }

  private func cancelled(_ question: Question, _ function: String) -> Double {
    switch function {
    case "newcombe": 1e-7
    case "welch": 1e-9 * (question.arguments.dropFirst().map { abs($0) }.max() ?? 0)
    // SciPy's own p is 0 where a double has few digits left.
    default: 1e-300
    }
  }

  private static func answer(_ function: String, _ x: [Double]) -> [Double] {
    var sample = OrderedSample()
    switch function {
    case "student-p": return [StudentT.twoSidedP(x[0], degrees: x[1])]
    case "student-quantile": return [StudentT.twoSidedQuantile(x[0], degrees: x[1])]
    case "fisher":
      return [FisherExact.p(Int(x[0]), of: Int(x[1]), against: Int(x[2]), of: Int(x[3]))]
    case "mcnemar": return [McNemar.p(lost: Int(x[0]), gained: Int(x[1]))]
    case "newcombe":
      let found = Newcombe.interval(Int(x[0]), of: Int(x[1]), against: Int(x[2]), of: Int(x[3]))
      return [found.difference, found.low, found.high]
    case "welch":
      let first = Int(x[0])
      guard let test = WelchTest(Array(x[1...first]), Array(x[(first + 1)...])) else { return [] }
      return [test.difference, test.low, test.high, test.p]
    case "false-discovery": return BenjaminiHochberg.adjusted(x, tests: x.count)
    case "trimmed-mean":
      sample.take(x)
      return [sample.trimmedMean(0.2)]
    case "median":
      sample.take(x)
      return [sample.median]
    case "mad":
      sample.take(x)
      return [sample.medianAbsoluteDeviation]
    default: return []
    }
  }
}
