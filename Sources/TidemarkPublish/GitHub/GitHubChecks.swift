private import TidemarkReport
internal import TidemarkSinks
internal import TidemarkSyntax

extension GitHubTarget {
  /// A check run of the tested commit, with annotations at their lines.
  ///
  /// - Source: https://docs.github.com/rest/checks/runs
  func check() async throws(Failure) -> PartOutcome {
    let commit = try self.commit(for: "check")
    try requireToken("checks: write")
    let check = GitHubCheck(publication, commit: commit)
    guard let known = try await find(check) else {
      try await finish(try await create(check), check)
      return .done("created")
    }
    if known.mark?.isNewer(than: publication.mark) ?? false {
      return .done("left to a newer run")
    }
    guard known.externalID == check.externalID else {
      try await finish(try await create(check), check)
      return .done("created")
    }
    if known.isAsWanted(check) { return .done("unchanged") }
    try await finish(known, check)
    return .done("updated")
  }

  /// The newest of this name on the commit.
  private func find(_ check: GitHubCheck) async throws(Failure) -> GitHubCheck.Stored? {
    let call = Call(
      .get, "\(root)/commits/\(check.commit)/check-runs",
      query: [("check_name", check.name), ("filter", "latest"), ("per_page", "100")])
    let stored = try await client.list(call, in: "check_runs") { (value) throws(Failure) in
      try GitHubCheck.Stored(value)
    }
    let ours = stored.filter { $0.externalID.hasPrefix(publication.key + ":") }
    return ours.first { $0.externalID == check.externalID } ?? ours.max { $0.id < $1.id }
  }

  private func create(_ check: GitHubCheck) async throws(Failure) -> GitHubCheck.Stored {
    let first = check.annotations.prefix(GitHubCheck.batch)
    let isLast = first.count == check.annotations.count
    let call = Call(.post, "\(root)/check-runs") { json in
      json.member("name", check.name)
      json.member("head_sha", check.commit)
      check.write(first, isLast: isLast, to: &json)
    }
    let dry = GitHubCheck.Stored(dry: check, annotations: first.count, isCompleted: isLast)
    return try await client.json(
      call, dry: dry,
      look: { () async throws(Failure) in
        let known = try await self.find(check)
        return known?.externalID == check.externalID ? known : nil
      }, { (root) throws(Failure) in try GitHubCheck.Stored(root) })
  }

  /// Sends the annotations that are not there yet, fifty at a time, and completes it. The API appends
  /// them, so whether a try without an answer has arrived is told by the server's count.
  private func finish(
    _ stored: GitHubCheck.Stored, _ check: GitHubCheck
  ) async throws(Failure) {
    var stored = stored
    var sent = min(stored.annotations, check.annotations.count)
    while !stored.isAsWanted(check) {
      let next = check.annotations.dropFirst(sent).prefix(GitHubCheck.batch)
      let isLast = sent + next.count >= check.annotations.count
      let path = "\(root)/check-runs/\(stored.id)"
      let call = Call(.patch, path) { json in check.write(next, isLast: isLast, to: &json) }
      let due = stored.annotations + next.count
      stored = try await client.json(
        call, dry: GitHubCheck.Stored(dry: check, annotations: due, isCompleted: isLast),
        look: { () async throws(Failure) in
          let now = try await self.client.json(Call(.get, path)) { (root) throws(Failure) in
            try GitHubCheck.Stored(root)
          }
          return now.annotations >= due && (!isLast || now.isAsWanted(check)) ? now : nil
        }, { (root) throws(Failure) in try GitHubCheck.Stored(root) })
      sent += next.count
      if isLast { return }
    }
  }
}

/// A check run as it should be.
struct GitHubCheck {
  /// The most annotations of one request.
  static let batch = 50
  /// The most annotations in all; more would be paged through by nobody.
  static let limit = 250
  /// UTF-8 bytes of `summary` and of `text`, where the API takes 65,535 characters.
  static let textLimit = 65_000

  let name: String
  let commit: String
  /// KEY:run:attempt
  let externalID: String
  let conclusion: String
  let title: String
  let annotations: [Finding]
  private let summary: String
  private let address: String?

  init(_ publication: Publication, commit: String) {
    name = publication.key == "main" ? "Tidemark" : "Tidemark (\(publication.key))"
    self.commit = commit
    let run = SafeText.oneLine(String(publication.mark.run.prefix(60)))
    externalID = "\(publication.key):\(run):\(publication.mark.attempt)"
    conclusion =
      switch publication.report.verdict {
      case .pass: "success"
      case .fail: "failure"
      case .unjudged: "neutral"
      }
    title = publication.headline(limit: 200)
    address = publication.address
    let findings = publication.findings.filter { !$0.path.isEmpty }
    annotations = Array(findings.prefix(GitHubCheck.limit))
    summary = publication.brief(
      bytes: GitHubCheck.textLimit, more: findings.count - annotations.count)
  }

  func write(_ batch: some Sequence<Finding>, isLast: Bool, to json: inout JSONWriter) {
    json.member("status", isLast ? "completed" : "in_progress")
    if isLast { json.member("conclusion", conclusion) }
    json.member("external_id", externalID)
    if let address { json.member("details_url", address) }
    json.key("output")
    json.object { json in
      json.member("title", title)
      json.member("summary", summary)
      json.member("annotations", array: batch, GitHubCheck.write)
    }
  }

  private static func write(to json: inout JSONWriter, _ finding: Finding) {
    json.object { json in
      // One that the API does not take would lose the other forty-nine.
      json.member("path", String(SafeText.prefix(SafeText.oneLine(finding.path), bytes: 1000)))
      let line = min(finding.line, 1_000_000_000)
      json.member("start_line", line)
      json.member("end_line", line)
      json.member("annotation_level", finding.level.annotation)
      json.member("message", String(SafeText.prefix(finding.message, bytes: 16_000)))
      json.member("title", SafeText.middleCut(finding.title, units: 120))
    }
  }

  /// A check run as the API tells it.
  struct Stored {
    var id: Int
    var externalID: String
    var isCompleted: Bool
    var conclusion: String?
    var title: String?
    var annotations: Int

    init(_ value: JSONValue) throws(Failure) {
      guard let id = value["id"]?.int, let status = value["status"]?.string else {
        throw .unreadable("a check run has no id or no status")
      }
      self.id = id
      externalID = value["external_id"]?.string ?? ""
      isCompleted = status == "completed"
      conclusion = value["conclusion"]?.string
      title = value["output"]?["title"]?.string
      annotations = value["output"]?["annotations_count"]?.int ?? 0
    }

    init(dry check: GitHubCheck, annotations: Int, isCompleted: Bool) {
      id = 0
      externalID = check.externalID
      self.isCompleted = isCompleted
      conclusion = isCompleted ? check.conclusion : nil
      title = check.title
      self.annotations = annotations
    }

    func isAsWanted(_ check: GitHubCheck) -> Bool {
      isCompleted && conclusion == check.conclusion && title == check.title
        && annotations >= check.annotations.count
    }

    /// Which run made it, as ``GitHubCheck/externalID`` tells.
    var mark: RunMark? {
      let parts = externalID.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count >= 3, let attempt = parts.last.flatMap({ Int($0) }) else { return nil }
      let run = parts[1..<(parts.count - 1)].joined(separator: ":")
      return RunMark(sha: nil, run: run, attempt: attempt)
    }
  }
}

extension Finding.Level {
  /// As check runs and log commands call it.
  var annotation: String {
    switch self {
    case .failure: "failure"
    case .warning: "warning"
    case .notice: "notice"
    }
  }
}
