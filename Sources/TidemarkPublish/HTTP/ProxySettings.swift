package import TidemarkConfig
package import TidemarkModel

/// What the variables say of a proxy.
///
/// - Source: https://www.gnu.org/software/wget/manual/html_node/Proxies.html, and what curl and Go
///   make of it: names and domains in `NO_PROXY`, `*` for all.
package struct ProxySettings: Hashable, Sendable {
  package var host: String
  package var port: Int
  /// `user:password`, decoded.
  package var credentials: String?
  private let exceptions: [String]

  /// - Returns: nil where no proxy is set.
  /// - Throws: ``Problem`` for one that is no address of a proxy over HTTP.
  package init?(_ variables: PlatformVariables) throws(Problem) {
    guard let text = variables.first("HTTPS_PROXY", "https_proxy") else { return nil }
    let fault = Problem(
      "HTTPS_PROXY is no proxy's address", remedy: "write it as in http://proxy.example.org:3128")
    var rest = text[...]
    if let mark = rest.firstRange(of: "://") {
      guard rest[..<mark.lowerBound].lowercased() == "http" else { throw fault }
      rest = rest[mark.upperBound...]
    }
    rest = rest.prefix { $0 != "/" }
    if let at = rest.lastIndex(of: "@") {
      guard let decoded = ProxySettings.decoded(rest[..<at]) else { throw fault }
      credentials = decoded
      rest = rest[rest.index(after: at)...]
    }
    let colon = rest.lastIndex(of: ":")
    guard let port = colon.map({ Int(rest[rest.index(after: $0)...]) }) ?? 8080,
      (1...65535).contains(port)
    else { throw fault }
    host = String(rest[..<(colon ?? rest.endIndex)])
    guard !host.isEmpty else { throw fault }
    self.port = port
    exceptions = (variables.first("NO_PROXY", "no_proxy") ?? "").lowercased()
      .split { $0 == "," || $0 == " " }.map { String($0) }
  }

  /// Whether requests to `address` go straight.
  package func excepts(_ address: Address) -> Bool {
    address.isLoopback
      || exceptions.contains { entry in
        let name = entry.hasPrefix("*.") ? entry.dropFirst(2) : entry.drop { $0 == "." }
        let pattern = name.split(separator: ":").first.map { String($0) } ?? ""
        return entry == "*" || address.host == pattern || address.host.hasSuffix("." + pattern)
      }
  }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
