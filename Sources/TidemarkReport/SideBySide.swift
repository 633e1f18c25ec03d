package import TidemarkModel

/// One test, or one metric of one benchmark, as it stands under several labels of one run: the same
/// name on several systems, architectures or toolchains.
package struct SideBySide: Hashable, Sendable {
  /// What one member says of the question "is it so everywhere?".
  package enum Standing: Hashable, Sendable {
    /// It fails, or has regressed.
    case bad
    /// It passes, or would have shown the change and did not.
    case clear
    /// It cannot tell: skipped, flaky, too noisy, too little data.
    case unsure
  }

  package struct Member: Hashable, Sendable {
    /// The place in ``Report/tests`` or ``Report/series``.
    package var index: Int
    /// The value of each of ``SideBySide/keys``; empty where the member has none.
    package var values: [String]
    package var standing: Standing

    package init(index: Int, values: [String], standing: Standing) {
      self.index = index
      self.values = values
      self.standing = standing
    }
  }

  /// Where it is bad, as labels tell it.
  package struct Finding: Hashable, Sendable {
    /// It is bad under these labels only. Several hold where the members have them together: which one
    /// it is cannot be told. In a conjunction of two none holds alone.
    package var labels: [Labels.Pair]
    /// Whether it is bad everywhere but there.
    package var isExcept: Bool
    /// Whether all of ``labels`` are needed; else each of them alone divides bad from clear.
    package var isConjunction: Bool

    package init(labels: [Labels.Pair], isExcept: Bool = false, isConjunction: Bool = false) {
      self.labels = labels
      self.isExcept = isExcept
      self.isConjunction = isConjunction
    }
  }

  /// The labels that differ between the members; `job` stands for the job where only that differs.
  package var keys: [String]
  /// Two or more, in the order of their values.
  package var members: [Member]
  /// nil where nothing is bad, everything is, or no label divides the two.
  package var finding: Finding?

  package func count(_ standing: Standing) -> Int { members.count { $0.standing == standing } }

  /// The name of jobs among ``keys``.
  package static let jobKey = "job"
  /// These labels are the rows and columns of grids of models, not of a matrix of jobs.
  private static let gridKeys: Set<String> = ["model", "provider", "task"]

  // MARK: Of a report

  /// The tests of `report` that stand under more than one set of labels, in the report's order.
  package static func tests(_ report: Report) -> [SideBySide] {
    guard report.jobs.count > 1 || report.tests.contains(where: { !$0.identity.labels.isEmpty })
    else { return [] }
    return groups(
      report.tests.count,
      key: { index in
        var identity = report.tests[index].identity
        identity.labels = .none
        return identity
      },
      labels: { (report.tests[$0].identity.labels, report.tests[$0].job) }
    ).compactMap { indices, keys in
      SideBySide(
        keys: keys,
        members: indices.map { index, values in
          Member(index: index, values: values, standing: standing(report.tests[index]))
        })
    }
  }

  /// The series of `report` that stand under more than one set of labels, in the report's order.
  package static func series(_ report: Report) -> [SideBySide] {
    groups(
      report.series.count,
      key: { index in
        var identity = report.series[index].identity
        identity.labels = Labels(
          identity.labels.pairs.filter { gridKeys.contains($0.key) }.map { ($0.key, $0.value) })
        return identity
      },
      labels: { index in
        let labels = report.series[index].identity.labels.pairs
          .filter { !gridKeys.contains($0.key) }.map { ($0.key, $0.value) }
        return (Labels(labels), report.series[index].job)
      }
    ).compactMap { indices, keys in
      let effect = indices.map { report.series[$0.index] }.filter { $0.state == .regressed }
        .compactMap { $0.changePercent.map(abs) }.min()
      return SideBySide(
        keys: keys,
        members: indices.map { index, values in
          Member(
            index: index, values: values,
            standing: standing(report.series[index], effect: effect ?? 0))
        })
    }
  }

  private static func standing(_ test: TestResult) -> Standing {
    guard let outcome = test.outcome, test.state != .flaky, outcome != .skipped else {
      return .unsure
    }
    return outcome.isFailure ? .bad : .clear
  }

  /// - Parameter effect: Of the smallest regression among the members, in percent: who could not have
  ///   seen it cannot speak against it.
  private static func standing(_ series: SeriesChange, effect: Double) -> Standing {
    switch series.state {
    case .regressed: .bad
    case .improved: .clear
    case .unchanged: (series.minimumDetectablePercent ?? 0) <= effect ? .clear : .unsure
    case .suspected, .new, .missing, .insufficientData: .unsure
    }
  }

  /// Groups of two or more with different labels, and the keys that differ.
  private static func groups<Key: Hashable>(
    _ count: Int, key: (Int) -> Key, labels: (Int) -> (labels: Labels, job: String)
  ) -> [(members: [(index: Int, values: [String])], keys: [String])] {
    var places: [Key: Int] = [:]
    var groups: [[Int]] = []
    for index in 0..<count {
      let key = key(index)
      if let place = places[key] {
        groups[place].append(index)
      } else {
        places[key] = groups.count
        groups.append([index])
      }
    }
    return groups.compactMap { indices in
      guard indices.count > 1 else { return nil }
      let known = indices.map(labels)
      var keys = Set(known.flatMap { $0.labels.pairs.map(\.key) })
        .filter { key in Set(known.map { $0.labels[key] ?? "" }).count > 1 }
        .sorted(by: utf8Precedes)
      if keys.isEmpty, Set(known.map(\.job)).count > 1 { keys = [jobKey] }
      guard !keys.isEmpty else { return nil }
      let members = zip(indices, known).map { index, known in
        (
          index: index,
          values: keys.map { key in
            known.labels[key] ?? (keys == [jobKey] ? known.job : "")
          }
        )
      }
      return (
        members.sorted {
          $0.values == $1.values
            ? $0.index < $1.index : $0.values.lexicographicallyPrecedes($1.values, by: utf8Precedes)
        }, keys
      )
    }
  }

  // MARK: What divides them

  package init(keys: [String], members: [Member]) {
    self.keys = keys
    self.members = members
    finding = nil
    let bad = members.filter { $0.standing == .bad }
    let clear = members.filter { $0.standing == .clear }
    guard !bad.isEmpty, !clear.isEmpty else { return }
    let only = keys.indices.filter { SideBySide.divides(bad, from: clear, by: [$0]) }
    if let first = bad.first, !only.isEmpty {
      finding = Finding(labels: pairs(only, of: first))
      return
    }
    let except = keys.indices.filter { SideBySide.divides(clear, from: bad, by: [$0]) }
    if let first = clear.first, !except.isEmpty {
      finding = Finding(labels: pairs(except, of: first), isExcept: true)
      return
    }
    for one in keys.indices {
      for other in keys.indices where other > one {
        guard let first = bad.first, SideBySide.divides(bad, from: clear, by: [one, other]) else {
          continue
        }
        finding = Finding(labels: pairs([one, other], of: first), isConjunction: true)
        return
      }
    }
  }

  private func pairs(_ keyIndices: [Int], of member: Member) -> [Labels.Pair] {
    keyIndices.map { Labels.Pair(key: keys[$0], value: member.values[$0]) }
  }

  /// Whether `members` all have the same values of the keys, and none of `others` has them.
  private static func divides(_ members: [Member], from others: [Member], by keys: [Int]) -> Bool {
    func values(_ member: Member) -> [String] { keys.map { member.values[$0] } }
    guard let first = members.first.map(values), !first.contains("") else { return false }
    return members.allSatisfy { values($0) == first } && !others.contains { values($0) == first }
  }
}
