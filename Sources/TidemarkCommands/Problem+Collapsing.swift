internal import TidemarkModel
private import TidemarkSyntax

extension [Problem] {
  /// Of problems that say the same of many files one, which tells how many there are; in the order
  /// of the first of each.
  func collapsed(from least: Int = 4) -> [Problem] {
    var counts: [Problem: Int] = [:]
    for problem in self { counts[problem.everywhere, default: 0] += 1 }
    var told: Set<Problem> = []
    return compactMap { problem in
      let kind = problem.everywhere
      guard let count = counts[kind], count >= least else { return problem }
      guard told.insert(kind).inserted else { return nil }
      var first = problem
      first.path = problem.path.map { "\($0) and \(NumberText.count(count - 1)) more" }
      return first
    }
  }
}

extension Problem {
  /// What it says, of no file.
  fileprivate var everywhere: Problem { Problem(what, remedy: remedy) }
}
