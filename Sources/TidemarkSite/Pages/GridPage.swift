internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Which model is best at which task, at what cost, and is the difference real? An answer for each
/// task, the models side by side with what they cost, then models × tasks, one grid a metric.
struct GridPage {
  private static let gridLimit = 12
  private static let columnLimit = 30
  private static let answerLimit = 30
  /// Grids of more cells have no lines of their histories: a page has its weight.
  private static let sparkLimit = 150

  /// Formats of evaluations: what ends in an error there is a question that was not answered.
  private static let evaluations: Set<String> = [
    "promptfoo", "inspect", "lm-eval", "openai-evals", "helm", "mteb",
  ]

  private let context: SiteContext
  private let grids: [ModelGrid]

  init?(_ context: SiteContext) {
    guard context.hasGridPage else { return nil }
    self.context = context
    grids = ModelGrid.all(context.report)
  }

  static func hasCells(_ report: Report) -> Bool {
    report.series.contains {
      $0.identity.labels["model"] != nil && $0.identity.labels["task"] != nil
    }
  }

  private var words: Words { context.words }

  func render() throws(Problem) -> [SiteFile] {
    let shown = Array(grids.prefix(GridPage.gridLimit))
    let cells = shown.reduce(0) { $0 + $1.models.count * $1.tasks.count }
    var rows: [[[UInt8]]] = []
    for grid in shown {
      rows.append(try self.rows(grid, hasSparks: cells <= GridPage.sparkLimit))
    }
    let overview = ModelOverview(grids: grids, report: context.report)
    let pages = Pager.pages(rows.map { $0.map(\.count) })
    let total = rows.reduce(0) { $0 + $1.count }
    var files: [SiteFile] = []
    for (number, page) in pages.enumerated() {
      var title = words.text("nav.grid")
      if number > 0 { title = words.text("page.number", ["title": title, "n": "\(number + 1)"]) }
      let isFirst = number == 0
      files.append(
        try context.page(
          "grid", path: Pager.path("grid", page: number), title: title, tab: .grid,
          [
            "heading": .text(title), "lead": .text(lead), "size": .text(size),
            "answers": .list(isFirst ? answers : []),
            "overview": isFirst ? self.values(overview) : .empty,
            "troubles": .list(isFirst ? troubles : []),
            "outages": .list(isFirst ? outages : []),
            "grids": .list(
              page.map { stretch in
                values(
                  shown[stretch.section], rows: rows[stretch.section][stretch.rows],
                  isContinued: stretch.rows.lowerBound > 0)
              }),
            "paging": context.cut(
              shown: page.reduce(0) { $0 + $1.rows.count }, total: total, name: "grid",
              page: number, pages: pages.count),
            "cut": grids.count > GridPage.gridLimit
              ? .text(
                words.text(
                  "cut.showing", ["shown": "\(GridPage.gridLimit)", "total": "\(grids.count)"]))
              : .empty,
          ]))
    }
    return files
  }

  // MARK: The answer

  /// Which model is best at the most tasks, by the first grid, and how certain that is.
  private var lead: String {
    guard let grid = grids.first else { return words.text("grid.none") }
    var wins: [String: (all: Int, clear: Int)] = [:]
    for task in grid.tasks {
      guard let answer = ColumnAnswer(grid, task: task, context.report) else { continue }
      let old = wins[answer.best] ?? (0, 0)
      wins[answer.best] = (old.all + 1, old.clear + (answer.isAlone ? 1 : 0))
    }
    let leader = grid.models.max { (wins[$0]?.all ?? 0) < (wins[$1]?.all ?? 0) }
    guard let leader, let won = wins[leader] else { return words.text("grid.none") }
    return words.text(
      won.clear == won.all ? "grid.lead_clear" : won.clear == 0 ? "grid.lead_open" : "grid.lead",
      [
        "model": context.name(leader), "wins": words.numbers.count(won.all),
        "clear": words.numbers.count(won.clear), "metric": context.name(grid.metric),
        "tasks": words.count("grid.tasks", grid.tasks.count),
      ])
  }

  private var size: String {
    let models = Set(grids.flatMap(\.models)).count
    let tasks = Set(grids.flatMap(\.tasks)).count
    return words.text(
      "grid.models_and_tasks",
      [
        "models": words.count("grid.models", models), "tasks": words.count("grid.tasks", tasks),
      ])
  }

