internal import TidemarkModel
internal import TidemarkReport

/// One metric's values, models × tasks.
struct ModelGrid {
  var metric: String
  var quantity: Quantity
  var direction: Direction
  var models: [String]
  var tasks: [String]
  /// The series of a model's task, by its place in the report.
  var cells: [String: [String: Int]]

  /// Scores come before cost and latency.
  var isScore: Bool { [.score, .ratio].contains(quantity) && direction == .higher }

  static func all(_ report: Report) -> [ModelGrid] {
    var grids: [ModelGrid] = []
    var places: [String: Int] = [:]
    for (index, series) in report.series.enumerated() {
      guard let model = model(series), let task = series.identity.labels["task"] else { continue }
      let key = "\(series.identity.metric)\u{1}\(series.identity.quantity.name)"
      let place = places[key] ?? grids.count
      if place == grids.count {
        places[key] = place
        grids.append(
          ModelGrid(
            metric: series.identity.metric, quantity: series.identity.quantity,
            direction: series.direction, models: [], tasks: [], cells: [:]))
      }
      if grids[place].cells[model]?[task] != nil { continue }
      grids[place].cells[model, default: [:]][task] = index
    }
    for index in grids.indices {
      grids[index].models = grids[index].cells.keys.sorted(by: utf8Precedes)
      grids[index].tasks = Set(grids[index].cells.values.flatMap(\.keys)).sorted(by: utf8Precedes)
    }
    return grids.enumerated().sorted { first, second in
      if first.element.isScore != second.element.isScore { return first.element.isScore }
      // Of several scores the one that most was measured by.
      let sizes = [first, second].map { $0.element.cells.values.reduce(0) { $0 + $1.count } }
      if first.element.isScore, sizes[0] != sizes[1] { return sizes[0] > sizes[1] }
      return first.element.metric == second.element.metric
        ? first.offset < second.offset
        : utf8Precedes(first.element.metric, second.element.metric)
    }.map(\.element)
  }

  /// `provider / model`, so that one model of two providers has two rows.
  static func model(_ series: SeriesChange) -> String? {
    guard let model = series.identity.labels["model"] else { return nil }
    return series.identity.labels["provider"].map { "\($0) / \(model)" } ?? model
  }
}

/// Which model is best at one task, and which are not told apart from it.
struct ColumnAnswer {
  let best: String
  /// The best one's place in the report.
  let index: Int
  /// How many others have a value.
  let others: Int
  /// The models that are not told apart from the best.
  let open: [String]
  /// The best and those, by their places in the report.
  let marked: Set<Int>
  /// Of those that are told apart, the one that was nearest to not being.
  let nearest: ModelComparison?
  /// Whether any other was held against the best; else nothing is known of the differences.
  let isTested: Bool

  /// Whether every other model is told apart from the best.
  var isAlone: Bool { others > 0 && open.isEmpty }

  /// - Returns: nil where no model has a value.
  init?(_ grid: ModelGrid, task: String, _ report: Report) {
    let sign: Double = grid.direction == .higher ? 1 : -1
    func size(_ index: Int) -> Double {
      (report.series[index].value ?? 0) * report.series[index].unit.scale * sign
    }
    let ranked = grid.models.compactMap { model -> (model: String, index: Int)? in
      guard let index = grid.cells[model]?[task], report.series[index].value?.isFinite == true
      else {
        return nil
      }
      return (model, index)
    }.sorted {
      (size($1.index), report.series[$0.index].id) < (size($0.index), report.series[$1.index].id)
    }
    guard let first = ranked.first else { return nil }
    best = first.model
    index = first.index
    others = ranked.count - 1
    let id = report.series[first.index].id
    var known: [Identifier: ModelComparison] = [:]
    for comparison in report.modelComparisons where comparison.best == id {
      known[comparison.other] = comparison
    }
    isTested = !known.isEmpty
    let rest = ranked.dropFirst().filter { known[report.series[$0.index].id]?.isApart != true }
    open = rest.map(\.model)
    marked = Set((known.isEmpty ? [] : rest.map(\.index)) + [first.index])
    nearest = known.values.filter(\.isApart).max { ($0.p, $0.other) < ($1.p, $1.other) }
  }
}

