/// What a JSON value is.
@frozen @usableFromInline
package enum JSONKind: Hashable, Sendable {
  case object, array, string, number, bool, null
}

/// One value of a JSON document: a place on the parser's tape, two words wide.
///
/// It is valid only within the closure of ``JSONReader`` that gave it: never store it. Everything
/// answers nil where the value is of another kind, so a chain reads what is there and passes over
/// what is not: `root["machine"]?["cpu"]?.string`.
@frozen @usableFromInline
package struct JSONValue {
  @usableFromInline let tape: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>
  @usableFromInline let index: Int

  @inlinable init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
    self.tape = tape
    self.strings = strings
    self.index = index
  }

  @inlinable var tag: UInt8 { UInt8(truncatingIfNeeded: tape[index] >> 56) }
  @inlinable var payload: UInt64 { tape[index] & 0x00FF_FFFF_FFFF_FFFF }

  /// The index of the value behind this one.
  @inlinable var next: Int {
    switch tag {
    case UInt8(ascii: "{"), UInt8(ascii: "["): Int(payload & 0xFFFF_FFFF)
    case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index &+ 2
    default: index &+ 1
    }
  }

  @inlinable package var kind: JSONKind {
    switch tag {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    default: .null
    }
  }

  @inlinable package var isObject: Bool { tag == UInt8(ascii: "{") }
  @inlinable package var isArray: Bool { tag == UInt8(ascii: "[") }
  @inlinable package var isNull: Bool { tag == UInt8(ascii: "n") }

  /// The members of an object, in the document's order; of anything else none.
  @inlinable package var members: JSONMembers {
    let first = JSONValue(tape: tape, strings: strings, index: index &+ 1)
    return JSONMembers(cursor: first, end: isObject ? next &- 1 : index &+ 1)
  }

  /// The elements of an array; of anything else none.
  @inlinable package var elements: JSONElements {
    let first = JSONValue(tape: tape, strings: strings, index: index &+ 1)
    return JSONElements(cursor: first, end: isArray ? next &- 1 : index &+ 1)
  }

  /// How many members or elements there are; 16,777,215 where there are more.
  @inlinable package var count: Int {
    isObject || isArray ? Int(payload >> 32) : 0
  }

  /// The elements of the array at `key`; of anything else none.
  package func list(_ key: StaticString) -> [JSONValue] {
    self[key].map { Array($0.elements) } ?? []
  }

  /// The members of the object at `key`; of anything else none.
  package func entries(_ key: StaticString) -> [(key: String, value: JSONValue)] {
    self[key].map { $0.members.map { ($0.key.string, $0.value) } } ?? []
  }

  /// The member named `key`; of several the last. O(members).
  @inlinable package subscript(key: StaticString) -> JSONValue? {
    var found: JSONValue?
    for (name, value) in members where name == key { found = value }
    return found
  }

  /// As above, for a name that is not known beforehand.
  @inlinable package subscript(named key: String) -> JSONValue? {
    var found: JSONValue?
    for (name, value) in members where name == key { found = value }
    return found
  }

  /// A string's bytes.
  @inlinable package var text: JSONText? {
    guard tag == UInt8(ascii: "\"") else { return nil }
    let start = strings + Int(payload)
    let count = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    return JSONText(start: start + 4, count: Int(count))
  }

  @inlinable package var string: String? { text?.string }

  /// A number, always finite.
  @inlinable package var double: Double? {
    switch tag {
    case UInt8(ascii: "d"): Double(bitPattern: tape[index &+ 1])
    case UInt8(ascii: "l"): Double(Int64(bitPattern: tape[index &+ 1]))
    case UInt8(ascii: "u"): Double(tape[index &+ 1])
    default: nil
    }
  }

  /// A whole number that fits; also one written as `3.0`.
  @inlinable package var int: Int? {
    switch tag {
    case UInt8(ascii: "l"): Int(Int64(bitPattern: tape[index &+ 1]))
    case UInt8(ascii: "u"): Int(exactly: tape[index &+ 1])
    case UInt8(ascii: "d"): Int(exactly: Double(bitPattern: tape[index &+ 1]))
    default: nil
    }
  }

  @inlinable package var bool: Bool? {
    switch tag {
    case UInt8(ascii: "t"): true
    case UInt8(ascii: "f"): false
    default: nil
    }
  }

  /// A number, or a text that is one (`"12.5"`, `"1,234.5"`); finite.
  package var lenientDouble: Double? { double ?? string.flatMap(NumberText.parse) }

  /// A string as it is; a number or a Boolean as text. For names and parameters.
  package var scalarText: String? {
    switch kind {
    case .string: string
    case .number:
      tag == UInt8(ascii: "u")
        ? String(tape[index &+ 1]) : int.map { String($0) } ?? double.flatMap(NumberText.exact)
    case .bool: bool == true ? "true" : "false"
    case .object, .array, .null: nil
    }
  }
}

