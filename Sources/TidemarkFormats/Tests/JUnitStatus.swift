internal import TidemarkModel
internal import TidemarkSyntax

/// The words by which producers of JUnit XML tell how a test ended, apart from its elements.
enum JUnitStatus {
  /// The outcome that a `status` or `result` claims; passed for a word that is not known.
  static func outcome(_ text: XMLText) -> Outcome {
    // What nearly every test says first.
    if text == "run" || text == "completed" || text == "passed" { return .passed }
    guard (2...12).contains(text.bytes.count) else { return .passed }
    if failed.contains(where: text.equalsIgnoringCase) { return .failed }
    if errored.contains(where: text.equalsIgnoringCase) { return .errored }
    if skipped.contains(where: text.equalsIgnoringCase) { return .skipped }
    return .passed
  }

  private static let failed: [StaticString] = [
    "fail", "failed", "failure", "xpass", "ko", "nok", "not ok", "regression",
  ]

  private static let errored: [StaticString] = [
    "error", "errored", "broken", "crash", "crashed", "timeout", "timedout", "timed out",
    "timed_out", "undefined", "ambiguous", "aborted", "interrupted", "panicked", "killed",
    "running", "invalid",
  ]

  private static let skipped: [StaticString] = [
    "skipped", "skip", "notrun", "not_run", "not run", "disabled", "suppressed", "ignored",
    "pending", "todo", "untested", "inconclusive", "bfail", "bxpass", "canceled", "cancelled",
    "stopped", "blocked", "incomplete", "notexecuted", "not_executed", "not executed",
  ]

  /// Whether a skip of this type is a test that was stopped or never could run: EUnit has no skips
  /// of its own, and writes what it cancelled as one. Its reasons are in
  /// https://github.com/erlang/otp/blob/master/lib/eunit/src/eunit_lib.erl (`format_error`).
  static func isCancelled(skip type: String) -> Bool { cancelled.contains(type) }

  private static let cancelled: Set<String> = [
    "timeout", "setup_failed", "cleanup_failed", "instantiation_failed", "module_not_found",
    "no_such_function", "generator_failed", "bad_test", "bad_generator", "exit", "startup", "blame",
  ]
}
