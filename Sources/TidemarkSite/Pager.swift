/// Spreads a long list over pages: none has more than 500 rows or grows beyond its share of the
/// page weight, and no row is split.
struct Pager {
  static let rowLimit = 500
  /// Bytes of rows on one page; the rest of the 250 KB is for what stands around them.
  static let byteLimit = 205_000
  /// What a section's own markup costs.
  private static let sectionCost = 700

  /// A stretch of one section's rows on one page.
  struct Stretch {
    var section: Int
    var rows: Range<Int>
  }

  /// - Parameter sizes: Bytes of each row, section by section.
  /// - Returns: Each page's stretches; one page without any if there are no rows.
  static func pages(_ sizes: [[Int]]) -> [[Stretch]] {
    var pages: [[Stretch]] = [[]]
    var rows = 0
    var bytes = 0
    for (section, sizes) in sizes.enumerated() {
      var start = 0
      bytes += sectionCost
      for (row, size) in sizes.enumerated() {
        if rows == rowLimit || (bytes + size > byteLimit && rows > 0) {
          if row > start {
            pages[pages.count - 1].append(Stretch(section: section, rows: start..<row))
          }
          pages.append([])
          start = row
          rows = 0
          bytes = sectionCost
        }
        rows += 1
        bytes += size
      }
      if sizes.count > start {
        pages[pages.count - 1].append(Stretch(section: section, rows: start..<sizes.count))
      }
    }
    return pages
  }

  /// `tests.html`, `tests-2.html`, …
  static func path(_ name: String, page: Int) -> String {
    page == 0 ? "\(name).html" : "\(name)-\(page + 1).html"
  }
}