/// The bytes of a string or a key, UTF-8, valid as long as its ``JSONValue``.
@frozen @usableFromInline
package struct JSONText {
  @usableFromInline let start: UnsafePointer<UInt8>
  @usableFromInline let count: Int

  @inlinable init(start: UnsafePointer<UInt8>, count: Int) {
    self.start = start
    self.count = count
  }

  /// No text, for a place that is filled later.
  @inlinable package static var empty: JSONText {
    JSONText(start: ("" as StaticString).utf8Start, count: 0)
  }

  @inlinable package var utf8: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: start, count: count)
  }

  @inlinable package var isEmpty: Bool { count == 0 }

  /// Whether the text ends in `ending`, byte for byte.
  @inlinable package func hasSuffix(_ ending: StaticString) -> Bool {
    let skipped = count &- ending.utf8CodeUnitCount
    guard skipped >= 0 else { return false }
    return JSONText(start: start + skipped, count: ending.utf8CodeUnitCount) == ending
  }

  @inlinable package var string: String { String(decoding: utf8, as: UTF8.self) }

  @inlinable package static func == (text: JSONText, other: StaticString) -> Bool {
    guard text.count == other.utf8CodeUnitCount else { return false }
    let bytes = other.utf8Start
    for index in 0..<text.count where text.start[index] != bytes[index] { return false }
    return true
  }

  @inlinable package static func == (text: JSONText, other: JSONText) -> Bool {
    guard text.count == other.count else { return false }
    for index in 0..<text.count where text.start[index] != other.start[index] { return false }
    return true
  }

  @inlinable package static func == (text: JSONText, other: String) -> Bool {
    text.utf8.elementsEqual(other.utf8)
  }

  /// So that a key can be switched over: `case "name":`.
  @inlinable package static func ~= (pattern: StaticString, text: JSONText) -> Bool {
    text == pattern
  }
}

/// The members of an object.
@frozen @usableFromInline
package struct JSONMembers: Sequence, IteratorProtocol {
  @usableFromInline var cursor: JSONValue
  @usableFromInline let end: Int

  @inlinable init(cursor: JSONValue, end: Int) {
    self.cursor = cursor
    self.end = end
  }

  @inlinable package mutating func next() -> (key: JSONText, value: JSONValue)? {
    guard cursor.index < end, let key = cursor.text else { return nil }
    let value = JSONValue(tape: cursor.tape, strings: cursor.strings, index: cursor.index &+ 1)
    cursor = JSONValue(tape: cursor.tape, strings: cursor.strings, index: value.next)
    return (key, value)
  }
}

/// The elements of an array.
@frozen @usableFromInline
package struct JSONElements: Sequence, IteratorProtocol {
  @usableFromInline var cursor: JSONValue
  @usableFromInline let end: Int

  @inlinable init(cursor: JSONValue, end: Int) {
    self.cursor = cursor
    self.end = end
  }

  @inlinable package mutating func next() -> JSONValue? {
    guard cursor.index < end else { return nil }
    let value = cursor
    cursor = JSONValue(tape: cursor.tape, strings: cursor.strings, index: value.next)
    return value
  }
}
