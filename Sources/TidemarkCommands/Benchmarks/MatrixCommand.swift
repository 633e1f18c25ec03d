import ArgumentParser
internal import TidemarkConfig
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark matrix`: what is configured under `benchmarks` as the platform's job matrix.
struct MatrixCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "matrix",
    abstract: "Print providers × models × tasks as the platform's job matrix.",
    discussion: """
      github: `{"include":[…]}` on one line for fromJSON. gitlab: a child pipeline that includes \
      --template. azure: names and variables for strategy.matrix. jenkins: a list of names and \
      environments. generic: the names alone. Each job carries TIDEMARK_CELL or TIDEMARK_SHARD, by \
      which `tidemark run` in it knows its share. Where there are more jobs than the platform takes, \
      or than --max-jobs, as many shares of them are printed in their place.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "The most jobs (default: what the platform takes, 200 for gitlab, else 256).")
  var maxJobs: Int?

  @Option(help: "Print only the Kth of N shares of the jobs, K/N.")
  var shard: String?

  @Option(help: "gitlab: the file that each job is told by (default: .gitlab/tidemark-cell.yml).")
  var template: String?

  @Argument(
    help: "github, gitlab, azure, jenkins or generic; else the one that this runs on.")
  var platform: PlatformName?

  func run() async throws {
    let session = try Session(common)
    let settings = session.settings
    let matrix = try session.orExit(.usage) { () throws(Problem) in try JobMatrix(settings) }
    for problem in matrix.problems { session.progress.warn(problem) }
    let platform = platform?.platform ?? session.platform.platform ?? .generic
    let most = maxJobs ?? settings.number("max_jobs")
    let limit = most ?? MatrixText.jobLimit(platform)
    guard limit >= 1, limit <= JobMatrix.shardLimit else {
      throw session.fail(
        Problem("--max-jobs \(limit) is no number of jobs", remedy: "give 1 to 10000"), .usage)
    }
    let jobs = try session.orExit(.usage) { () throws(Problem) in
      try share(of: matrix.jobs, shard ?? settings.text("shard"), limit: limit)
    }
    let text = MatrixText(jobs, limit: limit)
    if jobs.count > limit {
      session.progress.say(
        "\(NumberText.count(jobs.count)) jobs as \(limit) shares: "
          + (most == nil ? "\(platform.rawValue) takes no more" : "--max-jobs"))
    }
    Terminal.print(
      bytes: session.isJSON
        ? text.lines()
        : text.text(
          for: platform,
          template: template ?? settings.text("template") ?? ".gitlab/tidemark-cell.yml"))
  }

  /// A share of a share would need both to be told: only as many as fit are let through.
  private func share(
    of jobs: [JobMatrix.Job], _ text: String?, limit: Int
  ) throws(Problem) -> [JobMatrix.Job] {
    guard let text else { return jobs }
    let shard = try JobMatrix.Shard.parse(text)
    let own = jobs.indices.filter { shard.holds($0) }.map { jobs[$0] }
    guard own.count <= limit else {
      throw Problem(
        "shard \(text) has \(own.count) jobs, and \(limit) may be", remedy: "make more shards")
    }
    guard !own.isEmpty else {
      throw Problem(
        "shard \(text) has no jobs: there are \(jobs.count)", remedy: "make fewer shards")
    }
    return own
  }
}

/// A CI platform as an argument.
enum PlatformName: String, ExpressibleByArgument, CaseIterable {
  case github, gitlab, azure, jenkins, generic

  var platform: Platform {
    switch self {
    case .github: .github
    case .gitlab: .gitlab
    case .azure: .azure
    case .jenkins: .jenkins
    case .generic: .generic
    }
  }
}

extension JobMatrix.Shard {
  static func parse(_ text: String) throws(Problem) -> JobMatrix.Shard {
    guard let shard = JobMatrix.Shard(text) else {
      throw Problem(
        "--shard \(SafeText.oneLine(text)) is no share", remedy: "write it as K/N, from 1/N to N/N")
    }
    return shard
  }
}
