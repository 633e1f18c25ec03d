private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// Azure's pipelines.
///
/// - Source: https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/run-pipeline
package final class AzureTrigger: TriggerTarget {
  package static var target: any Target.Type { AzureTarget.self }

  private let order: TriggerOrder
  private let scene: Scene
  private let client: Client
  private let apis: String

  package init(_ order: TriggerOrder, in scene: Scene) throws(Failure) {
    self.order = order
    self.scene = scene
    client = try AzureTarget.client(in: scene)
    apis = try AzurePlace(in: scene).apis()
  }

  package func start() async throws(Failure) -> StartedRun? {
    let name = try order.pipeline(called: "NUMBER (definitionId in the pipeline's address)")
    guard let pipeline = Int(name) else {
      throw Failure(
        .refused, "`\(SafeText.oneLine(name))` is no pipeline's number",
        remedy: "take definitionId from the pipeline's address")
    }
    let short = try order.shortRef(in: scene)
    let isTag = order.ref?.hasPrefix("refs/tags/") ?? false
    let ref = (isTag ? "refs/tags/" : "refs/heads/") + short
    let before = try await builds(of: pipeline, ref).map(\.id).max() ?? 0
    let call = Call.azure(.post, "\(apis)/pipelines/\(pipeline)/runs") { write(ref, to: &$0) }
    do throws(Failure) {
      return try await client.json(
        call, dry: .some(nil),
        look: { () async throws(Failure) -> StartedRun?? in
          let new = try await self.builds(of: pipeline, ref).filter { $0.id > before }
          return new.min { $0.id < $1.id }.map { .some(StartedRun(id: "\($0.id)", url: $0.url)) }
        }
      ) { (root) throws(Failure) in
        guard let id = root["id"]?.int else { throw .unreadable("a run has no id") }
        return StartedRun(id: "\(id)", url: root["_links"]?["web"]?["href"]?.string)
      }
    } catch {
      var failure = error
      if failure.kind == .denied {
        failure.problem.remedy =
          "give the identity `Queue builds` of the pipeline (a personal token: Build, read and "
          + "execute)"
      }
      throw failure
    }
  }

  private func write(_ ref: String, to json: inout JSONWriter) {
    json.member(
      "resources",
      object: { json in
        json.member(
          "repositories",
          object: { json in
            json.member("self", object: { $0.member("refName", ref) })
          })
      })
    json.member(
      "templateParameters",
      object: { json in
        for (name, value) in order.inputs { json.member(name, value) }
      })
    json.member(
      "variables",
      object: { json in
        for (name, value) in order.variables {
          json.member(name, object: { $0.member("value", value) })
        }
      })
  }

  /// The newest builds of a pipeline's branch.
  private func builds(
    of pipeline: Int, _ ref: String
  ) async throws(Failure) -> [(id: Int, url: String?)] {
    let call = Call.azure(
      .get, "\(apis)/build/builds",
      query: [
        ("definitions", "\(pipeline)"), ("branchName", ref),
        ("queryOrder", "queueTimeDescending"), ("$top", "50"),
      ])
    return try await client.list(call, paging: .none, in: "value") {
      (value) throws(Failure) -> (id: Int, url: String?)? in
      value["id"]?.int.map { ($0, value["_links"]?["web"]?["href"]?.string) }
    }
  }

  /// A run is a build of the same number.
  package func progress(of run: inout StartedRun) async throws(Failure) -> RunProgress {
    guard let number = Int(run.id) else {
      throw Failure(.refused, "`\(SafeText.oneLine(run.id))` is no run's number")
    }
    let found = try await client.json(Call.azure(.get, "\(apis)/build/builds/\(number)")) {
      (root) throws(Failure) -> (status: String, result: String?, url: String?) in
      guard let status = root["status"]?.string else { throw .unreadable("a build has no status") }
      return (status, root["result"]?.string, root["_links"]?["web"]?["href"]?.string)
    }
    run.url = found.url ?? run.url
    guard found.status == "completed" else { return .going(found.status) }
    let word = found.result ?? "completed without a result"
    // Partially: a step failed that may.
    return ["succeeded", "partiallySucceeded"].contains(word) ? .succeeded(word) : .failed(word)
  }

  package func set(_ schedule: TriggerOrder.Schedule) async throws(Failure) -> String {
    throw Failure(
      .refused, "Azure's schedules stand in the pipeline's file and not in its API",
      remedy: "write `schedules: [{cron: \"\(SafeText.oneLine(schedule.cron))\", "
        + "branches: {include: [main]}, always: true}]` into it")
  }
}
