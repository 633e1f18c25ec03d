import ArgumentParser

/// `tidemark history …`: the stored runs.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "List, show, merge, check, judge again and tidy the stored runs.",
    subcommands: [
      HistoryListCommand.self, HistoryShowCommand.self, HistoryMergeCommand.self,
      HistoryVerifyCommand.self, HistoryCompactCommand.self, HistoryExcludeCommand.self,
      HistoryStatCommand.self, HistoryReplayCommand.self, HistoryPruneCommand.self,
      HistoryImportCommand.self, HistoryExportCommand.self, HistoryPushCommand.self,
      HistoryPullCommand.self,
    ])
}
