internal import TidemarkConfig
internal import TidemarkModel
private import TidemarkSyntax

/// One command in one cell: what `tidemark run` runs, logs, tries again and reports.
struct BenchmarkTask: Hashable, Sendable {
  var command: BenchmarkCommand
  var cell: Cell
  /// Unique, and safe as a file's name.
  var name: String
  /// Places of the tasks that must succeed before it, rising.
  var needs: [Int]

  /// For people: `eval (openai, gpt-4o, mmlu)`.
  var title: String {
    cell.isEmpty ? command.name : "\(command.name) (\(cell.values.joined(separator: ", ")))"
  }
}

/// All tasks of a configuration and what each needs.
struct TaskGraph: Sendable {
  /// Each stands behind all that it needs; else as the configuration has them.
  private(set) var tasks: [BenchmarkTask] = []

  /// - Throws: ``Problem`` with file and line for a name that stands twice, a need that is no
  ///   command, and a circle of needs.
  init(_ benchmarks: Benchmarks, cells: [Cell], path: String?) throws(Problem) {
    do throws(Problem) {
      let commands = try TaskGraph.ordered(benchmarks.commands)
      var places: [String: [Int]] = [:]
      for command in commands {
        for cell in TaskGraph.cells(of: command, among: cells) {
          let needs = command.needs.flatMap { places[$0] ?? [] }
            .filter { tasks[$0].cell.agrees(with: cell) }
          places[command.name, default: []].append(tasks.count)
          tasks.append(
            BenchmarkTask(command: command, cell: cell, name: "", needs: needs.sorted()))
        }
        guard tasks.count <= Cells.limit else {
          throw Problem(
            "there are more than \(NumberText.count(Cells.limit)) tasks", line: command.line,
            remedy: "repeat commands over less with `each`")
        }
      }
      let names = SafeNames.names(
        for: tasks.map { task in
          [task.command.name] + BenchmarkAxis.allCases.map { task.cell[$0] ?? "" }
        })
      for index in tasks.indices { tasks[index].name = names[index] }
    } catch { throw path.map { error.inFile($0) } ?? error }
  }

  /// The combinations that a command is repeated over.
  private static func cells(of command: BenchmarkCommand, among cells: [Cell]) -> [Cell] {
    let axes = command.each ?? BenchmarkAxis.allCases
    var seen: Set<Cell> = []
    return cells.map { $0.projected(on: axes) }.filter { seen.insert($0).inserted }
  }

  // MARK: Order

  /// Commands behind all that they need, else in their order.
  private static func ordered(_ commands: [BenchmarkCommand]) throws(Problem) -> [BenchmarkCommand]
  {
    var byName: [String: Int] = [:]
    for (index, command) in commands.enumerated() {
      guard byName.updateValue(index, forKey: command.name) == nil else {
        throw Problem(
          "two commands are called `\(SafeText.oneLine(command.name))`", line: command.line,
          remedy: "give each a `name` of its own")
      }
    }
    var needs: [[Int]] = []
    for command in commands {
      var own: [Int] = []
      for name in command.needs {
        guard let need = byName[name] else {
          throw Problem(
            "`\(SafeText.oneLine(command.name))` needs `\(SafeText.oneLine(name))`, which is no command",
            line: command.line,
            remedy: NearestName.of(name, among: commands.map(\.name))
              .map { "did you mean `\($0)`?" } ?? "name a command of the list")
        }
        own.append(need)
      }
      needs.append(own)
    }
    var order: [Int] = []
    var isPlaced = [Bool](repeating: false, count: commands.count)
    while order.count < commands.count {
      let next = commands.indices.first { index in
        !isPlaced[index] && needs[index].allSatisfy { isPlaced[$0] }
      }
      guard let next else { throw circle(commands, needs, isPlaced) }
      isPlaced[next] = true
      order.append(next)
    }
    return order.map { commands[$0] }
  }

  /// Follows needs among the commands that could not be placed until one comes again.
  private static func circle(
    _ commands: [BenchmarkCommand], _ needs: [[Int]], _ isPlaced: [Bool]
  ) -> Problem {
    var way: [Int] = []
    var next = isPlaced.firstIndex(of: false)
    while let place = next, !way.contains(place) {
      way.append(place)
      next = needs[place].first { !isPlaced[$0] }
    }
    let circle = next.flatMap { way.firstIndex(of: $0) }.map { way[$0...] } ?? way[...]
    let names = (circle + circle.prefix(1)).map { "`\(SafeText.oneLine(commands[$0].name))`" }
    return Problem(
      "commands need one another in a circle: " + names.joined(separator: " needs "),
      line: circle.first.flatMap { commands[$0].line }, remedy: "take one of these `needs` away")
  }

  // MARK: Selection

  /// Tasks that no other one needs: what is asked for. The others run because of them.
  var roots: [Int] {
    let needed = Set(tasks.flatMap(\.needs))
    return tasks.indices.filter { !needed.contains($0) }
  }

  /// `chosen` and all that they need, rising.
  func closure(of chosen: [Int]) -> [Int] {
    var isIn = [Bool](repeating: false, count: tasks.count)
    for place in chosen { isIn[place] = true }
    for place in tasks.indices.reversed() where isIn[place] {
      for need in tasks[place].needs { isIn[need] = true }
    }
    return tasks.indices.filter { isIn[$0] }
  }
}