  /// One sentence a task.
  private var answers: [Value] {
    guard let grid = grids.first else { return [] }
    return grid.tasks.prefix(GridPage.answerLimit).compactMap { task in
      guard let answer = ColumnAnswer(grid, task: task, context.report) else { return nil }
      let series = context.report.series[answer.index]
      return [
        "task": .text(context.name(task)), "star": .text(answer.isTested ? "★" : "☆"),
        "text": .text(sentence(answer)),
        "value": .text(ValueScale(series, numbers: words.numbers).text(series.value ?? 0)),
        "href": .text(context.seriesPaths[answer.index]),
        "model": .text(context.name(answer.best)),
      ]
    }
  }

  /// `; medium-70b is not told apart from it, 4.0 % of the way (−1.2 to 3.2)`
  private func sentence(_ answer: ColumnAnswer) -> String {
    let others =
      answer.open.prefix(4).map(context.name)
      + (answer.open.count > 4 ? [words.count("more", answer.open.count - 4)] : [])
    if answer.others == 0 { return words.text("grid.answer_only") }
    guard answer.isTested else { return words.text("grid.answer_untested") }
    guard !answer.open.isEmpty else {
      guard let next = answer.nearest else { return words.text("grid.answer_all") }
      return words.text("grid.answer_clear", basis(next))
    }
    return words.text("grid.answer_open", ["models": words.joined(others)])
  }

  private func basis(_ comparison: ModelComparison) -> [String: String] {
    let series = context.seriesIndex(comparison.best).map { context.report.series[$0] }
    let scale = series.map { ValueScale($0, numbers: words.numbers) }
    let ends = [comparison.low, comparison.high].map(abs).sorted()
    return [
      "model": context.seriesIndex(comparison.other)
        .flatMap { ModelGrid.model(context.report.series[$0]) }.map(context.name) ?? "",
      "low": scale?.number(ends[0]) ?? "", "high": scale?.text(ends[1]) ?? "",
      "p": comparison.p < 0.001
        ? words.text("p.below")
        : words.text("p.equals", ["p": words.numbers.probability(comparison.p)]),
      "basis": words.count("grid.basis.\(comparison.basis.rawValue)", comparison.n ?? 0),
    ]
  }

  // MARK: Side by side

  private func values(_ overview: ModelOverview) -> Value {
    guard overview.rows.count > 1 else { return .empty }
    let charts = overview.frontiers.map { frontier -> Value in
      let chart = FrontierChart(
        frontier: frontier, words: words, name: context.name,
        score: (
          ValueScale(
            overview.unit(frontier.score, context.report), typical: 0, numbers: words.numbers),
          grids[frontier.score].metric
        ),
        cost: (
          ValueScale(
            overview.unit(frontier.cost, context.report),
            typical: frontier.points.map(\.cost).max() ?? 0, numbers: words.numbers),
          grids[frontier.cost].metric
        ))
      return [
        "wide": chart.render(width: 720, css: "wide"),
        "narrow": chart.render(width: 340, css: "narrow"),
        "caption": .text(chart.sentence),
      ]
    }
    let scales = overview.metrics.indices.map { column in
      ValueScale(
        overview.unit(overview.metrics[column], context.report),
        typical: middle(overview.rows.compactMap { $0.means[column] }), numbers: words.numbers)
    }
    return [
      "metrics": .list(
        overview.metrics.map { .text(context.name(grids[$0].metric)) }),
      "rows": .list(
        overview.rows.map { row in
          [
            "model": .text(context.name(row.model)),
            "cells": .list(
              zip(scales, row.means).map { scale, mean in
                mean.map { .text(scale.text($0)) } ?? "–"
              }),
            "frontier": .flag(overview.frontiers.first?.isOnFrontier(row.model) == true),
          ]
        }),
      "caption": .text(words.count("grid.means", overview.tasks.count)),
      "has_frontier": .flag(!overview.frontiers.isEmpty), "charts": .list(charts),
    ]
  }

  /// Of the sizes of `values`, so that most of a column show well in one unit.
  private func middle(_ values: [Double]) -> Double {
    let sizes = values.map(abs).filter(\.isFinite).sorted()
    return sizes.isEmpty ? 0 : sizes[sizes.count / 2]
  }

  /// Wrong answers beside tests that could not be asked, for each model that has the latter.
  private var troubles: [Value] {
    var counts: [String: OutcomeCounts] = [:]
    for test in context.report.tests {
      guard let model = test.identity.labels["model"], let outcome = test.outcome else { continue }
      let provider = test.identity.labels["provider"].map { "\($0) / " } ?? ""
      counts[provider + model, default: OutcomeCounts()].add(outcome)
    }
    guard counts.values.contains(where: { $0.errored > 0 }) else { return [] }
    return counts.keys.sorted(by: utf8Precedes).prefix(60).map { model in
      let count = counts[model] ?? OutcomeCounts()
      return [
        "model": .text(context.name(model)), "asked": .text(words.numbers.count(count.total)),
        "wrong": .text(words.numbers.count(count.failed)),
        "errored": .text(words.numbers.count(count.errored)),
      ]
    }
  }

