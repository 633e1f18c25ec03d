import Testing
import TidemarkConfig
import TidemarkModel

@testable import TidemarkCommands

@Suite struct JobMatrixTests {
  @Test("Without commands every cell is a job")
  func cells() throws {
    let matrix = try JobMatrix(benchmarks("models: [a, b]\ntasks: [x]"))
    #expect(matrix.jobs.map(\.name) == ["a__x", "b__x"])
  }

  @Test("A job is a cell with all commands that are repeated over it; what they need is no job")
  func commands() throws {
    let matrix = try JobMatrix(
      benchmarks(
        """
        models: [a, b]
        commands:
          - {name: data, run: x, each: []}
          - {name: eval, run: x, needs: [data]}
          - {name: cost, run: x}
          - {name: make bench, run: make bench, each: []}
        """))
    #expect(matrix.jobs.map(\.name) == ["a", "b", "make_bench"])
    #expect(
      matrix.jobs.map { $0.roots.map { matrix.graph.tasks[$0].title } } == [
        ["eval (a)", "cost (a)"], ["eval (b)", "cost (b)"], ["make bench"],
      ])
  }

  @Test("A provider, a model and a command of one name are three jobs")
  func sameNames() throws {
    let matrix = try JobMatrix(
      benchmarks(
        """
        providers: [a]
        models: [a]
        commands:
          - {name: a, run: x, each: []}
          - {name: p, run: x, each: provider}
          - {name: m, run: x, each: model}
        """))
    #expect(matrix.jobs.count == 3)
    #expect(Set(matrix.jobs.map(\.name)).count == 3)
  }

  @Test("Nothing configured is an error, not an empty matrix")
  func nothing() throws {
    let config = try benchmarks("regression_threshold: 5 %")
    let found = problem { () throws(Problem) in _ = try JobMatrix(config) }
    #expect(found?.what == "nothing is configured under `benchmarks`")
  }

  @Test("Shares hold every job once, as even as can be", arguments: [1, 2, 3, 7, 10, 11])
  func shards(count: Int) throws {
    let held = (1...count).map { number in
      (0..<10).filter { JobMatrix.Shard(number: number, count: count).holds($0) }
    }
    #expect(held.flatMap(\.self).sorted() == Array(0..<10))
    let sizes = held.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test(
    "What is no share is none",
    arguments: ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/10001", "", "/"])
  func wrongShards(text: String) {
    #expect(JobMatrix.Shard(text) == nil)
  }
}

@Suite struct MatrixTextTests {
  private func text(_ platform: Platform, limit: Int = 256) throws -> String {
    let matrix = try JobMatrix(benchmarks("models: [a$b, 100%]\ntasks: [\"x\\\"y\"]"))
    let text = MatrixText(matrix.jobs, limit: limit)
    return String(decoding: text.text(for: platform, template: "t.yml"), as: UTF8.self)
  }

  @Test("GitHub takes one line of JSON, each job with the same keys")
  func gitHub() throws {
    #expect(
      try text(.github) == #"""
        {"include":[{"name":"a_b__x_y","cell":"a_b__x_y","shard":"","provider":"","model":"a$b","task":"x\"y"},\#
        {"name":"x100__x_y","cell":"x100__x_y","shard":"","provider":"","model":"100%","task":"x\"y"}]}

        """#)
  }

  @Test("Azure takes names and variables, and no `%` that a log command would take for an escape")
  func azure() throws {
    let text = try text(.azure)
    #expect(text.contains(#""TIDEMARK_MODEL":"100\u0025""#))
    #expect(!text.contains("%") && !text.dropLast().contains("\n"))
  }

  @Test("GitLab takes a child pipeline in which no variable is put in the place of a dollar sign")
  func gitLab() throws {
    #expect(
      try text(.gitlab) == #"""
        # Written by `tidemark matrix gitlab`.
        include:
          - local: "t.yml"

        "bench a_b__x_y":
          extends: .tidemark-cell
          variables:
            TIDEMARK_JOB: "a_b__x_y"
            TIDEMARK_CELL: "a_b__x_y"
            TIDEMARK_SHARD: ""
            TIDEMARK_PROVIDER: ""
            TIDEMARK_MODEL: "a$$b"
            TIDEMARK_TASK: "x\"y"

        "bench x100__x_y":
          extends: .tidemark-cell
          variables:
            TIDEMARK_JOB: "x100__x_y"
            TIDEMARK_CELL: "x100__x_y"
            TIDEMARK_SHARD: ""
            TIDEMARK_PROVIDER: ""
            TIDEMARK_MODEL: "100%"
            TIDEMARK_TASK: "x\"y"

        """#)
  }

  @Test("Jenkins takes a list of names and environments")
  func jenkins() throws {
    let text = try text(.jenkins)
    #expect(text.hasPrefix(#"[{"name":"a_b__x_y","environment":["TIDEMARK_JOB=a_b__x_y","#))
    #expect(text.hasSuffix("]\n"))
  }

  @Test("More jobs than a platform takes become shares, which hold all of them")
  func shares() throws {
    let matrix = try JobMatrix(
      benchmarks("tasks: [\((0..<500).map { "t\($0)" }.joined(separator: ", "))]"))
    for platform in [Platform.github, .gitlab, .azure, .jenkins] {
      let limit = MatrixText.jobLimit(platform)
      let legs = MatrixText(matrix.jobs, limit: limit).legs
      #expect(legs.count == limit)
      #expect(Set(legs.flatMap(\.jobs)).count == 500)
      #expect(legs.first?.name == "shard_001_of_\(limit)")
      #expect(
        legs.first?.variables.map(\.value).filter { !$0.isEmpty } == [
          "shard_001_of_\(limit)", "1/\(limit)",
        ])
    }
  }
}
