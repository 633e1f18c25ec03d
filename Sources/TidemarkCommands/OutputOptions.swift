import ArgumentParser

/// What `report` and `site` write, and where.
struct OutputOptions: ParsableArguments {
  @Option(help: "The folder that everything is written under.")
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write only this: json, site, comment, summary, junit, jenkins, azure, gitlab, github. "
        + "May be repeated.", valueName: "sink"))
  var only: [String] = []

  @Option(help: "The JUnit file's profile: default, or xunit for Jenkins' xunit plugin.")
  var junitProfile: String?

  @Option(help: "Where the site will be served: links in comments point there.")
  var siteURL: String?

  @Option(help: "Tells several reports on one pull request apart.")
  var key: String?

  @Option(help: "A folder whose files replace the theme's.")
  var theme: String?
}
