internal import TidemarkModel
private import TidemarkReport
private import TidemarkSyntax

/// The clusters that a report.json names, for `accept`: only their ids and those of their members are
/// read.
enum ReportedClusters {
  /// For each cluster its series and tests.
  ///
  /// - Parameters:
  ///   - name: report.json or its folder, as it is given.
  ///   - folder: Where it is looked for otherwise; there it may be absent.
  static func read(
    _ name: String?, else folder: String
  ) throws(Problem) -> [Identifier: [Identifier]] {
    let given = name ?? folder
    let path = given.hasSuffix(".json") ? given : "\(given)/report.json"
    guard let bytes = FileBytes.read(path, limit: ReportJSON.byteBudget) else {
      guard name != nil else { return [:] }
      throw Problem(
        "there is no report", path: path,
        remedy: "name with --report the folder that `tidemark report` wrote, or its report.json")
    }
    do throws(Problem) {
      return try JSONReader.read(bytes, count: bytes.count) { (root, _) throws(Problem) in
        guard root["schema"]?.string == ReportJSON.schema, let clusters = root["clusters"],
          clusters.isArray
        else { throw Problem("is no report of the schema \(ReportJSON.schema)") }
        var members: [Identifier: [Identifier]] = [:]
        for cluster in clusters.elements {
          guard let id = cluster["id"]?.string.flatMap({ Identifier($0) }) else { continue }
          members[id] = ids(cluster["series"]) + ids(cluster["tests"])
        }
        return members
      }
    } catch {
      // What nobody named may be anything.
      guard name != nil else { return [:] }
      throw error.inFile(path)
    }
  }

  private static func ids(_ list: JSONValue?) -> [Identifier] {
    guard let list, list.isArray else { return [] }
    return list.elements.compactMap { $0.string.flatMap { Identifier($0) } }
  }
}
