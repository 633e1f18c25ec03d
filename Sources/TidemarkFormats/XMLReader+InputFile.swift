package import TidemarkModel
package import TidemarkSyntax

extension ByteStream: ByteSource {}

extension XMLReader {
  /// A reader of `file`; what it throws names the file only once ``InputFile/path`` is added.
  package convenience init(_ file: InputFile) throws(Problem) {
    try self.init(file.open())
  }

  /// What is wrong with `file`, which could not be read for `problem`: where it is no XML at all but
  /// something that is known (a page, a pointer, an archive), what that is.
  package static func explained(_ problem: Problem, in file: InputFile) -> Problem {
    guard let head = try? Reading.head(of: file),
      head.rootElement.map({ $0.lowercased() == "html" }) ?? true
    else { return problem.inFile(file.path) }
    return Unrecognised.explain(head, path: file.path)
  }

  /// What was mended in the file, as problems that do not block.
  package var repairProblems: [ResultProblem] {
    repairs.map { repair, line, count in
      let isText = repair == .textOutside
      let times = count > 1 ? " (\(count) times)" : ""
      return ResultProblem(
        isText ? .linesSkipped : .valueSkipped, repair.what + times, line: line, isBlocking: false)
    }
  }
}
