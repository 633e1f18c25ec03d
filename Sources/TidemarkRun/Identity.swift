package import TidemarkModel
private import TidemarkSyntax

/// Ids of tests, series and runs: the first 16 hex digits of SHA-256 over a canonical JSON array
/// (no blanks, shortest escapes as in RFC 8785), after ``Normalisation``.
package enum Identity {
  /// `["t",suite path…,class,name,parameters,labels,ordinal]`
  package static func id(of test: TestIdentity) -> Identifier {
    var json = CanonicalArray("t")
    for suite in test.suite { json.add(Normalisation.normalise(suite)) }
    json.add(Normalisation.normalise(test.className))
    json.add(Normalisation.normalise(test.name))
    json.add(Normalisation.normalise(test.parameters))
    json.add(test.labels)
    json.add(test.ordinal)
    return json.id
  }

  /// `["s",name,parameters,metric,quantity,labels]`
  package static func id(of series: SeriesIdentity) -> Identifier {
    var json = CanonicalArray("s")
    json.add(Normalisation.normalise(series.name))
    json.add(series.parameters)
    json.add(series.metric)
    json.add(series.quantity.name)
    json.add(series.labels)
    return json.id
  }

  /// The hash of a run's id, for file names.
  package static func id(ofRun run: String) -> Identifier {
    Digest.identifier(of: Array(run.utf8))
  }
}

private struct CanonicalArray {
  private var bytes: [UInt8] = [UInt8(ascii: "[")]

  init(_ kind: String) { quote(kind) }

  mutating func add(_ text: String) {
    bytes.append(UInt8(ascii: ","))
    quote(text)
  }

  mutating func add(_ number: Int) {
    bytes.append(UInt8(ascii: ","))
    bytes.append(contentsOf: String(number).utf8)
  }

  mutating func add(_ labels: Labels) {
    bytes.append(contentsOf: ",{".utf8)
    for (index, pair) in labels.pairs.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      quote(pair.key)
      bytes.append(UInt8(ascii: ":"))
      quote(pair.value)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  var id: Identifier { Digest.identifier(of: bytes + [UInt8(ascii: "]")]) }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 { escape(byte) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0..<0x20:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }
}
