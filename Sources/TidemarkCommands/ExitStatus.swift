/// The exit statuses, the same for every command. If several apply: 2, 3, 1, 4.
package enum ExitStatus: Int32, Error {
  /// Done; what was found is in the report.
  case done = 0
  /// A `--gate` rule failed.
  case gate = 1
  /// Wrong usage or config.
  case usage = 2
  /// No result was read, or no segment of an existing history; `history verify`: any damage.
  case nothingRead = 3
  /// Publishing failed after retries.
  case publish = 4
}
