internal import TidemarkModel

/// `1..5`, `1..0 # SKIP why`; `1..5 todo 2 4;` as Perl's Test.pm writes.
struct TAPPlan {
  var count: Int
  /// The points that are still to be done, by their numbers.
  var todo: Set<Int> = []

  init?(_ text: Substring) {
    guard text.hasPrefix("1..") else { return nil }
    let digits = text.dropFirst(3).prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits), count <= 1_000_000_000 else { return nil }
    let rest = text.dropFirst(3 + digits.count).drop { $0 == " " }
    if let numbers = TAPPlan.todo(in: rest) {
      todo = numbers
    } else {
      guard rest.isEmpty || rest.hasPrefix("#") else { return nil }
    }
    self.count = count
  }

  private static func todo(in rest: Substring) -> Set<Int>? {
    guard rest.hasPrefix("todo ") else { return nil }
    let list = rest.dropFirst(5).prefix { $0 != ";" && $0 != "#" }
    var numbers: Set<Int> = []
    for field in list.split(separator: " ") {
      guard let number = Int(field) else { return nil }
      numbers.insert(number)
    }
    return numbers
  }
}

/// `ok 1 - description # SKIP why`, each part but the first optional.
struct TAPPoint {
  var isOK: Bool
  var number: Int?
  var description: String
  var directive: Directive?
  var reason: String
  /// Ends in `{`: the points below it, up to `}`, are its own.
  var opensBlock: Bool

  enum Directive { case skip, todo }

  /// `TAP version 13`; `KTAP version 1` of the kernel's tests.
  static func isVersion(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, "TtKk".utf8.contains(first) else { return false }
    let start = text.prefix(13).lowercased()
    return start.hasPrefix("tap version ") || start.hasPrefix("ktap version ")
  }

  /// The reason behind `Bail out!`, in any case, or behind what `prove` makes of it; nil where the
  /// line is none.
  static func bailOut(_ text: Substring) -> Substring? {
    let proves = "FAILED--Further testing stopped"
    if text.hasPrefix(proves) { return text.dropFirst(proves.count).drop { $0 == ":" } }
    guard let first = text.utf8.first, "Bb".utf8.contains(first),
      text.prefix(9).lowercased() == "bail out!"
    else { return nil }
    return text.dropFirst(9)
  }

  /// `skip 5 Chrome 120.0 - [2 ms] - title`, as testem writes what it did not run, and `todo`.
  ///
  /// - Source: https://github.com/testem/testem/blob/master/lib/utils/displayutils.js
  init?(testem text: Substring) {
    guard text.hasPrefix("skip ") || text.hasPrefix("todo ") else { return nil }
    let number = text.dropFirst(5).prefix { $0.isASCII && $0.isNumber }
    let rest = text[number.endIndex...].drop { $0 == " " }
    guard !number.isEmpty, TAPNames.withoutTestemTime(rest[...]) != nil else { return nil }
    isOK = false
    self.number = Int(number)
    description = rest.trimmed
    directive = text.hasPrefix("skip") ? .skip : .todo
    (reason, opensBlock) = ("", false)
  }

  init?(_ text: Substring) {
    var rest = text
    if rest.hasPrefix("not ok") {
      isOK = false
      rest = rest.dropFirst(6)
    } else if rest.hasPrefix("ok") {
      isOK = true
      rest = rest.dropFirst(2)
    } else {
      return nil
    }
    guard let next = rest.first else {
      (description, reason, opensBlock) = ("", "", false)
      return
    }
    guard next == " " || next == "-" || next == "\t" || next == "#" else { return nil }
    rest = rest.drop { $0 == " " || $0 == "\t" }
    let number = rest.prefix { $0.isASCII && $0.isNumber }
    let afterNumber = rest.dropFirst(number.count)
    // `ok 2 things` has the number 2, `ok 2things` has none.
    if !number.isEmpty, afterNumber.first.map({ " -#{\t".contains($0) }) ?? true {
      self.number = Int(number)
      rest = afterNumber.drop { $0 == " " || $0 == "\t" }
    }
    if rest.first == "-" { rest = rest.dropFirst().drop { $0 == " " } }
    opensBlock = rest.hasSuffix("{") && (rest.count == 1 || rest.dropLast().last == " ")
    if opensBlock { rest = rest.dropLast() }
    let (described, found, why) = TAPPoint.directive(in: TAPNames.withoutComment(rest))
    description = TAPPoint.unescaped(TAPNames.withoutComment(described.trimmed[...])).trimmed
    directive = found
    reason = why.trimmed
  }

  /// Splits at the first unescaped `#` behind which stands SKIP or TODO, in any case.
  private static func directive(in text: Substring) -> (Substring, Directive?, Substring) {
    var index = text.startIndex
    var isEscaped = false
    while index < text.endIndex {
      let character = text[index]
      if character == "#", !isEscaped {
        let behind = text[text.index(after: index)...].drop { $0 == " " || $0 == "\t" }
        let word = behind.prefix { $0.isASCII && $0.isLetter }.lowercased()
        let directive: Directive? =
          word.hasPrefix("skip") ? .skip : word == "todo" || word == "xfail" ? .todo : nil
        if let directive {
          let why = behind.dropFirst(word.count).drop { $0 == ":" || $0 == " " }
          return (text[..<index], directive, why)
        }
      }
      isEscaped = character == "\\" && !isEscaped
      index = text.index(after: index)
    }
    return (text, nil, "")
  }

  /// `\#` and `\\` as TAP 14 writes them.
  private static func unescaped(_ text: Substring) -> Substring {
    guard text.contains("\\") else { return text }
    var out = ""
    var isEscaped = false
    for character in text {
      if character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if isEscaped, character != "#", character != "\\" { out.append("\\") }
      out.append(character)
      isEscaped = false
    }
    if isEscaped { out.append("\\") }
    return out[...]
  }

  var outcome: Outcome {
    if directive == .skip { return .skipped }
    if isOK { return .passed }
    return directive == .todo ? .skipped : .failed
  }
}

extension Substring {
  /// Without the white space around it.
  var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

extension String {
  /// Without the quotes around it.
  var unquoted: String {
    guard count >= 2, let first, first == last, first == "'" || first == "\"" else { return self }
    return String(dropFirst().dropLast())
  }
}
