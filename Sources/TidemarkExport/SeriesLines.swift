internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkSyntax

/// Series as `tidemark detect` reads them, a batch for each branch.
struct SeriesLines {
  let contents: HistoryContents
  let project: String?

  func write(to write: Export.Write) throws(Problem) {
    try TrackLines(contents, project: project).write(
      { ($0.values.series, $0.values.jobs) }, to: write,
      id: { contents.series[Int($0)].id },
      members: { track, places, json in
        let series = contents.series[Int(track.entry)]
        json.member("name", series.identity.name)
        series.identity.parameters.write("parameters", to: &json)
        json.member("metric", series.identity.metric)
        series.identity.labels.write("labels", to: &json)
        json.member("quantity", series.identity.quantity.name)
        json.member("unit", series.unit.text)
        json.member("direction", series.direction.rawValue)
        json.member("values", array: values(places)) {
          $0.number(series.value($1.value, scale: $1.unitScale))
        }
      },
      details: { track, places, json in
        let values = values(places)
        writeDetails(of: values, contents.series[Int(track.entry)], to: &json)
        let machines = zip(places, values).map { place, value in
          contents.runs[place.run].machines[Int(value.job)]
        }
        if machines.contains(where: { $0 != nil }) {
          json.member("env", array: machines) { $0.string($1 ?? "") }
        }
      })
  }

  private func values(_ places: [TrackPlace]) -> [StoredValue] {
    places.map { contents.runs[$0.run].values[$0.index] }
  }

  /// Columns that no value has are left out.
  private func writeDetails(
    of values: [StoredValue], _ series: StoredSeries, to json: inout JSONWriter
  ) {
    if values.contains(where: { $0.n != nil }) {
      json.member("n", array: values) { json, value in
        if let n = value.n { json.number(n) } else { json.null() }
      }
    }
    if values.contains(where: { $0.standardError != nil }) {
      json.member("stderr", array: values) { json, value in
        json.number(
          value.standardError.map { series.value($0, scale: value.unitScale) } ?? .nan)
      }
    }
    if values.contains(where: { $0.samples != nil }) {
      json.member("samples", array: values) { json, value in
        json.array { json in
          for sample in value.samples?.values ?? [] {
            json.number(series.value(sample, scale: value.unitScale))
          }
        }
      }
    }
  }
}
