package import TidemarkModel
private import TidemarkSyntax

/// RSpec's `json` formatter.
package enum RSpecJSON: Format {
  package static let name = "rspec"
  package static let producers = "RSpec (--format json)"
  package static let specification =
    "https://rspec.info/features/3-13/rspec-core/formatters/json-formatter/"
  package static let kept = """
    Every example with its file as suite, time, exception and place; errors outside of examples as \
    blocking problems.
    """
  package static let dropped = "Seeds and profiles."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("examples") == .array else { return .no }
    let isRSpec =
      json.has("examples[].full_description") || json.has("summary.example_count")
      || json.has("summary_line")
    return isRSpec ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let examples = root["examples"], examples.isArray else {
        throw Problem("has no array `examples`")
      }
      results.environment["rspec"] = root["version"]?.string
      var suites = SuiteTable()
      for example in examples.elements { read(example, suites: &suites, into: &results) }
      noteErrorsOutside(root, into: &results)
      results.checkFailures(claimed: root["summary"]?["failure_count"]?.int)
    }
  }

  private static func read(
    _ example: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) {
    let file = example["file_path"]?.string ?? ""
    let outcome = outcome(example["status"]?.string ?? "")
    var detail: TestDetail?
    if outcome != .passed {
      let exception = example["exception"]
      let trace = exception?.strings("backtrace").joined(separator: "\n")
      let message = exception?["message"]?.string
      var failure = TestDetail(message: message, trace: nil)
      if let trace, !trace.isEmpty {
        failure.text = TestDetail.kept([message, trace].compactMap(\.self).joined(separator: "\n"))
      }
      failure.type = exception?["class"]?.string
      failure.message = failure.message ?? example["pending_message"]?.string
      failure.file = file.isEmpty ? nil : file
      failure.line = example.line("line_number")
      detail = failure
    }
    results.append(
      suite: suites.number([file], in: &results),
      name: example["full_description"]?.string ?? example["description"]?.string ?? "",
      outcome: outcome, duration: example["run_time"]?.double, detail: detail)
  }

  private static func outcome(_ status: String) -> Outcome {
    switch status {
    case "passed": .passed
    case "failed": .failed
    case "pending": .skipped
    default: .errored
    }
  }

  private static func noteErrorsOutside(_ root: JSONValue, into results: inout Results) {
    guard let count = root["summary"]?["errors_outside_of_examples_count"]?.int, count > 0 else {
      return
    }
    let messages = root.strings("messages").compactMap {
      TestDetail(message: $0, trace: nil).message
    }
    let why = messages.first.map { ": \($0)" } ?? ""
    results.problems.append(
      ResultProblem(
        .outsideError,
        "\(count) \(count == 1 ? "error" : "errors") outside of examples\(why)",
        isBlocking: true))
  }
}
