private import TidemarkConfig
private import TidemarkModel
private import TidemarkSyntax

/// What is to be started, followed or scheduled.
package struct TriggerOrder: Sendable {
  /// The workflow's file, the pipeline's number, the job's path: what the platform calls it.
  package var pipeline: String?
  /// The branch or tag; nil for the platform's own choice.
  package var ref: String?
  package var inputs: [(name: String, value: String)] = []
  package var variables: [(name: String, value: String)] = []
  /// A run that is there already: it is followed, and none is started.
  package var run: String?
  /// Set or changed instead of starting anything.
  package var schedule: Schedule?
  package var waits = false
  /// Seconds that a run is followed for.
  package var timeout = 3600.0

  package struct Schedule: Hashable, Sendable {
    /// Finds it again.
    package var name: String
    /// Five fields.
    package var cron: String
    package var timeZone = "UTC"
    package var isActive = true

    package init(name: String, cron: String) {
      self.name = name
      self.cron = cron
    }
  }

  package init() {}
}

/// A run that was started.
package struct StartedRun: Hashable, Sendable {
  package var id: String
  package var url: String?

  package init(id: String, url: String? = nil) {
    self.id = id
    self.url = url
  }
}

/// Where a run is; each with the platform's word for it.
package enum RunProgress: Hashable, Sendable {
  case going(String)
  case succeeded(String)
  case failed(String)
}

/// A platform that pipelines are started on: one file and one line in ``triggerTargets``.
package protocol TriggerTarget: SendableMetatype {
  /// Whose name, credential and address it has.
  static var target: any Target.Type { get }
  init(_ order: TriggerOrder, in scene: Scene) throws(Failure)
  /// nil where it was started, and the platform does not tell which run that is.
  func start() async throws(Failure) -> StartedRun?
  /// Asks once; `run` learns what became of it.
  func progress(of run: inout StartedRun) async throws(Failure) -> RunProgress
  /// - Returns: What was done, a clause.
  func set(_ schedule: TriggerOrder.Schedule) async throws(Failure) -> String
}

package let triggerTargets: [any TriggerTarget.Type] = [
  GitHubTrigger.self, GitLabTrigger.self, AzureTrigger.self, JenkinsTrigger.self,
]

/// The exit statuses of `trigger`.
package enum TriggerStatus: Int32, Sendable {
  case done = 0
  /// The run that was followed did not succeed.
  case runFailed = 1
  case usage = 2
  /// It could not be started, followed or scheduled.
  case failed = 4
}

