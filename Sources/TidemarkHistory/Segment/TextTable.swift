internal import TidemarkModel

/// Texts that stand once and are pointed to, in the order of their first use.
struct TextTable {
  private(set) var texts: [String] = []
  private var indexes: [String: Int] = [:]

  mutating func index(_ text: String) -> Int {
    if let index = indexes[text] { return index }
    indexes[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }

  func write(to writer: inout ByteWriter) {
    writer.count(texts.count)
    for text in texts { writer.text(text) }
  }

  static func read(from reader: inout ByteReader) throws(Problem) -> [String] {
    let count = try reader.count(ofAtLeast: 1)
    var texts: [String] = []
    texts.reserveCapacity(count)
    for _ in 0..<count { texts.append(try reader.text()) }
    return texts
  }
}

/// Sets of key and value (labels, parameters, environments) that stand once and are pointed to.
struct PairTable {
  private var writer = ByteWriter()
  private var indexes: [[Int]: Int] = [:]

  var count: Int { indexes.count }
  /// The sets, without their number.
  var encoded: [UInt8] { writer.bytes }

  mutating func index(_ pairs: [(String, String)], _ texts: inout TextTable) -> Int {
    let key = pairs.flatMap { [texts.index($0.0), texts.index($0.1)] }
    if let index = indexes[key] { return index }
    indexes[key] = count
    writer.count(pairs.count)
    for index in key { writer.count(index) }
    return count - 1
  }

  static func read(
    from reader: inout ByteReader, _ texts: [String]
  ) throws(Problem) -> [[(String, String)]] {
    let count = try reader.count(ofAtLeast: 1)
    var sets: [[(String, String)]] = []
    for _ in 0..<count {
      let size = try reader.count(ofAtLeast: 2)
      var pairs: [(String, String)] = []
      for _ in 0..<size {
        let key = try reader.count(limit: texts.count)
        let value = try reader.count(limit: texts.count)
        guard key < texts.count, value < texts.count else {
          throw Problem("an index in it points nowhere")
        }
        pairs.append((texts[key], texts[value]))
      }
      sets.append(pairs)
    }
    return sets
  }
}
