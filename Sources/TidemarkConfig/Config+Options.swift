package import TidemarkModel
private import TidemarkSyntax

extension Config {
  /// The value of the option `key` in the environment or the file; nil where neither says any.
  ///
  /// - Parameter key: As in the file: `site_url`.
  package func text(_ key: String) -> String? {
    variable(key) ?? options[key]?.text
  }

  package func flag(_ key: String) -> Bool? {
    variable(key).flatMap { ConfigValue.flag($0) } ?? options[key]?.flag
  }

  package func number(_ key: String) -> Int? {
    variable(key).flatMap { Int($0) } ?? options[key]?.integer
  }

  /// A list: in the environment one item a line.
  package func list(_ key: String) -> [String] {
    guard let text = variable(key) else { return options[key]?.texts ?? [] }
    return text.split(separator: "\n").map { String($0) }
  }

  /// The labels that the file gives to an input: of all patterns that meet its path, a later one
  /// wins over an earlier one.
  package func labels(forInput path: String) -> Labels {
    labels.reduce(Labels.none) { labels, setting in
      Glob(setting.pattern).matches(path) || setting.pattern == path
        ? labels.merging(setting.labels) : labels
    }
  }

  /// Variables that look like ours and are none of the options': most likely misspelt.
  ///
  /// - Returns: Each with the name that it may be meant to be.
  package func unknownVariables() -> [(name: String, nearest: String?)] {
    let known = Config.variableNames
    return environment.keys.filter { $0.hasPrefix("TIDEMARK_") && !known.contains($0) }
      .sorted(by: utf8Precedes)
      .map { ($0, NearestName.of($0, among: known.sorted(by: utf8Precedes))) }
  }

  static func variableName(_ key: String) -> String { "TIDEMARK_" + key.uppercased() }

  /// Of an empty variable, as CI systems make of a missing one, nothing is known.
  private func variable(_ key: String) -> String? {
    environment[Config.variableName(key)].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Those of the options, and of the sections that are options too.
  static let variableNames = Set(
    (ConfigKeys.options.map(\.name) + ["config", "gate", "history", "inputs", "theme"])
      .map(variableName))
}
