private import TidemarkSyntax
package import TidemarkModel

/// The times of HTTP's headers.
package enum HTTPDate {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
  ///
  /// - Source: RFC 9110 section 5.6.7; its two older forms are not sent by any of the platforms.
  package static func parse(_ text: String) -> Timestamp? {
    let fields = text.split(whereSeparator: { $0 == " " || $0 == "," })
    guard fields.count == 6, fields[5] == "GMT", fields[1].count == 2, fields[3].count == 4,
      let month = months.firstIndex(of: String(fields[2]))
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return TimeText.parse("\(fields[3])-\(number)-\(fields[1])T\(fields[4])Z")
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
