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
    reviewComments = node["review_comments"]?.flag
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
  /// One for each pattern of a rule; none where it has no bound.
  ///
  /// - Throws: Where the bounds contradict one another, or a reference and its tolerance are not both
  ///   there.
  static func settings(_ node: YAMLNode) throws(Problem) -> [ThresholdSetting] {
    let unit = node["unit"]?.text
    func bound(_ key: String) -> ConfigBound? {
      node[key]?.bound.map { ConfigBound(value: $0.value, unit: $0.unit ?? unit) }
    }
    let (minimum, maximum) = (bound("minimum"), bound("maximum"))
    let reference = node["reference"]?.text
    let tolerance = node["tolerance"]?.share
    if let minimum, let maximum, minimum.unit == maximum.unit, minimum.value > maximum.value {
      throw wrong(node, at: "minimum", "the minimum is above the maximum", "swap them")
    }
    if reference != nil, tolerance == nil {
      throw wrong(
        node, at: "reference", "`reference` has no `tolerance`",
        "add how much worse than at the reference a value may be: `tolerance: 5 %`")
    }
    if tolerance != nil, reference == nil {
      throw wrong(
        node, at: "tolerance", "`tolerance` has no `reference`",
        "add a tag, a commit, a branch or a run: `reference: v1.0`")
    }
    guard minimum != nil || maximum != nil || reference != nil else { return [] }
    return (node["series"]?.texts ?? []).map {
      ThresholdSetting(
        pattern: $0, minimum: minimum, maximum: maximum, reference: reference,
        tolerance: tolerance, line: node.line)
    }
  }

  private static func wrong(
    _ node: YAMLNode, at key: String, _ what: String, _ remedy: String
  ) -> Problem {
    let place = node[key] ?? node
    return Problem(what, line: place.line, column: place.column, remedy: remedy)
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
