package import TidemarkFormats
package import TidemarkModel
private import TidemarkSyntax

/// Allure 2's `history/history.json`: for each test, by the hash of its name, its last results.
///
/// Names stand elsewhere: in the report's `data/test-cases/`, or in the `*-result.json` files that
/// it was made of (``AllureNames``). The file does not tell runs: results of one report's address are
/// one run; without addresses, results that begin within half an hour of one another are, until a
/// test comes a second time.
/// - Source: https://github.com/allure-framework/allure2,
///   `allure-generator/src/main/java/io/qameta/allure/history/` (`HistoryPlugin`, `HistoryItem`).
package enum Allure2History: ForeignHistory {
  package static let name = "allure-2"

  package static func recognises(_ head: Head) -> Bool {
    head.json.kind("") == .object && head.json.has("*.statistic") && head.json.has("*.items")
      || isTrend(head)
  }

  /// `history-trend.json` and its like: totals of runs, without tests.
  private static func isTrend(_ head: Head) -> Bool {
    head.json.kind("") == .array && head.json.has("[].data")
      && (head.json.has("[].buildOrder") || head.json.has("[].data.total")
        || head.json.has("[].data.passed"))
  }

  package static func read(
    _ file: InputFile, in folder: ImportFolder
  ) throws(Problem) -> ForeignContents {
    var contents = ForeignContents()
    if isTrend(try Reading.head(of: file)) {
      contents.skip("has totals of runs and no tests: nothing to import")
      return contents
    }
    let names = AllureNames(folder, beside: file)
    var items = try file.readRoot { (root) throws(Problem) -> [Item] in
      self.items(root, names, &contents)
    }
    items.sort { ($0.start, $0.test) < ($1.start, $1.test) }
    for run in runs(items) {
      guard let first = run.first else { continue }
      let id = first.report.map { Digest.identifier(of: Array($0.utf8)).description }
      var part = ForeignPart(
        runID: "allure-\(id ?? String(first.start))",
        time: Timestamp(millisecondsSince1970: first.start))
      if let report = first.report, report.hasPrefix("http") { part.url = report }
      var suites: [Suite: Int32] = [:]
      for item in run {
        item.place.append(
          AllureResult.outcome(item.status), duration: item.duration, to: &part.results, &suites)
      }
      contents.parts.append(part)
    }
    return contents
  }

  /// One result of one test.
  private struct Item {
    var test: String
    var place: AllureNames.Place
    var status: String
    /// Milliseconds since 1970.
    var start: Int64
    /// Seconds.
    var duration: Double?
    /// The report's address, without the test's place in it.
    var report: String?
  }

  private static func items(
    _ root: JSONValue, _ names: AllureNames, _ contents: inout ForeignContents
  ) -> [Item] {
    var items: [Item] = []
    for (key, history) in root.members {
      let test = key.string
      guard let place = names[test] else {
        contents.skip(
          "\(test): its name is not known; import the report's folder, or the results with it")
        continue
      }
      for item in history.list("items") {
        guard let status = item["status"]?.string, let time = item["time"],
          let start = time.time("start")
        else {
          contents.skip("\(test): a result without a status or start")
          continue
        }
        let address = item["reportUrl"]?.string.map { String($0.prefix { $0 != "#" }) }
        items.append(
          Item(
            test: test, place: place, status: status, start: start.millisecondsSince1970,
            duration: time.milliseconds("duration"),
            report: address.flatMap { $0.isEmpty ? nil : $0 }))
      }
    }
    return items
  }

  private static let longestPause: Int64 = 30 * 60 * 1000

  /// - Parameter items: In the order of their start.
  private static func runs(_ items: [Item]) -> [[Item]] {
    var runs: [[Item]] = []
    var byReport: [String: Int] = [:]
    var open: Int?
    var seen: Set<String> = []
    for item in items {
      if let report = item.report {
        if let run = byReport[report] {
          runs[run].append(item)
        } else {
          byReport[report] = runs.count
          runs.append([item])
        }
        continue
      }
      let pause = open.flatMap { runs[$0].last }.map { item.start &- $0.start } ?? Int64.max
      if let open, pause <= longestPause, seen.insert(item.test).inserted {
        runs[open].append(item)
      } else {
        open = runs.count
        runs.append([item])
        seen = [item.test]
      }
    }
    return runs
  }
}
