import ArgumentParser
internal import TidemarkConfig

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "The configuration file (default: tidemark.yml if it is there).")
  var config: String?

  @Flag(help: "Print the answer for machines: JSON on standard output.")
  var json = false

  @Flag(help: "Print no progress, only problems.")
  var quiet = false

  @Flag(help: "Print more of what is done and why.")
  var verbose = false

  @Option(help: "Colours on the terminal: auto, always or never.")
  var color: ColorChoice?

  @Option(help: "Append what was done to FILE, a JSON line each.")
  var auditLog: String?

  mutating func validate() {
    config = config.ifGiven
    auditLog = auditLog.ifGiven
  }

  enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  func progress(environment: [String: String], settings: Config) -> Progress {
    let isQuiet = quiet || (settings.flag("quiet") ?? false)
    let isVerbose = verbose || (settings.flag("verbose") ?? false)
    return Progress(
      level: isVerbose ? .verbose : isQuiet ? .quiet : .normal,
      usesColor: usesColor(
        onTerminal: Terminal.isErrorTerminal, environment: environment, settings: settings))
  }

  /// Whether a stream is written in colours: as asked for, else where it is a terminal that shows
  /// them. NO_COLOR and `TERM=dumb` take them away.
  func usesColor(
    onTerminal isTerminal: Bool, environment: [String: String], settings: Config
  ) -> Bool {
    switch color ?? settings.text("color").flatMap({ ColorChoice(rawValue: $0) }) ?? .auto {
    case .always: true
    case .never: false
    case .auto:
      isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
  }
}
