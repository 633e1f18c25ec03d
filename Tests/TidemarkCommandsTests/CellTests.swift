import Testing
import TidemarkConfig
import TidemarkModel

@testable import TidemarkCommands

/// What a tidemark.yml with only `benchmarks` says.
func benchmarks(_ yaml: String) throws -> Config {
  let indented = yaml.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  return try Config.read(
    Array("benchmarks:\n\(indented)\n".utf8), path: "tidemark.yml", environment: [:])
}

/// The problem that `body` throws.
func problem(_ body: () throws(Problem) -> Void) -> Problem? {
  do throws(Problem) {
    try body()
    return nil
  } catch { return error }
}

@Suite struct CellTests {
  private func cells(_ yaml: String) throws -> [String] {
    let config = try benchmarks(yaml)
    return try Cells(config.benchmarks, path: config.path).all.map {
      $0.values.joined(separator: " ")
    }
  }

  @Test("Cells are the product of what is configured, in its order")
  func product() throws {
    let found = try cells("providers: [b, a]\nmodels: [m]\ntasks: [y, x]")
    #expect(found == ["b m y", "b m x", "a m y", "a m x"])
    #expect(try cells("tasks: [y, x]") == ["y", "x"])
    #expect(try cells("schedule: '0 3 * * *'") == [""])
  }

  @Test("A model keeps to its provider and its tasks, and a provider to its models")
  func restrictions() throws {
    let found = try cells(
      """
      providers: [a, {name: b, models: [n]}]
      models: [m, n, {name: k, provider: a, tasks: [x]}]
      tasks: [x, y]
      """)
    #expect(found == ["a m x", "a m y", "a n x", "a n y", "a k x", "b n x", "b n y"])
    #expect(try cells("providers: [{name: a, models: [m]}, b]") == ["a m", "b"])
    #expect(try cells("models: [{name: m, provider: a}]") == ["a m"])
  }

  @Test("An exclusion takes out what meets all its patterns")
  func exclusions() throws {
    let found = try cells(
      "models: [a1, a2, b]\ntasks: [x, y]\nexclude: [{model: a*, task: x}, {model: b, task: [y]}]")
    #expect(found == ["a1 y", "a2 y", "b x"])
  }

  @Test("An exclusion that meets nothing is told with its line")
  func unusedExclusion() throws {
    let config = try benchmarks("models: [a]\nexclude:\n  - {model: b}")
    let problems = try Cells(config.benchmarks, path: config.path).problems
    #expect(problems.map(\.line) == [4])
    #expect(problems.first?.path == "tidemark.yml")
  }

  @Test(
    "What cannot be meant is an error with its line",
    arguments: [
      ("models: [a, {name: b, provider: opnai}]\nproviders: [openai]", 2, "did you mean `openai`?"),
      ("models: [a]\nproviders:\n  - {name: p, models: [c]}", 4, "did you mean `a`?"),
      ("models:\n  - {name: a, tasks: [z]}\ntasks: [long]", 3, "add it to `tasks`"),
      ("models: [a]\nexclude:\n  - {}", 4, "give it a provider, a model or a task"),
      ("models: [a]\nexclude: [{model: a}]", 2, "exclude fewer"),
      ("models: [\"a\\nb\"]", 2, "use 1 to 256 bytes of text on one line"),
    ])
  func mistakes(yaml: String, line: Int, remedy: String) throws {
    let config = try benchmarks(yaml)
    let found = problem { () throws(Problem) in
      _ = try Cells(config.benchmarks, path: config.path)
    }
    #expect(found?.path == "tidemark.yml" && found?.line == line)
    #expect(found?.remedy == remedy)
  }

  @Test("A product beyond the limit is refused before it is made")
  func limit() throws {
    var wide = Benchmarks()
    wide.tasks = (0..<1_000_000).map(String.init)
    wide.models = (0..<1_000).map { Benchmarks.Model(name: "m\($0)") }
    let benchmarks = wide
    let found = problem { () throws(Problem) in _ = try Cells(benchmarks, path: nil) }
    #expect(found?.what.contains("more than 10,000 combinations") == true)
  }
}
