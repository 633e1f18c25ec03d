internal import TidemarkSyntax

extension NumberText {
  /// `1 segment`, `2,048 segments`.
  ///
  /// - Parameter noun: In the singular, with a plural in s.
  static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }
}
