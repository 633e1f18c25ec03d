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
    let pipeline = try await pipeline(
      called: try order.pipeline(called: "NAME (or definitionId of the pipeline's address)"))
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

  /// The number of a pipeline by its name, with its folders before it where that is needed.
  ///
  /// - Source: https://learn.microsoft.com/rest/api/azure/devops/build/definitions/list
  private func pipeline(called name: String) async throws(Failure) -> Int {
    if let number = Int(name) { return number }
    let path = name.split { $0 == "/" || $0 == "\\" }.map { String($0) }
    guard let last = path.last, !last.contains("*") else {
      throw Failure(.refused, "`\(SafeText.oneLine(name))` is no pipeline's name")
    }
    let wanted = "/" + path.joined(separator: "/").lowercased()
    let call = Call.azure(
      .get, "\(apis)/build/definitions", query: [("name", last), ("$top", "1000")])
    let found = try await client.list(
      call, paging: .token(header: "x-ms-continuationtoken", parameter: "continuationToken"),
      in: "value"
    ) { (value) throws(Failure) -> (id: Int, place: String)? in
      guard let id = value["id"]?.int, let name = value["name"]?.string else { return nil }
      let folder = (value["path"]?.string ?? "").split(separator: "\\").map { String($0) }
      return (id, "/" + (folder + [name]).joined(separator: "/"))
    }
    // The whole path says which; the end of one does where there is one such only.
    let exact = found.filter { $0.place.lowercased() == wanted }
    let fitting = exact.isEmpty ? found.filter { $0.place.lowercased().hasSuffix(wanted) } : exact
    guard let one = fitting.first else {
      throw Failure(
        .refused, "there is no pipeline `\(SafeText.oneLine(name))`, or the token may not see it",
        remedy: "give its name, or definitionId of its address")
    }
    guard fitting.count == 1 else {
      let places = fitting.prefix(5).map { "`\(SafeText.oneLine(String($0.place.dropFirst())))`" }
      throw Failure(
        .refused, "there are \(fitting.count) pipelines `\(SafeText.oneLine(name))`",
        remedy: "name one with its folder: \(places.joined(separator: ", "))")
    }
    return one.id
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
