package import TidemarkModel

/// A test, or all tests of a suite's class together, that take longer than they did. It is no test state:
/// a slow test passes.
package struct SlowTest: Hashable, Sendable {
  /// The tests, by their ids, the one first that slowed most; one for a test of its own.
  package var tests: [Identifier]
  package var suite: [String]
  package var className: String
  /// nil for a class of tests.
  package var name: String?
  package var job: String
  /// Seconds, before and since the change.
  package var before: Double
  package var after: Double
  package var changePoint: ChangePoint
  package var p: Double
  package var q: Double?

  package init(
    tests: [Identifier], suite: [String], className: String, name: String?, job: String,
    before: Double, after: Double, changePoint: ChangePoint, p: Double, q: Double? = nil
  ) {
    self.tests = tests
    self.suite = suite
    self.className = className
    self.name = name
    self.job = job
    self.before = before
    self.after = after
    self.changePoint = changePoint
    self.p = p
    self.q = q
  }

  /// `suite › class › name`, what is empty left out.
  package var title: String {
    let names = suite + [className, name ?? ""]
    var shown: [String] = []
    // Many producers name a suite after its class: once is enough.
    for name in names where !name.isEmpty && shown.last != name { shown.append(name) }
    return shown.joined(separator: " › ")
  }

  /// In percent.
  package var changePercent: Double { before > 0 ? (after - before) / before * 100 : 0 }
}
