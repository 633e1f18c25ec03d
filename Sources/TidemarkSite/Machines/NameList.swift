internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// The names that the script searches: series, and the tests that have a place. A script of its own, so that
/// it loads from a file as it does from a server, and only when somebody searches.
struct NameList {
  /// What regressed and what fails comes first, so what is cut is what nobody looks for.
  private static let limit = 20_000

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  func render() -> SiteFile {
    var json = JSONWriter(isIndented: false)
    let tests = context.testAddresses.keys.sorted {
      (context.report.tests[$0].state.rank, $0) < (context.report.tests[$1].state.rank, $1)
    }
    json.array { json in
      var left = NameList.limit
      func add(_ name: String, _ place: String, _ href: String?) {
        guard left > 0, let href else { return }
        left -= 1
        json.array { json in
          json.string(name)
          json.string(place)
          json.string(href)
        }
      }
      for index in tests {
        let test = context.report.tests[index]
        add(context.testName(test), context.testPlace(test), context.testAddresses[index])
      }
      for index in context.report.series.indices {
        let series = context.report.series[index]
        add(context.seriesName(series), context.seriesPlace(series), context.seriesPaths[index])
      }
    }
    return SiteFile(
      path: "names.js", bytes: Array("tidemarkNames(".utf8) + json.bytes + Array(");\n".utf8))
  }
}
