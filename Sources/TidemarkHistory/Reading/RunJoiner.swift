internal import TidemarkModel

/// Joins the parts of a run. What many runs have in common is made once.
struct RunJoiner {
  struct Part {
    var record: PartRecord
    var tests: Shape
    var series: SeriesShape
    var contents: PartContents
  }

  private var testPlans: [[Member]: Plan] = [:]
  private var seriesPlans: [[Member]: Plan] = [:]

  /// - Parameter parts: In the order of (job, digest).
  mutating func joined(_ run: SelectedRun, _ parts: [Part]) -> StoredRun {
    var jobs: [StoredJob] = []
    var members: [Int32] = []
    for part in parts {
      if jobs.last?.name == part.record.job {
        jobs[jobs.count - 1].fill(from: part.record)
      } else {
        jobs.append(
          StoredJob(
            name: part.record.job, url: part.record.jobURL, attempt: part.record.attempt,
            environment: part.record.environment))
      }
      members.append(Int32(jobs.count - 1))
    }
    var stored = StoredRun(header: run.header, jobs: jobs, judgement: run.judgement)
    stored.outcomes = outcomes(parts, jobs: members)
    stored.values = values(parts, jobs: members)
    return stored
  }

  private mutating func outcomes(_ parts: [Part], jobs: [Int32]) -> StoredOutcomes {
    let plan = RunJoiner.plan(parts.map(\.tests), jobs, &testPlans)
    let all = parts.map(\.contents)
    let hasDurations = all.contains { !$0.durations.isEmpty }
    return StoredOutcomes(
      tests: plan.entries, jobs: plan.jobs, codes: plan.column(all.map(\.codes)),
      durations: hasDurations
        ? plan.column(
          all.map {
            $0.durations.isEmpty
              ? [Double](repeating: .nan, count: $0.codes.count) : $0.durations
          })
        : [])
  }

  private mutating func values(_ parts: [Part], jobs: [Int32]) -> StoredValues {
    let plan = RunJoiner.plan(parts.map(\.series.entries), jobs, &seriesPlans)
    let all = parts.map(\.contents)
    let hasDetails = all.contains { !$0.details.isEmpty }
    return StoredValues(
      series: plan.entries, jobs: plan.jobs, numbers: plan.column(all.map(\.numbers)),
      unitScales: plan.column(parts.map(\.series.unitScales)),
      details: hasDetails
        ? plan.column(
          all.map {
            $0.details.isEmpty
              ? [ValueDetail](repeating: ValueDetail(), count: $0.numbers.count) : $0.details
          })
        : [])
  }

  // MARK: Plans

  private struct Member: Hashable {
    var shape: ObjectIdentifier
    var job: Int32
  }

  /// How the columns of several parts become one, in the order of (entry, job).
  private struct Plan {
    var entries: [Int32] = []
    var jobs: [Int32] = []
    /// From which part each comes, and where it stands there; empty where there is only one.
    var sources: [(part: Int32, index: Int32)] = []
    /// Kept, so that no other shape takes their place in memory.
    var shapes: [Shape] = []

    func column<Value>(_ parts: [[Value]]) -> [Value] {
      if sources.isEmpty, let only = parts.first { return only }
      return sources.map { parts[Int($0.part)][Int($0.index)] }
    }
  }

  private static func plan(
    _ shapes: [Shape], _ jobs: [Int32], _ plans: inout [[Member]: Plan]
  ) -> Plan {
    let key = zip(shapes, jobs).map { Member(shape: ObjectIdentifier($0), job: $1) }
    if let plan = plans[key] { return plan }
    var plan = Plan(shapes: shapes)
    if shapes.count == 1 {
      plan.entries = shapes[0].entries
      plan.jobs = [Int32](repeating: 0, count: plan.entries.count)
    } else {
      plan.sources = shapes.enumerated().flatMap { part, shape in
        shape.entries.indices.map { (part: Int32(part), index: Int32($0)) }
      }
      // Parts stand in the order of their jobs, so that their numbers order equal entries.
      plan.sources.sort {
        let first = shapes[Int($0.part)].entries[Int($0.index)]
        let second = shapes[Int($1.part)].entries[Int($1.index)]
        return (first, $0.part, $0.index) < (second, $1.part, $1.index)
      }
      plan.entries = plan.sources.map { shapes[Int($0.part)].entries[Int($0.index)] }
      plan.jobs = plan.sources.map { jobs[Int($0.part)] }
    }
    plans[key] = plan
    return plan
  }
}

extension StoredJob {
  /// Takes over what another part of this job tells beyond it.
  fileprivate mutating func fill(from other: PartRecord) {
    url = url ?? other.jobURL
    environment.merge(other.environment) { mine, _ in mine }
  }
}
