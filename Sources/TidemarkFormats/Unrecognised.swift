package import TidemarkModel

/// Says what a file is that no reader takes, and what to do about it.
package enum Unrecognised {
  package static func explain(_ head: Head, path: String) -> Problem {
    let (what, remedy) = diagnosis(head)
    return Problem(what, path: path, line: head.bytes.isEmpty ? nil : 1, remedy: remedy)
  }

  /// The format whose files have this one beside them, which holds nothing else than they.
  static func companion(_ head: Head) -> String? {
    if LMEvalSamples.recognises(head.json) { return LMEval.name }
    return DeepEval.isCopy(head.json) ? DeepEval.name : nil
  }

  /// Whether the file is most likely a report that went wrong on its way: empty, a pointer in a
  /// report's place, a page saved under a report's name, the beginning of one. Found in a folder,
  /// others are passed over.
  package static func isLostReport(_ head: Head, path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    let endings = [".xml", ".json", ".trx", ".tap", ".jsonl", ".ndjson"]
    guard endings.contains(where: { name.lowercased().hasSuffix($0) }) else { return false }
    if head.firstInk == nil || isCutOff(head) { return true }
    return head.contains("version https://git-lfs.github.com/spec/")
      || (head.contains("<<<<<<< ") && head.contains(">>>>>>> "))
      || head.rootElement?.lowercased() == "html" || head.contains("<!DOCTYPE html")
  }

  /// Whether it begins like XML or JSON and ends in the middle.
  private static func isCutOff(_ head: Head) -> Bool {
    guard head.isWhole, let last = head.bytes.last(where: { $0 > 0x20 }) else { return false }
    switch head.firstInk {
    case UInt8(ascii: "<"): return last != UInt8(ascii: ">")
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      return last != UInt8(ascii: "}") && last != UInt8(ascii: "]")
    default: return false
    }
  }

  private static let regenerate = "have the job write the report anew, or exclude the file"

  private static func diagnosis(_ head: Head) -> (String, String) {
    let bytes = head.bytes
    if bytes.isEmpty { return ("is empty", "check that the tests ran and wrote their report") }
    guard let ink = head.firstInk else {
      if bytes.contains(0) { return ("is binary data in no known format", regenerate) }
      return ("holds nothing but white space", "check that the tests ran and wrote their report")
    }
    if head.contains("version https://git-lfs.github.com/spec/") {
      return (
        "is a Git LFS pointer and not the file itself", "check out with LFS (`git lfs pull`)"
      )
    }
    if head.contains("<<<<<<< ") && head.contains(">>>>>>> ") {
      return ("holds the marks of an unfinished merge", "resolve the conflict, then run again")
    }
    if let archive = archive(bytes) { return archive }
    if bytes.contains(0) { return ("is binary data in no known format", regenerate) }
    let root = head.rootElement
    if root?.lowercased() == "html" || head.contains("<!DOCTYPE html") {
      return (
        "is an HTML page and not a report",
        "look at the page: it may be a sign-in or error page saved in the report's place"
      )
    }
    if isCutOff(head) {
      return (
        "ends in the middle, and what it begins with no reader knows",
        "look why its writer stopped, or whether a copy was incomplete"
      )
    }
    if let root { return ("is XML with the root <\(root)>, which no reader knows", tried("XML")) }
    if head.json.has("totalTestCount"), head.json.has("devicesAndConfigurations") {
      return (
        "is xcresulttool's summary, which names only the tests that failed",
        "write all of them: `xcrun xcresulttool get test-results tests`"
      )
    }
    if LMEvalSamples.recognises(head.json) {
      return (
        "is lm-eval's samples of one task, which are read along with the results beside them",
        "name results_*.json of the same folder"
      )
    }
    if DeepEval.isCopy(head.json) {
      return (
        "is DeepEval's copy of a test run for its viewer",
        "name .latest_run_full.json beside it, or force it by `deepeval:PATH`"
      )
    }
    if ink == UInt8(ascii: "{") || ink == UInt8(ascii: "[") {
      return ("is JSON (or begins like it) that no reader knows", tried("JSON"))
    }
    return ("is in no format that a reader knows", tried("text"))
  }

  private static func tried(_ kind: String) -> String {
    "force a format by FORMAT:PATH if you know it; `tidemark formats` lists the \(formats.count) "
      + "that were tried on this \(kind) file"
  }

  private static func archive(_ bytes: [UInt8]) -> (String, String)? {
    let kinds: [([UInt8], String)] = [
      ([0x1F, 0x8B], "gzip data"), ([0x42, 0x5A, 0x68], "bzip2 data"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data"), ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
    ]
    guard let kind = kinds.first(where: { bytes.starts(with: $0.0) }) else { return nil }
    return ("is \(kind.1)", "unpack it before this step")
  }
}
