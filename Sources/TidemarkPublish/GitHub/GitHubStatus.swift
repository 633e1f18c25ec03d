private import TidemarkReport
internal import TidemarkSyntax

extension GitHubTarget {
  /// A status of the tested commit. Of one context the newest counts; none can be edited.
  ///
  /// - Source: https://docs.github.com/rest/commits/statuses
  func status() async throws(Failure) -> PartOutcome {
    let commit = try self.commit(for: "status")
    try requireToken("statuses: write")
    let context = publication.key == "main" ? "tidemark" : "tidemark/\(publication.key)"
    let state =
      switch publication.report.verdict {
      case .pass: "success"
      case .fail: "failure"
      case .unjudged: "error"
      }
    let wanted = GitHubStatus(
      state: state, description: publication.headline(limit: 140),
      address: publication.address ?? "")
    if try await newest(context, of: commit) == wanted { return .done("unchanged") }
    let call = Call(.post, "\(root)/statuses/\(commit)") { json in
      json.member("state", wanted.state)
      json.member("description", wanted.description)
      json.member("context", context)
      if !wanted.address.isEmpty { json.member("target_url", wanted.address) }
    }
    let written = try await client.json(
      call, dry: wanted,
      look: { () async throws(Failure) in
        let newest = try await self.newest(context, of: commit)
        return newest == wanted ? newest : nil
      }, { (root) throws(Failure) in GitHubStatus(root) })
    return .done(written.state)
  }

  private func newest(
    _ context: String, of commit: String
  ) async throws(Failure) -> GitHubStatus? {
    let call = Call(.get, "\(root)/commits/\(commit)/status", query: [("per_page", "100")])
    let statuses = try await client.list(call, in: "statuses") { (value) throws(Failure) in
      value["context"]?.string == context ? GitHubStatus(value) : nil
    }
    return statuses.first
  }
}

private struct GitHubStatus: Equatable {
  var state: String
  var description: String
  var address: String

  init(state: String, description: String, address: String) {
    self.state = state
    self.description = description
    self.address = address
  }

  init(_ value: JSONValue) {
    state = value["state"]?.string ?? ""
    description = value["description"]?.string ?? ""
    address = value["target_url"]?.string ?? ""
  }
}