/// Starts a run, and follows it to its end if that is asked for.
package struct Trigger {
  private let scene: Scene
  private let order: TriggerOrder
  private let type: any TriggerTarget.Type
  /// Prints one JSON object in place of lines.
  private let isForMachines: Bool

  /// Seconds between two looks: at first, and at most.
  private static let firstPause = 5.0
  private static let longestPause = 30.0
  /// Seconds after which a token that is no longer taken may have ended.
  private static let signInPause = 600.0

  package init(
    _ type: any TriggerTarget.Type, _ order: TriggerOrder, isForMachines: Bool, in scene: Scene
  ) {
    self.type = type
    self.order = order
    self.isForMachines = isForMachines
    var scene = scene
    if let token = scene.token(type.target) { scene.conduct.secrets.insert(token) }
    scene.permissions = ["actions": "write"]
    self.scene = scene
  }

  package func run() async -> TriggerStatus {
    do throws(Failure) {
      let target = try await signedIn()
      if let schedule = order.schedule {
        let done = try await target.set(schedule)
        answer(["schedule": schedule.name, "state": done], line: "schedule: \(done)")
        return .done
      }
      return try await start(target)
    } catch {
      note("error: \(error.problem)")
      // What is refused before anything was asked is wrong as it was ordered.
      return error.kind == .refused ? .usage : .failed
    }
  }

  private func signedIn() async throws(Failure) -> any TriggerTarget {
    try type.init(order, in: try await type.target.signedIn(scene))
  }

  private func start(_ target: any TriggerTarget) async throws(Failure) -> TriggerStatus {
    if let id = order.run { return try await follow(StartedRun(id: id), target) }
    guard let run = try await target.start() else {
      let word = scene.conduct.isDryRun ? "not started (dry run)" : "started"
      answer(["state": word], line: word)
      guard order.waits, !scene.conduct.isDryRun else { return .done }
      throw Failure(
        .unreachable, "it was started, and the platform does not tell as which run",
        remedy: "look there, and follow it with --run")
    }
    guard order.waits, !scene.conduct.isDryRun else {
      show(run, "started")
      return .done
    }
    note("started \(run.url ?? run.id)")
    return try await follow(run, target)
  }

  /// Looks more and more seldom; a server that fails meanwhile is asked again as any other.
  private func follow(
    _ run: StartedRun, _ target: any TriggerTarget
  ) async throws(Failure) -> TriggerStatus {
    var (run, target) = (run, target)
    let time = scene.outlet.time
    var signedIn = time.elapsed()
    let end = signedIn + order.timeout
    var pause = Trigger.firstPause
    var told: String?
    while true {
      let progress: RunProgress
      do throws(Failure) {
        progress = try await target.progress(of: &run)
      } catch {
        // Tokens that were got for the occasion end within hours.
        guard error.kind == .badCredential, time.elapsed() - signedIn > Trigger.signInPause else {
          throw error
        }
        target = try await self.signedIn()
        signedIn = time.elapsed()
        continue
      }
      switch progress {
      case .succeeded(let word):
        show(run, word)
        return .done
      case .failed(let word):
        show(run, word)
        note("error: the run ended as \(SafeText.oneLine(word))")
        return .runFailed
      case .going(let word):
        if word != told { note("the run is \(SafeText.oneLine(word))") }
        told = word
      }
      let left = end - time.elapsed()
      guard left > 0 else {
        show(run, told ?? "running")
        let seconds = NumberText.decimal(order.timeout, digits: 0)
        throw Failure(
          .overBudget, "the run goes on after \(seconds) s",
          remedy: "give it longer with --timeout, or follow it again with --run")
      }
      await time.sleep(seconds: min(pause, left))
      pause = min(pause * 1.5, Trigger.longestPause)
    }
  }

  // MARK: What is said

  private func show(_ run: StartedRun, _ state: String) {
    var fields = ["run": run.id, "state": state]
    fields["url"] = run.url
    let place = [run.id, run.url].compactMap { $0 }.joined(separator: " ")
    answer(fields, line: "\(place): \(state)")
  }

  private func answer(_ fields: [String: String], line: String) {
    let (voice, secrets) = (scene.outlet.voice, scene.conduct.secrets)
    guard isForMachines else { return voice.answer(secrets.masked(SafeText.oneLine(line))) }
    var json = JSONWriter()
    json.object { json in
      json.member("platform", type.target.name)
      for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
        json.member(name, secrets.masked(value))
      }
    }
    voice.result(json.bytes)
  }

  private func note(_ line: String) { scene.outlet.voice.note(scene.conduct.secrets.masked(line)) }
}

extension TriggerOrder {
  func pipeline(called what: String) throws(Failure) -> String {
    guard let pipeline, !pipeline.isEmpty else {
      throw Failure(
        .refused, "it is not known what is to be started", remedy: "give --pipeline \(what)")
    }
    return pipeline
  }

  /// The branch or tag without `refs/heads/`.
  func shortRef(in scene: Scene) throws(Failure) -> String {
    guard let ref = ref ?? scene.facts.defaultBranch ?? scene.facts.branch else {
      throw Failure(
        .refused, "it is not known of which branch the run is to be", remedy: "give --ref BRANCH")
    }
    for prefix in ["refs/heads/", "refs/tags/"] where ref.hasPrefix(prefix) {
      return String(ref.dropFirst(prefix.count))
    }
    return ref
  }

  func refuse(_ names: [(name: String, value: String)], _ option: String, _ remedy: String)
    throws(Failure)
  {
    guard names.isEmpty else {
      throw Failure(.refused, "this platform takes no \(option)", remedy: remedy)
    }
  }
}
