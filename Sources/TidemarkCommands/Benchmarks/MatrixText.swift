internal import TidemarkConfig
private import TidemarkSyntax

/// The jobs of a matrix as a platform's pipeline takes them.
///
/// Every job carries the same variables, so that `tidemark run` in it needs no option: what its
/// results are from (`TIDEMARK_JOB`), which job of the matrix (`TIDEMARK_CELL`) or share of it
/// (`TIDEMARK_SHARD`) it runs, and for scripts of the user's own provider, model and task; what a job
/// has none of is empty.
struct MatrixText: Sendable {
  /// A job that one machine runs: one of the matrix, or a share of them.
  struct Leg: Hashable, Sendable {
    var name: String
    /// nil for a share.
    var cell: String?
    var shard: String?
    var provider: String?
    var model: String?
    var task: String?
    /// The matrix's jobs that it runs.
    var jobs: [String]

    var variables: [(name: String, value: String)] {
      [
        ("TIDEMARK_JOB", name), ("TIDEMARK_CELL", cell ?? ""),
        ("TIDEMARK_SHARD", shard ?? ""),
        ("TIDEMARK_PROVIDER", provider ?? ""), ("TIDEMARK_MODEL", model ?? ""),
        ("TIDEMARK_TASK", task ?? ""),
      ]
    }
  }

  var legs: [Leg]

  /// The most jobs that a matrix may have, and where it is said. Azure and Jenkins state no bound: there
  /// it is our own, so that a slip does not take every agent.
  static func jobLimit(_ platform: Platform) -> Int {
    switch platform {
    // https://docs.github.com/actions/reference/limits: 256 jobs a workflow run.
    case .github: 256
    // https://docs.gitlab.com/ci/yaml/#parallelmatrix: 200 jobs; so many here too.
    case .gitlab: 200
    case .azure, .jenkins, .generic: 256
    }
  }

  /// One job a leg, or where there are more than `limit`, `limit` shares of them.
  init(_ jobs: [JobMatrix.Job], limit: Int) {
    if jobs.count <= limit {
      legs = jobs.map { job in
        Leg(
          name: job.name, cell: job.name, provider: job.cell.provider, model: job.cell.model,
          task: job.cell.task, jobs: [job.name])
      }
    } else {
      legs = (1...max(limit, 1)).map { number in
        let shard = JobMatrix.Shard(number: number, count: max(limit, 1))
        let own = jobs.indices.filter { shard.holds($0) }
        return Leg(name: shard.name, shard: shard.text, jobs: own.map { jobs[$0].name })
      }
    }
  }

  /// The whole text for `platform`, with the line's end.
  ///
  /// - Parameter template: GitLab: the file with the hidden job `.tidemark-cell`.
  func text(for platform: Platform, template: String) -> [UInt8] {
    switch platform {
    case .github: gitHub()
    case .gitlab: gitLab(template)
    case .azure: azure()
    case .jenkins: jenkins()
    case .generic: Array(legs.map { $0.name + "\n" }.joined().utf8)
    }
  }

  /// For `fromJSON` under `strategy.matrix`.
  ///
  /// - Source: https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
  private func gitHub() -> [UInt8] {
    line { json in
      json.object { json in
        json.member("include", array: legs) { json, leg in
          json.object { json in
            json.member("name", leg.name)
            json.member("cell", leg.cell ?? "")
            json.member("shard", leg.shard ?? "")
            json.member("provider", leg.provider ?? "")
            json.member("model", leg.model ?? "")
            json.member("task", leg.task ?? "")
          }
        }
      }
    }
  }

  /// For `strategy: matrix: $[ dependencies… ]`: names and variables.
  ///
  /// - Source: https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/jobs-job-strategy
  private func azure() -> [UInt8] {
    let bytes = line { json in
      json.object { json in
        for leg in legs {
          json.member(
            leg.name,
            object: { json in
              for variable in leg.variables { json.member(variable.name, variable.value) }
            })
        }
      }
    }
    // The text goes through a log command, where `%` begins an escape: here it is one of JSON's.
    return Array(String(decoding: bytes, as: UTF8.self).replacing("%", with: #"\u0025"#).utf8)
  }

  /// For `readJSON` and `withEnv`.
  private func jenkins() -> [UInt8] {
    line { json in
      json.array(legs) { json, leg in
        json.object { json in
          json.member("name", leg.name)
          json.member("environment", array: leg.variables) { json, variable in
            json.string("\(variable.name)=\(variable.value)")
          }
        }
      }
    }
  }

  /// A child pipeline: a job a leg, each as the template's hidden job says.
  ///
  /// - Source: https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines
  private func gitLab(_ template: String) -> [UInt8] {
    var yaml = "# Written by `tidemark matrix gitlab`.\ninclude:\n  - local: \(quoted(template))\n"
    for leg in legs {
      // A word before the name: no job may be called `pages`, `image` or `default`.
      yaml += "\n\(quoted("bench " + leg.name)):\n  extends: .tidemark-cell\n  variables:\n"
      for variable in leg.variables {
        // `$$` is a dollar sign: variables would be put in its place.
        let value = variable.value.replacing("$", with: "$$")
        yaml += "    \(variable.name): \(quoted(value))\n"
      }
    }
    return Array(yaml.utf8)
  }

  /// A JSON string is a double-quoted scalar of YAML 1.2 with the same meaning.
  private func quoted(_ text: String) -> String {
    var json = JSONWriter()
    json.string(text)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// `--json`: an object a line.
  func lines() -> [UInt8] {
    legs.flatMap { leg in
      line { json in
        json.object { json in
          json.member("name", leg.name)
          json.member("cell", leg.cell)
          json.member("shard", leg.shard)
          json.member("provider", leg.provider)
          json.member("model", leg.model)
          json.member("task", leg.task)
          json.member("jobs", array: leg.jobs) { $0.string($1) }
        }
      }
    }
  }

  private func line(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    body(&json)
    json.newLine()
    return json.bytes
  }
}
