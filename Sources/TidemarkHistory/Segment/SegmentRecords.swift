internal import TidemarkModel

/// The section RECS: records, in the order of their bytes, each once.
enum SegmentRecords {
  private enum Kind: UInt8 { case accept = 1, exclude, prune }

  static func encoded(_ records: [HistoryRecord]) -> [UInt8] {
    let rows = sorted(records).map(row)
    var writer = ByteWriter()
    writer.count(rows.count)
    for row in rows {
      writer.count(row.count)
      writer.raw(row)
    }
    return writer.bytes
  }

  /// Each once, in the order of their bytes.
  static func sorted(_ records: some Sequence<HistoryRecord>) -> [HistoryRecord] {
    Set(records).map { ($0, row($0)) }
      .sorted { $0.1.lexicographicallyPrecedes($1.1) }
      .map(\.0)
  }

  private static func row(_ record: HistoryRecord) -> [UInt8] {
    var writer = ByteWriter()
    switch record {
    case .accept(let id, let commit, let run, let reason, let author):
      writer.byte(Kind.accept.rawValue)
      writer.uint64(id.bits)
      for text in [commit, run, author] {
        writer.byte(text == nil ? 0 : 1)
        if let text { writer.text(text) }
      }
      writer.text(reason)
    case .exclude(let run, let reason):
      writer.byte(Kind.exclude.rawValue)
      writer.text(run)
      writer.text(reason)
    case .prune(let policy, let runs):
      writer.byte(Kind.prune.rawValue)
      writer.text(policy)
      writer.count(runs.count)
      for run in runs { writer.text(run) }
    }
    return writer.bytes
  }

  /// Records of a kind that is not known are passed over.
  static func read(from reader: inout ByteReader) throws(Problem) -> [HistoryRecord] {
    let count = try reader.count(ofAtLeast: 2)
    var records: [HistoryRecord] = []
    for _ in 0..<count {
      let size = try reader.count(limit: reader.remaining)
      var row = ByteReader(
        reader.bytes, from: reader.position, to: reader.position + size)
      _ = try reader.raw(size)
      if let record = try record(from: &row) { records.append(record) }
    }
    return records
  }

  private static func record(from row: inout ByteReader) throws(Problem) -> HistoryRecord? {
    func optionalText(_ row: inout ByteReader) throws(Problem) -> String? {
      try row.byte() == 0 ? nil : try row.text()
    }
    switch Kind(rawValue: try row.byte()) {
    case .accept:
      let id = Identifier(bits: try row.uint64())
      let commit = try optionalText(&row)
      let run = try optionalText(&row)
      let author = try optionalText(&row)
      return .accept(id: id, commit: commit, run: run, reason: try row.text(), author: author)
    case .exclude:
      let run = try row.text()
      return .exclude(run: run, reason: try row.text())
    case .prune:
      let policy = try row.text()
      let count = try row.count(ofAtLeast: 1)
      var runs: [String] = []
      for _ in 0..<count { runs.append(try row.text()) }
      return .prune(policy: policy, runs: runs)
    case nil:
      return nil
    }
  }
}
