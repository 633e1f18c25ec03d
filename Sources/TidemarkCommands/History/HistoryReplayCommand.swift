import ArgumentParser
private import TidemarkConfig
internal import TidemarkAnalysis
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// `tidemark history replay`: what would have been said of each stored run, and whether it held.
struct HistoryReplayCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Judge the stored runs again, one by one, and count the alarms that did not hold.",
    discussion: """
      Each run of the branch is judged against the runs before it, by the code and with the config that
      `report` has today. An alarm is a confirmed regression in the run that first tells of it. It was
      taken back if \(Replay.laterRuns) runs later, with those in view, the series shows no such change.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Option(help: "The branch whose runs are judged (default: the default branch).")
  var branch: String?

  @Option(help: "Judge the newest N runs only.")
  var newest: Int?

  func run() async throws {
    let session = try Session(common)
    let history = try session.orExit(.nothingRead) { () throws(Problem) in
      let folder = options.folder(session.settings)
      let history = try folder.load(LoadOptions())
      guard !history.runs.isEmpty else {
        throw Problem("has no run", path: folder.directory, remedy: "name it with --history")
      }
      return history
    }
    history.damaged.forEach(session.progress.warn)
    let rejudgement = try await Rejudgement(history, session: session)
    let replay = await Replay(
      of: history, options: rejudgement.options, branch: branch,
      newest: newest ?? session.settings.number("newest"), workers: 2
    ) { done, total in
      session.progress.bar(done, of: total, "runs judged again")
    }
    guard !replay.entries.isEmpty else {
      throw session.fail(
        Problem(
          "there is no run of \(branch.map { "branch \($0)" } ?? "the default branch")",
          remedy: "`tidemark history list` prints the runs with their branches"), .nothingRead)
    }
    for entry in replay.entries {
      if session.isJSON {
        Terminal.print(bytes: entry.json)
      } else {
        entry.lines.forEach { Terminal.print(Terminal.harmless($0)) }
      }
    }
    if session.isJSON {
      Terminal.print(bytes: replay.record.json)
    } else {
      Terminal.print(replay.record.sentence)
    }
  }
}

extension Replay.Entry {
  /// `2026-11-23 13:08 UTC  9fceb02  fail  50 series  12345`, then a line for each alarm.
  fileprivate var lines: [String] {
    var facts = [
      TimeText.minute(run.time), String((run.commit ?? "–").prefix(9)), verdict.rawValue,
      "\(NumberText.count(judgements)) series judged",
    ]
    if newlyFailing > 0 { facts.append("\(NumberText.count(newlyFailing)) newly failing") }
    facts.append(SafeText.oneLine(run.id))
    return [facts.joined(separator: "  ")] + alarms.map { "  " + $0.line }
  }

  fileprivate var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("run", run.id)
      json.member("time", TimeText.rfc3339(run.time))
      json.member("commit", run.commit)
      json.member("verdict", verdict.rawValue)
      json.member("judged", judgements)
      json.member("newly_failing", newlyFailing)
      json.member("alarms", array: alarms) { json, alarm in
        json.object { json in
          json.member("id", alarm.series.description)
          json.member("name", alarm.identity.shown)
          json.member("state", alarm.state.rawValue)
          json.member("change_percent", alarm.changePercent)
          json.member("since", alarm.since)
          json.key("held")
          if let held = alarm.held { json.bool(held) } else { json.null() }
        }
      }
    }
    json.newLine()
    return json.bytes
  }
}

extension Replay.Alarm {
  fileprivate var state: SeriesState { isConfirmed ? .regressed : .suspected }

  fileprivate var line: String {
    let change = changePercent.map { " \(NumberText.percentChange($0))" } ?? ""
    let fate = held.map { $0 ? ", held" : ", taken back" } ?? ""
    return "\(state.rawValue)\(change)  \(identity.shown)  \(series)  since run "
      + SafeText.oneLine(since) + fate
  }
}

extension ReplayRecord {
  fileprivate var sentence: String {
    var text =
      "\(NumberText.count(runs)) runs, \(NumberText.count(judgements)) judgements of a series in a "
      + "run: \(NumberText.count(alarms)) alarms, \(NumberText.count(suspicions)) suspicions"
    guard let rate = takenBackPerThousand else {
      return text + "; too few runs came after them to tell which held"
    }
    text +=
      "; of \(NumberText.count(settled)) alarms with \(Replay.laterRuns) runs after them "
      + "\(NumberText.count(takenBack)) were taken back: \(NumberText.fixed(rate, digits: 2)) in 1,000 "
      + "judgements"
    return text
  }

  fileprivate var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("runs", runs)
      json.member("judged", judgements)
      json.member("alarms", alarms)
      json.member("suspicions", suspicions)
      json.member("settled", settled)
      json.member("taken_back", takenBack)
      json.member("settled_judged", settledJudgements)
      json.member("taken_back_per_1000", takenBackPerThousand)
    }
    json.newLine()
    return json.bytes
  }
}
