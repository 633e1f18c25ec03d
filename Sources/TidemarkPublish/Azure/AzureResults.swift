private import TidemarkReport
private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

extension AzureTarget {
  private static let need = "`Create and edit test runs` (a personal token: Test management)"

  /// A test run with every test of junit/tidemark*.xml, for servers and steps without the task
  /// PublishTestResults@2.
  ///
  /// - Source: https://learn.microsoft.com/rest/api/azure/devops/test/runs and …/test/results
  func results() async throws(Failure) -> PartOutcome {
    let files = JUnitResults.files(in: publication.folder)
    guard !files.isEmpty else {
      throw Failure(
        .refused, "there is no junit/tidemark.xml beside the report",
        remedy: "let `tidemark report` write it: it is left out by --only")
    }
    try requireToken()
    return try await explaining(AzureTarget.need) { () async throws(Failure) in
      let run = AzureTestRun(
        client, path: "\(try place.apis())/test", publication,
        build: scene.variables["BUILD_BUILDID"])
      return .done(try await run.write(files))
    }
  }
}

/// One test run of the API: made, filled in batches, completed. A publisher that was stopped in the
/// middle goes on where it was.
private final class AzureTestRun {
  /// Results of one request.
  static let batch = 1000
  static let testLimit = 200_000
  /// Outputs of failed tests that are attached, a request each.
  private static let attachmentLimit = 20
  private static let messageLimit = 4000
  private static let nameLimit = 512

  private let client: Client
  private let path: String
  private let publication: Publication
  private let build: String?
  private let name: String
  /// How many of the file's results the server has.
  private var sent = 0
  private var skipped = 0
  private var attached = 0
  private var counts = (all: 0, failed: 0)

  init(_ client: Client, path: String, _ publication: Publication, build: String?) {
    self.client = client
    self.path = path
    self.publication = publication
    self.build = build
    name = "Tidemark \(publication.key), attempt \(publication.mark.attempt)"
  }

  /// - Returns: What was done, a clause.
  func write(_ files: [String]) async throws(Failure) -> String {
    let id: Int
    if let known = try await known() {
      if known.isCompleted { return "unchanged" }
      id = known.id
      sent = try await ids(of: id, from: 0).count
    } else {
      id = try await create()
    }
    skipped = sent
    for file in files {
      let results: [PublishedResult]
      do throws(Problem) {
        results = try JUnitResults.read(file, limit: AzureTestRun.testLimit - counts.all)
      } catch {
        try await complete(id, as: "Aborted")
        throw Failure(.refused, error.description)
      }
      counts.all += results.count
      counts.failed += results.count { $0.outcome == .failed }
      try await send(results, to: id)
    }
    try await attachSummary(to: id)
    try await complete(id, as: "Completed")
    return "\(NumberText.count(counts.all)) results, \(NumberText.count(counts.failed)) failed"
  }

  // MARK: The run

  private func known() async throws(Failure) -> (id: Int, isCompleted: Bool)? {
    var query = [("includeRunDetails", "true"), ("$top", "1000")]
    if let build { query.append(("buildUri", "vstfs:///Build/Build/\(build)")) }
    let call = Call.azure(.get, "\(path)/runs", query: query)
    let runs = try await client.list(call, paging: .none, in: "value") {
      (value) throws(Failure) -> (id: Int, isCompleted: Bool)? in
      guard value["name"]?.string == name, let id = value["id"]?.int,
        build == nil || value["build"]?["id"]?.scalarText == build,
        let state = value["state"]?.string, state != "Aborted"
      else { return nil }
      return (id, state == "Completed")
    }
    // Without a build any run of the past may have the name.
    return build == nil ? nil : runs.min { $0.id < $1.id }
  }

