internal import TidemarkAnalysis
internal import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkRun
internal import TidemarkStatistics
private import TidemarkSyntax

extension JudgeOptions {
  /// The rules of tidemark.yml.
  ///
  /// - Throws: A problem with file, line and column of what the config's reader cannot know to be wrong:
  ///   the detector's constants.
  mutating func take(_ config: Config) throws(Problem) {
    try detector.take(config)
    baselineRuns = config.history.baselineRuns ?? baselineRuns
    staleAfter = config.history.staleAfter ?? staleAfter
    annotations = config.annotations.map {
      Annotation(commit: $0.commit, markdown: $0.text, series: $0.series)
    }
    if !config.benchmarks.commands.isEmpty {
      let results = "tidemark-results"
      bisection = Bisection(
        measure: "tidemark run --resume never --results \(results)", results: results)
    }
    accepted = config.annotations.flatMap { setting in
      setting.accept.map {
        AcceptedChange(pattern: NamePattern($0), commit: setting.commit, reason: setting.text)
      }
    }
    quarantine = config.quarantine.map { setting in
      QuarantineRule(
        pattern: NamePattern(setting.pattern),
        quarantine: Quarantine(
          owner: setting.owner, reason: setting.reason, expires: setting.expires),
        path: config.path, line: setting.line)
    }
    owners = config.owners.map { OwnerRule(pattern: NamePattern($0.pattern), owner: $0.owner) }
    // The general threshold first: of several rules the last that says something counts.
    if let floor = config.benchmarks.regressionThreshold {
      detection.append(DetectionRule(pattern: NamePattern("**"), effectFloor: floor))
    }
    detection += config.detection.map { setting in
      DetectionRule(
        pattern: NamePattern(setting.pattern), effectFloor: setting.effectFloor,
        direction: setting.direction)
    }
    thresholds = config.thresholds.map { setting in
      ThresholdRule(
        pattern: NamePattern(setting.pattern), minimum: ThresholdRule.Bound(setting.minimum),
        maximum: ThresholdRule.Bound(setting.maximum),
        reference: setting.reference.map {
          ThresholdRule.Reference(name: $0, tolerance: setting.tolerance ?? 0)
        },
        path: config.path, line: setting.line)
    }
  }

  /// Renames: an id for an id as it stands, a name for a name by way of what the history holds.
  mutating func take(_ renames: [Alias], in history: HistoryContents) {
    for rename in renames {
      if let old = Identifier(rename.old), let new = Identifier(rename.new) {
        aliases[old] = new
        continue
      }
      for series in history.series where series.identity.name == rename.old {
        var identity = series.identity
        identity.name = rename.new
        aliases[series.id] = Identity.id(of: identity)
      }
      for test in history.tests {
        guard let identity = test.identity.renamed(from: rename.old, to: rename.new) else {
          continue
        }
        aliases[test.id] = Identity.id(of: identity)
      }
    }
  }
}

extension ThresholdRule.Bound {
  fileprivate init?(_ bound: ConfigBound?) {
    guard let bound else { return nil }
    self.init(bound.value, bound.unit.map { Unit(parsing: $0) })
  }
}

extension DetectorOptions {
  /// The constants that the config sets.
  mutating func take(_ config: Config) throws(Problem) {
    for constant in config.constants {
      do throws(Problem) {
        try set(constant.name, NumberText.exact(constant.value) ?? "")
      } catch {
        var problem = error
        (problem.line, problem.column) = (constant.line, constant.column)
        throw config.path.map { problem.inFile($0) } ?? problem
      }
    }
  }
}

extension TestIdentity {
  /// This identity under its new name, where `old` names it: by its name, its class, or
  /// `class.name`; nil where it does not.
  fileprivate func renamed(from old: String, to new: String) -> TestIdentity? {
    var identity = self
    if name == old {
      identity.name = new
    } else if className == old {
      identity.className = new
      if let last = identity.suite.indices.last, identity.suite[last] == old {
        identity.suite[last] = new
      }
    } else if !className.isEmpty, old == "\(className).\(name)",
      let dot = new.lastIndex(of: ".")
    {
      identity.className = String(new[..<dot])
      identity.name = String(new[new.index(after: dot)...])
    } else {
      return nil
    }
    return identity
  }
}
