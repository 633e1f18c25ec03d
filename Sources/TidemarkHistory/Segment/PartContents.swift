internal import TidemarkModel
private import TidemarkSyntax

/// What a part measured, in columns that point into the tables of its segment.
struct PartContents {
  /// Which tests it has, ascending; shared by parts with the same.
  var tests: Shape
  /// ``StoredOutcomes/code(_:isFlaky:)`` of each.
  var codes: [UInt8] = []
  /// Seconds, NaN where none is known; empty where none is known at all.
  var durations: [Double] = []
  /// Which series it has, ascending.
  var series: Shape
  var numbers: [Double] = []
  /// Empty where no value has any.
  var details: [ValueDetail] = []

  init(tests: Shape = .empty, series: Shape = .empty) {
    self.tests = tests
    self.series = series
  }
}

/// Which entries of a table a part has, in ascending order: an object, so that what many parts
/// share is told and mapped once.
final class Shape: Sendable {
  let entries: [Int32]

  init(_ entries: [Int32]) { self.entries = entries }

  static let empty = Shape([])
}

extension PartDigest {
  /// The digest of what a part measured: of its tests and values in the order of their ids,
  /// whatever segment and columns they stand in.
  init(_ contents: PartContents, tests: [StoredTest], series: [StoredSeries]) {
    var writer = ByteWriter()
    writer.count(contents.codes.count)
    for (index, test) in contents.tests.entries.enumerated() {
      writer.uint64(tests[Int(test)].id.bits)
      writer.byte(contents.codes[index])
      let duration = contents.durations.isEmpty ? .nan : contents.durations[index]
      writer.uint64(duration.isNaN ? UInt64.max : duration.bitPattern)
    }
    writer.count(contents.numbers.count)
    for (index, entry) in contents.series.entries.enumerated() {
      let series = series[Int(entry)]
      writer.uint64(series.id.bits)
      writer.text(series.unit.text)
      writer.byte(series.direction == .lower ? 0 : 1)
      writer.uint64(contents.numbers[index].bitPattern)
      guard !contents.details.isEmpty else { continue }
      PartDigest.write(contents.details[index], to: &writer)
    }
    var digest = Digest()
    digest.update(writer.bytes)
    let bytes = digest.finish()
    high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func write(_ detail: ValueDetail, to writer: inout ByteWriter) {
    writer.signed(Int64(detail.n ?? -1))
    writer.uint64(detail.standardError?.bitPattern ?? UInt64.max)
    writer.count(detail.samples?.values.count ?? 0)
    writer.count(detail.samples?.count ?? 0)
    for value in detail.samples?.values ?? [] { writer.uint64(value.bitPattern) }
    writer.count(detail.items.count)
    for item in detail.items {
      writer.uint64(item.id)
      writer.uint64(item.score.bitPattern)
    }
  }
}
