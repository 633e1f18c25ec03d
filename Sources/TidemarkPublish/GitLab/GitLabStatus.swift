private import TidemarkConfig
private import TidemarkReport
internal import TidemarkSyntax

extension GitLabTarget {
  private static let need =
    "an access token of the project with the scope `api` and at least the role Developer"

  /// A status in the pipeline that tested. Of one name the newest counts.
  ///
  /// - Source: https://docs.gitlab.com/api/commits/#set-commit-pipeline-status
  func status() async throws(Failure) -> PartOutcome {
    try requireToken(GitLabTarget.need)
    return try await explaining(GitLabTarget.need) { () async throws(Failure) in
      let place = try await statusPlace()
      let name = publication.key == "main" ? "tidemark" : "tidemark/\(publication.key)"
      let wanted = GitLabStatus(
        state: publication.report.verdict.gitLabState,
        description: publication.headline(limit: 255),
        address: publication.address.flatMap { $0.utf8.count <= 255 ? $0 : nil } ?? "")
      if try await newest(name, at: place) == wanted { return .done("unchanged") }
      return .done(try await set(wanted, name, at: place))
    }
  }

  private struct Place {
    var root: String
    var commit: String
    var ref: String?
    var pipeline: Int?
  }

  /// A status with another commit, ref or pipeline than the running pipeline's would begin one of
  /// its own: in a merged-results pipeline that is not the merge request's head.
  private func statusPlace() async throws(Failure) -> Place {
    let root = try GitLabTarget.root(in: scene)
    if let pipeline = scene.variables["CI_PIPELINE_ID"].flatMap({ Int($0) }) {
      do throws(Failure) {
        return try await client.json(Call(.get, "\(root)/pipelines/\(pipeline)")) {
          (value) throws(Failure) in
          guard let commit = value["sha"]?.string else {
            throw .unreadable("a pipeline has no commit")
          }
          return Place(
            root: root, commit: commit, ref: value["ref"]?.string, pipeline: pipeline)
        }
      } catch {
        guard error.kind == .missing else { throw error }
      }
    }
    guard let commit = run.commit, commit.utf8.count >= 40,
      commit.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0 | 0x20) })
    else {
      throw Failure(
        .refused, "it is not known which commit the status belongs to",
        remedy: "give --commit with all its digits")
    }
    return Place(root: root, commit: commit.lowercased(), ref: run.branch)
  }

  /// Posts `wanted`; where GitLab wants a running one before, that one first.
  private func set(
    _ wanted: GitLabStatus, _ name: String, at place: Place
  ) async throws(Failure) -> String {
    do throws(Failure) {
      return try await post(wanted, name, at: place)
    } catch {
      guard error.kind == .rejected else { throw error }
      let now = try await newest(name, at: place)
      // Another publisher of the same was faster.
      if now == wanted { return wanted.state }
      guard now?.state == "pending" else { throw error }
      var running = wanted
      running.state = "running"
      _ = try await post(running, name, at: place)
      return try await post(wanted, name, at: place)
    }
  }

  private func post(
    _ wanted: GitLabStatus, _ name: String, at place: Place
  ) async throws(Failure) -> String {
    let call = Call(.post, "\(place.root)/statuses/\(Address.encoded(place.commit))") { json in
      json.member("state", wanted.state)
      json.member("name", name)
      json.member("description", wanted.description)
      if !wanted.address.isEmpty { json.member("target_url", wanted.address) }
      if let ref = place.ref { json.member("ref", ref) }
      if let pipeline = place.pipeline { json.member("pipeline_id", pipeline) }
    }
    return try await client.json(
      call, dry: wanted.state,
      look: { () async throws(Failure) in
        try await self.newest(name, at: place) == wanted ? wanted.state : nil
      }, { (root) throws(Failure) in root["status"]?.string ?? wanted.state })
  }

  private func newest(_ name: String, at place: Place) async throws(Failure) -> GitLabStatus? {
    let call = Call(
      .get, "\(place.root)/repository/commits/\(Address.encoded(place.commit))/statuses",
      query: [("name", name), ("all", "true"), ("per_page", "100")])
    let all = try await client.list(call, paging: .nextPage) {
      (value) throws(Failure) -> (id: Int, status: GitLabStatus)? in
      guard value["name"]?.string == name, let id = value["id"]?.int,
        place.pipeline == nil || value["pipeline_id"]?.int ?? place.pipeline == place.pipeline
      else { return nil }
      return (id, GitLabStatus(value))
    }
    return all.max { $0.id < $1.id }?.status
  }
}

extension Verdict {
  /// What was not judged is neither green nor red; and red ends the pipeline as failed.
  fileprivate var gitLabState: String {
    switch self {
    case .pass: "success"
    case .fail: "failed"
    case .unjudged: "skipped"
    }
  }
}

private struct GitLabStatus: Equatable {
  var state: String
  var description: String
  var address: String

  init(state: String, description: String, address: String) {
    self.state = state
    self.description = description
    self.address = address
  }

  init(_ value: JSONValue) {
    state = value["status"]?.string ?? ""
    description = value["description"]?.string ?? ""
    address = value["target_url"]?.string ?? ""
  }
}
