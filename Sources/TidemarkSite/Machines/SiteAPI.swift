private import Glibc
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// `api/*.json`: what the pages show, for programs. Objects have the keys of report.json, and the
/// page that shows them; described in docs/site-api.md.
struct SiteAPI {
  static let schema = "tidemark.site-api/1"
  /// Bytes after which a list goes on in a further file, and how many files it has at most.
  static let fileBudget = 1 << 20
  static let fileLimit = 24
  /// Points of a series that has no file of its own.
  private static let shortHistory = 20

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private var report: Report { context.report }

  func render() -> [SiteFile] {
    let runs = list("runs", report.runs.indices) { json, index in write(run: index, to: &json) }
    let tests = list("tests", context.testsWithNews) { json, index in
      write(test: index, to: &json)
    }
    let series = list("series", report.series.indices) { json, index in
      write(listed: index, to: &json)
    }
    let all = report.modelComparisons
    let comparisons =
      all.isEmpty
      ? [] : list("comparisons", all.indices) { json, index in write(all[index], to: &json) }
    return [
      index([("runs", runs), ("tests", tests), ("series", series), ("comparisons", comparisons)])
    ] + runs + tests + series + comparisons
  }

  // MARK: Files

  private func index(_ lists: [(name: String, files: [SiteFile])]) -> SiteFile {
    return file("index") { json in
      json.member(
        "generator",
        object: { json in
          json.member("name", report.generator.name)
          json.member("version", report.generator.version)
        })
      json.member("project", context.options.project)
      json.member("key", report.key)
      json.key("run")
      if let current = context.currentRun { write(run: current, to: &json) } else { json.null() }
      json.member("verdict", report.verdict.rawValue)
      json.member("reasons", array: report.reasons.prefix(100)) { json, reason in
        json.object { json in
          json.member("code", reason.code.rawValue)
          json.member("message", String(SafeText.prefix(reason.message, bytes: 4096)))
        }
      }
      ReportJSON.write(report.baseline, to: &json)
      ReportJSON.write(report.testTotals, to: &json)
      ReportJSON.write(report.seriesTotals, to: &json)
      json.member(
        "files",
        object: { json in
          for (name, files) in lists {
            json.member(name, array: files) { json, file in
              json.string(String(file.path.dropFirst("api/".count)))
            }
          }
        })
    }
  }

  /// The files of the series that have pages: all of a series' points stand in the one that is named by
  /// the first digit of its id, whatever other series there are.
  ///
  /// - Parameter digits: A stretch of ``SiteAPI/digits``.
  static func seriesFiles(_ context: SiteContext, _ digits: Range<Int>) -> [SiteFile] {
    let api = SiteAPI(context)
    return digits.compactMap { digit in
      let name = String(digit, radix: 16)
      let members = api.report.series.indices.filter { index in
        context.places.hasOwnPage[index] && context.places.fileNames[index].hasPrefix(name)
      }.sorted { utf8Precedes(context.places.fileNames[$0], context.places.fileNames[$1]) }
      guard !members.isEmpty else { return nil }
      return api.file("series/\(name)") { json in
        json.member("series", array: members) { json, index in api.write(whole: index, to: &json) }
      }
    }
  }

  /// Of an id's first digit.
  static let digits = 0..<16

  /// The name of the file that has all points of a series, relative to `api/`.
  static func fileName(_ context: SiteContext, series index: Int) -> String {
    "series/\(context.places.fileNames[index].prefix(1)).json"
  }

  private func file(_ name: String, _ body: (inout JSONWriter) -> Void) -> SiteFile {
    var json = JSONWriter()
    json.object { json in
      json.member("schema", SiteAPI.schema)
      body(&json)
    }
    json.newLine()
    return SiteFile(path: "api/\(name).json", bytes: json.bytes)
  }

  /// `name.json`, `name-2.json` …: each says how many there are in all, and which file comes next.
  private func list(
    _ name: String, _ items: some Sequence<Int>, _ write: (inout JSONWriter, Int) -> Void
  ) -> [SiteFile] {
    var chunks: [[[UInt8]]] = [[]]
    var size = 0
    var total = 0
    for item in items {
      total += 1
      guard chunks.count <= SiteAPI.fileLimit else { continue }
      var json = JSONWriter()
      write(&json, item)
      if size + json.bytes.count > SiteAPI.fileBudget, size > 0 {
        chunks.append([])
        size = 0
      }
      size += json.bytes.count + 1
      chunks[chunks.count - 1].append(json.bytes)
    }
    if chunks.count > SiteAPI.fileLimit { chunks.removeLast() }
    return chunks.indices.map { number in
      let next = number + 1 < chunks.count ? "\(name)-\(number + 2).json" : nil
      return file(number == 0 ? name : "\(name)-\(number + 1)") { json in
        json.member("total", total)
        json.member("kept", chunks.reduce(0) { $0 + $1.count })
        json.member("next", next)
        json.key(name)
        json.array { json in
          for item in chunks[number] { json.raw(item) }
        }
      }
    }
  }

