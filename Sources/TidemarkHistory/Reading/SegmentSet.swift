internal import TidemarkModel

/// A segment of which the head is read.
struct OpenSegment {
  let file: SegmentFile
  let parts: [PartRecord]
  let records: [HistoryRecord]
  /// How many parts each block has.
  let blockSizes: [Int]
  /// In which block, and where in it, each part stands; nil for one that measured nothing.
  let places: [Place?]

  struct Place {
    var block: Int
    var place: Int
  }

  init(_ file: SegmentFile) throws(Problem) {
    self.file = file
    let head =
      try file.decode(.head) { (reader) throws(Problem) in try SegmentHead(from: &reader) }
      ?? SegmentHead()
    parts = head.parts
    records =
      try file.decode(.records) { (reader) throws(Problem) in
        try SegmentRecords.read(from: &reader)
      } ?? []
    blockSizes = head.blocks.map(\.count)
    var places = [Place?](repeating: nil, count: head.parts.count)
    for (block, members) in head.blocks.enumerated() {
      for (place, part) in members.enumerated() {
        places[Int(part)] = Place(block: block, place: place)
      }
    }
    self.places = places
  }
}

/// What could not be read, so that reading goes on with the rest.
struct Damage {
  private(set) var problems: [Problem] = []
  private var segments: Set<String> = []
  private var blocks: Set<Block> = []

  private struct Block: Hashable {
    var segment: String
    var block: Int
  }

  func includes(segment: String) -> Bool { segments.contains(segment) }

  func includes(segment: String, block: Int) -> Bool {
    blocks.contains(Block(segment: segment, block: block))
  }

  /// Notes that a block cannot be read, or without a block the whole segment.
  mutating func insert(segment: String, block: Int?, _ problem: Problem) {
    let isNew: Bool
    if let block {
      isNew = blocks.insert(Block(segment: segment, block: block)).inserted
    } else {
      isNew = segments.insert(segment).inserted
    }
    guard isNew else { return }
    var problem = problem
    problem.remedy =
      problem.remedy ?? "run `tidemark history verify`, and merge from a copy that has it whole"
    problems.append(problem)
  }
}

/// What went wrong with one segment.
enum SegmentFault: Error {
  /// It is gone: a compaction beside this reader has covered it. The folder must be read anew.
  case vanished
  case damaged(segment: String, block: Int?, Problem)
}

/// All segments of a folder with their heads.
struct SegmentSet {
  var segments: [OpenSegment] = []
  /// Whether there are segments, and none can be read.
  var isUnreadable = false

  /// - Throws: ``SegmentFault/vanished`` only.
  init(
    _ folder: HistoryFolder, names: [String], damage: inout Damage
  ) throws(SegmentFault) {
    let unpacker = Unpacker()
    for name in names where !damage.includes(segment: name) {
      do throws(Problem) {
        segments.append(
          try OpenSegment(try SegmentFile(directory: folder.path, name: name, unpacker: unpacker)))
      } catch {
        guard folder.contains(name) else { throw .vanished }
        damage.insert(segment: name, block: nil, error)
      }
    }
    isUnreadable = segments.isEmpty && !names.isEmpty
  }
}

extension HistoryFolder {
  /// Reads the folder anew until no segment vanishes and nothing more is found damaged.
  ///
  /// - Throws: If the folder is there, has segments, and none of them can be read.
  func reading<Value>(
    _ read: (SegmentSet, Damage) throws(SegmentFault) -> Value
  ) throws(Problem) -> (Value, Damage) {
    var damage = Damage()
    var vanished = 0
    while true {
      let names = try segmentNames() ?? []
      do throws(SegmentFault) {
        let set = try SegmentSet(self, names: names, damage: &damage)
        if set.isUnreadable {
          throw SegmentFault.damaged(segment: "", block: nil, unreadable(damage))
        }
        return (try read(set, damage), damage)
      } catch {
        switch error {
        case .vanished:
          vanished += 1
          if vanished > 100 {
            throw Problem("its segments change faster than they can be read", path: path)
          }
        case .damaged("", _, let problem):
          throw problem
        case .damaged(let segment, let block, let problem):
          damage.insert(segment: segment, block: block, problem)
        }
      }
    }
  }

  private func unreadable(_ damage: Damage) -> Problem {
    let first = damage.problems.first.map { ": \($0.what)" } ?? ""
    return Problem(
      "none of its \(damage.problems.count) segments can be read\(first)", path: path,
      remedy: damage.problems.first?.remedy)
  }
}
