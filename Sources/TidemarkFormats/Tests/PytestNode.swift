internal import TidemarkModel
internal import TidemarkSyntax

/// pytest's name of a test, `tests/test_a.py::TestB::test_c[1::2]`, taken apart.
struct PytestNode {
  /// `tests/test_a.py`
  var file: String
  /// `TestB`; of nested classes `TestB::TestC`.
  var className: String
  /// `test_c[1::2]`
  var name: String

  init(_ nodeID: String) {
    guard let mark = nodeID[...].firstRange(of: "::") else {
      (file, className, name) = (nodeID, "", nodeID)
      return
    }
    file = String(nodeID[..<mark.lowerBound])
    // What stands in brackets is the parameters' own text.
    let rest = nodeID[mark.upperBound...]
    let bracket = rest.firstIndex(of: "[") ?? rest.endIndex
    var start = rest.startIndex
    while let next = rest[start..<bracket].firstRange(of: "::") { start = next.upperBound }
    className = String(rest[..<start].dropLast(2))
    name = String(rest[start...])
  }
}

/// What pytest's exit status says that its tests do not.
///
/// - Source: https://docs.pytest.org/en/stable/reference/exit-codes.html
enum PytestStatus {
  /// - Parameter isExplained: Whether a test or a collection that failed is in the report.
  static func problem(_ status: Int, isExplained: Bool, line: Int? = nil) -> ResultProblem? {
    switch status {
    case 0: return nil
    case 1 where isExplained: return nil
    case 1:
      return ResultProblem(
        .outsideError, "pytest ended with status 1, and no test in the report failed", line: line,
        isBlocking: true)
    case 2 where isExplained:
      return ResultProblem(
        .bailedOut, "pytest was interrupted: what came later did not run", line: line,
        isBlocking: true)
    case 2: return ResultProblem(.bailedOut, "pytest was interrupted", line: line, isBlocking: true)
    case 3:
      return ResultProblem(
        .outsideError, "pytest ended with an internal error", line: line, isBlocking: true)
    case 5:
      return ResultProblem(.planMismatch, "pytest found no test", line: line, isBlocking: true)
    default:
      return ResultProblem(
        .outsideError, "pytest ended with status \(status)", line: line, isBlocking: true)
    }
  }
}

extension JSONValue {
  /// A Unix time in seconds at `key`.
  func secondsTime(_ key: StaticString) -> Timestamp? {
    guard let value = self[key]?.double, value > 0, value < 253_402_300_800 else { return nil }
    return Timestamp(millisecondsSince1970: Int64((value * 1000).rounded()))
  }
}
