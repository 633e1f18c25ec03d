internal import TidemarkConfig
internal import TidemarkModel
private import TidemarkSyntax

/// What is measured, split into the jobs of a pipeline.
struct JobMatrix: Sendable {
  /// One job: what is asked for in one cell, or one command that has none.
  struct Job: Hashable, Sendable {
    /// Safe everywhere: see ``SafeNames``.
    var name: String
    var cell: Cell
    /// The root tasks that it runs; empty where no command is configured.
    var roots: [Int]
  }

  /// Of the jobs before them: this one of so many shares.
  struct Shard: Hashable, Sendable {
    /// From 1.
    var number: Int
    var count: Int

    /// `K/N`.
    init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let number = parts[0], let count = parts[1],
        (1...JobMatrix.shardLimit).contains(count), (1...count).contains(number)
      else { return nil }
      self.init(number: number, count: count)
    }

    init(number: Int, count: Int) {
      self.number = number
      self.count = count
    }

    var text: String { "\(number)/\(count)" }

    /// `shard_01_of_12`.
    var name: String {
      let digits = String(number)
      let padding = String(repeating: "0", count: String(count).count - digits.count)
      return "shard_\(padding)\(digits)_of_\(count)"
    }

    func holds(_ place: Int) -> Bool { place % count == number - 1 }
  }

  static let shardLimit = 10_000

  let graph: TaskGraph
  private(set) var jobs: [Job] = []
  /// Exclusions without effect.
  let problems: [Problem]

  /// - Throws: ``Problem`` for what ``Cells`` and ``TaskGraph`` refuse, and if nothing is configured.
  init(_ config: Config) throws(Problem) {
    let benchmarks = config.benchmarks
    let cells = try Cells(benchmarks, path: config.path)
    problems = cells.problems
    graph = try TaskGraph(benchmarks, cells: cells.all, path: config.path)
    guard !graph.tasks.isEmpty || cells.all != [.none] else {
      throw Problem(
        "nothing is configured under `benchmarks`", path: config.path, line: benchmarks.line,
        remedy: "name providers, models, tasks or commands in tidemark.yml")
    }
    var parts: [[String]] = []
    if graph.tasks.isEmpty {
      jobs = cells.all.map { Job(name: "", cell: $0, roots: []) }
      parts = cells.all.map(JobMatrix.key)
    } else {
      var places: [[String]: Int] = [:]
      for root in graph.roots {
        let task = graph.tasks[root]
        // Of one cell only, or of one command: `a` as a provider and as a model are two jobs.
        let key = JobMatrix.key(task)
        if let place = places[key] {
          jobs[place].roots.append(root)
        } else {
          places[key] = jobs.count
          jobs.append(Job(name: "", cell: task.cell, roots: [root]))
          parts.append(key)
        }
      }
    }
    let names = SafeNames.names(for: parts)
    for index in jobs.indices { jobs[index].name = names[index] }
  }

  private static func key(_ task: BenchmarkTask) -> [String] {
    task.cell.isEmpty ? [task.command.name] : key(task.cell)
  }

  private static func key(_ cell: Cell) -> [String] {
    BenchmarkAxis.allCases.map { cell[$0] ?? "" }
  }
}
