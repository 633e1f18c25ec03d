private import TidemarkModel

/// How a platform says where a list goes on.
package enum Paging: Sendable {
  /// `Link: <…>; rel="next"` (GitHub, GitLab); page numbers are never made up.
  ///
  /// - Source: RFC 8288
  case link
  /// A header whose value is given back as a query's parameter (Azure's continuation tokens).
  case token(header: String, parameter: String)
  /// `X-Next-Page`, which is empty at the end (GitLab), else ``link``: its links are made of the
  /// address that the server thinks it has, which a proxy before it may not have.
  case nextPage
  /// The whole list comes at once.
  case none

  /// - Throws: ``Failure`` where the next page lies on another server.
  func next(after response: Response, at address: Address) throws(Failure) -> Address? {
    switch self {
    case .none: return nil
    case .nextPage:
      let header = "x-next-page"
      let paging =
        response[header] == nil ? Paging.link : .token(header: header, parameter: "page")
      return try paging.next(after: response, at: address)
    case .token(let header, let parameter):
      guard let token = response[header], !token.isEmpty else { return nil }
      var next = address
      let others = (address.query ?? "").split(separator: "&")
        .filter { !$0.hasPrefix("\(parameter)=") }
      next.query = (others + ["\(parameter)=\(Address.encoded(token))"]).joined(separator: "&")
      return next
    case .link:
      guard let link = response["link"].flatMap(Paging.nextLink) else { return nil }
      do throws(Problem) {
        let next = try address.resolving(link)
        if next.origin == address.origin { return next }
      } catch { throw Failure(.refused, error.what) }
      throw Failure(.refused, "the list's next page is said to be on another server")
    }
  }

  /// The address with `rel="next"`.
  static func nextLink(_ header: String) -> String? {
    for part in header.split(separator: "<").map({ $0.split(separator: ">", maxSplits: 1) }) {
      guard part.count == 2 else { continue }
      let parameters = part[1].split(whereSeparator: { $0 == ";" || $0 == "," })
      for parameter in parameters {
        let text = parameter.filter { $0 != " " && $0 != "\"" }
        if text.lowercased() == "rel=next" { return String(part[0]) }
      }
    }
    return nil
  }
}