  // MARK: Objects

  private func write(run index: Int, to json: inout JSONWriter) {
    let run = report.runs[index]
    json.object { json in
      json.member("id", run.id)
      json.member("time", TimeText.rfc3339(run.time))
      json.member("commit", run.commit)
      json.member("branch", run.branch)
      json.member("url", run.url)
      json.member("verdict", run.verdict?.rawValue)
      json.member("tests", object: { json in ReportJSON.writeMembers(of: run.counts, to: &json) })
      json.member("series", run.seriesCount)
      json.member("page", context.runAddress(index))
    }
  }

  private func write(test index: Int, to json: inout JSONWriter) {
    json.object { json in
      ReportJSON.writeMembers(of: report.tests[index], to: &json)
      json.member("page", context.testAddresses[index])
    }
  }

  private func write(listed index: Int, to json: inout JSONWriter) {
    let series = report.series[index]
    json.object { json in
      ReportJSON.writeMembers(of: series, to: &json)
      json.member("page", context.seriesPaths[index])
      let hasFile = context.places.hasOwnPage[index]
      json.member("file", hasFile ? SiteAPI.fileName(context, series: index) : nil)
      if !hasFile {
        let points = series.points.suffix(SiteAPI.shortHistory)
        json.member(
          "history",
          object: { json in
            json.member("runs", array: points) { $0.number($1.run) }
            json.member("values", array: points) { $0.number(SiteAPI.rounded($1.value)) }
          })
      }
    }
  }

  private func write(whole index: Int, to json: inout JSONWriter) {
    let series = report.series[index]
    let points = series.points
    json.object { json in
      ReportJSON.writeMembers(of: series, to: &json)
      json.member("page", context.seriesPaths[index])
      json.member(
        "points",
        object: { json in
          json.member("runs", array: points) { $0.number($1.run) }
          json.member("values", array: points) { $0.number($1.value) }
          if points.contains(where: { $0.low != nil || $0.high != nil }) {
            json.member("low", array: points) { $0.numberOrNull($1.low) }
            json.member("high", array: points) { $0.numberOrNull($1.high) }
          }
        })
      json.member("regimes", array: series.regimes) { json, regime in
        json.object { json in
          json.member("first", regime.first)
          json.member("last", regime.last)
          json.member("level", regime.level)
          json.member("low", regime.low)
          json.member("high", regime.high)
        }
      }
      json.member("change_points", array: series.changePoints) { json, point in
        json.object { json in
          json.member("run", point.index)
          json.member("commit", point.commit)
          json.member("change_percent", point.changePercent)
          json.member("worse", point.isWorse)
          json.member("confirmed", point.isConfirmed)
        }
      }
    }
  }

  private func write(_ comparison: ModelComparison, to json: inout JSONWriter) {
    let best = context.seriesIndex(comparison.best).map { report.series[$0] }
    let other = context.seriesIndex(comparison.other).map { report.series[$0] }
    json.object { json in
      json.member("task", best?.identity.labels["task"])
      json.member("metric", best?.identity.metric)
      json.member("unit", best?.unit.text)
      json.member("best", comparison.best.description)
      json.member("best_model", best.flatMap(ModelGrid.model))
      json.member("other", comparison.other.description)
      json.member("other_model", other.flatMap(ModelGrid.model))
      json.member("difference", comparison.difference)
      json.member("low", comparison.low)
      json.member("high", comparison.high)
      json.member("p", comparison.p)
      json.member("n", comparison.n)
      json.member("basis", comparison.basis.rawValue)
      json.member("apart", comparison.isApart)
    }
  }

  /// To six significant figures: thirty points of ten thousand series are a third of their files.
  private static func rounded(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let digits = 5 - log10(abs(value)).rounded(.down)
    guard (0...15).contains(digits) else { return value }
    let scale = pow(10, digits)
    return (value * scale).rounded() / scale
  }
}

extension JSONWriter {
  fileprivate mutating func numberOrNull(_ value: Double?) {
    if let value { number(value) } else { null() }
  }
}
