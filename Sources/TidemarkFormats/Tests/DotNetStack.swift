/// Where a .NET stack trace begins: `   at N.C.M() in C:\src\A.cs:line 16`. The words `at`, `in` and
/// `line` are in the runner's language, and Mono has no last one:
/// `  at N.C.M () [0x00009] in /src/A.cs:58`.
enum DotNetStack {
  static func place(_ stack: String) -> (String?, Int?) {
    for line in stack.split(whereSeparator: \.isNewline) {
      if let place = place(in: line) { return place }
    }
    return (nil, nil)
  }

  private static func place(in line: Substring) -> (String?, Int?)? {
    guard let method = line.firstRange(of: ")"), let mark = line.lastIndex(of: ":"),
      method.upperBound < mark, let number = number(line[line.index(after: mark)...])
    else { return nil }
    var rest = line[method.upperBound..<mark].drop(while: \.isWhitespace)
    if rest.first == "[", let end = rest.firstIndex(of: "]") {
      rest = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
    }
    guard let word = rest.firstIndex(of: " "), rest[..<word].allSatisfy(\.isLetter) else {
      return nil
    }
    let path = rest[word...].drop(while: \.isWhitespace)
    // Mono writes `<hash>:0` where it knows none.
    guard !path.isEmpty, path.first != "<" else { return nil }
    return (String(path), number)
  }

  /// `line 16`, `Zeile 16.`, `16`.
  private static func number(_ text: Substring) -> Int? {
    let digits = text.drop { !("0"..."9").contains($0) }.prefix { ("0"..."9").contains($0) }
    let isAlone = text.prefix { $0 != digits.first }.allSatisfy { $0.isLetter || $0 == " " }
    return isAlone ? Int(digits) : nil
  }
}
