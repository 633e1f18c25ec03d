import ArgumentParser
internal import TidemarkConfig
internal import TidemarkHistory

/// Which history a command works on.
struct HistoryOptions: ParsableArguments {
  @Option(help: "The history's folder.")
  var history: String?

  mutating func validate() { history = history.ifGiven }

  /// The option, else what the environment and the config say, else `.tidemark`.
  func folder(_ settings: Config) -> History {
    History(directory: history ?? settings.text("history") ?? ".tidemark")
  }
}
