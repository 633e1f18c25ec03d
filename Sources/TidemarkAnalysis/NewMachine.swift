import TidemarkHistory
import TidemarkModel
import TidemarkReport

/// A job that the base branch knows, on a machine class that it has not seen there: what it measures
/// starts anew, and is held against nothing.
struct NewMachine: Sendable {
  var job: String
  var machine: String
  /// How many series are not judged for it.
  var series: Int

  /// In the order of the jobs' names; none for jobs whose series have a level of their own.
  static func found(
    in window: Window, environments: JobEnvironments, series: [SeriesChange]
  ) -> [NewMachine] {
    let held = series.filter { $0.state == .new && $0.value != nil }
    let unjudged = Dictionary(grouping: held, by: \.job).mapValues(\.count)
    return window.jobs.enumerated().compactMap { place, job in
      guard let count = unjudged[job], let machine = environments.machine(ofJob: Int32(place))
      else { return nil }
      let known = (0..<window.baseCount).flatMap { run in
        window.runs[run].jobs.indices.filter { window.runs[run].jobs[$0].name == job }
          .map { environments.machine(ofJob: Int32($0), in: run) }
      }
      guard !known.isEmpty, !known.contains(machine) else { return nil }
      return NewMachine(job: job, machine: machine, series: count)
    }.sorted { utf8Precedes($0.job, $1.job) }
  }

  var sentence: String {
    "job \(Sentence.quoted(job)) ran on machine class \(Sentence.quoted(machine)), which the baseline"
      + " does not have: its \(Sentence.count(series, "series", plural: "series"))"
      + " start\(series == 1 ? "s" : "") anew and \(series == 1 ? "is" : "are") not judged yet"
  }
}

extension Baseline {
  /// Nothing to hold a run against that measured only on machine classes without a run.
  func without(_ machines: [NewMachine]) -> Baseline {
    let classes = Set(machines.map(\.machine)).sorted(by: utf8Precedes).map(Sentence.quoted)
    let place = branch.map { " of \(Sentence.quoted($0))" } ?? ""
    return Baseline(
      status: .none, branch: branch,
      message: "none of the \(Sentence.count(runs, "run"))\(place) ran on machine class"
        + " \(Sentence.list(classes))")
  }
}
