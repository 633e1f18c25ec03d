import ArgumentParser
private import Glibc
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkPublish

/// What every command of this program takes.
struct CommonArguments: ParsableArguments {
  @Option(help: "The configuration file (default: tidemark.yml if it is there).")
  var config: String?

  @Flag(help: "Print every request that would change something, and send none of them.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "The most seconds to wait for a server in all (default: 120).", valueName: "seconds"))
  var maxWait: Int?

  @Option(
    help: ArgumentHelp(
      "PEM certificates to believe besides the system's (default: SSL_CERT_FILE, "
        + "NODE_EXTRA_CA_CERTS).", valueName: "file"))
  var caFile: String?

  @Flag(help: "Print the answer for machines: a JSON object a line on standard output.")
  var json = false

  @Flag(help: "Print only problems.")
  var quiet = false

  @Flag(help: "Print each request and wait.")
  var verbose = false

  @Option(help: "Colours on the terminal: auto, always or never.")
  var color: ColorChoice?

  enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  @Option(help: "Append each request to FILE, a JSON line each; no secret is in it.")
  var auditLog: String?
}

/// What a command starts with: the environment, read once, the configuration and the way out.
struct Setting {
  let variables: PlatformVariables
  let environment: [String: String]
  let config: Config
  let facts: PlatformFacts
  let conduct: Conduct
  let outlet: Outlet
  private let transport: HTTPTransport

  static let fileLimit = 4 << 20

  /// - Throws: ``Status`` after saying what is wrong.
  init(_ common: CommonArguments, branch: String? = nil) throws {
    environment = Setting.environment()
    variables = PlatformVariables(environment)
    let environment = environment
    do throws(Problem) {
      let facts = PlatformFacts.read(environment, readFile: Setting.read)
      let path = common.config ?? variables["TIDEMARK_CONFIG"] ?? "tidemark.yml"
      let bytes = Setting.read(path)
      let isNamed = common.config != nil || variables["TIDEMARK_CONFIG"] != nil
      if bytes == nil, isNamed || access(path, F_OK) == 0 {
        throw Problem(
          "the configuration cannot be read", path: path,
          remedy: "check the path; it may have up to 4 MiB")
      }
      let config = try Config.read(
        bytes, path: path, environment: environment, branch: branch, told: facts.branch,
        platform: facts.platform?.rawValue)
      self.config = config
      self.facts =
        config.platform.flatMap(Platform.init(rawValue:)).map { platform in
          PlatformFacts.read(environment, platform: platform, readFile: Setting.read)
        } ?? facts
      transport = try HTTPTransport(
        proxy: ProxySettings(variables),
        certificates: common.caFile ?? config.text("ca_file")
          ?? variables.first("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"))
      let maxWait = common.maxWait ?? config.number("max_wait") ?? 120
      guard maxWait >= 0 else { throw Problem("--max-wait is below 0") }
      conduct = Conduct(
        userAgent: "tidemark/\(Version.text)",
        isDryRun: common.dryRun || config.flag("dry_run") ?? false,
        patience: Patience(limit: Double(maxWait)), secrets: Secrets())
    } catch {
      Console.complain("error: \(error)")
      throw Status(.usage)
    }
    outlet = Outlet(
      transport: transport, time: SystemTime(), random: SystemRandomness(),
      voice: Console(
        isJSON: common.json || config.flag("json") ?? false,
        usesColor: Setting.usesColor(common, config, variables),
        isQuiet: common.quiet || config.flag("quiet") ?? false,
        isVerbose: common.verbose || config.flag("verbose") ?? false,
        auditLog: common.auditLog ?? config.text("audit_log")), signer: RSASigner(),
      append: PlatformFile.append)
  }

  private static func usesColor(
    _ common: CommonArguments, _ config: Config, _ variables: PlatformVariables
  ) -> Bool {
    let choice = common.color ?? config.text("color").flatMap { .init(rawValue: $0) } ?? .auto
    switch choice {
    case .always: return true
    case .never: return false
    case .auto: return isatty(STDERR_FILENO) == 1 && variables["NO_COLOR"] == nil
    }
  }

  /// Closes the connections.
  func close() async { await transport.close() }

  /// A file of the user's own, or one that a variable names; nil where it cannot be read.
  @Sendable static func read(_ path: String) -> [UInt8]? {
    try? HostileFile.read(path, limit: fileLimit, followsLinks: true)
  }

  private static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        let key = String(pair[..<equals])
        if variables[key] == nil { variables[key] = String(pair[pair.index(after: equals)...]) }
      }
      entry += 1
    }
    return variables
  }
}
