private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// Jenkins' jobs: into the queue, out of it as a build, to the build's end.
///
/// - Source: https://www.jenkins.io/doc/book/using/remote-access-api/#submitting-jobs
package final class JenkinsTrigger: TriggerTarget {
  package static var target: any Target.Type { JenkinsTarget.self }

  private let order: TriggerOrder
  private let scene: Scene
  private let session: JenkinsSession
  private let job: String

  package init(_ order: TriggerOrder, in scene: Scene) throws(Failure) {
    self.order = order
    self.scene = scene
    session = try JenkinsSession(in: scene)
    job = JenkinsSession.jobPath(try order.pipeline(called: "FOLDER/JOB"))
    if order.ref != nil {
      throw Failure(
        .refused, "a Jenkins job builds the branch that it is configured for",
        remedy: "name a branch's job with --pipeline, or give its parameter with --input")
    }
  }

  private var parameters: [(String, String)] {
    (order.inputs + order.variables).map { ($0.name, $0.value) }
  }

  package func start() async throws(Failure) -> StartedRun? {
    let before = try await state()
    guard parameters.isEmpty else {
      return try await enter("buildWithParameters", before)
    }
    do throws(Failure) {
      return try await enter("build", before)
    } catch {
      // A job with parameters takes their defaults only so.
      guard error.kind == .rejected || error.status == 500 else { throw error }
      return try await enter("buildWithParameters", before)
    }
  }

  private struct JobState {
    var nextBuild: Int
    var queueItem: Int?
  }

  private func state() async throws(Failure) -> JobState {
    let call = Call(
      .get, "\(job)/api/json", query: [("tree", "nextBuildNumber,inQueue,queueItem[id]")])
    return try await session.client.json(call) { (root) throws(Failure) in
      guard let next = root["nextBuildNumber"]?.int else {
        throw .unreadable("a job has no next build")
      }
      return JobState(nextBuild: next, queueItem: root["queueItem"]?["id"]?.int)
    }
  }

  /// 303: the same stands in the queue already, and is this one.
  private func enter(_ how: String, _ before: JobState) async throws(Failure) -> StartedRun? {
    var call = Call(.post, "\(job)/\(how)")
    call.content = .form(parameters)
    call.accepted = [303]
    call.expectation = .anything
    do throws(Failure) {
      return try await session.send(
        call, dry: .some(nil),
        look: { () async throws(Failure) -> StartedRun?? in
          let now = try await self.state()
          if let item = now.queueItem, item != before.queueItem {
            return StartedRun(id: "queue-\(item)")
          }
          // It may have left the queue as the next build.
          return now.nextBuild > before.nextBuild
            ? .some(StartedRun(id: "\(before.nextBuild)")) : nil
        }
      ) { (response) throws(Failure) in
        guard let item = JenkinsTrigger.queueItem(response["location"] ?? "") else {
          throw Failure(
            .notSignedIn, "Jenkins does not say where in its queue the build is",
            remedy: "check JENKINS_USER and JENKINS_TOKEN")
        }
        return StartedRun(id: "queue-\(item)")
      }
    } catch {
      var failure = error
      if failure.kind == .denied { failure.problem.remedy = "give its user Job/Build on the job" }
      if failure.kind == .conflict {
        failure.problem.what = "the job is switched off (409)"
      }
      throw failure
    }
  }

  /// `https://host/queue/item/7/`: 7.
  static func queueItem(_ location: String) -> Int? {
    guard let range = location.firstRange(of: "/queue/item/") else { return nil }
    return Int(location[range.upperBound...].prefix { $0.isNumber })
  }

  package func progress(of run: inout StartedRun) async throws(Failure) -> RunProgress {
    if run.id.hasPrefix("queue-") {
      let waiting = try await leaveQueue(&run)
      if let waiting { return waiting }
    }
    guard let number = Int(run.id) else {
      throw Failure(.refused, "`\(SafeText.oneLine(run.id))` is no build's number")
    }
    let call = Call(.get, "\(job)/\(number)/api/json", query: [("tree", "building,result,url")])
    let found = try await session.client.json(call) {
      (root) throws(Failure) -> (isBuilding: Bool, result: String?, url: String?) in
      guard let isBuilding = root["building"]?.bool else {
        throw .unreadable("a build does not say whether it goes on")
      }
      return (isBuilding, root["result"]?.string, root["url"]?.string)
    }
    run.url = found.url ?? run.url
    // A result may be told before the build has ended.
    guard !found.isBuilding, let result = found.result else { return .going("building") }
    return result == "SUCCESS" ? .succeeded(result) : .failed(result)
  }

  /// - Returns: nil once `run` is a build.
  private func leaveQueue(_ run: inout StartedRun) async throws(Failure) -> RunProgress? {
    guard let item = Int(run.id.dropFirst("queue-".count)) else {
      throw Failure(.refused, "`\(SafeText.oneLine(run.id))` is no item of the queue")
    }
    let found = try await session.json("/queue/item/\(item)/api/json") {
      (root) throws(Failure) -> (isCancelled: Bool, number: Int?, url: String?) in
      let build = root["executable"]
      return (root["cancelled"]?.bool ?? false, build?["number"]?.int, build?["url"]?.string)
    }
    if found.isCancelled { return .failed("cancelled in the queue") }
    guard let number = found.number else { return .going("in the queue") }
    run = StartedRun(id: "\(number)", url: found.url)
    return nil
  }

  package func set(_ schedule: TriggerOrder.Schedule) async throws(Failure) -> String {
    throw Failure(
      .refused, "Jenkins' schedules stand in the Jenkinsfile",
      remedy: "write `triggers { cron('\(SafeText.oneLine(schedule.cron))') }` into it")
  }
}
