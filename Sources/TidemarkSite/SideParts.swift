internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// The tests and series of a report that stand under several labels, and where each belongs.
struct Sides: Sendable {
  let tests: [SideBySide]
  let series: [SideBySide]
  private let groupOfTest: [Int: Int]
  private let groupOfSeries: [Int: Int]

  init(_ report: Report) {
    tests = SideBySide.tests(report)
    series = SideBySide.series(report)
    groupOfTest = Sides.groups(tests)
    groupOfSeries = Sides.groups(series)
  }

  private static func groups(_ sides: [SideBySide]) -> [Int: Int] {
    var groups: [Int: Int] = [:]
    for (group, side) in sides.enumerated() {
      for member in side.members { groups[member.index] = group }
    }
    return groups
  }

  /// The group of a test or series, by its place in the report.
  func of(test index: Int) -> SideBySide? { groupOfTest[index].map { tests[$0] } }
  func of(series index: Int) -> SideBySide? { groupOfSeries[index].map { series[$0] } }

  /// One table: groups that stand under the same labels.
  struct Table {
    var columns: [String]
    var groups: [SideBySide]
  }

  /// Tables of `groups`, in the order of their first ones. A group with two members under one set of
  /// labels, or with too many for a page, has none.
  static func tables(_ groups: [SideBySide], _ context: SiteContext) -> [Table] {
    var places: [[String]: Int] = [:]
    var tables: [Table] = []
    for group in groups {
      let columns = group.members.map { context.label(of: $0) }
      guard Set(columns).count == columns.count, columns.count <= 12 else { continue }
      if let place = places[columns] {
        tables[place].groups.append(group)
      } else {
        places[columns] = tables.count
        tables.append(Table(columns: columns, groups: [group]))
      }
    }
    return tables
  }
}

extension SiteContext {
  /// `linux · x86_64`
  func label(of member: SideBySide.Member) -> String {
    member.values.map { $0.isEmpty ? "–" : name($0) }.joined(separator: " · ")
  }

  /// `Fails only on windows.`; nil where the sides do not differ, or nothing of them is bad.
  func sentence(tests side: SideBySide) -> String? {
    sentence(side, "sides.test", [:])
  }

  /// `It is slower only on arm64.`
  func sentence(series side: SideBySide) -> String? {
    let bad = side.members.first { $0.standing == .bad }.map { report.series[$0.index] }
    guard let bad, let change = bad.changePercent else { return nil }
    return sentence(
      side, "sides.series",
      ["way": words.text(bad.changeKey(change).replacing("change.", with: "way."))])
  }

  private func sentence(_ side: SideBySide, _ key: String, _ values: [String: String]) -> String? {
    let bad = side.count(.bad)
    guard bad > 0 else { return nil }
    var values = values
    values["bad"] = words.numbers.count(bad)
    values["n"] = words.numbers.count(side.members.count)
    let said: String
    if let finding = side.finding {
      values["where"] = place(finding)
      said = words.text(key + (finding.isExcept ? "_except" : "_only"), values)
    } else if bad == side.members.count {
      said = words.text(key + "_all", values)
    } else {
      said = words.text(key + "_some", values)
    }
    let unsure = side.count(.unsure)
    return unsure == 0 ? said : "\(said) \(words.count("sides.unsure", unsure))"
  }

  /// `on windows`, `on windows (there always toolchain=msvc)`
  func place(_ finding: SideBySide.Finding) -> String {
    guard let first = finding.labels.first else { return "" }
    let all = finding.labels.map { "\(name($0.key))=\(name($0.value))" }
    if finding.isConjunction {
      return words.text("sides.together", ["labels": words.joined(all)])
    }
    let primary = finding.labels.first { $0.key == "os" } ?? first
    let key =
      words.contains("sides.at.\(primary.key)") ? "sides.at.\(primary.key)" : "sides.at.label"
    let place = words.text(key, ["key": name(primary.key), "value": name(primary.value)])
    let others = zip(finding.labels, all).filter { $0.0.key != primary.key }.map(\.1)
    guard !others.isEmpty else { return place }
    return words.text("sides.always", ["first": place, "others": words.joined(others)])
  }

  /// What the findings of several groups have in common; nil where they differ.
  func commonSentence(
    _ key: String, _ groups: [SideBySide?], _ values: [String: String] = [:]
  ) -> String? {
    let findings = Set(groups.compactMap { $0?.finding })
    guard let finding = findings.first, findings.count == 1, !finding.isExcept else { return nil }
    var values = values
    values["where"] = place(finding)
    let count = groups.count { $0?.finding == finding }
    if count == groups.count {
      return count == 1 ? nil : words.text("\(key)_all", values)
    }
    return words.count(key, count, values)
  }

  // MARK: Tables

  /// The head of a table of sides: its columns, and by what they differ.
  func sideHead(_ table: Sides.Table) -> [String: Value] {
    let keys = table.groups.first?.keys ?? []
    return [
      "columns": .list(table.columns.map { .text($0) }),
      "by": .text(words.text("sides.by", ["labels": words.joined(keys.map(name))])),
    ]
  }

  func sideRow(tests side: SideBySide) throws(Problem) -> [UInt8] {
    let first = report.tests[side.members[0].index]
    return try sideRow(
      name: .text(name(first.identity.name)),
      place: (first.identity.suite + [first.identity.className]).filter { !$0.isEmpty }
        .map(name).joined(separator: " › "),
      sentence: sentence(tests: side),
      cells: side.members.map { member in
        let test = report.tests[member.index]
        let mark = test.state == .passing ? test.outcome?.mark ?? test.state.mark : test.state.mark
        var values = mark.values(words)
        values["href"] = Value(testAddresses[member.index])
        return .object(values)
      })
  }

  func sideRow(series side: SideBySide) throws(Problem) -> [UInt8] {
    let first = report.series[side.members[0].index]
    return try sideRow(
      name: breakable(seriesName(first)), place: name(first.identity.metric),
      sentence: sentence(series: side),
      cells: side.members.map { member in
        let series = report.series[member.index]
        var values = series.state.mark.values(words)
        values["href"] = .text(seriesPaths[member.index])
        values["value"] = Value(series.value.map(ValueScale(first, numbers: words.numbers).text))
        return .object(values)
      })
  }

  private func sideRow(
    name: Value, place: String, sentence: String?, cells: [Value]
  ) throws(Problem) -> [UInt8] {
    try theme.rendered(
      "side_row",
      [
        "name": name, "where": .text(place), "sentence": Value(sentence), "cells": .list(cells),
        "t": words.tree,
      ])
  }
}
