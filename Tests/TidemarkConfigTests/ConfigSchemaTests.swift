import FoundationEssentials
import Testing
import TidemarkConfig

@Suite struct ConfigSchemaTests {
  private static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/schemas/tidemark.yml.schema.json")

  /// As much of a schema as is looked at.
  private struct Schema: Decodable {
    var properties: [String: Schema]?
    var required: [String]?
    var description: String?
  }

  @Test("The schema that is shipped is the one that the reader's table makes")
  func shippedSchema() throws {
    let made = Data(ConfigSchema.json())
    if ProcessInfo.processInfo.environment["TM_RECORD"] != nil {
      try made.write(to: Self.path)
      Issue.record("recorded \(Self.path.path)")
    }
    #expect(try Data(contentsOf: Self.path) == made)
  }

  @Test("The schema is JSON that names and describes every key")
  func schemaNamesEveryKey() throws {
    let schema = try JSONDecoder().decode(Schema.self, from: Data(ConfigSchema.json()))
    let properties = try #require(schema.properties)
    #expect(properties.keys.sorted() == ConfigKeys.all.map(\.name))
    #expect(properties.values.allSatisfy { !($0.description ?? "").isEmpty })
    #expect(properties["quarantine"] != nil)
  }
}
