import Testing

@testable import TidemarkCommands

@Suite struct RunOrderTests {
  @Test("Names that ascend in every series are in the order of the names")
  func byName() {
    let order = RunOrder([["r1", "r3"], ["r2", "r3", "r4"]])
    #expect(order.ranks(of: ["r1", "r3"]) == [0, 2])
    #expect(order.ranks(of: ["r2", "r3", "r4"]) == [1, 2, 3])
  }

  @Test("Names that do not ascend are put together from the series' own orders")
  func bySeries() {
    let order = RunOrder([["c", "a"], ["c", "b", "a"], ["a", "d"]])
    #expect(order.ranks(of: ["c", "b", "a"]) == [0, 1, 2])
    #expect(order.ranks(of: ["a", "d"]) == [2, 3])
  }

  @Test("The order does not depend on which series comes first, where the series settle it")
  func anyOrder() {
    let series = [["z", "m", "a"], ["z", "a"], ["m", "a", "q"]]
    let forward = RunOrder(series)
    let backward = RunOrder(series.reversed())
    for names in series { #expect(forward.ranks(of: names) == backward.ranks(of: names)) }
  }

  @Test("A series whose order contradicts the others' is aligned with none")
  func contradiction() {
    let order = RunOrder([["b", "a", "c"], ["c", "b"]])
    #expect(order.ranks(of: ["b", "a", "c"]) == [0, 1, 2])
    #expect(order.ranks(of: ["c", "b"]).isEmpty)
  }

  @Test("A run that a series names twice has no place")
  func twice() {
    let order = RunOrder([["r1", "r1", "r2"]])
    #expect(order.ranks(of: ["r1", "r1", "r2"]).isEmpty)
  }

  @Test("Of no series there is no order, of an empty one the empty one")
  func empty() {
    #expect(RunOrder([]).ranks(of: []).isEmpty)
    #expect(RunOrder([[], ["r1"]]).ranks(of: ["r1"]) == [0])
  }
}
