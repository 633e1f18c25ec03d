internal import TidemarkModel

/// One job's share of a run as a segment's head tells it: everything but tests and values.
struct PartRecord: Hashable {
  var run: RunHeader
  var job: String
  var jobURL: String?
  var attempt: Int
  var environment: [String: String]
  var digest: PartDigest
  var judgement: Judgement?
  var counts: OutcomeCounts
  var flaky: Int
  /// How many values it has.
  var values: Int

  /// What makes two parts the same part; what was judged of it is none of that.
  var key: PartKey {
    PartKey(run: run.id, job: job, attempt: attempt, digest: digest)
  }
}

struct PartKey: Hashable {
  var run: String
  var job: String
  var attempt: Int
  var digest: PartDigest
}

/// The first 128 bits of SHA-256 over a part's results.
struct PartDigest: Hashable, Comparable {
  var high: UInt64
  var low: UInt64

  static func < (first: PartDigest, second: PartDigest) -> Bool {
    (first.high, first.low) < (second.high, second.low)
  }
}

/// The section HEAD: texts, then sets of pairs, then parts, then which parts stand in which block.
struct SegmentHead {
  var parts: [PartRecord] = []
  /// Indexes into `parts`, block by block, from block 0.
  var blocks: [[Int32]] = []

  /// The most parts that a block may have.
  static let blockLimit = 64

  func encoded() -> [UInt8] {
    var texts = TextTable()
    var pairs = PairTable()
    var rows = ByteWriter()
    var time: Int64 = 0
    for part in parts {
      write(part, after: time, to: &rows, &texts, &pairs)
      time = part.run.time.millisecondsSince1970
    }
    var writer = ByteWriter()
    // Pairs first: writing them may add texts.
    let sets = pairs.encoded
    texts.write(to: &writer)
    writer.count(pairs.count)
    writer.raw(sets)
    writer.count(parts.count)
    writer.raw(rows.bytes)
    writer.count(blocks.count)
    for block in blocks {
      writer.count(block.count)
      IntegerColumn.write(block, to: &writer)
    }
    return writer.bytes
  }

  private func write(
    _ part: PartRecord, after time: Int64, to rows: inout ByteWriter, _ texts: inout TextTable,
    _ pairs: inout PairTable
  ) {
    let run = part.run
    rows.count(texts.index(run.id))
    rows.signed(Int64(run.attempt))
    rows.signed(run.time.millisecondsSince1970 &- time)
    for text in [
      run.commit, run.branch, run.base, run.mergeBase, run.pullRequest, run.url, part.jobURL,
    ] {
      rows.count(text.map { texts.index($0) + 1 } ?? 0)
    }
    rows.count(pairs.index(run.labels.pairs.map { ($0.key, $0.value) }, &texts))
    rows.count(texts.index(part.job))
    rows.signed(Int64(part.attempt))
    let facts = part.environment.sorted { utf8Precedes($0.key, $1.key) }
    rows.count(pairs.index(facts.map { ($0.key, $0.value) }, &texts))
    rows.uint64(part.digest.high)
    rows.uint64(part.digest.low)
    for number in [
      part.counts.passed, part.counts.failed, part.counts.errored, part.counts.skipped,
      part.flaky, part.values,
    ] {
      rows.count(number)
    }
    rows.count(part.judgement.map { texts.index($0.verdict) + 1 } ?? 0)
    if let judgement = part.judgement {
      rows.signed(Int64(judgement.newlyFailing))
      rows.signed(Int64(judgement.regressed))
      rows.signed(Int64(judgement.suspected))
    }
  }

  init(parts: [PartRecord] = [], blocks: [[Int32]] = []) {
    self.parts = parts
    self.blocks = blocks
  }

  init(from reader: inout ByteReader) throws(Problem) {
    let texts = try TextTable.read(from: &reader)
    let pairs = try PairTable.read(from: &reader, texts)
    // A part has at least 31 bytes here: its digest, and one for each number.
    let count = try reader.count(ofAtLeast: 31)
    parts.reserveCapacity(count)
    var time: Int64 = 0
    for _ in 0..<count {
      let part = try SegmentHead.part(from: &reader, after: time, texts, pairs)
      time = part.run.time.millisecondsSince1970
      parts.append(part)
    }
    let blockCount = try reader.count(limit: count)
    var placed = [Bool](repeating: false, count: count)
    for _ in 0..<blockCount {
      let size = try reader.count(limit: min(count, SegmentHead.blockLimit))
      let block = try IntegerColumn.readIndexes(size, below: count, from: &reader)
      for part in block {
        guard !placed[Int(part)] else { throw Problem("a part stands in it twice") }
        placed[Int(part)] = true
      }
      blocks.append(block)
    }
  }

  private static func part(
    from reader: inout ByteReader, after time: Int64, _ texts: [String],
    _ pairs: [[(String, String)]]
  ) throws(Problem) -> PartRecord {
    func text(_ reader: inout ByteReader) throws(Problem) -> String {
      texts[try index(&reader, below: texts.count)]
    }
    func optionalText(_ reader: inout ByteReader) throws(Problem) -> String? {
      let index = try reader.count(limit: texts.count)
      return index == 0 ? nil : texts[index - 1]
    }
    let id = try text(&reader)
    let attempt = Int(try reader.signed())
    let milliseconds = time &+ (try reader.signed())
    var run = RunHeader(
      id: id, attempt: attempt, time: Timestamp(millisecondsSince1970: milliseconds))
    run.commit = try optionalText(&reader)
    run.branch = try optionalText(&reader)
    run.base = try optionalText(&reader)
    run.mergeBase = try optionalText(&reader)
    run.pullRequest = try optionalText(&reader)
    run.url = try optionalText(&reader)
    let jobURL = try optionalText(&reader)
    run.labels = Labels(pairs[try index(&reader, below: pairs.count)])
    let job = try text(&reader)
    let jobAttempt = Int(try reader.signed())
    let facts = pairs[try index(&reader, below: pairs.count)]
    let digest = PartDigest(high: try reader.uint64(), low: try reader.uint64())
    var counts = OutcomeCounts()
    let limit = Int(UInt32.max)
    counts.passed = try reader.count(limit: limit)
    counts.failed = try reader.count(limit: limit)
    counts.errored = try reader.count(limit: limit)
    counts.skipped = try reader.count(limit: limit)
    let flaky = try reader.count(limit: limit)
    let values = try reader.count(limit: limit)
    var judgement: Judgement?
    if let verdict = try optionalText(&reader) {
      judgement = Judgement(
        verdict: verdict, newlyFailing: Int(try reader.signed()),
        regressed: Int(try reader.signed()), suspected: Int(try reader.signed()))
    }
    return PartRecord(
      run: run, job: job, jobURL: jobURL, attempt: jobAttempt,
      environment: Dictionary(facts) { $1 }, digest: digest, judgement: judgement,
      counts: counts, flaky: flaky, values: values)
  }

  private static func index(
    _ reader: inout ByteReader, below limit: Int
  ) throws(Problem) -> Int {
    let index = try reader.count(limit: limit)
    guard index < limit else { throw Problem("an index in it points nowhere") }
    return index
  }
}
