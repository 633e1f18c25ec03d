package import TidemarkModel
private import TidemarkSyntax

/// Where a request goes: `https` anywhere, `http` on this machine only.
package struct Address: Hashable, Sendable {
  package var scheme: String
  /// In lower case; an IPv6 address with its brackets.
  package var host: String
  package var port: Int?
  /// Percent-encoded; empty, or with a `/` first.
  package var path: String
  /// Percent-encoded, without the `?`.
  package var query: String?

  /// - Throws: ``Problem`` for anything but an absolute address of these schemes, for one with a
  ///   user or a password in it, and for `http` beyond this machine.
  package init(_ text: String) throws(Problem) {
    // The address may hold a token, so the message does not repeat it.
    let fault = Problem(
      "an address is not absolute", remedy: "write it whole, as in https://example.org/api")
    guard let mark = text.firstRange(of: "://") else { throw fault }
    scheme = text[..<mark.lowerBound].lowercased()
    var rest = text[mark.upperBound...]
    if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
      throw Problem("an address has characters that no address has", remedy: "percent-encode them")
    }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<end]
    guard !authority.contains("@") else {
      throw Problem(
        "an address has a user or a password in it",
        remedy: "put the secret into a variable and name that under authentication:")
    }
    let (host, port) = try Address.split(authority, orThrow: fault)
    self.host = host
    self.port = port
    let tail = rest[end...]
    let question = tail.firstIndex(of: "?") ?? tail.endIndex
    path = String(tail[..<question])
    query = question < tail.endIndex ? String(tail[tail.index(after: question)...]) : nil
    guard scheme == "https" || scheme == "http" && isLoopback else {
      throw Problem(
        "\(scheme)://\(host) is not sent to", remedy: "use https; http is for this machine only")
    }
  }

  private static func split(
    _ authority: Substring, orThrow fault: Problem
  ) throws(Problem) -> (String, Int?) {
    let isBracketed = authority.hasPrefix("[")
    let hostEnd =
      isBracketed
      ? authority.firstIndex(of: "]").map { authority.index(after: $0) }
      : authority.firstIndex(of: ":")
    let host = authority[..<(hostEnd ?? authority.endIndex)]
    let rest = authority[(hostEnd ?? authority.endIndex)...]
    guard host.utf8.count > (isBracketed ? 2 : 0) else { throw fault }
    if rest.isEmpty { return (host.lowercased(), nil) }
    guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65535).contains(port) else {
      throw fault
    }
    return (host.lowercased(), port)
  }

  /// Whether it is this machine: nothing that is sent there travels.
  package var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Scheme, host and port: what a secret must not leave.
  package var origin: String {
    "\(scheme)://\(host):\(port ?? (scheme == "https" ? 443 : 80))"
  }

  /// This address with `path` behind its own, and `query`.
  ///
  /// - Parameter path: Percent-encoded; see ``encoded(_:)``.
  package func appending(_ path: String, query: [(String, String)] = []) -> Address {
    var address = self
    let base = address.path.hasSuffix("/") ? String(address.path.dropLast()) : address.path
    address.path = path.isEmpty ? base : base + (path.hasPrefix("/") ? path : "/" + path)
    if !query.isEmpty {
      address.query = query.map { "\(Address.encoded($0))=\(Address.encoded($1))" }
        .joined(separator: "&")
    }
    return address
  }

  /// The address that `reference` (of a `Location` or a `Link`) means here.
  package func resolving(_ reference: String) throws(Problem) -> Address {
    if reference.contains("://") { return try Address(reference) }
    guard reference.hasPrefix("/") else {
      throw Problem("a server sends us to an address that is not absolute")
    }
    if reference.hasPrefix("//") { return try Address("\(scheme):\(reference)") }
    return try Address(root + reference)
  }

  private var root: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

  /// A segment of a path, or a name or value of a query: everything but letters, digits and `-._~`
  /// is encoded, so that no name from outside leaves its place.
  package static func encoded(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126:
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += "%" + Digest.hex([byte]).uppercased()
      }
    }
    // A segment that means a folder above is none.
    return out == "." || out == ".." ? out.replacing(".", with: "%2E") : out
  }
}

extension Address: CustomStringConvertible {
  package var description: String { root + path + (query.map { "?\($0)" } ?? "") }
}
