internal import TidemarkFormats
internal import TidemarkModel
internal import TidemarkSyntax

/// The names of Allure's tests by their `historyId`, from the files that tell both.
struct AllureNames {
  private var places: [String: Place] = [:]

  /// Which test it is, as the reader of Allure's results has it.
  struct Place {
    var suite: [String]
    var className: String
    var name: String
    var parameters: String?

    init(of test: JSONValue, name: String) {
      let labels = AllureResult.labels(of: test)
      suite = AllureResult.suite(of: test, labels)
      className = AllureResult.className(labels)
      parameters = AllureResult.parameters(of: test)
      self.name = name
    }

    func append(
      _ outcome: Outcome, duration: Double?, to results: inout Results,
      _ suites: inout [Suite: Int32]
    ) {
      var number: Int32 = -1
      if !suite.isEmpty {
        let suite = Suite(path: suite)
        number = suites[suite] ?? Int32(truncatingIfNeeded: results.suites.count)
        if suites[suite] == nil {
          suites[suite] = number
          results.suites.append(suite)
        }
      }
      var detail: TestDetail?
      if let parameters {
        detail = TestDetail()
        detail?.parameters = parameters
      }
      results.append(
        suite: number, className: className, name: name, outcome: outcome, duration: duration,
        detail: detail)
    }
  }

  /// Reads the names from the files that are imported along, and from the report that the history
  /// stands in.
  init(_ folder: ImportFolder, beside history: InputFile) {
    for file in folder.files where AllureNames.isSource(file) { add(file) }
    let parent = ImportFolder.folder(of: history.path)
    guard ImportFolder.name(of: parent) == "history" else { return }
    let report = ImportFolder.folder(of: parent)
    let cases = report.isEmpty ? "data/test-cases" : "\(report)/data/test-cases"
    for found in InputSearch(names: [cases], excluding: []).files
    where AllureNames.isSource(found.file) { add(found.file) }
  }

  subscript(id: String) -> Place? { places[id] }

  /// Whether a file tells a test's name and its `historyId`.
  static func isSource(_ file: InputFile) -> Bool {
    guard file.path.hasSuffix(".json"), let head = try? Reading.head(of: file) else {
      return false
    }
    return head.json.string("historyId") != nil
      && (head.json.string("name") != nil || head.json.string("fullName") != nil)
  }

  private mutating func add(_ file: InputFile) {
    let entry = try? file.readRoot { (root) throws(Problem) -> (String, Place)? in
      guard let id = root["historyId"]?.string,
        let name = root["name"]?.string ?? root["fullName"]?.string
      else { return nil }
      return (id, Place(of: root, name: name))
    }
    if let entry = entry ?? nil { places[entry.0] = entry.1 }
  }
}
