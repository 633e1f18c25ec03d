package import TidemarkModel

/// What ``History/takeNews(from:limits:)`` did.
package struct ExchangeResult: Hashable, Sendable {
  /// The names of the segments that came in, sorted.
  package var added: [String]
  /// How many were there already, or hold nothing that was not.
  package var present: Int
  /// The ids of the runs that came in or grew, each once, sorted.
  package var runs: [String]
  /// Segments that were refused, and why.
  package var damaged: [Problem]

  /// What taking in nothing gives.
  package static let nothing = ExchangeResult(added: [], present: 0, runs: [], damaged: [])
}

/// How much of a folder that a stranger may have filled is taken in.
package struct ExchangeLimits: Sendable {
  /// The most bytes of one segment: what GitHub takes of a file,
  /// https://docs.github.com/en/repositories/working-with-files/managing-large-files.
  package var segmentBytes: Int
  /// The most bytes of all.
  package var bytes: Int
  /// The most segments.
  package var segments: Int

  package init(
    segmentBytes: Int = 100 << 20, bytes: Int = 1 << 30, segments: Int = 1 << 16
  ) {
    self.segmentBytes = segmentBytes
    self.bytes = bytes
    self.segments = segments
  }
}

extension History {
  /// Takes in the segments of another history that hold a part or a record that this one lacks.
  ///
  /// It is a merge that leaves what is covered: where one side has joined its segments and the
  /// other has not, equal runs do not come and go between them. Each segment is decoded whole
  /// before it is written. Parts of runs that either side has pruned are no news.
  /// - Throws: If this history is there and cannot be read or written, or the other cannot be
  ///   listed.
  package func takeNews(
    from other: History, limits: ExchangeLimits = ExchangeLimits()
  ) throws(Problem) -> ExchangeResult {
    var known = try known()
    var result = ExchangeResult(added: [], present: 0, runs: [], damaged: [])
    var runs: Set<String> = []
    for offer in try offers(of: other, limits, &result.damaged, &known) {
      let isHeld = folder.contains(offer.name)
      let news = known.news(in: offer)
      guard isHeld || news.hasAny else {
        result.present += 1
        continue
      }
      guard let bytes = offer.checkedBytes(other, &result.damaged) else { continue }
      // One that stands here under its name is written anew if its bytes are damaged.
      if try folder.write(bytes).isNew {
        result.added.append(offer.name)
        runs.formUnion(news.runs)
      } else {
        result.present += 1
      }
      known.insert(offer)
    }
    result.added.sort(by: utf8Precedes)
    result.runs = runs.sorted(by: utf8Precedes)
    return result
  }

  /// The names of the segments, sorted; none where there is no such folder.
  package func segmentNames() throws(Problem) -> [String] { try folder.segmentNames() ?? [] }

  /// How many segments there are, and their bytes.
  package func size() throws(Problem) -> (segments: Int, bytes: Int) {
    let names = try segmentNames()
    return (names.count, names.reduce(0) { $0 + folder.size(of: $1) })
  }

  /// Whether a file of this name is a segment of a history: 32 hex digits and `.tms`.
  package static func isSegment(_ name: String) -> Bool { SegmentLayout.isName(name) }

  private func known() throws(Problem) -> KnownParts {
    try folder.reading { set, _ in
      var known = KnownParts()
      for segment in set.segments { known.insert(segment.parts, segment.records) }
      return known
    }.0
  }

  /// What the other folder has, those with most parts first: what they cover need not come.
  private func offers(
    of other: History, _ limits: ExchangeLimits, _ refused: inout [Problem],
    _ known: inout KnownParts
  ) throws(Problem) -> [Offer] {
    var offers: [Offer] = []
    var bytes = 0
    for name in try other.folder.segmentNames() ?? [] {
      do throws(Problem) {
        let file = try SegmentFile(directory: other.directory, name: name)
        bytes += file.size
        guard file.size <= limits.segmentBytes, bytes <= limits.bytes,
          offers.count < limits.segments
        else {
          throw Problem(
            "it is larger than what is taken in", path: "\(other.directory)/\(name)")
        }
        let segment = try OpenSegment(file)
        offers.append(Offer(name: name, parts: segment.parts, records: segment.records))
        known.notePrunes(segment.records)
      } catch {
        // A compaction beside this may have covered it.
        if other.folder.contains(name) { refused.append(error) }
      }
    }
    return offers.sorted {
      $0.parts.count != $1.parts.count
        ? $0.parts.count > $1.parts.count : utf8Precedes($0.name, $1.name)
    }
  }
}

/// A segment of another history.
private struct Offer {
  var name: String
  var parts: [PartRecord]
  var records: [HistoryRecord]

  /// Its bytes, if they are the ones that it is named for and every section can be decoded; nil
  /// with a reason in `refused`.
  func checkedBytes(_ history: History, _ refused: inout [Problem]) -> [UInt8]? {
    let path = "\(history.directory)/\(name)"
    do throws(Problem) {
      let file = try FileBytes(path: path)
      defer { file.close() }
      let bytes = try file.read(0..<file.size)
      switch SegmentCheck.check(bytes: bytes, name: name, path: path) {
      case .whole: return bytes
      case .damaged(let problem), .unreadable(let problem): throw problem
      }
    } catch {
      if history.folder.contains(name) { refused.append(error) }
      return nil
    }
  }
}

/// The parts and records that a history has.
private struct KnownParts {
  private var parts: [PartKey: PartRecord] = [:]
  private var records: Set<HistoryRecord> = []
  private var pruned: Set<String> = []

  struct News {
    var runs: Set<String> = []
    var hasAny = false
  }

  mutating func insert(_ parts: [PartRecord], _ records: [HistoryRecord]) {
    for part in parts {
      if let other = self.parts[part.key], !isBetter(part, other) { continue }
      self.parts[part.key] = part
    }
    self.records.formUnion(records)
    notePrunes(records)
  }

  mutating func insert(_ offer: Offer) { insert(offer.parts, offer.records) }

  mutating func notePrunes(_ records: [HistoryRecord]) {
    for case .prune(_, let runs) in records { pruned.formUnion(runs) }
  }

  func news(in offer: Offer) -> News {
    var news = News()
    for part in offer.parts where !pruned.contains(part.run.id) {
      if let other = parts[part.key], !isBetter(part, other) { continue }
      news.runs.insert(part.run.id)
    }
    news.hasAny = !news.runs.isEmpty || offer.records.contains { !records.contains($0) }
    return news
  }

  /// Whether of two copies of a part the first is kept.
  private func isBetter(_ part: PartRecord, _ other: PartRecord) -> Bool {
    part != other && part.outranks(other)
  }
}