  private func create() async throws(Failure) -> Int {
    let call = Call.azure(.post, "\(path)/runs") { json in
      json.member("name", name)
      json.member("automated", true)
      json.member("state", "InProgress")
      json.member("startDate", TimeText.rfc3339(publication.report.run.time))
      json.member("comment", publication.headline(limit: 900))
      if let build { json.member("build", object: { $0.member("id", build) }) }
    }
    return try await client.json(
      call, dry: 0, look: { () async throws(Failure) in try await self.known()?.id }
    ) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("a test run has no id") }
      return id
    }
  }

  private func complete(_ id: Int, as state: String) async throws(Failure) {
    var call = Call.azure(.patch, "\(path)/runs/\(id)") { json in
      json.member("state", state)
      json.member("completedDate", TimeText.rfc3339(client.outlet.time.now()))
    }
    call.isRepeatable = true
    try await client.perform(call)
  }

  // MARK: Its results

  private func send(_ results: [PublishedResult], to run: Int) async throws(Failure) {
    var rest = results[...]
    let known = min(skipped, rest.count)
    skipped -= known
    rest = rest.dropFirst(known)
    while !rest.isEmpty {
      let batch = Array(rest.prefix(AzureTestRun.batch))
      rest = rest.dropFirst(batch.count)
      let ids = try await send(batch: batch, to: run)
      sent += batch.count
      for (result, id) in zip(batch, ids)
      where result.outcome == .failed && !result.output.isEmpty {
        guard attached < AzureTestRun.attachmentLimit else { break }
        attached += 1
        try await attach(
          Array(SafeText.visible(result.output).utf8), as: "output.log",
          to: "\(path)/Runs/\(run)/Results/\(id)/attachments")
      }
    }
  }

  private func send(batch: [PublishedResult], to run: Int) async throws(Failure) -> [Int] {
    var json = JSONWriter()
    json.array(batch) { json, result in
      json.object { AzureTestRun.write(result, to: &$0) }
    }
    var call = Call.azure(.post, "\(path)/Runs/\(run)/results")
    call.content = .bytes(json.bytes, type: "application/json")
    let first = sent
    return try await client.json(
      call, dry: [],
      look: { () async throws(Failure) in
        let ids = try await self.ids(of: run, from: first)
        return ids.isEmpty ? nil : ids
      }
    ) { (root) throws(Failure) in
      guard let list = root["value"], list.isArray else { throw .unreadable("there are no ids") }
      return list.elements.compactMap { $0["id"]?.int }
    }
  }

  /// The results that a run has behind its first ones.
  private func ids(of run: Int, from start: Int) async throws(Failure) -> [Int] {
    var ids: [Int] = []
    while true {
      let call = Call.azure(
        .get, "\(path)/Runs/\(run)/results",
        query: [("$skip", "\(start + ids.count)"), ("$top", "\(AzureTestRun.batch)")])
      let page = try await client.list(call, paging: .none, in: "value") {
        (value) throws(Failure) in value["id"]?.int
      }
      ids += page
      guard page.count == AzureTestRun.batch, ids.count < AzureTestRun.testLimit else {
        return ids
      }
    }
  }

  /// There is no outcome for a skipped test.
  private static func write(_ result: PublishedResult, to json: inout JSONWriter) {
    func line(_ text: String) -> String {
      SafeText.middleCut(SafeText.oneLine(text), units: nameLimit)
    }
    let title = line(result.name.isEmpty ? "(no name)" : result.name)
    json.member("testCaseTitle", title)
    json.member(
      "automatedTestName",
      line(result.className.isEmpty ? title : "\(result.className).\(result.name)"))
    json.member("automatedTestStorage", line(result.suite))
    let outcome =
      switch result.outcome {
      case .passed: "Passed"
      case .failed: "Failed"
      case .skipped: "NotExecuted"
      }
    json.member("outcome", outcome)
    json.member("state", "Completed")
    let milliseconds = min((result.duration ?? 0) * 1000, 1e12)
    json.member("durationInMs", milliseconds)
    if let began = result.began {
      let end = Timestamp(
        millisecondsSince1970: began.millisecondsSince1970 &+ Int64(milliseconds))
      json.member("startedDate", TimeText.rfc3339(began))
      json.member("completedDate", TimeText.rfc3339(end))
    }
    if result.outcome != .passed {
      json.member(
        "errorMessage",
        String(SafeText.prefix(SafeText.visible(result.message), bytes: messageLimit)))
    }
    if !result.text.isEmpty {
      json.member(
        "stackTrace",
        String(SafeText.prefix(SafeText.visible(result.text), bytes: JUnitResults.textLimit)))
    }
  }

  // MARK: Attachments

  private func attachSummary(to run: Int) async throws(Failure) {
    try await attach(
      Array(try publication.summary().utf8), as: "tidemark-\(publication.key).md",
      to: "\(path)/Runs/\(run)/attachments")
  }

  /// One that no answer came for may be there: it is not sent again, as nothing depends on it.
  private func attach(
    _ bytes: [UInt8], as name: String, to path: String
  ) async throws(Failure) {
    let call = Call.azure(.post, path) { json in
      json.member("stream", Base64.text(bytes))
      json.member("fileName", name)
      json.member("attachmentType", "GeneralAttachment")
    }
    do throws(Failure) {
      try await client.perform(call)
    } catch {
      guard error.kind == .unreachable else { throw error }
      client.outlet.voice.note("warning: an attachment may be missing: \(error.problem.what)")
    }
  }
}
