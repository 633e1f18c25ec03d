import Testing

@testable import TidemarkSite

@Suite struct PagerTests {
  @Test(
    "every row stands on one page, in order, and no page is beyond its limits",
    arguments: [
      [[10, 20], [30]], [Array(repeating: 10, count: 1201)], [[300_000, 10, 300_000]], [[]],
      [[], [5], []], [Array(repeating: 900, count: 600), Array(repeating: 90, count: 700)],
    ])
  func packing(sizes: [[Int]]) {
    let pages = Pager.pages(sizes)
    var seen: [[Int]] = sizes.map { _ in [] }
    for page in pages {
      let rows = page.reduce(0) { $0 + $1.rows.count }
      let bytes = page.reduce(0) { $0 + sizes[$1.section][$1.rows].reduce(0, +) }
      #expect(rows <= Pager.rowLimit)
      #expect(bytes <= Pager.byteLimit || rows == 1)
      for stretch in page { seen[stretch.section] += stretch.rows }
    }
    #expect(seen == sizes.map { Array($0.indices) })
    #expect(!pages.isEmpty)
    #expect(pages.dropFirst().allSatisfy { !$0.isEmpty })
  }
}
