import Testing
import TidemarkConfig
import TidemarkModel

@testable import TidemarkCommands

@Suite struct TaskGraphTests {
  private func graph(_ yaml: String) throws -> TaskGraph {
    let config = try benchmarks(yaml)
    let cells = try Cells(config.benchmarks, path: config.path).all
    return try TaskGraph(config.benchmarks, cells: cells, path: config.path)
  }

  private func mistake(_ yaml: String) throws -> Problem? {
    let config = try benchmarks(yaml)
    return problem { () throws(Problem) in
      _ = try TaskGraph(config.benchmarks, cells: [.none], path: config.path)
    }
  }

  @Test("A task stands behind all that it needs, and commands else in their order")
  func order() throws {
    let graph = try graph(
      """
      commands:
        - {name: c, run: x, needs: [a, b]}
        - {name: d, run: x}
        - {name: b, run: x, needs: [a]}
        - {name: a, run: x}
      """)
    #expect(graph.tasks.map(\.name) == ["d", "a", "b", "c"])
    #expect(graph.tasks.map(\.needs) == [[], [], [1], [1, 2]])
    #expect(graph.roots == [0, 3])
    #expect(graph.closure(of: [3]) == [1, 2, 3])
  }

  @Test("A command is repeated over all cells, over some axes, or not at all")
  func repetition() throws {
    let graph = try graph(
      """
      providers: [p, q]
      tasks: [t, u]
      commands:
        - {name: once, run: x, each: []}
        - {name: by, run: x, each: provider, needs: [once]}
        - {name: all, run: x, needs: [by]}
      """)
    #expect(
      graph.tasks.map(\.title) == [
        "once", "by (p)", "by (q)", "all (p, t)", "all (p, u)", "all (q, t)", "all (q, u)",
      ])
    #expect(graph.tasks.map(\.needs) == [[], [0], [0], [1], [1], [2], [2]])
  }

  @Test("A circle of needs names its commands and the line of one of them")
  func circle() throws {
    let found = try mistake(
      """
      commands:
        - {name: free, run: x}
        - {name: a, run: x, needs: [b]}
        - {name: b, run: x, needs: [c]}
        - {name: c, run: x, needs: [b]}
      """)
    #expect(found?.path == "tidemark.yml" && found?.line == 5)
    #expect(
      found?.what == "commands need one another in a circle: `b` needs `c` needs `b`")
  }

  @Test(
    "Needs and names that cannot be meant are errors with their lines",
    arguments: [
      ("commands:\n  - {name: a, run: x}\n  - {name: b, run: x, needs: [aa]}", 4),
      ("commands:\n  - {name: a, run: x}\n  - {name: a, run: y}", 4),
      ("commands:\n  - {name: a, run: x, needs: [a]}", 3),
    ])
  func mistakes(yaml: String, line: Int) throws {
    let found = try mistake(yaml)
    #expect(found?.path == "tidemark.yml" && found?.line == line)
  }
}