  private var outages: [Value] {
    var seen: Set<String> = []
    let told =
      context.report.inputs.filter { GridPage.evaluations.contains($0.format ?? "") }
      .flatMap(\.problems).filter { [.providerOutage, .outsideError].contains($0.code) }
      .map(\.message)
      + context.report.reasons.filter { $0.code == .providerOutage }.map(\.message)
    return told.filter { message in
      // A reason tells the problem's message with its file.
      guard !seen.contains(where: { message.contains($0) }) else { return false }
      return seen.insert(message).inserted
    }.prefix(50).map { .object(["message": context.prose($0)]) }
  }

  // MARK: Grids

  private func values(
    _ grid: ModelGrid, rows: ArraySlice<[UInt8]>, isContinued: Bool
  ) -> Value {
    let tasks = Array(grid.tasks.prefix(GridPage.columnLimit))
    return [
      "metric": .text(context.name(grid.metric)), "continued": .flag(isContinued),
      "direction": .text(words.text(grid.direction == .higher ? "grid.higher" : "grid.lower")),
      "tasks": .list(tasks.map { .text(context.name($0)) }), "rows": .html(Array(rows.joined())),
      "cut": tasks.count < grid.tasks.count
        ? .text(
          words.text(
            "grid.cut",
            [
              "models": words.numbers.count(grid.models.count),
              "tasks": words.numbers.count(grid.tasks.count),
            ])) : .empty,
    ]
  }

  private func rows(_ grid: ModelGrid, hasSparks: Bool) throws(Problem) -> [[UInt8]] {
    let tasks = Array(grid.tasks.prefix(GridPage.columnLimit))
    var bests: [String: ColumnAnswer] = [:]
    for task in tasks { bests[task] = ColumnAnswer(grid, task: task, context.report) }
    let known = grid.cells.values.flatMap(\.values).compactMap { context.report.series[$0].value }
    let typical = middle(
      grid.cells.values.flatMap(\.values).compactMap { index in
        context.report.series[index].value.map { $0 * context.report.series[index].unit.scale }
      })
    let least = known.min() ?? 0
    let most = known.max() ?? 0
    var rows: [[UInt8]] = []
    for model in grid.models {
      let cells = tasks.map { task -> Value in
        guard let index = grid.cells[model]?[task] else {
          return ["missing": .text(words.text("grid.not_run"))]
        }
        let best = bests[task].flatMap { $0.others > 0 && $0.marked.contains(index) ? $0 : nil }
        return cell(index, best: best, least, most, typical: typical, grid, hasSpark: hasSparks)
      }
      rows.append(
        try context.theme.rendered(
          "grid_row",
          ["model": .text(context.name(model)), "cells": .list(cells), "t": words.tree]))
    }
    return rows
  }

  private func cell(
    _ index: Int, best: ColumnAnswer?, _ least: Double, _ most: Double, typical: Double,
    _ grid: ModelGrid, hasSpark: Bool
  ) -> Value {
    let series = context.report.series[index]
    guard let value = series.value else {
      return ["missing": .text(words.text(series.state.mark.key))]
    }
    let scale = ValueScale(
      series.unit, typical: series.unit.scale > 0 ? typical / series.unit.scale : value,
      numbers: words.numbers)
    let share = most > least ? (value / 2 - least / 2) / (most / 2 - least / 2) : 1
    let step = Int(min(max(grid.direction == .higher ? share : 1 - share, 0), 0.999) * 4)
    var values = series.state.mark.values(words)
    values["value"] = .text(scale.text(value))
    values["href"] = .text(context.seriesPaths[index])
    values["shade"] = .text("shade-\(step)")
    values["best"] = .flag(best?.isTested == true)
    values["untested"] = .flag(best?.isTested == false)
    values["n"] = Value(series.n.map { words.text("grid.n", ["n": words.numbers.count($0)]) })
    values["interval"] = Value(
      series.ownInterval(at: context.currentRun).map {
        words.text("grid.interval", ["low": scale.number($0.low), "high": scale.number($0.high)])
      })
    values["moved"] = .flag(series.state != .unchanged && series.state != .insufficientData)
    if hasSpark {
      values["spark"] = Sparkline.render(series, runCount: context.report.runs.count)
    }
    return .object(values)
  }
}
