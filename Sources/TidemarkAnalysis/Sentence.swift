import TidemarkModel
import TidemarkReport
private import TidemarkSyntax

/// Pieces of the sentences that reasons and explanations are made of.
enum Sentence {
  /// `1 run`, `2,400 runs`.
  static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    count == 1 ? "1 \(noun)" : "\(NumberText.count(count)) \(plural ?? noun + "s")"
  }

  /// A name from outside on one line, at most 80 characters of it; `(no name)` where it shows
  /// nothing, as in the files for CI systems.
  static func name(_ text: String) -> String {
    let line = SafeText.middleCut(SafeText.oneLine(text), to: 80)
    return line.contains { !$0.isWhitespace } ? line : "(no name)"
  }

  static func quoted(_ text: String) -> String { "`\(name(text))`" }

  /// A commit as people write it: the first 7 digits of a hash; another name as it is.
  static func commit(_ commit: String) -> String {
    let isHash = commit.utf8.count >= 12 && commit.allSatisfy { $0.isASCII && $0.isHexDigit }
    return isHash ? String(commit.prefix(7)) : name(commit)
  }

  /// The commits among which what began at `point` was made: `1f2e3d4..9a8b7c6` after the first up to the
  /// second, as git writes a range; one commit where the run before it has none.
  static func commits(_ point: ChangePoint) -> String? {
    guard let last = point.commit.map(commit) else { return nil }
    guard let previous = point.previousCommit, previous != point.commit else { return last }
    return "\(commit(previous))..\(last)"
  }

  /// `a`, `a and b`, `a, b and 3 more`.
  static func list(_ items: [String], limit: Int = 3) -> String {
    guard items.count > 1 else { return items.first ?? "" }
    guard items.count > limit else {
      return items.dropLast().joined(separator: ", ") + " and " + (items.last ?? "")
    }
    return items.prefix(limit).joined(separator: ", ")
      + " and \(NumberText.count(items.count - limit)) more"
  }

  static func test(_ identity: TestIdentity) -> String {
    let name =
      identity.className.isEmpty
      ? identity.name : "\(identity.className).\(Sentence.name(identity.name))"
    return quoted(name)
  }

  static func series(_ identity: SeriesIdentity) -> String {
    quoted(identity.name) + (identity.metric.isEmpty ? "" : " \(name(identity.metric))")
  }

  /// A value with its unit: `12.4 ms`.
  static func value(_ value: Double, _ unit: Unit) -> String {
    let number = NumberText.significant(value)
    return unit.text.isEmpty ? number : "\(number) \(name(unit.text))"
  }

  /// The same with the first letter large.
  static func capitalised(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }
}
