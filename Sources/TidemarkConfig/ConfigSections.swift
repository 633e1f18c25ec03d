internal import TidemarkModel

// Each section out of a node that fits its shape.

extension Benchmarks {
  init(_ node: YAMLNode) {
    providers = (node["providers"]?.items ?? []).compactMap { item in
      guard let name = item.text ?? item["name"]?.text else { return nil }
      return Provider(
        name: name, models: item["models"]?.texts ?? [],
        authentication: item["authentication"]?.text, line: item.line)
    }
    models = (node["models"]?.items ?? []).compactMap { item in
      guard let name = item.text ?? item["name"]?.text else { return nil }
      return Model(
        name: name, provider: item["provider"]?.text, tasks: item["tasks"]?.texts ?? [],
        line: item.line)
    }
    tasks = node["tasks"]?.texts ?? []
    schedule = node["schedule"]?.text
    regressionThreshold = node["regression_threshold"]?.share
    commands = (node["commands"]?.items ?? []).compactMap { BenchmarkCommand($0) }
    exclusions = (node["exclude"]?.items ?? []).map { item in
      Exclusion(
        providers: item["provider"]?.texts ?? [], models: item["model"]?.texts ?? [],
        tasks: item["task"]?.texts ?? [], line: item.line)
    }
    outage = node["outage"].map { OutageRule($0) } ?? outage
    line = node.line
  }
}

extension OutageRule {
  /// What the file does not say stays as it is by default.
  init(_ node: YAMLNode) {
    self.init()
    exitStatuses = node["exit_status"]?.items.compactMap(\.integer) ?? exitStatuses
    httpStatuses = node["http_status"]?.items.compactMap(\.integer) ?? httpStatuses
    output = node["output"]?.texts ?? output
  }
}

extension BenchmarkCommand {
  init?(_ node: YAMLNode) {
    guard let run = node.text ?? node["run"]?.text else { return nil }
    self.init(name: node["name"]?.text ?? run, run: run)
    directory = node["directory"]?.text
    each = node["each"]?.texts.compactMap { BenchmarkAxis(rawValue: $0) }
    environment = Dictionary(node["environment"]?.pairs ?? []) { $1 }
    labels = Labels(node["labels"]?.pairs ?? [])
    needs = node["needs"]?.texts ?? []
    results = node["results"]?.texts ?? []
    retries = max(node["retries"]?.integer ?? 0, 0)
    retryWait = node["retry_wait"]?.duration
    timeout = node["timeout"]?.duration
    line = node.line
  }
}

extension Reporting {
  init(_ node: YAMLNode) {
    pullRequestComments = node["pull_request_comments"]?.flag
    statusChecks = node["status_checks"]?.flag
    regressionAlerts = node["regression_alerts"]?.flag
    trendAnalysis = node["trend_analysis"]?.flag
    siteURL = node["site_url"]?.text
  }
}

extension DetectionSetting {
  /// One for each pattern of a rule.
  static func settings(_ node: YAMLNode) -> [DetectionSetting] {
    let floor = node["effect_floor"]?.share
    let direction = node["direction"]?.text.flatMap { Direction(rawValue: $0) }
    guard floor != nil || direction != nil else { return [] }
    return (node["series"]?.texts ?? []).map {
      DetectionSetting(
        pattern: $0, effectFloor: floor, direction: direction, line: node.line)
    }
  }
}

extension ThresholdSetting {
  /// One for each pattern of a rule.
  static func settings(_ node: YAMLNode) -> [ThresholdSetting] {
    let minimum = node["minimum"]?.number
    let maximum = node["maximum"]?.number
    guard minimum != nil || maximum != nil else { return [] }
    return (node["series"]?.texts ?? []).map {
      ThresholdSetting(
        pattern: $0, minimum: minimum, maximum: maximum, unit: node["unit"]?.text,
        line: node.line)
    }
  }
}

extension QuarantineSetting {
  /// One for each pattern of an entry.
  static func settings(_ node: YAMLNode) -> [QuarantineSetting] {
    guard let owner = node["owner"]?.text, let reason = node["reason"]?.text,
      let expires = node["expires"]?.time
    else { return [] }
    return (node["tests"]?.texts ?? []).map {
      QuarantineSetting(
        pattern: $0, owner: owner, reason: reason, expires: expires, line: node.line)
    }
  }
}

extension AnnotationSetting {
  init?(_ node: YAMLNode) {
    guard let commit = node["commit"]?.text, let text = node["text"]?.text else { return nil }
    self.init(
      commit: commit, text: text, series: node["series"]?.texts ?? [],
      accept: node["accept"]?.texts ?? [], line: node.line)
  }
}
