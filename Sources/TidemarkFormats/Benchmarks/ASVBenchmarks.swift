internal import TidemarkModel
private import TidemarkSyntax

/// What `benchmarks.json` says of the benchmarks in asv's result files: parameters' names and units.
/// - Source: https://github.com/airspeed-velocity/asv, `asv/benchmarks.py`.
struct ASVBenchmarks {
  private struct Facts {
    var parameters: [String]
    var unit: String?
  }

  private var facts: [String: Facts] = [:]

  private static let sizeLimit = 64 << 20
  /// No benchmark has as many.
  private static let parameterLimit = 64

  /// - Parameter file: A result file, `results/MACHINE/COMMIT-ENV.json`.
  init(of file: InputFile) {
    guard let list = file.companion("benchmarks.json", limit: ASVBenchmarks.sizeLimit) else {
      return
    }
    let read = try? list.contents(padding: JSONReader.padding)
    guard let (bytes, count) = read else { return }
    let found = try? JSONReader.read(bytes, count: count) {
      (root, _) throws(Problem) -> [String: Facts] in
      var found: [String: Facts] = [:]
      for (name, benchmark) in root.members where benchmark.isObject {
        let parameters = benchmark.list("param_names").prefix(ASVBenchmarks.parameterLimit)
        found[name.string] = Facts(
          parameters: parameters.map { $0.scalarText ?? "" },
          unit: benchmark["unit"]?.string)
      }
      return found
    }
    facts = found ?? [:]
  }

  /// In the order of the parameters; none where they do not tell them apart.
  func parameters(of benchmark: String) -> [String] {
    guard let names = facts[benchmark]?.parameters else { return [] }
    let isTelling = names.allSatisfy { !$0.isEmpty } && Set(names).count == names.count
    return isTelling ? names : []
  }

  /// nil for asv's own word for none.
  func unit(of benchmark: String) -> Unit? {
    guard let text = facts[benchmark]?.unit, text != "unit", !text.isEmpty else { return nil }
    switch text {
    case "seconds": return .seconds
    case "bytes": return .bytes
    default: return Unit(parsing: text)
    }
  }
}
