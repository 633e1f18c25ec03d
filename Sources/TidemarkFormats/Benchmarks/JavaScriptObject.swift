/// An object as JavaScript has it made JSON: names and texts in whatever quotes or none, commas behind
/// the last member, remarks.
///
/// - Source: ECMA-262, 12.4 (comments), 12.9.4 (strings), 13.2.5 (objects); data.js that people have
///   formatted with a tool for JavaScript.
enum JavaScriptObject {
  /// O(bytes). What is neither is left as it is, for the reader of JSON to refuse.
  static func json(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    /// A comma that is written only if a member follows.
    var hasComma = false
    while index < bytes.endIndex {
      let byte = bytes[index]
      if let end = endOfRemark(bytes, index) {
        index = end
        continue
      }
      if byte <= 0x20 {
        output.append(byte)
        index += 1
        continue
      }
      if byte == UInt8(ascii: ",") {
        hasComma = true
        index += 1
        continue
      }
      if hasComma, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") {
        output.append(UInt8(ascii: ","))
      }
      hasComma = false
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): index = copyText(bytes, index, to: &output)
      case _ where isNameStart(byte): index = copyName(bytes, index, to: &output)
      default:
        output.append(byte)
        index += 1
      }
    }
    return output
  }

  private static func endOfRemark(_ bytes: ArraySlice<UInt8>, _ start: Int) -> Int? {
    guard bytes[start] == UInt8(ascii: "/"), start + 1 < bytes.endIndex else { return nil }
    switch bytes[start + 1] {
    case UInt8(ascii: "/"):
      return bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    case UInt8(ascii: "*"):
      var index = start + 2
      while index + 1 < bytes.endIndex {
        if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") {
          return index + 2
        }
        index += 1
      }
      return bytes.endIndex
    default: return nil
    }
  }

  private static func copyText(
    _ bytes: ArraySlice<UInt8>, _ start: Int, to output: inout [UInt8]
  ) -> Int {
    let quote = bytes[start]
    var index = start + 1
    output.append(UInt8(ascii: "\""))
    while index < bytes.endIndex, bytes[index] != quote {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex {
        // JSON knows no escaped apostrophe.
        if bytes[index + 1] != UInt8(ascii: "'") { output.append(bytes[index]) }
        output.append(bytes[index + 1])
        index += 2
        continue
      }
      if bytes[index] == UInt8(ascii: "\"") { output.append(UInt8(ascii: "\\")) }
      output.append(bytes[index])
      index += 1
    }
    output.append(UInt8(ascii: "\""))
    return min(index + 1, bytes.endIndex)
  }

  private static func isNameStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: "$"):
      true
    default: false
    }
  }

  /// A name is a key if a colon follows; `true`, `null` and `NaN` stay words.
  private static func copyName(
    _ bytes: ArraySlice<UInt8>, _ start: Int, to output: inout [UInt8]
  ) -> Int {
    let rest = bytes[start...]
    let end =
      rest.firstIndex { !isNameStart($0) && !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }
      ?? bytes.endIndex
    let isKey = bytes[end...].first { $0 > 0x20 } == UInt8(ascii: ":")
    if isKey { output.append(UInt8(ascii: "\"")) }
    output.append(contentsOf: bytes[start..<end])
    if isKey { output.append(UInt8(ascii: "\"")) }
    return end
  }
}
