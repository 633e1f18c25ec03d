private import TidemarkSyntax

/// Values of variables that look like secrets: they are taken out of everything that is shown or
/// kept of a command's output.
struct Secrets: Sendable {
  /// Longest first: of two of which one begins with the other the whole is taken out.
  private let values: [[UInt8]]

  private static let mask = Array("***".utf8)
  /// A shorter value is no secret, and would be met by chance.
  private static let leastLength = 6

  /// - Parameter names: Variables that are known to hold secrets, whatever they are called.
  init(in environment: [String: String], names: Set<String>) {
    let values = environment.compactMap { name, value -> [UInt8]? in
      guard value.utf8.count >= Secrets.leastLength else { return nil }
      return names.contains(name) || Secrets.isSecret(name) ? Array(value.utf8) : nil
    }
    self.values = Set(values).sorted {
      ($1.count, $0.first ?? 0) < ($0.count, $1.first ?? 0)
    }
  }

  /// Whether a variable's name says that its value is a secret.
  static func isSecret(_ name: String) -> Bool {
    let name = name.uppercased()
    // Our own options hold none: `TIDEMARK_KEY` is a word.
    guard !name.hasPrefix("TIDEMARK_") else { return false }
    let marks = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "APIKEY", "PRIVATE_KEY"]
    let ends = ["_KEY", "_PAT", "_AUTH"]
    return marks.contains { name.contains($0) } || ends.contains { name.hasSuffix($0) }
  }

  /// `bytes` with each secret as `***`.
  func masked(_ bytes: [UInt8]) -> [UInt8] {
    let found = values.filter { bytes.contains($0) }
    guard !found.isEmpty else { return bytes }
    return found.reduce(bytes) { $0.replacing($1, with: Secrets.mask) }
  }
}
