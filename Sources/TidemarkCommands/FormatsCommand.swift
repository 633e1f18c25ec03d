import ArgumentParser
private import TidemarkFormats
private import TidemarkSyntax

/// `tidemark formats`: the readers.
struct FormatsCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats",
    abstract: "List the formats that are read, in the order in which they are tried.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let session = try Session(common)
    if session.isJSON {
      var json = JSONWriter()
      for format in FormatFacts.all {
        json.object { json in
          json.member("format", format.name)
          json.member("producers", format.producers)
          json.member("kept", format.kept)
          json.member("dropped", format.dropped)
          json.member("specification", format.specification)
        }
        json.newLine()
      }
      Terminal.print(bytes: json.bytes)
    } else {
      let width = FormatFacts.all.map(\.name.count).max() ?? 0
      for format in FormatFacts.all {
        let padding = String(repeating: " ", count: width - format.name.count)
        Terminal.print("\(format.name)\(padding)  \(format.producers)")
      }
    }
  }
}
