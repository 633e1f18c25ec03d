internal import TidemarkConfig
internal import TidemarkModel
private import TidemarkSyntax

/// One combination of provider, model and task; nil where the configuration has none of it.
struct Cell: Hashable, Sendable {
  var provider: String?
  var model: String?
  var task: String?

  static let none = Cell()

  subscript(axis: BenchmarkAxis) -> String? {
    get {
      switch axis {
      case .provider: provider
      case .model: model
      case .task: task
      }
    }
    set {
      switch axis {
      case .provider: provider = newValue
      case .model: model = newValue
      case .task: task = newValue
      }
    }
  }

  var isEmpty: Bool { self == .none }

  /// The values that there are, in the order of the axes.
  var values: [String] { BenchmarkAxis.allCases.compactMap { self[$0] } }

  /// What results that are measured in it are labelled with.
  var labels: Labels {
    Labels(BenchmarkAxis.allCases.compactMap { axis in self[axis].map { (axis.rawValue, $0) } })
  }

  /// Only the values of `axes`.
  func projected(on axes: [BenchmarkAxis]) -> Cell {
    var cell = Cell()
    for axis in axes { cell[axis] = self[axis] }
    return cell
  }

  /// Whether no axis that both have has two values.
  func agrees(with other: Cell) -> Bool {
    BenchmarkAxis.allCases.allSatisfy { axis in
      guard let mine = self[axis], let theirs = other[axis] else { return true }
      return mine == theirs
    }
  }

  /// Whether it is measured under these patterns; an axis without patterns meets everything, and
  /// with patterns only a cell that has a value there.
  func meets(_ patterns: [BenchmarkAxis: [String]]) -> Bool {
    patterns.allSatisfy { axis, patterns in
      guard !patterns.isEmpty else { return true }
      guard let value = self[axis] else { return false }
      return patterns.contains { $0 == value || Glob($0).matches(value) }
    }
  }
}

/// The configured combinations.
struct Cells: Sendable {
  /// In the order of the configuration: providers, then their models, then their tasks. Never
  /// empty: without any axis it is the one empty cell.
  private(set) var all: [Cell] = []
  /// Exclusions that met none of them.
  private(set) var problems: [Problem] = []

  /// More would be a slip: no platform runs as many jobs.
  static let limit = 10_000

  /// - Throws: ``Problem`` with file and line where one list names what another one lacks, a name
  ///   cannot be one, nothing is left, or there are more than ``limit``.
  init(_ benchmarks: Benchmarks, path: String?) throws(Problem) {
    do throws(Problem) {
      try Cells.check(benchmarks)
      var seen: Set<Cell> = []
      var isUsed = [Bool](repeating: false, count: benchmarks.exclusions.count)
      for cell in try Cells.product(benchmarks) where seen.insert(cell).inserted {
        let hits = benchmarks.exclusions.indices.filter { benchmarks.exclusions[$0].meets(cell) }
        for index in hits { isUsed[index] = true }
        if hits.isEmpty { all.append(cell) }
      }
      for (exclusion, isUsed) in zip(benchmarks.exclusions, isUsed) where !isUsed {
        problems.append(
          Problem(
            "an exclusion meets no combination", path: path, line: exclusion.line,
            remedy: "remove it, or correct its patterns (`*` does not cross `/`, `**` does)"))
      }
      guard !all.isEmpty else {
        throw Problem(
          "no combination of provider, model and task is left", line: benchmarks.line,
          remedy: "exclude fewer")
      }
    } catch { throw path.map { error.inFile($0) } ?? error }
  }

  private static func product(_ benchmarks: Benchmarks) throws(Problem) -> [Cell] {
    var cells: [Cell] = []
    let providers = benchmarks.providers.isEmpty ? [nil] : benchmarks.providers.map(Optional.some)
    for provider in providers {
      for model in models(of: provider, in: benchmarks) {
        let own = model?.tasks ?? []
        let tasks = own.isEmpty ? benchmarks.tasks : own
        for task in tasks.isEmpty ? [nil] : tasks.map(Optional.some) {
          guard cells.count < limit else {
            throw Problem(
              "there are more than \(NumberText.count(limit)) combinations of provider, model and task",
              line: benchmarks.line, remedy: "name fewer, or give models their own `tasks`")
          }
          cells.append(
            Cell(provider: provider?.name ?? model?.provider, model: model?.name, task: task))
        }
      }
    }
    return cells
  }

  private static func models(
    of provider: Benchmarks.Provider?, in benchmarks: Benchmarks
  ) -> [Benchmarks.Model?] {
    let own = provider?.models ?? []
    if benchmarks.models.isEmpty {
      return own.isEmpty ? [nil] : own.map { Benchmarks.Model(name: $0) }
    }
    return benchmarks.models.filter { model in
      if let provider, let wanted = model.provider, wanted != provider.name { return false }
      return own.isEmpty || own.contains(model.name)
    }
  }

  // MARK: Checks

  private static func check(_ benchmarks: Benchmarks) throws(Problem) {
    let providers = benchmarks.providers.map(\.name)
    let models = benchmarks.models.map(\.name)
    for provider in benchmarks.providers {
      try check(provider.name, line: provider.line)
      for model in provider.models {
        try check(model, line: provider.line)
        try check(model, isAmong: models, of: "models", line: provider.line)
      }
    }
    for model in benchmarks.models {
      try check(model.name, line: model.line)
      if let provider = model.provider {
        try check(provider, line: model.line)
        try check(provider, isAmong: providers, of: "providers", line: model.line)
      }
      for task in model.tasks {
        try check(task, line: model.line)
        try check(task, isAmong: benchmarks.tasks, of: "tasks", line: model.line)
      }
    }
    for task in benchmarks.tasks { try check(task, line: benchmarks.line) }
    for exclusion in benchmarks.exclusions where exclusion.isEmpty {
      throw Problem(
        "an exclusion without a pattern would exclude everything", line: exclusion.line,
        remedy: "give it a provider, a model or a task")
    }
  }

  /// A name becomes a variable's value, a line of a list and a label.
  private static func check(_ name: String, line: Int?) throws(Problem) {
    let isText = !name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    guard isText, !name.isEmpty, name.utf8.count <= 256 else {
      throw Problem(
        "`\(SafeText.oneLine(String(name.prefix(60))))` cannot be a name", line: line,
        remedy: "use 1 to 256 bytes of text on one line")
    }
  }

  private static func check(
    _ name: String, isAmong names: [String], of list: String, line: Int?
  ) throws(Problem) {
    guard !names.isEmpty, !names.contains(name) else { return }
    throw Problem(
      "`\(name)` is not among the `\(list)`", line: line,
      remedy: NearestName.of(name, among: names).map { "did you mean `\($0)`?" }
        ?? "add it to `\(list)`")
  }
}

extension Benchmarks.Exclusion {
  fileprivate var isEmpty: Bool { providers.isEmpty && models.isEmpty && tasks.isEmpty }

  fileprivate func meets(_ cell: Cell) -> Bool {
    cell.meets([.provider: providers, .model: models, .task: tasks])
  }
}
