private import TidemarkSyntax

/// The JSON Schema of tidemark.yml, for editors, made from the table of keys that the reader uses.
///
/// - Source: https://json-schema.org/draft/2020-12/schema
package enum ConfigSchema {
  /// The schema's bytes, as docs/schemas/tidemark.yml.schema.json has them.
  package static func json() -> [UInt8] {
    var json = JSONWriter(isIndented: true)
    json.object { json in
      json.member("$schema", "https://json-schema.org/draft/2020-12/schema")
      json.member("title", "tidemark.yml")
      json.member("description", "The configuration of tidemark.")
      write(ConfigKeys.all, to: &json)
    }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  private static func write(
    _ keys: [ConfigKey], isOverlay: Bool = false, to json: inout JSONWriter
  ) {
    json.member("type", "object")
    json.member("additionalProperties", false)
    let required = keys.filter(\.isRequired).map(\.name)
    if !required.isEmpty { json.member("required", array: required) { $0.string($1) } }
    json.member(
      "properties",
      object: { json in
        for key in keys {
          json.member(
            key.name,
            object: { json in
              // An overlay's keys are the file's: told once.
              if isOverlay, !key.isRequired {
                json.member("$ref", "#/properties/\(key.name)")
              } else {
                json.member("description", key.summary)
                write(key.shape, to: &json)
              }
            })
        }
      })
  }

  private static func write(_ shape: ConfigShape, to json: inout JSONWriter) {
    switch shape {
    case .text: types(["string", "number", "boolean"], &json)
    case .flag: json.member("type", "boolean")
    case .integer: json.member("type", "integer")
    case .positive:
      json.member("type", "integer")
      json.member("minimum", 1)
    case .number: json.member("type", "number")
    case .bound:
      types(["string", "number"], &json)
      json.member("pattern", #"^[-+]?[0-9.]"#)
    case .address:
      json.member("type", "string")
      json.member("pattern", "^https?://")
    case .pair:
      json.member("type", "string")
      json.member("pattern", "^[^=]+=")
    case .slug:
      json.member("type", "string")
      json.member("pattern", "^[a-z0-9._-]{1,64}$")
    case .duration:
      json.member("type", "string")
      json.member(
        "pattern", #"^[0-9.]+ ?(s|sec|m|min|h|d|w|y|(second|minute|hour|day|week|year)s?)$"#)
    case .percent:
      types(["string", "number"], &json)
      json.member("pattern", #"^[0-9.]+ ?%?$"#)
      json.member("minimum", 0)
      json.member("maximum", 1)
    case .time: json.member("type", "string")
    case .word(let words): json.member("enum", array: words) { $0.string($1) }
    case .list(let item):
      json.member(
        "anyOf",
        array: { forms in
          forms.object { json in
            json.member("type", "array")
            json.member("items", object: { write(item, to: &$0) })
          }
          forms.object { write(item, to: &$0) }
        })
    case .keys(let keys): write(keys, to: &json)
    case .overlay(let keys): write(keys, isOverlay: true, to: &json)
    case .table(let value):
      json.member("type", "object")
      json.member("additionalProperties", object: { write(value, to: &$0) })
    case .either(let first, let second):
      json.member(
        "anyOf",
        array: { forms in
          forms.object { write(first, to: &$0) }
          forms.object { write(second, to: &$0) }
        })
    }
  }

  private static func types(_ names: [String], _ json: inout JSONWriter) {
    json.member("type", array: names) { $0.string($1) }
  }
}
