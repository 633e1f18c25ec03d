internal import TidemarkModel

/// Runs tasks when what they need has passed, some at once.
struct TaskSchedule: Sendable {
  let graph: TaskGraph
  /// At least 1.
  let concurrency: Int
  /// What tasks write: two that share it never run at once. Empty for nothing.
  let claims: [[String]]

  /// - Parameters:
  ///   - plan: Places of tasks, rising, each with all that it needs.
  ///   - done: Tasks of the plan that an earlier go did.
  ///   - finished: Told of each task when it has ended, those of `done` not.
  /// - Returns: The results of all tasks of the plan.
  func run(
    _ plan: [Int], done: [Int: TaskResult],
    perform: @escaping @Sendable (BenchmarkTask) async -> TaskResult,
    started: (BenchmarkTask) -> Void, finished: (Int, TaskResult) -> Void
  ) async -> [Int: TaskResult] {
    var results = done
    var waiting = plan.filter { done[$0] == nil }
    var running: Set<Int> = []
    await withTaskGroup(of: (Int, TaskResult).self) { group in
      while true {
        var left: [Int] = []
        for place in waiting {
          if let ended = verdict(on: place, results) {
            results[place] = ended
            finished(place, ended)
          } else if running.count < concurrency, isReady(place, results),
            isFree(place, running)
          {
            running.insert(place)
            let task = graph.tasks[place]
            started(task)
            group.addTask { (place, await perform(task)) }
          } else {
            left.append(place)
          }
        }
        waiting = left
        guard let (place, result) = await group.next() else { break }
        running.remove(place)
        results[place] = result
        finished(place, result)
      }
    }
    return results
  }

  /// What a task that will never run comes to; nil while it may.
  private func verdict(on place: Int, _ results: [Int: TaskResult]) -> TaskResult? {
    if Interruption.isRequested {
      return TaskResult(state: .interrupted, reason: "the go was stopped before it")
    }
    for need in graph.tasks[place].needs {
      guard let state = results[need]?.state, state != .passed else { continue }
      return TaskResult(
        state: .skipped, reason: "\(graph.tasks[need].title), which it needs, did not pass")
    }
    return nil
  }

  private func isReady(_ place: Int, _ results: [Int: TaskResult]) -> Bool {
    graph.tasks[place].needs.allSatisfy { results[$0]?.state == .passed }
  }

  private func isFree(_ place: Int, _ running: Set<Int>) -> Bool {
    let own = claims[place]
    return own.isEmpty || !running.contains { !Set(claims[$0]).isDisjoint(with: own) }
  }
}
