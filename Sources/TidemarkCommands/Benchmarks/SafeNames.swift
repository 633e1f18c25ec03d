private import TidemarkModel
private import TidemarkSyntax

/// Names that every platform takes for a job, a variable, a file and an artifact: small letters,
/// digits and `_`, a letter first, at most 80 bytes.
///
/// - Source: the narrowest of the platforms is Azure's, letters, digits and `_` after a letter, up to
///   100: https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/jobs-job-strategy
enum SafeNames {
  static let lengthLimit = 80

  /// A name for each of `parts`: its texts joined by `__`, everything else in them as `_`.
  ///
  /// A name says nothing of the others, so it stays as they come and go; only ones that would be
  /// equal, and ones that are cut, end in a digest of their texts.
  ///
  /// - Parameter parts: No two alike.
  static func names(for parts: [[String]]) -> [String] {
    let plain = parts.map(plain)
    var counts: [String: Int] = [:]
    for name in plain { counts[name, default: 0] += 1 }
    let names = zip(parts, plain).map { parts, name in
      counts[name] == 1 && name.utf8.count <= lengthLimit ? name : digested(name, parts)
    }
    // A plain name can be made to look like a digested one.
    return Set(names).count == names.count ? names : zip(plain, parts).map(digested)
  }

  private static func digested(_ name: String, _ parts: [String]) -> String {
    var json = JSONWriter()
    json.array(parts) { $0.string($1) }
    let digest = Digest.identifier(of: json.bytes).description
    return "\(name.prefix(lengthLimit - 17))_\(digest)"
  }

  private static func plain(_ parts: [String]) -> String {
    let name = parts.map(folded).filter { !$0.isEmpty }.joined(separator: "__")
    guard let first = name.utf8.first else { return "x" }
    return (97...122).contains(first) ? name : "x" + name
  }

  /// Runs of anything but letters and digits become one `_`; none stands at the ends.
  private static func folded(_ text: String) -> String {
    text.lowercased().split { character in
      guard let ascii = character.asciiValue else { return true }
      return !(97...122).contains(ascii) && !(48...57).contains(ascii)
    }.joined(separator: "_")
  }
}
