internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Which model is best at which task, at what cost, and is the difference real? Models × tasks,
/// one grid a metric.
struct GridPage {
  private static let gridLimit = 12
  private static let columnLimit = 30
  private static let rowLimit = 60

  private struct Grid {
    var metric: String
    var direction: Direction
    var isScore: Bool
    var models: [String]
    var tasks: [String]
    /// The series of a model's task, by its place in the report.
    var cells: [String: [String: Int]]
  }

  private let context: SiteContext
  private let grids: [Grid]

  init?(_ context: SiteContext) {
    guard context.hasGridPage else { return nil }
    self.context = context
    grids = GridPage.grids(context.report)
  }

  static func hasCells(_ report: Report) -> Bool {
    report.series.contains {
      $0.identity.labels["model"] != nil && $0.identity.labels["task"] != nil
    }
  }

  private static func grids(_ report: Report) -> [Grid] {
    var grids: [Grid] = []
    var places: [String: Int] = [:]
    for (index, series) in report.series.enumerated() {
      guard let model = model(series), let task = series.identity.labels["task"] else { continue }
      let key = "\(series.identity.metric)\u{1}\(series.identity.quantity.name)"
      let place = places[key] ?? grids.count
      if place == grids.count {
        places[key] = place
        grids.append(
          Grid(
            metric: series.identity.metric, direction: series.direction,
            isScore: isScore(series), models: [], tasks: [], cells: [:]))
      }
      if grids[place].cells[model]?[task] != nil { continue }
      if grids[place].cells[model] == nil { grids[place].models.append(model) }
      if !grids[place].tasks.contains(task) { grids[place].tasks.append(task) }
      grids[place].cells[model, default: [:]][task] = index
    }
    for index in grids.indices {
      grids[index].models.sort(by: utf8Precedes)
      grids[index].tasks.sort(by: utf8Precedes)
    }
    return grids.enumerated().sorted { first, second in
      if first.element.isScore != second.element.isScore { return first.element.isScore }
      return first.element.metric == second.element.metric
        ? first.offset < second.offset
        : utf8Precedes(first.element.metric, second.element.metric)
    }.map(\.element)
  }

  /// `provider / model`, so that one model of two providers has two rows.
  private static func model(_ series: SeriesChange) -> String? {
    guard let model = series.identity.labels["model"] else { return nil }
    return series.identity.labels["provider"].map { "\($0) / \(model)" } ?? model
  }

  /// Scores come before cost and latency.
  private static func isScore(_ series: SeriesChange) -> Bool {
    [.score, .ratio].contains(series.identity.quantity) && series.direction == .higher
  }

  func render() throws(Problem) -> SiteFile {
    let words = context.words
    let title = words.text("nav.grid")
    return try context.page(
      "grid", path: "grid.html", title: title, tab: .grid,
      [
        "heading": .text(title), "lead": .text(lead), "size": .text(size),
        "grids": .list(grids.prefix(GridPage.gridLimit).map(values)),
        "cut": grids.count > GridPage.gridLimit
          ? .text(
            words.text(
              "cut.showing", ["shown": "\(GridPage.gridLimit)", "total": "\(grids.count)"]))
          : .empty,
      ])
  }

  /// Which model is best at the most tasks, by the first grid.
  private var lead: String {
    let words = context.words
    guard let grid = grids.first else { return words.text("grid.none") }
    let sign: Double = grid.direction == .higher ? 1 : -1
    var wins: [String: (all: Int, clear: Int)] = [:]
    for task in grid.tasks {
      let top = grid.models.compactMap { model -> (String, Double)? in
        grid.cells[model]?[task].flatMap { context.report.series[$0].value }.map {
          (model, $0 * sign)
        }
      }.max { $0.1 < $1.1 }
      guard let top else { continue }
      let old = wins[top.0] ?? (0, 0)
      wins[top.0] = (old.all + 1, old.clear + (best(grid, task).count == 1 ? 1 : 0))
    }
    let leader = grid.models.max { (wins[$0]?.all ?? 0) < (wins[$1]?.all ?? 0) }
    guard let leader, let won = wins[leader] else { return words.text("grid.none") }
    return words.text(
      "grid.lead",
      [
        "model": context.name(leader), "wins": context.words.numbers.count(won.all),
        "clear": context.words.numbers.count(won.clear), "metric": context.name(grid.metric),
        "tasks": words.count("grid.tasks", grid.tasks.count),
      ])
  }

