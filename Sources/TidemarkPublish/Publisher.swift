private import TidemarkModel
private import TidemarkReport
private import TidemarkSyntax

/// The exit statuses of `publish`; see DESIGN of the command line.
package enum PublishStatus: Int32, Sendable {
  case done = 0
  case usage = 2
  /// The report is not there, or is none.
  case nothingRead = 3
  case failed = 4
}

/// Publishes one report on one target: part by part, each failure said once, none hiding another.
package struct Publisher {
  private let scene: Scene
  private let target: any Target.Type

  package init(_ target: any Target.Type, in scene: Scene) {
    self.target = target
    var scene = scene
    if let token = scene.token(target) { scene.conduct.secrets.insert(token) }
    self.scene = scene
  }

  package func run() async -> PublishStatus {
    let parts = scene.parts(target)
    if let part = scene.options.only.first(where: { !target.parts.contains($0) }) {
      note("error: \(target.name) has no \(part.rawValue)")
      return .usage
    }
    if parts.isEmpty { note("nothing is to be published: reporting: switches everything off") }
    let report: Report
    let folder: String
    do throws(Problem) {
      let file = try ReportFile(scene.options.report)
      report = try file.read()
      folder = file.folder
    } catch {
      note("error: \(error)")
      return .nothingRead
    }
    do throws(Failure) {
      let scene = try await target.signedIn(self.scene)
      let run = try await target.testedRun(in: scene)
      let publication = try Publication(
        report, key: scene.options.key, facts: run, folder: folder)
      return await publish(parts, publication, run, in: scene)
    } catch {
      tell(error, of: nil)
      note("the report is in the job's own files; nothing was published")
      return status(error)
    }
  }

  private func publish(
    _ parts: [PublishedPart], _ publication: Publication, _ run: TestedRun, in scene: Scene
  ) async -> PublishStatus {
    let target: any Target
    do throws(Failure) {
      target = try self.target.init(publication, run: run, in: scene)
    } catch {
      tell(error, of: nil)
      return status(error)
    }
    var worst = PublishStatus.done
    var isSeen = false
    var told: Set<String> = []
    var degraded: [PublishedPart] = []
    for part in parts {
      do throws(Failure) {
        let outcome = try await target.publish(part)
        say(outcome, of: part)
        if case .done = outcome { isSeen = isSeen || [.summary, .annotations].contains(part) }
      } catch {
        if told.insert(error.problem.what).inserted { tell(error, of: part) }
        if [.comment, .check, .status].contains(part) { degraded.append(part) }
        worst = max(worst, status(error))
      }
    }
    do throws(Failure) {
      try await target.finish()
    } catch {
      if told.insert(error.problem.what).inserted { tell(error, of: .comment) }
      worst = max(worst, status(error))
    }
    if !degraded.isEmpty, !isSeen {
      await degrade(target, besides: parts, publication)
    }
    return worst
  }

  /// Publishing must not hide what was found: what could not be written there is shown here.
  private func degrade(
    _ target: any Target, besides parts: [PublishedPart], _ publication: Publication
  ) async {
    for part in [PublishedPart.summary, .annotations]
    where !parts.contains(part) && self.target.parts.contains(part) {
      if case .done? = try? await target.publish(part) {
        note("the result is in the \(part.rawValue) instead")
        return
      }
    }
    scene.outlet.voice.answer(
      LogCommands.broken(SafeText.visible(publication.headline(limit: 1000))))
  }

  // MARK: What is said

  private func say(_ outcome: PartOutcome, of part: PublishedPart) {
    switch outcome {
    case .done(let done):
      let what = scene.conduct.isDryRun ? "\(done) (dry run)" : done
      note("\(part.rawValue): \(what)")
      result(part, "done", what)
    case .skipped(let why):
      note("\(part.rawValue): not published, \(why)")
      result(part, "skipped", why)
    }
  }

  /// A line for machines.
  private func result(_ part: PublishedPart?, _ outcome: String, _ detail: String) {
    var json = JSONWriter()
    json.object { json in
      json.member("target", target.name)
      json.member("part", part?.rawValue)
      json.member("outcome", outcome)
      json.member("detail", scene.conduct.secrets.masked(detail))
    }
    scene.outlet.voice.result(json.bytes)
  }

  private func tell(_ failure: Failure, of part: PublishedPart?) {
    let kind = failure.isByDesign && !scene.options.requiresPublish ? "notice" : "error"
    let place = part.map { "\($0.rawValue): " } ?? ""
    note("\(kind): \(place)\(failure.problem)")
    result(part, kind == "error" ? "failed" : "denied", "\(failure.problem)")
  }

  private func note(_ line: String) { scene.outlet.voice.note(scene.conduct.secrets.masked(line)) }

  private func status(_ failure: Failure) -> PublishStatus {
    failure.isByDesign && !scene.options.requiresPublish ? .done : .failed
  }

  private func max(_ first: PublishStatus, _ second: PublishStatus) -> PublishStatus {
    first.rawValue >= second.rawValue ? first : second
  }
}
