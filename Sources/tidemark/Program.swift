private import ArgumentParser
private import TidemarkCommands

@main enum Program {
  static func main() async { await Tidemark.main() }
}
