import ArgumentParser
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkSite

/// Which outputs `report` writes, and in which form.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write only this: json, site, comment, summary, junit, jenkins, azure, gitlab, github. "
        + "May be repeated.", valueName: "sink"))
  var only: [String] = []

  @Option(help: "The JUnit file's profile: default, or xunit for Jenkins' xunit plugin.")
  var junitProfile: String?

  mutating func validate() {
    only.removeAll(where: \.isEmpty)
    junitProfile = junitProfile.ifGiven
  }
}

/// Where `report` and `site` write, and how the site looks.
struct PlaceOptions: ParsableArguments {
  @Option(help: "The folder that everything is written under (default: tidemark-report).")
  var out: String?

  @Option(help: "Where the site will be served: links in comments and feeds point there.")
  var siteURL: String?

  @Option(help: "Tells several reports on one pull request apart.")
  var key: String?

  @Option(help: "A folder whose files replace the theme's.")
  var theme: String?

  mutating func validate() {
    out = out.ifGiven
    siteURL = siteURL.ifGiven
    key = key.ifGiven
    theme = theme.ifGiven
  }

  func folder(_ settings: Config) -> String {
    out ?? settings.text("out") ?? "tidemark-report"
  }

  func reportKey(_ settings: Config) throws(Problem) -> String {
    let text = key ?? settings.text("key") ?? "main"
    let allowed = text.utf8.allSatisfy {
      (97...122).contains($0) || (48...57).contains($0) || "._-".utf8.contains($0)
    }
    guard allowed, (1...64).contains(text.utf8.count) else {
      throw Problem(
        "--key \(text) is no key", remedy: "use up to 64 of a to z, 0 to 9, dot, dash, underscore")
    }
    return text
  }

  /// The site's address without a slash at its end.
  func siteAddress(_ settings: Config) throws(Problem) -> String? {
    guard let text = siteURL ?? settings.text("site_url") else { return nil }
    guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
      throw Problem("--site-url \(text) is no address", remedy: "begin it with https://")
    }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  func siteTheme(_ settings: Config) throws(Problem) -> Theme {
    try ThemeFolder.theme(
      theme ?? settings.text("theme"), language: settings.theme.language)
  }

  func siteOptions(_ settings: Config) -> SiteOptions {
    var options = SiteOptions(
      project: settings.theme.title ?? settings.repository,
      hasScript: settings.features["script"] ?? false)
    options.settings = settings.shown
    return options
  }
}
