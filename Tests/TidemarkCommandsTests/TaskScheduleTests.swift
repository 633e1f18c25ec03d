import Synchronization
import Testing
import TidemarkConfig

@testable import TidemarkCommands

@Suite struct TaskScheduleTests {
  /// What ran, and how much of it at once.
  private final class Observer: Sendable {
    private let state = Mutex((names: [String](), running: 0, most: 0))

    func begin(_ name: String) {
      state.withLock { state in
        state.names.append(name)
        state.running += 1
        state.most = max(state.most, state.running)
      }
    }

    func end() { state.withLock { $0.running -= 1 } }

    var names: [String] { state.withLock(\.names) }
    var most: Int { state.withLock(\.most) }
  }

  private func run(
    _ yaml: String, concurrency: Int = 1, failing: Set<String> = [], claims: [[String]]? = nil
  ) async throws -> (results: [String: TaskResult.State], observer: Observer) {
    let config = try benchmarks(yaml)
    let graph = try TaskGraph(config.benchmarks, cells: [.none], path: nil)
    let schedule = TaskSchedule(
      graph: graph, concurrency: concurrency,
      claims: claims ?? graph.tasks.map { _ in [] })
    let observer = Observer()
    let results = await schedule.run(
      Array(graph.tasks.indices), done: [:],
      perform: { task in
        observer.begin(task.name)
        try? await Task.sleep(for: .milliseconds(20))
        observer.end()
        return TaskResult(state: failing.contains(task.name) ? .failed : .passed)
      }, started: { _ in }, finished: { _, _ in })
    return (
      Dictionary(uniqueKeysWithValues: results.map { (graph.tasks[$0.key].name, $0.value.state) }),
      observer
    )
  }

  @Test("A failure stops what needs it, near and far, and nothing else")
  func failure() async throws {
    let (states, observer) = try await run(
      """
      commands:
        - {name: a, run: x}
        - {name: b, run: x, needs: a}
        - {name: c, run: x, needs: b}
        - {name: d, run: x}
      """, failing: ["a"])
    #expect(states == ["a": .failed, "b": .skipped, "c": .skipped, "d": .passed])
    #expect(observer.names == ["a", "d"])
  }

  @Test("As many run at once as may, and no more", arguments: [1, 2, 3])
  func concurrency(limit: Int) async throws {
    let commands = (0..<6).map { "  - {name: a\($0), run: x}" }.joined(separator: "\n")
    let (states, observer) = try await run("commands:\n\(commands)", concurrency: limit)
    #expect(states.count == 6)
    #expect(observer.most <= limit)
    #expect(limit == 1 || observer.most > 1)
  }

  @Test("Two that write the same file never run at once")
  func claims() async throws {
    let (_, observer) = try await run(
      "commands: [{name: a, run: x}, {name: b, run: x}]", concurrency: 2,
      claims: [["out.json"], ["out.json"]])
    #expect(observer.most == 1)
  }
}
