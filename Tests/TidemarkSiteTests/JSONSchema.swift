import Foundation

/// As much of JSON Schema as the project's schemas use. It is stricter in one thing: a key that an
/// object's `properties` do not name is an error, so that what is written is described.
struct JSONSchema {
  private let root: [String: Any]

  init(_ data: Data) throws {
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// What is wrong with `value`; empty where it fits.
  func problems(_ value: Any) -> [String] { problems(value, root, at: "") }

  private func problems(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
    var found: [String] = []
    if let reference = schema["$ref"] as? String {
      let name = reference.replacing("#/$defs/", with: "")
      guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
        return ["\(place): no definition \(reference)"]
      }
      found += problems(value, target, at: place)
    }
    if let choices = schema["oneOf"] as? [[String: Any]] {
      let answers = choices.map { problems(value, $0, at: place) }
      if answers.count(where: \.isEmpty) != 1 {
        found.append("\(place): fits \(answers.count(where: \.isEmpty)) of \(answers.count)")
        found += answers.min { $0.count < $1.count } ?? []
      }
    }
    if let type = schema["type"] {
      let types = type as? [String] ?? [type as? String ?? ""]
      if !types.contains(where: { Self.fits(value, $0) }) { found.append("\(place): not \(types)") }
    }
    if let constant = schema["const"], !Self.equal(value, constant) {
      found.append("\(place): not \(constant)")
    }
    if let choices = schema["enum"] as? [Any], !choices.contains(where: { Self.equal(value, $0) }) {
      found.append("\(place): \(value) is none of \(choices)")
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      found.append("\(place): \(text) does not match \(pattern)")
    }
    if let least = schema["minimum"] as? Double, let number = value as? Double, number < least {
      found.append("\(place): \(number) is below \(least)")
    }
    return found + members(value, schema, at: place)
  }

  private func members(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
    var found: [String] = []
    if let object = value as? [String: Any] {
      for key in schema["required"] as? [String] ?? [] where object[key] == nil {
        found.append("\(place): no \(key)")
      }
      let properties = schema["properties"] as? [String: [String: Any]]
      let others = schema["additionalProperties"] as? [String: Any]
      for (key, member) in object {
        if let known = properties?[key] ?? others {
          found += problems(member, known, at: "\(place)/\(key)")
        } else if properties != nil {
          found.append("\(place): \(key) is not described")
        }
      }
    }
    if let items = schema["items"] as? [String: Any], let array = value as? [Any] {
      for (index, item) in array.enumerated() {
        found += problems(item, items, at: "\(place)/\(index)")
      }
    }
    return found
  }

  private static func fits(_ value: Any, _ type: String) -> Bool {
    let isFlag = (value as? NSNumber).map { CFBooleanLike.isFlag($0) } ?? false
    switch type {
    case "object": return value is [String: Any]
    case "array": return value is [Any]
    case "string": return value is String
    case "null": return value is NSNull
    case "boolean": return isFlag
    case "integer": return !isFlag && (value as? Double).map { $0 == $0.rounded() } ?? false
    case "number": return !isFlag && value is Double
    default: return false
    }
  }

  private static func equal(_ one: Any, _ other: Any) -> Bool {
    (one as? NSObject).map { $0.isEqual(other) } ?? false
  }

  private enum CFBooleanLike {
    static func isFlag(_ number: NSNumber) -> Bool {
      String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
    }
  }
}
