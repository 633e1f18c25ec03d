private import TidemarkModel
private import TidemarkReport
internal import TidemarkSyntax

extension AzureTarget {
  private static let need =
    "`Contribute to pull requests` on the repository (a personal token: Code, Status)"
  private static let genre = "tidemark"

  /// A status of the pull request's newest iteration, else of the commit. Of one name the newest
  /// counts.
  ///
  /// - Source: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-statuses and
  ///   https://learn.microsoft.com/rest/api/azure/devops/git/statuses
  func status() async throws(Failure) -> PartOutcome {
    guard place.isInAzure else {
      return .skipped("the repository is not in Azure Repos: publish where it is")
    }
    try requireToken()
    return try await explaining(AzureTarget.need) { () async throws(Failure) in
      var wanted = AzureStatus(
        state: publication.report.verdict.azureState,
        description: publication.headline(limit: 400), address: publication.address ?? "")
      let path: String
      if let number = run.pullRequest.flatMap({ Int($0) }) {
        let pull = "\(try place.git())/pullRequests/\(number)"
        wanted.iteration = try await iteration(pull)
        path = "\(pull)/statuses"
      } else {
        path = "\(try place.git())/commits/\(try commit())/statuses"
      }
      if try await newest(path) == wanted { return .done("unchanged") }
      return .done(try await post(wanted, to: path))
    }
  }

  /// The push that was tested, so that a status of an older one does not stand for a newer.
  private func iteration(_ pull: String) async throws(Failure) -> Int? {
    let call = Call.azure(.get, "\(pull)/iterations")
    let all = try await client.list(call, paging: .none, in: "value") {
      (value) throws(Failure) -> (id: Int, commit: String)? in
      guard let id = value["id"]?.int else { return nil }
      return (id, value["sourceRefCommit"]?["commitId"]?.string?.lowercased() ?? "")
    }
    let tested = all.last { $0.commit == run.commit?.lowercased() }
    if tested == nil, run.commit != nil, !all.isEmpty {
      throw Failure(
        .refused, "the pull request has no push with the commit that was tested",
        remedy: "publish the report of one of its builds")
    }
    return tested?.id ?? all.last?.id
  }

  private func commit() throws(Failure) -> String {
    guard let commit = publication.report.run.commit, commit.utf8.count == 40,
      commit.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0 | 0x20) })
    else {
      throw Failure(
        .refused, "it is not known which commit the status belongs to",
        remedy: "give --commit with all its digits")
    }
    return commit.lowercased()
  }

  private func post(_ wanted: AzureStatus, to path: String) async throws(Failure) -> String {
    let call = Call.azure(.post, path) { json in
      json.member("state", wanted.state)
      json.member("description", wanted.description)
      if !wanted.address.isEmpty { json.member("targetUrl", wanted.address) }
      json.member(
        "context",
        object: { json in
          json.member("name", publication.key)
          json.member("genre", AzureTarget.genre)
        })
      if let iteration = wanted.iteration { json.member("iterationId", iteration) }
    }
    return try await client.json(
      call, dry: wanted.state,
      look: { () async throws(Failure) in
        try await self.newest(path) == wanted ? wanted.state : nil
      }, { (_) throws(Failure) in wanted.state })
  }

  private func newest(_ path: String) async throws(Failure) -> AzureStatus? {
    let key = publication.key
    let all = try await client.list(Call.azure(.get, path), paging: .none, in: "value") {
      (value) throws(Failure) -> (id: Int, status: AzureStatus)? in
      guard let context = value["context"], context["genre"]?.string == AzureTarget.genre,
        context["name"]?.string == key
      else { return nil }
      return (value["id"]?.int ?? 0, AzureStatus(value))
    }
    return all.max { $0.id < $1.id }?.status
  }
}

extension Verdict {
  fileprivate var azureState: String {
    switch self {
    case .pass: "succeeded"
    case .fail: "failed"
    case .unjudged: "error"
    }
  }
}

private struct AzureStatus: Equatable {
  var state: String
  var description: String
  var address: String
  var iteration: Int?

  init(state: String, description: String, address: String) {
    self.state = state
    self.description = description
    self.address = address
  }

  init(_ value: JSONValue) {
    state = value["state"]?.string ?? ""
    description = value["description"]?.string ?? ""
    address = value["targetUrl"]?.string ?? ""
    iteration = value["iterationId"]?.int
  }
}
