package import TidemarkModel
package import TidemarkSyntax

extension ByteStream: ByteSource {}

extension XMLReader {
  /// A reader of `file`; what it throws names the file only once ``InputFile/path`` is added.
  package convenience init(_ file: InputFile) throws(Problem) {
    try self.init(file.open())
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
