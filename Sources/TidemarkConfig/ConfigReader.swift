package import TidemarkModel
private import TidemarkSyntax

extension Config {
  /// Reads a configuration.
  ///
  /// - Parameters:
  ///   - bytes: The file's; nil where there is none.
  ///   - path: What problems call the file.
  ///   - environment: All variables.
  ///   - branch: The branch under test as the command line has it, for overlays.
  ///   - told: The same as the platform or the checkout tells it: counts where the environment and the
  ///     file say none.
  ///   - platform: The CI platform's name, for overlays.
  /// - Throws: ``Problem`` with line and column for what is no YAML, an unknown key, a wrong type, and
  ///   without a line for a variable that cannot be what its option is.
  package static func read(
    _ bytes: [UInt8]?, path: String, environment: [String: String], branch: String? = nil,
    told: String? = nil, platform: String? = nil
  ) throws(Problem) -> Config {
    var config = Config()
    config.environment = environment
    try config.checkVariables()
    guard let bytes else { return config }
    config.path = path
    do throws(Problem) {
      guard let root = try YAMLReader.read(bytes), !root.isNull else { return config }
      try ConfigCheck.check(root)
      let tested = branch ?? config.text("branch") ?? root["branch"]?.text ?? told
      let merged = try config.overlay(root, branch: tested, platform: platform)
      try config.take(merged)
    } catch { throw error.inFile(path) }
    return config
  }

  /// A variable of an option must be what the option is: a misspelt flag does not pass for none.
  private func checkVariables() throws(Problem) {
    for key in ConfigKeys.options {
      let name = Config.variableName(key.name)
      guard let text = environment[name], !text.isEmpty else { continue }
      let isRight =
        switch key.shape {
        case .flag: ConfigValue.flag(text) != nil
        case .integer: Int(text) != nil
        case .number: Double(text).map(\.isFinite) ?? false
        case .positive: Int(text).map { $0 > 0 } ?? false
        case .time: TimeText.parse(text) != nil
        case .address: ConfigValue.isAddress(text)
        case .slug: ConfigValue.isSlug(text)
        case .word(let words): words.contains(text)
        case .list(.word(let words)):
          text.split(separator: "\n").allSatisfy { words.contains(String($0)) }
        case .list(.pair): text.split(separator: "\n").allSatisfy { ConfigValue.isPair(String($0)) }
        default: true
        }
      guard isRight else {
        throw Problem(
          "the variable \(name) is `\(SafeText.oneLine(text))`",
          remedy: "set it to \(key.shape.title)")
      }
    }
  }

  // MARK: Overlays

  /// The file with the overlays that hold laid over it, in their order.
  private mutating func overlay(
    _ root: YAMLNode, branch: String?, platform: String?
  ) throws(Problem) -> YAMLNode {
    var merged = Config.expanded(root)
    for overlay in root["environments"]?.entries ?? [] {
      guard let when = overlay.value["when"] else { continue }
      guard !when.entries.isEmpty else {
        throw Problem(
          "`when` of `\(overlay.key)` says nothing", line: when.line, column: when.column,
          remedy: "give a branch, a platform or a variable")
      }
      guard holds(when, branch: branch, platform: platform) else { continue }
      overlays.append(overlay.key)
      merged = Config.merged(merged, Config.expanded(overlay.value))
    }
    return merged
  }

  private func holds(_ when: YAMLNode, branch: String?, platform: String?) -> Bool {
    if let patterns = when["branch"]?.texts {
      guard let branch, patterns.contains(where: { Glob($0).matches(branch) }) else {
        return false
      }
    }
    if let platforms = when["platform"]?.texts {
      guard let platform, platforms.contains(platform) else { return false }
    }
    return (when["variable"]?.texts ?? []).allSatisfy { isSet($0) }
  }

  /// `NAME`: set and not empty; `NAME=PATTERN`: set to what the pattern meets.
  private func isSet(_ condition: String) -> Bool {
    guard let equals = condition.firstIndex(of: "=") else {
      return !(environment[condition] ?? "").isEmpty
    }
    let pattern = String(condition[condition.index(after: equals)...])
    return Glob(pattern).matches(environment[String(condition[..<equals])] ?? "")
  }

  /// Where a section stands in its short form, the key that the form is short for.
  private static let shortForms = [
    "detection": "rules", "gate": "rules", "history": "directory", "theme": "directory",
  ]

  /// Short forms as mappings, so that an overlay's `gate: [failures]` leaves the file's thresholds.
  private static func expanded(_ root: YAMLNode) -> YAMLNode {
    var entries = root.entries
    for index in entries.indices {
      let value = entries[index].value
      guard let key = shortForms[entries[index].key], !value.isMapping, !value.isNull else {
        continue
      }
      let entry = YAMLEntry(key: key, line: value.line, column: value.column, value: value)
      entries[index].value = YAMLNode(.mapping([entry]), line: value.line, column: value.column)
    }
    return YAMLNode(.mapping(entries), line: root.line, column: root.column)
  }

