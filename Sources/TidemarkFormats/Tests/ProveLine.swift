/// A line that `prove --verbose` prints around the streams of the tests that it runs.
///
/// - Source: https://github.com/Perl-Toolchain-Gang/Test-Harness/tree/master/lib/TAP/Formatter
enum ProveLine: Hashable {
  /// `t/a.t .. `, above the file's own stream; with `--timer` behind a clock.
  case file(String)
  /// How the file went, below its stream: `ok`, with `--timer` `ok      135 ms ( 0.00 usr …`.
  case verdict
  /// `Dubious, test returned 2 (wstat 512, 0x200)`: the exit status, whatever the points say.
  case dubious(String)

  init?(_ line: Substring) {
    if line == "ok" || ProveLine.isTimedVerdict(line) {
      self = .verdict
    } else if line.hasPrefix("Dubious, test returned ") {
      self = .dubious(String(line.dropFirst(9)))
    } else if let file = ProveLine.file(in: line) {
      self = .file(file)
    } else {
      return nil
    }
  }

  private static func isTimedVerdict(_ line: Substring) -> Bool {
    guard line.hasPrefix("ok  ") else { return false }
    let number = line.dropFirst(2).drop { $0 == " " }
    let unit = number.drop { $0.isASCII && $0.isNumber }
    return unit.startIndex != number.startIndex && unit.hasPrefix(" ms")
  }

  /// The name of a file has no blanks here: what a program prints may end in dots too.
  private static func file(in line: Substring) -> String? {
    var text = line
    while text.last == " " { text.removeLast() }
    guard text.hasSuffix("..") else { return nil }
    if text.first == "[", let end = text.firstIndex(of: "]") {
      text = text[text.index(after: end)...].drop { $0 == " " }
    }
    let fields = text.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 2, !fields[0].isEmpty, fields[1].allSatisfy({ $0 == "." }) else {
      return nil
    }
    return String(fields[0])
  }
}
