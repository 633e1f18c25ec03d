/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var millisecondsSince1970: Int64

  package init(millisecondsSince1970: Int64) {
    self.millisecondsSince1970 = millisecondsSince1970
  }

  package static func < (first: Timestamp, second: Timestamp) -> Bool {
    first.millisecondsSince1970 < second.millisecondsSince1970
  }

  /// Seconds from `earlier` to this moment.
  package func seconds(since earlier: Timestamp) -> Double {
    (Double(millisecondsSince1970) - Double(earlier.millisecondsSince1970)) / 1000
  }
}
