import TidemarkHistory
import TidemarkModel
import TidemarkReport

/// The facts of the jobs, in this run and in the window's.
struct JobEnvironments: Sendable {
  /// The fact that is an explicit machine class: the run's builder puts the label `machine` here.
  static let machineKey = "machine"

  private let window: Window
  private let current: [String: [String: String]]
  private let currentMachines: [String?]
  /// For each run and job, its machine class; empty where no run has any.
  private let machines: [[String?]]

  init(_ run: Run, window: Window) {
    self.window = window
    var current: [String: [String: String]] = [:]
    for part in run.parts { current[part.job] = part.environment }
    self.current = current
    let shared = run.header.labels[Self.machineKey]
    currentMachines = window.jobs.map { current[$0]?[Self.machineKey] ?? shared }
    let machines = window.runs.map { stored in
      stored.jobs.map {
        $0.environment[Self.machineKey] ?? stored.header.labels[Self.machineKey]
      }
    }
    let isAnyKnown =
      currentMachines.contains { $0 != nil }
      || machines.contains { run in run.contains { $0 != nil } }
    self.machines = isAnyKnown ? machines : []
  }

  /// The machine class of one of this run's jobs.
  func machine(ofJob place: Int32) -> String? {
    currentMachines.indices.contains(Int(place)) ? currentMachines[Int(place)] : nil
  }

  /// The machine class of a job of one of the window's runs.
  func machine(ofJob job: Int32, in run: Int) -> String? {
    guard !machines.isEmpty, machines[run].indices.contains(Int(job)) else { return nil }
    return machines[run][Int(job)]
  }

  /// The facts of the job `name` in a run of the window, or in this one.
  private func facts(of name: String, in run: Int) -> [String: String]? {
    guard run < window.runs.count else { return current[name] }
    return window.runs[run].jobs.first { $0.name == name }?.environment
  }

  /// What changed in a job between two runs, as a clause; nil if nothing did.
  func note(job: String, from first: Int, to second: Int) -> String? {
    moves(of: job, from: first, to: second).map { "in the same run the machine changed: \($0)" }
  }

  /// `cpu from x to y`; nil if nothing changed in a job between two runs.
  func moves(of job: String, from first: Int, to second: Int) -> String? {
    guard let before = facts(of: job, in: first), let after = facts(of: job, in: second) else {
      return nil
    }
    let differences = Self.differences(before, after).map { key in
      "\(Sentence.name(key)) from \(Self.shown(before[key])) to \(Self.shown(after[key]))"
    }
    return differences.isEmpty ? nil : Sentence.list(differences)
  }

  /// What differs between each job of this run and the newest run of the base branch that has it.
  func changes() -> [EnvironmentChange] {
    current.keys.sorted(by: utf8Precedes).flatMap { job -> [EnvironmentChange] in
      guard let newest = window.baseRuns(withJob: job, limit: 1).first,
        let before = facts(of: job, in: newest), let after = current[job]
      else { return [] }
      return Self.differences(before, after).map {
        EnvironmentChange(job: job, key: $0, from: before[$0], to: after[$0])
      }
    }
  }

  private static func differences(_ before: [String: String], _ after: [String: String])
    -> [String]
  {
    Set(before.keys).union(after.keys)
      .filter { before[$0] != after[$0] && $0 != StoredJob.authorKey }
      .sorted(by: utf8Precedes)
  }

  private static func shown(_ value: String?) -> String {
    value.map(Sentence.quoted) ?? "nothing"
  }
}