  private var size: String {
    let models = Set(grids.flatMap(\.models)).count
    let tasks = Set(grids.flatMap(\.tasks)).count
    return context.words.text(
      "grid.models_and_tasks",
      [
        "models": context.words.count("grid.models", models),
        "tasks": context.words.count("grid.tasks", tasks),
      ])
  }

  /// The best of a column and all whose interval reaches the best one's: not told apart.
  private func best(_ grid: Grid, _ task: String) -> Set<Int> {
    let cells = grid.models.compactMap { grid.cells[$0]?[task] }
    let sign: Double = grid.direction == .higher ? 1 : -1
    let ranked = cells.compactMap { index -> (index: Int, value: Double)? in
      context.report.series[index].value.map { (index, $0 * sign) }
    }
    guard ranked.count > 1,
      let top = ranked.max(by: { ($0.value, $1.index) < ($1.value, $0.index) })
    else { return [] }
    let edge = interval(top.index).map { min($0.0 * sign, $0.1 * sign) } ?? top.value
    return Set(
      ranked.filter { candidate in
        let reach = interval(candidate.index).map { max($0.0 * sign, $0.1 * sign) }
        return (reach ?? candidate.value) >= edge
      }.map(\.index))
  }

  /// The interval of this run's own repetitions.
  private func interval(_ index: Int) -> (Double, Double)? {
    let series = context.report.series[index]
    guard let point = series.points.last, point.run == context.currentRun, let low = point.low,
      let high = point.high
    else { return nil }
    return (low, high)
  }

  private func values(_ grid: Grid) -> Value {
    let tasks = Array(grid.tasks.prefix(GridPage.columnLimit))
    let models = Array(grid.models.prefix(GridPage.rowLimit))
    var bests: [String: Set<Int>] = [:]
    for task in tasks { bests[task] = best(grid, task) }
    let known = grid.cells.values.flatMap(\.values).compactMap { context.report.series[$0].value }
    let least = known.min() ?? 0
    let most = known.max() ?? 0
    let rows = models.map { model -> Value in
      let cells = tasks.map { task -> Value in
        guard let index = grid.cells[model]?[task] else {
          return ["missing": .text(context.words.text("grid.not_run"))]
        }
        return cell(index, isBest: bests[task]?.contains(index) == true, least, most, grid)
      }
      return ["model": .text(context.name(model)), "cells": .list(cells)]
    }
    let isCut = tasks.count < grid.tasks.count || models.count < grid.models.count
    return [
      "metric": .text(context.name(grid.metric)),
      "direction": .text(
        context.words.text(grid.direction == .higher ? "grid.higher" : "grid.lower")),
      "tasks": .list(tasks.map { .text(context.name($0)) }), "rows": .list(rows),
      "cut": isCut
        ? .text(
          context.words.text(
            "grid.cut",
            [
              "models": context.words.numbers.count(grid.models.count),
              "tasks": context.words.numbers.count(grid.tasks.count),
            ])) : .empty,
    ]
  }

  private func cell(
    _ index: Int, isBest: Bool, _ least: Double, _ most: Double, _ grid: Grid
  ) -> Value {
    let series = context.report.series[index]
    guard let value = series.value else {
      return ["missing": .text(context.words.text(series.state.mark.key))]
    }
    let scale = ValueScale(series, numbers: context.words.numbers)
    let share = most > least ? (value / 2 - least / 2) / (most / 2 - least / 2) : 1
    let step = Int(min(max(grid.direction == .higher ? share : 1 - share, 0), 0.999) * 4)
    var values = series.state.mark.values(context.words)
    values["value"] = .text(scale.text(value))
    values["href"] = .text(context.seriesPaths[index])
    values["shade"] = .text("shade-\(step)")
    values["best"] = .flag(isBest)
    values["n"] = Value(
      series.n.map { context.words.text("grid.n", ["n": context.words.numbers.count($0)]) })
    values["interval"] = Value(
      interval(index).map {
        context.words.text(
          "grid.interval", ["low": scale.number($0.0), "high": scale.number($0.1)])
      })
    values["moved"] = .flag(series.state != .unchanged && series.state != .insufficientData)
    return .object(values)
  }
}
