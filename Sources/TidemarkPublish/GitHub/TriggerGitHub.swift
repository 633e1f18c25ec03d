private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// GitHub's `workflow_dispatch`.
///
/// - Source: https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
package final class GitHubTrigger: TriggerTarget {
  package static var target: any Target.Type { GitHubTarget.self }

  private let order: TriggerOrder
  private let scene: Scene
  private let client: Client
  private let root: String
  /// Looks for a run that was started and not named, and seconds between them.
  private static let looks = 6
  private static let lookPause = 2.0

  package init(_ order: TriggerOrder, in scene: Scene) throws(Failure) {
    self.order = order
    self.scene = scene
    client = try GitHubTarget.client(in: scene)
    root = try GitHubTarget.root(in: scene)
    try order.refuse(order.variables, "variables", "give --input, as the workflow declares them")
  }

  package func start() async throws(Failure) -> StartedRun? {
    let workflow = try order.pipeline(called: "FILE.yml")
    let ref = try order.shortRef(in: scene)
    let before = try await runs(of: workflow, ref).map(\.id).max() ?? 0
    func newest() async throws(Failure) -> StartedRun? {
      let new = try await runs(of: workflow, ref).filter { $0.id > before }
      return new.min { $0.id < $1.id }.map { StartedRun(id: "\($0.id)", url: $0.url) }
    }
    let answer: Answer
    do throws(Failure) {
      answer = try await dispatch(workflow, ref, asksForRun: true, look: newest)
    } catch {
      // Servers of before 2026 refuse a field that they do not know.
      guard error.kind == .rejected else { throw error }
      answer = try await dispatch(workflow, ref, asksForRun: false, look: newest)
    }
    if case .run(let run) = answer { return run }
    guard !scene.conduct.isDryRun else { return nil }
    for look in 1...GitHubTrigger.looks {
      if let run = try await newest() { return run }
      if look < GitHubTrigger.looks {
        await scene.outlet.time.sleep(seconds: GitHubTrigger.lookPause)
      }
    }
    return nil
  }

  private enum Answer {
    case run(StartedRun)
    /// 204, as of old: nothing is told.
    case nothing
  }

  private func dispatch(
    _ workflow: String, _ ref: String, asksForRun: Bool,
    look: @escaping () async throws(Failure) -> StartedRun?
  ) async throws(Failure) -> Answer {
    var call = Call(.post, "\(root)/actions/workflows/\(Address.encoded(workflow))/dispatches") {
      json in
      json.member("ref", ref)
      json.member(
        "inputs",
        object: { json in
          for (name, value) in order.inputs { json.member(name, value) }
        })
      if asksForRun { json.member("return_run_details", true) }
    }
    call.expectation = .anything
    return try await client.send(
      call, dry: Answer.nothing,
      look: { () async throws(Failure) in try await look().map { .run($0) } }
    ) { (response) throws(Failure) in
      guard response.status == 200 else { return .nothing }
      return try response.json { (root) throws(Failure) in
        guard let id = root["workflow_run_id"]?.int else { return .nothing }
        return .run(StartedRun(id: "\(id)", url: root["html_url"]?.string))
      }
    }
  }

  private struct Run {
    var id: Int
    var url: String?
    var status: String
    var conclusion: String?

    init(_ value: JSONValue) throws(Failure) {
      guard let id = value["id"]?.int, let status = value["status"]?.string else {
        throw .unreadable("a run has no id or no status")
      }
      self.id = id
      self.status = status
      url = value["html_url"]?.string
      conclusion = value["conclusion"]?.string
    }
  }

  /// Dispatched runs of the newest hundred.
  private func runs(of workflow: String?, _ ref: String?) async throws(Failure) -> [Run] {
    var query = [("event", "workflow_dispatch"), ("per_page", "100")]
    if let ref { query.append(("branch", ref)) }
    let call = Call(.get, "\(root)/actions/runs", query: query)
    return try await client.list(call, paging: .none, in: "workflow_runs") {
      (value) throws(Failure) -> Run? in
      if let workflow, let path = value["path"]?.string, Int(workflow) == nil,
        !path.prefix(while: { $0 != "@" }).hasSuffix("/" + workflow)
      {
        return nil
      }
      return try Run(value)
    }
  }

  package func progress(of run: inout StartedRun) async throws(Failure) -> RunProgress {
    guard let number = Int(run.id) else {
      throw Failure(.refused, "`\(SafeText.oneLine(run.id))` is no run's number")
    }
    let found: Run?
    do throws(Failure) {
      var call = Call(.get, "\(root)/actions/runs/\(number)")
      call.isPolled = true
      found = try await client.json(call) { (root) throws(Failure) in try Run(root) }
    } catch {
      // A run is in the list before it can be asked for by itself.
      guard error.kind == .missing else { throw error }
      found = try await runs(of: nil, nil).first { $0.id == number }
      if found == nil, order.run != nil { throw error }
    }
    guard let found else { return .going("not to be seen yet") }
    run.url = found.url ?? run.url
    guard found.status == "completed" else {
      return .going(found.status.replacing("_", with: " "))
    }
    let word = found.conclusion ?? "completed"
    return ["success", "neutral", "skipped"].contains(word) ? .succeeded(word) : .failed(word)
  }

  package func set(_ schedule: TriggerOrder.Schedule) async throws(Failure) -> String {
    throw Failure(
      .refused, "GitHub's schedules stand in the workflow and not in its API",
      remedy: "write `on: schedule: [{cron: \"\(SafeText.oneLine(schedule.cron))\"}]` into it")
  }
}
