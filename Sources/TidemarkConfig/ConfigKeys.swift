/// The keys of tidemark.yml.
package enum ConfigKeys {
  /// Options of the command line that may stand in the file under their own name, `--a-b` as `a_b`,
  /// and in the environment as `TIDEMARK_A_B`.
  package static let options: [ConfigKey] = [
    ConfigKey("allow_empty", .flag, "Exit 0 even if no result was read."),
    ConfigKey("allow_failed", .flag, "Exit 0 even if a benchmark command failed."),
    ConfigKey("api_url", .text, "The address of the platform's API, for `publish`."),
    ConfigKey("attempt", .positive, "The run's attempt, from 1."),
    ConfigKey("audit_log", .text, "Append what was done to this file, a JSON line each."),
    ConfigKey("author", .text, "Who accepts a change."),
    ConfigKey("base", .text, "The branch (or commit) that the change is held against."),
    ConfigKey("branch", .text, "The branch under test."),
    ConfigKey("ca_file", .text, "PEM certificates that `publish` believes besides the system's."),
    ConfigKey("cell", .text, "Run only this job of the matrix, by its name."),
    ConfigKey("color", .word(["auto", "always", "never"]), "Colours on the terminal."),
    ConfigKey(
      "comment_mode", .word(["edit", "new", "recreate-on-status-change", "off"]),
      "How `publish` keeps the comment."),
    ConfigKey("commit", .text, "The commit under test."),
    ConfigKey("concurrency", .positive, "How many benchmark commands run at once."),
    ConfigKey("constants", .flag, "`detect`: list the detector's constants, and end."),
    ConfigKey(
      "dry_run", .flag, "Show what a command would do (send, write, take away), and do nothing."),
    ConfigKey("fail_on_outage", .flag, "Exit 1 too where a provider was not available."),
    ConfigKey("force", .flag, "`init`: replace files that are there already."),
    ConfigKey(
      "format", .word(["json-lines", "csv", "sqlite"]), "The form of `history export`."),
    ConfigKey("full", .flag, "`inspect --json`: every test and every measurement too."),
    ConfigKey("inactive", .flag, "`trigger` switches the schedule off."),
    ConfigKey("input", .list(.pair), "Inputs of what `trigger` starts, NAME=VALUE."),
    ConfigKey("job", .text, "The job that the results belong to."),
    ConfigKey("json", .flag, "Print the answer for machines."),
    ConfigKey("junit_profile", .word(["default", "xunit"]), "The JUnit file's profile."),
    ConfigKey("key", .slug, "Tells several reports on one pull request apart."),
    ConfigKey("label", .list(.pair), "Labels of all results, KEY=VALUE."),
    ConfigKey("max_jobs", .positive, "The most jobs of a matrix; more share jobs."),
    ConfigKey("max_wait", .integer, "The most seconds that a push, a pull or publishing may take."),
    ConfigKey("model", .list(.text), "Run only the benchmarks of these models."),
    ConfigKey("newest", .integer, "`history`: only the newest N runs."),
    ConfigKey("no_record", .flag, "Judge the run, but do not record it in the history."),
    ConfigKey(
      "only", .list(.word(outputs + publishedParts)),
      "Write only these outputs; `publish`: only these parts."),
    ConfigKey("out", .text, "The folder that everything is written under."),
    ConfigKey("pipeline", .text, "What `trigger` starts: the platform's name for it."),
    ConfigKey("provider", .list(.text), "Run only the benchmarks of these providers."),
    ConfigKey("pull_request", .text, "The pull request's number."),
    ConfigKey("quiet", .flag, "Print no progress, only problems."),
    ConfigKey("reason", .text, "Why a change is accepted, or a run excluded."),
    ConfigKey("ref", .text, "The branch or tag that `trigger` starts."),
    ConfigKey(
      "report", .text,
      "The report.json, or its folder, that `publish` publishes and `accept` takes clusters from."),
    ConfigKey("require_publish", .flag, "Exit 4 also where a permission is missing by design."),
    ConfigKey("results", .text, "The folder for the results and logs of benchmark commands."),
    ConfigKey(
      "resume", .word(["auto", "always", "never"]),
      "Whether benchmark commands that are done already run again."),
    ConfigKey("run", .text, "The run that `trigger` follows instead of starting one."),
    ConfigKey("run_id", .text, "The pipeline run's id: equal for all its jobs and attempts."),
    ConfigKey("schedule", .text, "The schedule that `trigger` sets: five fields, or `config`."),
    ConfigKey("schedule_name", .text, "What finds the schedule of `trigger` again."),
    ConfigKey("series", .list(.text), "`compare`: only these series, by their ids."),
    ConfigKey("set", .list(.pair), "`detect`: constants of the detector, NAME=VALUE."),
    ConfigKey("set_aside", .flag, "`history verify`: rename what is damaged."),
    ConfigKey("shard", .text, "Run only the Kth of N shares of the matrix, K/N."),
    ConfigKey("site_url", .address, "Where the site will be served."),
    ConfigKey("subject", .word(["series", "tests", "runs"]), "What `history export` writes."),
    ConfigKey("task", .list(.text), "Run only the benchmarks of these tasks."),
    ConfigKey("template", .text, "`matrix gitlab`: the file that each job is told by."),
    ConfigKey("time", .time, "When the run began (RFC 3339)."),
    ConfigKey("time_zone", .text, "The time zone of the schedule that `trigger` sets."),
    ConfigKey("timeout", .integer, "The most seconds that `trigger` follows a run for."),
    ConfigKey("tolerance", .percent, "`compare`: by how much a series may be worse."),
    ConfigKey("url", .address, "The run's address."),
    ConfigKey("variable", .list(.pair), "Variables of what `trigger` starts, NAME=VALUE."),
    ConfigKey("verbose", .flag, "Print more of what is done and why."),
    ConfigKey("wait", .flag, "`trigger` follows the run to its end."),
    ConfigKey(
      "webhook_form", .word(["generic", "slack", "teams"]), "What `publish webhook` sends."),
    ConfigKey("window", .positive, "`detect`: judge the newest N values of each series only."),
    ConfigKey("work_item_type", .text, "What `publish azure` opens as an alert."),
  ]

  /// Sections; those that an option has the name of take the option's form as well.
  package static let sections: [ConfigKey] = [
    ConfigKey("aliases", .table(.text), "Old name or id of a test or series: the new one."),
    ConfigKey("annotations", .list(.keys(annotation)), "Notes that are pinned to commits."),
    ConfigKey(
      "authentication", .table(.text),
      "For each service the name of the environment variable that holds its token."),
    ConfigKey("benchmarks", .keys(benchmarks), "What is measured, with what, and when."),
    ConfigKey(
      "detection", .either(.keys(detection), .list(.keys(detectionRule))),
      "How series are judged, by patterns over their names."),
    ConfigKey(
      "features", .table(.flag),
      "Parts that can be switched on: `script` lets the site load tidemark.js (filter, sort, crosshair)."
    ),
    ConfigKey(
      "gate", .either(.list(.word(gateRules)), .keys(gate)), "What ends `report` with status 1."),
    ConfigKey(
      "history", .either(.text, .keys(history)), "Where the history is and how long it is kept."),
    ConfigKey("inputs", .list(.text), "Files, folders or patterns; FORMAT:PATH forces a format."),
    ConfigKey(
      "labels", .table(.table(.text)), "Labels of the results that a pattern over paths meets."),
    ConfigKey("owners", .table(.text), "Who looks after what, by patterns over names and files."),
    ConfigKey(
      "platform", .word(["github", "gitlab", "azure", "jenkins", "generic"]),
      "The CI platform, where it is not to be found out."),
    ConfigKey(
      "quarantine", .list(.keys(quarantine)), "Tests that do not count for the verdict."),
    ConfigKey("reporting", .keys(reporting), "What is published, and where the site is."),
    ConfigKey("repository", .text, "The repository's name or address."),
    ConfigKey("theme", .either(.text, .keys(theme)), "How the site looks."),
  ]

  /// Everything that an overlay may change.
  static let overlaid = (options + sections).sorted { $0.name < $1.name }

  package static let all =
    (overlaid + [
      ConfigKey(
        "environments", .table(.overlay(overlaid + [whenKey])),
        "Changes to all this that hold on a branch, or where a variable is set.")
    ]).sorted { $0.name < $1.name }

  static let whenKey = ConfigKey(
    "when",
    .keys([
      ConfigKey("branch", .list(.text), "Patterns: one meets the branch under test."),
      ConfigKey("platform", .list(.text), "CI platforms: one is this."),
      ConfigKey(
        "variable", .list(.text),
        "NAME, or NAME=PATTERN: each is an environment variable that is set so."),
    ]), "Where the overlay holds; every key that is given must.", isRequired: true)

  private static let annotation = [
    ConfigKey("commit", .text, "The commit.", isRequired: true),
    ConfigKey("text", .text, "The note, in Markdown.", isRequired: true),
    ConfigKey("series", .list(.text), "Patterns over series that it belongs to; else all."),
    ConfigKey(
      "accept", .list(.text),
      "Ids, or patterns over names, of what this commit changed on purpose: its new baseline."),
  ]

  private static let benchmarks = [
    ConfigKey("commands", .list(.either(.text, .keys(command))), "What `tidemark run` runs."),
    ConfigKey(
      "exclude", .list(.keys(exclusion)),
      "Combinations of provider, model and task that are not measured."),
    ConfigKey("models", .list(.either(.text, .keys(model))), "The models that are measured."),
    ConfigKey(
      "outage", .keys(outage), "How a provider's outage is told from a command that failed."),
    ConfigKey(
      "providers", .list(.either(.text, .keys(provider))), "The providers that are measured."),
    ConfigKey("regression_threshold", .percent, "The least change worth reporting."),
    ConfigKey("schedule", .text, "When it runs: a cron expression."),
    ConfigKey("tasks", .list(.text), "The tasks that are measured."),
  ]

  private static let command = [
    ConfigKey("name", .text, "What it is called."),
    ConfigKey("run", .text, "The command line.", isRequired: true),
    ConfigKey("directory", .text, "Where it runs."),
    ConfigKey(
      "each", .list(.word(["provider", "model", "task"])),
      "What it is repeated over: once for each combination; else over all three, `[]` for none."),
    ConfigKey("environment", .table(.text), "Variables that are set for it."),
    ConfigKey("labels", .table(.text), "Labels of its results."),
    ConfigKey("needs", .list(.text), "The commands that must succeed before it."),
    ConfigKey("results", .list(.text), "The files that it writes; else its output is read."),
    ConfigKey("retries", .integer, "How often it is tried again."),
    ConfigKey(
      "retry_wait", .duration, "How long before the first of them, doubled before each further one."
    ),
    ConfigKey("timeout", .duration, "After how long it is stopped."),
  ]

  private static let exclusion = [
    ConfigKey("model", .list(.text), "Patterns over models."),
    ConfigKey("provider", .list(.text), "Patterns over providers."),
    ConfigKey("task", .list(.text), "Patterns over tasks."),
  ]

  private static let outage = [
    ConfigKey("exit_status", .list(.integer), "Exit statuses that mean an outage; else 69 and 75."),
    ConfigKey(
      "http_status", .list(.integer),
      "HTTP statuses in a failed command's log that mean one; else 429, 500, 502, 503, 504, 529."),
    ConfigKey(
      "output", .list(.text), "Patterns over the lines of a failed command's log that mean one."),
  ]

  private static let model = [
    ConfigKey("name", .text, "The model.", isRequired: true),
    ConfigKey("provider", .text, "Who serves it; else every provider."),
    ConfigKey("tasks", .list(.text), "Its tasks; else all."),
  ]

  private static let provider = [
    ConfigKey("name", .text, "The provider.", isRequired: true),
    ConfigKey("models", .list(.text), "Its models; else all."),
    ConfigKey("authentication", .text, "The variable that holds its token."),
  ]

  /// The rules of `--gate`.
  package static let gateRules = [
    "new-failures", "failures", "regressions", "suspected", "missing", "unjudged", "problems",
    "thresholds",
  ]

  /// The outputs of `--only`.
  package static let outputs = [
    "json", "site", "comment", "summary", "junit", "jenkins", "azure", "gitlab", "github",
  ]

  /// What `publish --only` takes besides.
  private static let publishedParts = [
    "status", "check", "review", "annotations", "alerts", "results",
  ]

  /// What values must keep, whatever the history says.
  private static let bounds = [
    ConfigKey("maximum", .bound, "No value may be above."),
    ConfigKey("minimum", .bound, "No value may be below."),
    ConfigKey("unit", .text, "The unit of bounds that have none; else the series'."),
    ConfigKey(
      "reference", .text,
      "A tag, a pattern over tags (`v*`: the newest that has a run), a commit, a branch or a run."),
    ConfigKey(
      "tolerance", .percent, "How much worse than at the reference a value may be."),
  ]

  private static let detection = [
    ConfigKey(
      "constants", .table(.number),
      "The detector's constants, as `tidemark detect --constants` lists them, `a-b` as `a_b`."),
    ConfigKey("effect_floor", .percent, "The least change worth reporting, for every series."),
    ConfigKey("rules", .list(.keys(detectionRule)), "The last rule that meets a series counts."),
  ]

  private static let detectionRule =
    [
      ConfigKey(
        "series", .list(.text), "Patterns over ids, names and name/metric.", isRequired: true),
      ConfigKey("direction", .word(["lower", "higher"]), "Which way is better."),
      ConfigKey("effect_floor", .percent, "The least change worth reporting."),
    ] + bounds

  private static let gate = [
    ConfigKey("rules", .list(.word(gateRules)), "As `--gate` takes them."),
    ConfigKey("thresholds", .list(.keys(threshold)), "Bounds that values must keep."),
  ]

  private static let threshold =
    [
      ConfigKey(
        "series", .list(.text), "Patterns over ids, names and name/metric.", isRequired: true)
    ] + bounds

  private static let history = [
    ConfigKey("directory", .text, "The folder."),
    ConfigKey("branch", .text, "The git branch that `history push` and `pull` move it through."),
    ConfigKey("remote", .text, "The remote (or the address) that has that branch; else origin."),
    ConfigKey("baseline_runs", .positive, "The most runs that a baseline has."),
    ConfigKey("stale_after", .duration, "From what age on the newest run is no baseline."),
    ConfigKey(
      "retention",
      .keys([
        ConfigKey(
          "keep", .list(.text), "Patterns over branches and labels that are kept for good."),
        ConfigKey("all", .duration, "How long every run is kept."),
        ConfigKey("daily", .duration, "How long one run a day is kept."),
        ConfigKey("weekly", .duration, "How long one run a week is kept."),
      ]), "What `history prune` keeps."),
  ]

  private static let quarantine = [
    ConfigKey("tests", .list(.text), "Patterns over ids, names and files.", isRequired: true),
    ConfigKey("expires", .time, "From when on it no longer holds.", isRequired: true),
    ConfigKey("owner", .text, "Who sees to it.", isRequired: true),
    ConfigKey("reason", .text, "Why.", isRequired: true),
  ]

  private static let reporting = [
    ConfigKey("pull_request_comments", .flag, "Comment on pull requests."),
    ConfigKey("regression_alerts", .flag, "Open an issue for a confirmed regression."),
    ConfigKey(
      "review_comments", .flag, "Comment at the changed lines of a pull request that have findings."
    ),
    ConfigKey("site_url", .address, "Where the site will be served."),
    ConfigKey("status_checks", .flag, "Set a status on the commit."),
    ConfigKey(
      "trend_analysis", .flag, "Write the site, with the course of every series; else true."),
  ]

  private static let theme = [
    ConfigKey("directory", .text, "A folder whose files replace the theme's."),
    ConfigKey(
      "language", .text,
      "The site's language: en, de, or one whose words a theme has in strings.LANGUAGE.yml."),
    ConfigKey("title", .text, "What the site is called."),
  ]
}
