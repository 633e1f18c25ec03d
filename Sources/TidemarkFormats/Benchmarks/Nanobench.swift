package import TidemarkModel
private import TidemarkSyntax

/// nanobench's JSON template.
package enum Nanobench: Format {
  package static let name = "nanobench"
  package static let producers = "ankerl::nanobench (templates::json)"
  package static let specification = "https://nanobench.ankerl.com/reference.html#json-data"
  package static let kept = """
    Of every benchmark the median time of an iteration as main metric with the epochs as samples; \
    instructions, cycles, mispredicted branches, page faults and context switches where they were \
    counted; title and name as name.
    """
  package static let dropped = "The configuration, complexity, errors of the medians."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("results[].median(elapsed)") || json.has("[].median(elapsed)") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      let list = root.isArray ? root : root["results"]
      guard let list, list.isArray else { throw Problem("has no array `results`") }
      for result in list.elements { read(result, into: &results) }
    }
  }

  private static func read(_ result: JSONValue, into results: inout Results) {
    let title = result["title"]?.string ?? ""
    let own = result["name"]?.string ?? ""
    // `benchmark` is the title of those that were given none.
    let name = title.isEmpty || title == "benchmark" ? own : "\(title)/\(own)"
    var parameters = Labels()
    if let n = result["complexityN"]?.double, n > 0 { parameters["n"] = NumberText.exact(n) }
    // What a template of one's own adds of the benchmark's context tells equal names apart.
    for (key, value) in result.members {
      let key = key.string
      guard !["title", "name", "unit"].contains(key), let text = value.string else { continue }
      parameters[key] = text
    }
    guard let median = result["median(elapsed)"]?.double else {
      return results.skipValue(of: name, "has no median")
    }
    var main = Measurement(
      name: name, parameters: parameters, metric: "time", value: median, unit: .seconds,
      direction: .lower)
    let epochs = result.list("measurements").compactMap { $0["elapsed"]?.double }
    main.addRepetitions(epochs)
    results.measurements.append(main)
    for (key, unit) in counters {
      // 0 stands where nothing was counted.
      guard let value = result[named: "median(\(key))"]?.double, value > 0 else { continue }
      results.append(series: name, parameters: parameters, key, value, unit, .lower)
    }
  }

  private static let counters: [(String, Unit)] = [
    ("instructions", Unit(text: "", quantity: .instructions, scale: 1)),
    ("cpucycles", Unit(text: "", quantity: .instructions, scale: 1)),
    ("branchmisses", .none), ("pagefaults", .none), ("contextswitches", .none),
  ]
}
