/// One constant of the detector as a command line or a config names it.
package struct DetectorSetting: Sendable {
  /// Lower case words joined by hyphens, as in `effect-floor`.
  package let name: String
  /// What it is, in a clause.
  package let summary: String
  /// The values it may take.
  package let range: ClosedRange<Double>
  /// Whether it takes whole numbers only.
  package let isWhole: Bool
  private let read: @Sendable (DetectorOptions) -> Double
  private let write: @Sendable (inout DetectorOptions, Double) -> Void

  /// The value without being set.
  package var defaultValue: Double { read(DetectorOptions()) }

  /// The value in `options`.
  package func value(in options: DetectorOptions) -> Double { read(options) }

  fileprivate func set(_ value: Double, in options: inout DetectorOptions) {
    write(&options, value)
  }

  fileprivate init(
    _ name: String, _ path: any WritableKeyPath<DetectorOptions, Double> & Sendable,
    _ range: ClosedRange<Double>, _ summary: String
  ) {
    self.name = name
    self.summary = summary
    self.range = range
    isWhole = false
    read = { $0[keyPath: path] }
    write = { $0[keyPath: path] = $1 }
  }

  fileprivate init(
    _ name: String, _ path: any WritableKeyPath<DetectorOptions, Int> & Sendable,
    _ range: ClosedRange<Int>, _ summary: String
  ) {
    self.name = name
    self.summary = summary
    self.range = Double(range.lowerBound)...Double(range.upperBound)
    isWhole = true
    read = { Double($0[keyPath: path]) }
    write = { $0[keyPath: path] = Int($1) }
  }
}

/// What is wrong with a setting.
package enum DetectorSettingError: Error, Hashable, Sendable {
  /// No constant has that name.
  case unknownName(String)
  /// The value is not one that the constant takes.
  case outOfRange(name: String, range: ClosedRange<Double>, isWhole: Bool)
}

extension DetectorOptions {
  /// Every constant, in the order of the stages that use them. The names are part of the command line.
  package static let settings: [DetectorSetting] = [
    DetectorSetting("window", \.window, 16...4096, "newest values that are judged at once"),
    DetectorSetting("stride", \.stride, 8...4096, "distance of the windows of a whole history"),
    DetectorSetting(
      "minimum-baseline", \.minimumBaseline, 3...1000,
      "runs that a judgement, and the baseline of a confirmed change, need"),
    DetectorSetting("alpha", \.alpha, 0...1, "largest p of a change"),
    DetectorSetting(
      "alpha-few-runs", \.alphaFewRuns, 0...1, "largest p where a side has under five runs"),
    DetectorSetting(
      "alpha-newest", \.alphaNewest, 0...1, "largest p at which the newest runs are suspected"),
    DetectorSetting(
      "alpha-two-runs", \.alphaTwoRuns, 0...1, "largest p at which two runs confirm"),
    DetectorSetting(
      "outlier-chance", \.outlierChance, 0...1,
      "largest chance that two runs that confirm are outliers"),
    DetectorSetting(
      "false-discovery-rate", \.falseDiscoveryRate, 0...1,
      "share of false ones let through among the newest changes"),
    DetectorSetting(
      "family-runs", \.familyRuns, 1...4096, "newest runs whose changes are corrected together"),
    DetectorSetting(
      "penalty", \.penalty, 0.1...1000,
      "penalty of a change in the partition, in variances times ln n"),
    DetectorSetting(
      "spike-size", \.spikeSize, 0.1...1000, "sd from which a single run is a spike"),
    DetectorSetting(
      "effect-floor", \.effectFloor, 0...1000, "least relative effect in a noisy series"),
    DetectorSetting(
      "effect-floor-minimum", \.effectFloorMinimum, 0...1000, "least relative effect in any series"),
    DetectorSetting(
      "effect-floor-noise", \.effectFloorNoise, 0...1000,
      "the floor between those two, in relative sd"),
    DetectorSetting("size", \.size, 0...1000, "least change in sd"),
    DetectorSetting("size-long", \.sizeLong, 0...1000, "least change in sd between long pieces"),
    DetectorSetting("long-runs", \.longRuns, 1...4096, "runs that make a piece long"),
    DetectorSetting("alpha-long", \.alphaLong, 0...1, "largest p of a change between long pieces"),
    DetectorSetting(
      "separation", \.separation, 0...1, "least share of a piece on its side of the midpoint"),
    DetectorSetting(
      "separation-long", \.separationLong, 0...1, "that share between long pieces"),
    DetectorSetting(
      "guard-factor", \.guardFactor, 0...1000, "least change, in earlier wanderings"),
    DetectorSetting(
      "guard-factor-short", \.guardFactorShort, 0...1000,
      "that factor for a change of one or two runs"),
    DetectorSetting(
      "guard-runs", \.guardRuns, 2...1000, "runs from which a piece's wandering counts"),
    DetectorSetting(
      "trim", \.trim, 0...0.45, "share of the values that a level leaves out at either end"),
    DetectorSetting(
      "rank-choices", \.rankChoices, 0...1e12,
      "least ways to choose the new level's runs, to confirm"),
    DetectorSetting(
      "rank-choices-clear", \.rankChoicesClear, 0...1e12, "that number for a clear change"),
    DetectorSetting("rank-clear-size", \.rankClearSize, 0...1e6, "sd that make a change clear"),
    DetectorSetting(
      "constant-runs", \.constantRuns, 3...4096, "equal runs that make a series constant"),
    DetectorSetting(
      "correlation-maximum", \.correlationMaximum, 0...0.95, "largest lag-1 correlation believed"),
    DetectorSetting(
      "correlation-bias", \.correlationBias, 0...10,
      "what the correlation is lowered by, times 1/√n"),
    DetectorSetting(
      "correlation-step", \.correlationStep, 1...1e6,
      "sd of one run from which a step is taken out before the correlation is estimated"),
    DetectorSetting(
      "common-series", \.commonSeries, 2...1_000_000, "series that a common mode needs"),
    DetectorSetting(
      "common-runs", \.commonRuns, 1...1000, "previous runs that the common mode is taken against"),
    DetectorSetting(
      "common-size", \.commonSize, 0...1000, "standard errors from which a common move counts"),
    DetectorSetting(
      "common-agreement", \.commonAgreement, 0...1, "share of series that must move to one side"),
    DetectorSetting(
      "common-noise", \.commonNoise, 0...1000, "how much noisier a corrected series may be"),
    DetectorSetting("machine-shift", \.machineShift, 0...1000, "least lasting common move"),
    DetectorSetting(
      "machine-noise", \.machineNoise, 0...1000, "least such move in the common mode's own spread"),
    DetectorSetting(
      "repetitions", \.repetitions, 3...1_000_000, "repetitions from which a single run can confirm"
    ),
    DetectorSetting(
      "repetition-baseline", \.repetitionBaseline, 3...4096,
      "runs without outliers from which repetitions can confirm a clear change"),
    DetectorSetting(
      "detectable-size", \.detectableSize, 0...1000, "standard errors that three further runs need"),
  ]

  /// Sets the constant of that name.
  ///
  /// - Throws: ``DetectorSettingError`` if there is no such constant, or `value` is none of its values.
  package mutating func set(_ name: String, to value: Double) throws(DetectorSettingError) {
    guard let setting = Self.settings.first(where: { $0.name == name }) else {
      throw .unknownName(name)
    }
    let fits = setting.range.contains(value) && (!setting.isWhole || value.rounded() == value)
    guard fits else {
      throw .outOfRange(name: name, range: setting.range, isWhole: setting.isWhole)
    }
    setting.set(value, in: &self)
  }
}
