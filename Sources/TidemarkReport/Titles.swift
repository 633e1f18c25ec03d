package import TidemarkModel

// How a test or a series is called where one line names it. Raw text from outside: whoever shows it
// escapes it.

extension TestIdentity {
  /// The name with what tells it apart from its neighbours: `adds(a: 1)`, `adds [2]`.
  package var title: String {
    var title = name.utf8.contains { $0 > 0x20 } ? name : "(no name)"
    if !parameters.isEmpty {
      title +=
        parameters.hasPrefix("(") || parameters.hasPrefix("[") ? parameters : "(\(parameters))"
    }
    return ordinal > 1 ? title + " [\(ordinal)]" : title
  }

  /// The class, or where there is none the suite's path: `Tests / Parser`.
  package var place: String {
    className.isEmpty ? suite.filter { !$0.isEmpty }.joined(separator: " / ") : className
  }
}

extension SeriesIdentity {
  /// The benchmark with its parameters: `parse (size=10, threads=4)`.
  package var title: String {
    let title = name.utf8.contains { $0 > 0x20 } ? name : "(no name)"
    return parameters.isEmpty ? title : "\(title) (\(parameters))"
  }
}