  /// Mappings are joined key by key; of everything else the overlay's counts.
  private static func merged(_ base: YAMLNode, _ overlay: YAMLNode) -> YAMLNode {
    guard case .mapping(var entries) = base.value, case .mapping(let more) = overlay.value
    else { return overlay }
    for entry in more {
      if let index = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[index].value = merged(entries[index].value, entry.value)
      } else {
        entries.append(entry)
      }
    }
    return YAMLNode(.mapping(entries), line: base.line, column: base.column)
  }

  // MARK: Sections

  /// Takes everything out of a document that fits its shapes.
  private mutating func take(_ root: YAMLNode) throws(Problem) {
    for key in ConfigKeys.options { options[key.name] = root[key.name] }
    options["inputs"] = root["inputs"]
    platform = root["platform"]?.text
    repository = root["repository"]?.text
    benchmarks = root["benchmarks"].map { Benchmarks($0) } ?? benchmarks
    reporting = root["reporting"].map { Reporting($0) } ?? reporting
    authentication = try Config.variables(root["authentication"])
    takeHistory(root["history"])
    try takeGate(root["gate"])
    takeTheme(root["theme"])
    try takeDetection(root["detection"])
    labels = (root["labels"]?.entries ?? []).map {
      LabelSetting(pattern: $0.key, labels: Labels($0.value.pairs), line: $0.line)
    }
    aliases = (root["aliases"]?.entries ?? []).compactMap { entry in
      entry.value.text.map { Alias(old: entry.key, new: $0, line: entry.line) }
    }
    owners = (root["owners"]?.entries ?? []).compactMap { entry in
      entry.value.text.map { OwnerSetting(pattern: entry.key, owner: $0, line: entry.line) }
    }
    quarantine = (root["quarantine"]?.items ?? []).flatMap { QuarantineSetting.settings($0) }
    annotations = (root["annotations"]?.items ?? []).compactMap { AnnotationSetting($0) }
    features = (root["features"]?.entries ?? []).reduce(into: [:]) {
      $0[$1.key] = $1.value.flag
    }
    if options["site_url"] == nil { options["site_url"] = root["reporting"]?["site_url"] }
  }

  /// What GitHub's tokens begin with, which might be names of variables; other platforms' have signs in
  /// them that no name has.
  private static let tokenMarks = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]

  /// Names of variables. What looks like a secret itself is refused: the file is no place for it.
  private static func variables(_ node: YAMLNode?) throws(Problem) -> [String: String] {
    var variables: [String: String] = [:]
    for entry in node?.entries ?? [] {
      guard let name = entry.value.text else { continue }
      let isName = name.utf8.allSatisfy {
        (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 95
      }
      guard isName, name.utf8.count <= 64, !tokenMarks.contains(where: name.hasPrefix) else {
        throw Problem(
          "`\(SafeText.oneLine(entry.key))` of `authentication` is no name of a variable",
          line: entry.value.line, column: entry.value.column,
          remedy: "name the environment variable that holds the token, never the token")
      }
      variables[entry.key] = name
    }
    return variables
  }

  private mutating func takeHistory(_ node: YAMLNode?) {
    guard let node else { return }
    history.directory = node["directory"]?.text
    history.branch = node["branch"]?.text
    history.remote = node["remote"]?.text
    history.baselineRuns = node["baseline_runs"]?.integer
    history.staleAfter = node["stale_after"]?.duration
    options["history"] = node["directory"]
    guard let retention = node["retention"] else { return }
    history.retention = HistorySettings.Retention(
      keep: retention["keep"]?.texts ?? [], all: retention["all"]?.duration,
      daily: retention["daily"]?.duration, weekly: retention["weekly"]?.duration)
  }

  private mutating func takeGate(_ node: YAMLNode?) throws(Problem) {
    guard let node else { return }
    options["gate"] = node["rules"]
    for rule in node["thresholds"]?.items ?? [] {
      let settings = try ThresholdSetting.settings(rule)
      guard !settings.isEmpty else {
        throw Config.empty(rule, "add a maximum, a minimum, or a reference with a tolerance")
      }
      thresholds += settings
    }
  }

  /// A rule that holds nothing is most likely misspelt.
  private static func empty(_ rule: YAMLNode, _ remedy: String) -> Problem {
    Problem("the rule says nothing", line: rule.line, column: rule.column, remedy: remedy)
  }

  private mutating func takeTheme(_ node: YAMLNode?) {
    guard let node else { return }
    options["theme"] = node["directory"]
    theme = ThemeSettings(
      directory: options["theme"]?.text, language: node["language"]?.text,
      title: node["title"]?.text)
  }

  private mutating func takeDetection(_ node: YAMLNode?) throws(Problem) {
    if let floor = benchmarks.regressionThreshold {
      detection.append(DetectionSetting(pattern: "**", effectFloor: floor))
    }
    guard let node else { return }
    if let floor = node["effect_floor"]?.share {
      detection.append(DetectionSetting(pattern: "**", effectFloor: floor, line: node.line))
    }
    for rule in node["rules"]?.items ?? [] {
      let settings = DetectionSetting.settings(rule)
      let bounds = try ThresholdSetting.settings(rule)
      guard !settings.isEmpty || !bounds.isEmpty else {
        throw Config.empty(rule, "add an effect_floor, a direction or a bound")
      }
      detection += settings
      thresholds += bounds
    }
    constants = (node["constants"]?.entries ?? []).compactMap { entry in
      entry.value.number.map {
        ConstantSetting(
          name: entry.key.replacing("_", with: "-"), value: $0, line: entry.line,
          column: entry.column)
      }
    }
  }
}
