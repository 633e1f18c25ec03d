private import Glibc
private import TidemarkCommands

@main enum Program {
  static func main() async {
    exit(await Tidemark.run())
  }
}
