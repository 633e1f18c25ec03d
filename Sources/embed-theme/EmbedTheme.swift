/// Writes one Swift file that holds every file of a theme folder as a raw string literal.
@main enum EmbedTheme {
  static func main() {}
}