/// All models by their means over the tasks that all of them ran, and who is on the frontier of score
/// and cost.
struct ModelOverview {
  struct Row {
    var model: String
    /// For each of ``metrics``.
    var means: [Double?]
  }

  struct Frontier {
    /// Places in the list of grids.
    var score: Int
    var cost: Int
    var points: [Point]

    struct Point {
      var model: String
      var score: Double
      var cost: Double
      /// Whether no other model is at least as good and at most as dear, and better in one.
      var isBest: Bool
    }

    func isOnFrontier(_ model: String) -> Bool {
      points.contains { $0.model == model && $0.isBest }
    }
  }

  private static let metricLimit = 6
  private static let modelLimit = 40

  private(set) var rows: [Row] = []
  /// The tasks that the means are over.
  private(set) var tasks: [String] = []
  /// Places in the list of grids.
  private(set) var metrics: [Int] = []
  private(set) var frontiers: [Frontier] = []
  private let grids: [ModelGrid]

  init(grids: [ModelGrid], report: Report) {
    self.grids = grids
    guard let first = grids.first else { return }
    let models = first.models.prefix(ModelOverview.modelLimit)
    // Only what all have run: a mean over other tasks compares the tasks.
    tasks = first.tasks.filter { task in
      models.allSatisfy { model in
        first.cells[model]?[task].flatMap { report.series[$0].value } != nil
      }
    }
    guard !tasks.isEmpty else { return }
    metrics = Array(grids.indices.prefix(ModelOverview.metricLimit))
    rows = models.map { model in
      Row(model: model, means: metrics.map { mean(model, grids[$0], report) })
    }
    guard first.isScore else { return }
    for quantity in [Quantity.money, .time] {
      let grid = metrics.first {
        grids[$0].quantity == quantity && grids[$0].direction == .lower
      }
      if let grid, let frontier = frontier(score: 0, cost: grid) { frontiers.append(frontier) }
    }
  }

  /// The mean over ``tasks``, in the unit of the grid's first series; nil where one is missing.
  private func mean(_ model: String, _ grid: ModelGrid, _ report: Report) -> Double? {
    let scale = unit(grid, report).scale
    guard scale > 0 else { return nil }
    var sum = 0.0
    for task in tasks {
      guard let index = grid.cells[model]?[task], let value = report.series[index].value else {
        return nil
      }
      sum += value * report.series[index].unit.scale / scale
    }
    let mean = sum / Double(tasks.count)
    return mean.isFinite ? mean : nil
  }

  func unit(_ grid: Int, _ report: Report) -> Unit { unit(grids[grid], report) }

  private func unit(_ grid: ModelGrid, _ report: Report) -> Unit {
    let index = grid.models.first.flatMap { grid.cells[$0]?.values.min() }
    return index.map { report.series[$0].unit } ?? .seconds
  }

  private func frontier(score: Int, cost: Int) -> Frontier? {
    let known = rows.compactMap { row -> (model: String, score: Double, cost: Double)? in
      guard let one = metrics.firstIndex(of: score).flatMap({ row.means[$0] }),
        let other = metrics.firstIndex(of: cost).flatMap({ row.means[$0] })
      else { return nil }
      return (row.model, one, other)
    }
    guard known.count > 1 else { return nil }
    let points = known.map { one in
      Frontier.Point(
        model: one.model, score: one.score, cost: one.cost,
        isBest: !known.contains { other in
          other.score >= one.score && other.cost <= one.cost
            && (other.score > one.score || other.cost < one.cost)
        })
    }
    return Frontier(
      score: score, cost: cost,
      points: points.sorted { ($0.cost, $0.score) < ($1.cost, $1.score) })
  }
}

extension SeriesChange {
  /// The interval of this run's own repetitions.
  func ownInterval(at run: Int?) -> (low: Double, high: Double)? {
    guard let point = points.last, point.run == run, let low = point.low, let high = point.high
    else {
      return nil
    }
    return (low, high)
  }
}
