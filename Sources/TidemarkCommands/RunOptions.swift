import ArgumentParser

/// Which run it is, where the CI platform, git and the inputs do not tell or are to be overruled.
struct RunOptions: ParsableArguments {
  @Option(help: "The pipeline run's id: equal for all its jobs and attempts.")
  var runID: String?

  @Option(help: "The run's attempt, from 1.")
  var attempt: Int?

  @Option(help: "The commit under test.")
  var commit: String?

  @Option(help: "The branch under test.")
  var branch: String?

  @Option(help: "The branch (or the commit) that the change is held against.")
  var base: String?

  @Option(help: "The pull request's number.")
  var pullRequest: String?

  @Option(help: "When the run began (RFC 3339).")
  var time: String?

  @Option(help: "The run's address.")
  var url: String?

  @Option(help: "The job that the results belong to.")
  var job: String?

  @Option(
    help: ArgumentHelp(
      "A label of all results, KEY=VALUE; `machine` names a class of machines. May be repeated.",
      valueName: "key=value"))
  var label: [String] = []

  mutating func validate() {
    runID = runID.ifGiven
    commit = commit.ifGiven
    branch = branch.ifGiven
    base = base.ifGiven
    pullRequest = pullRequest.ifGiven
    time = time.ifGiven
    url = url.ifGiven
    job = job.ifGiven
    label.removeAll(where: \.isEmpty)
  }
}

extension String? {
  /// nil for an empty text: `--branch "$BRANCH"` with a variable that is not set gives none.
  var ifGiven: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
