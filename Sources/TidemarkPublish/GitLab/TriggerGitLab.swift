private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// GitLab's pipelines: with a trigger's or a job's token, else by the API; and their schedules.
///
/// - Source: https://docs.gitlab.com/api/pipeline_triggers/, https://docs.gitlab.com/api/pipelines/
package final class GitLabTrigger: TriggerTarget {
  package static var target: any Target.Type { GitLabTarget.self }

  private let order: TriggerOrder
  private let scene: Scene
  private let client: Client
  private let root: String
  private let credential: GitLabCredential?
  /// Goes into the body, never into an address.
  private let triggerToken: String?

  package init(_ order: TriggerOrder, in scene: Scene) throws(Failure) {
    var scene = scene
    credential = GitLabCredential(in: scene)
    let isJob = credential == nil || credential?.kind == .job
    triggerToken =
      scene.variables["GITLAB_TRIGGER_TOKEN"] ?? (isJob ? scene.variables["CI_JOB_TOKEN"] : nil)
    if let triggerToken { scene.conduct.secrets.insert(triggerToken) }
    self.order = order
    self.scene = scene
    client = try GitLabTarget.client(in: scene)
    if let project = order.pipeline {
      root = "/projects/\(Address.encoded(project))"
    } else {
      root = try GitLabTarget.root(in: scene)
    }
  }

  package func start() async throws(Failure) -> StartedRun? {
    let ref = try order.shortRef(in: scene)
    let before = try await pipelines(ref)
    var look: (() async throws(Failure) -> StartedRun?)?
    if let newest = before?.map(\.id).max() ?? (before == nil ? nil : 0) {
      look = { () async throws(Failure) in
        let new = try await self.pipelines(ref) ?? []
        return new.filter { $0.id > newest }.min { $0.id < $1.id }
          .map { StartedRun(id: "\($0.id)", url: $0.url) }
      }
    }
    do throws(Failure) {
      return try await client.json(call(ref), dry: .some(nil), look: look.map(Self.optional)) {
        (root) throws(Failure) in
        guard let id = root["id"]?.int else { throw .unreadable("a pipeline has no id") }
        return StartedRun(id: "\(id)", url: root["web_url"]?.string)
      }
    } catch {
      var failure = error
      if failure.kind == .denied {
        failure.problem.remedy =
          "set GITLAB_TRIGGER_TOKEN to a trigger's token of the project, or GITLAB_TOKEN to an "
          + "access token with the scope `api` and at least the role Developer"
      }
      throw failure
    }
  }

  /// A look that finds nothing is none; one that finds something is an answer.
  private static func optional(
    _ look: @escaping () async throws(Failure) -> StartedRun?
  ) -> (() async throws(Failure) -> StartedRun??) {
    { () async throws(Failure) in try await look().map { .some($0) } }
  }

  private func call(_ ref: String) -> Call {
    let triggerToken = triggerToken
    let path = triggerToken == nil ? "\(root)/pipeline" : "\(root)/trigger/pipeline"
    return Call(.post, path) { json in
      json.member("ref", ref)
      if let triggerToken { json.member("token", triggerToken) }
      if triggerToken == nil {
        json.key("variables")
        json.array(order.variables) { json, variable in
          json.object { json in
            json.member("key", variable.name)
            json.member("value", variable.value)
          }
        }
      } else {
        json.member(
          "variables",
          object: { json in
            for (name, value) in order.variables { json.member(name, value) }
          })
      }
      guard !order.inputs.isEmpty else { return }
      json.member(
        "inputs",
        object: { json in
          for (name, value) in order.inputs { json.member(name, value) }
        })
    }
  }

  /// The newest pipelines of a ref; nil where the token may not ask.
  private func pipelines(_ ref: String) async throws(Failure) -> [(id: Int, url: String?)]? {
    guard let credential, credential.kind != .job else { return nil }
    let call = Call(
      .get, "\(root)/pipelines",
      query: [("ref", ref), ("order_by", "id"), ("sort", "desc"), ("per_page", "50")])
    do throws(Failure) {
      return try await client.list(call, paging: .none) {
        (value) throws(Failure) -> (id: Int, url: String?)? in
        value["id"]?.int.map { ($0, value["web_url"]?.string) }
      }
    } catch {
      guard [.denied, .missing].contains(error.kind) else { throw error }
      return nil
    }
  }

  package func progress(of run: inout StartedRun) async throws(Failure) -> RunProgress {
    guard let number = Int(run.id) else {
      throw Failure(.refused, "`\(SafeText.oneLine(run.id))` is no pipeline's number")
    }
    guard credential != nil else {
      throw Failure(
        .refused, "a trigger's token may not ask for a pipeline",
        remedy: "set GITLAB_TOKEN to an access token with the scope `read_api`, to follow it")
    }
    var call = Call(.get, "\(root)/pipelines/\(number)")
    call.isPolled = true
    let (status, url) = try await client.json(call) { (root) throws(Failure) in
      guard let status = root["status"]?.string else {
        throw .unreadable("a pipeline has no status")
      }
      return (status, root["web_url"]?.string)
    }
    run.url = url ?? run.url
    switch status {
    case "success": return .succeeded(status)
    case "failed", "canceled", "skipped": return .failed(status)
    default: return .going(status.replacing("_", with: " "))
    }
  }

  // MARK: Schedules

  private struct Stored {
    var id: Int
    var schedule: TriggerOrder.Schedule
    var ref: String

    init?(_ value: JSONValue) {
      guard let id = value["id"]?.int, let name = value["description"]?.string else { return nil }
      self.id = id
      schedule = TriggerOrder.Schedule(name: name, cron: value["cron"]?.string ?? "")
      schedule.timeZone = value["cron_timezone"]?.string ?? "UTC"
      schedule.isActive = value["active"]?.bool ?? true
      ref = value["ref"]?.string ?? ""
    }
  }

  /// Of one description there is one: it is made, or changed where it is another.
  ///
  /// - Source: https://docs.gitlab.com/api/pipeline_schedules/
  package func set(_ schedule: TriggerOrder.Schedule) async throws(Failure) -> String {
    let short = try order.shortRef(in: scene)
    let isTag = order.ref?.hasPrefix("refs/tags/") ?? false
    let ref = (isTag ? "refs/tags/" : "refs/heads/") + short
    let path = "\(root)/pipeline_schedules"
    do throws(Failure) {
      guard let stored = try await find(schedule.name, path) else {
        let id = try await create(schedule, ref, path)
        try await setVariables(of: id, path)
        return "created"
      }
      let isSame = stored.schedule == schedule && stored.ref == ref
      if !isSame {
        try await client.perform(
          Call(.put, "\(path)/\(stored.id)") { write(schedule, ref, to: &$0) })
      }
      let changed = try await setVariables(of: stored.id, path)
      return isSame && changed == 0 ? "unchanged" : "changed"
    } catch {
      var failure = error
      if failure.kind == .denied {
        failure.problem.remedy =
          "set GITLAB_TOKEN to an access token with the scope `api` and at least the role "
          + "Developer (a schedule of somebody else's must first be taken over)"
      }
      throw failure
    }
  }

  private func find(_ name: String, _ path: String) async throws(Failure) -> Stored? {
    let call = Call(.get, path, query: [("per_page", "100")])
    let all = try await client.list(call, paging: .nextPage) { (value) throws(Failure) in
      Stored(value)
    }
    return all.filter { $0.schedule.name == name }.min { $0.id < $1.id }
  }

  private func create(
    _ schedule: TriggerOrder.Schedule, _ ref: String, _ path: String
  ) async throws(Failure) -> Int {
    try await client.json(
      Call(.post, path) { write(schedule, ref, to: &$0) }, dry: 0,
      look: { () async throws(Failure) in try await self.find(schedule.name, path)?.id }
    ) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("a schedule has no id") }
      return id
    }
  }

  private func write(
    _ schedule: TriggerOrder.Schedule, _ ref: String, to json: inout JSONWriter
  ) {
    json.member("description", schedule.name)
    json.member("ref", ref)
    json.member("cron", schedule.cron)
    json.member("cron_timezone", schedule.timeZone)
    json.member("active", schedule.isActive)
  }

  /// - Returns: How many were set.
  @discardableResult
  private func setVariables(of id: Int, _ path: String) async throws(Failure) -> Int {
    guard !order.variables.isEmpty else { return 0 }
    let known: [String: String]
    if scene.conduct.isDryRun, id == 0 {
      known = [:]
    } else {
      known = try await variables(of: id, path)
    }
    var changes = 0
    for (name, value) in order.variables where known[name] != value {
      changes += 1
      let isNew = known[name] == nil
      let place = "\(path)/\(id)/variables" + (isNew ? "" : "/\(Address.encoded(name))")
      let call = Call(isNew ? .post : .put, place) { json in
        if isNew { json.member("key", name) }
        json.member("value", value)
      }
      try await client.perform(
        call,
        look: { () async throws(Failure) in
          try await self.variables(of: id, path)[name] == value ? () : nil
        })
    }
    return changes
  }

  private func variables(of id: Int, _ path: String) async throws(Failure) -> [String: String] {
    try await client.json(Call(.get, "\(path)/\(id)")) { (root) throws(Failure) in
      var known: [String: String] = [:]
      for value in root.list("variables") {
        if let name = value["key"]?.string { known[name] = value["value"]?.string ?? "" }
      }
      return known
    }
  }
}
