import Testing
import TidemarkModel
import TidemarkReport

@testable import TidemarkAnalysis

@Suite struct ModelComparisonsTests {
  private func value(
    _ model: String, _ value: Double, task: String = "reading", direction: Direction = .higher,
    unit: Unit = Unit(text: "", quantity: .ratio, scale: 1), n: Int? = nil, error: Double? = nil,
    samples: [Double] = [], items: [Double] = []
  ) -> SeriesValue {
    SeriesValue(
      id: Identifier(bits: UInt64(model.utf8.reduce(7) { $0 &* 31 &+ Int($1) })),
      identity: SeriesIdentity(
        name: task, metric: "accuracy", quantity: unit.quantity,
        labels: Labels([("model", model), ("task", task)])),
      value: value, unit: unit, direction: direction, n: n, standardError: error,
      samples: Samples(samples),
      items: items.enumerated().map { ItemScore(id: UInt64($0.offset), score: $0.element) })
  }

  private func compared(_ values: [SeriesValue]) -> [ModelComparison] {
    let run = Run(
      header: RunHeader(id: "1", time: Timestamp(millisecondsSince1970: 0)),
      parts: [
        Part(
          job: "eval", url: nil, attempt: 1, environment: [:], tests: [], values: values,
          problems: [], inputs: [])
      ])
    return ModelComparisons(run).all
  }

  /// 100 items, right up to `right`, then `lost` wrong ones among those.
  private func items(_ right: Range<Int>) -> [Double] {
    (0..<100).map { right.contains($0) ? 1 : 0 }
  }

  @Test("the same items are compared one by one: a nested lead of ten shows, shares would not")
  func paired() throws {
    let two = compared([
      value("a", 0.8, n: 100, items: items(0..<80)), value("b", 0.7, n: 100, items: items(0..<70)),
    ])
    let one = try #require(two.first)
    #expect(two.count == 1 && one.basis == .items && one.n == 100 && one.isApart)
    #expect(abs(one.difference - 0.1) < 1e-12)
    // McNemar's exact p of ten to none: 2 / 2^10.
    #expect(abs(one.p - 2.0 / 1024) < 1e-12)
    let shares = try #require(compared([value("a", 0.8, n: 100), value("b", 0.7, n: 100)]).first)
    #expect(shares.basis == .shares && !shares.isApart)
  }

  @Test("items of different questions are not paired")
  func otherItems() throws {
    var other = value("b", 0.7, n: 100, items: items(0..<70))
    other.items = other.items.map { ItemScore(id: $0.id + 1000, score: $0.score) }
    let one = try #require(compared([value("a", 0.8, n: 100, items: items(0..<80)), other]).first)
    #expect(one.basis == .shares)
  }

  @Test("p is corrected over the models of a task, and never falls along the ranks")
  func corrected() throws {
    let all = compared(
      [value("a", 0.8, n: 100, items: items(0..<80))]
        + (0..<8).map { value("b\($0)", 0.74, n: 100, items: items(0..<74)) })
    #expect(all.count == 8)
    // Six to none alone is 2 / 2^6 = 0.03; eight times that tells nothing apart.
    #expect(all.allSatisfy { abs($0.p - 0.25) < 1e-12 && !$0.isApart })
  }

  @Test("lower is better where the metric says so, whatever the units")
  func direction() throws {
    let seconds = Unit(text: "s", quantity: .time, scale: 1)
    let milliseconds = Unit(text: "ms", quantity: .time, scale: 1e-3)
    let one = try #require(
      compared([
        value("slow", 2, direction: .lower, unit: seconds, samples: [1.9, 2, 2.1]),
        value("fast", 900, direction: .lower, unit: milliseconds, samples: [890, 900, 910]),
      ]).first)
    #expect(one.basis == .samples && one.isApart)
    #expect(abs(one.difference + 1100) < 1e-9)
  }

  @Test("means are compared by their errors; without any of these nothing is compared")
  func errors() throws {
    let score = Unit(text: "", quantity: .score, scale: 1)
    let one = try #require(
      compared([
        value("a", 0.8, unit: score, n: 400, error: 0.01),
        value("b", 0.7, unit: score, n: 400, error: 0.01),
      ]).first)
    #expect(one.basis == .errors && one.isApart && one.low > 0.07 && one.high < 0.13)
    #expect(compared([value("a", 0.8, unit: score), value("b", 0.7, unit: score)]).isEmpty)
    #expect(compared([value("a", 0.8, n: 100)]).isEmpty)
  }
}
